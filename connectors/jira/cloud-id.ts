import * as z from "zod";

import { HubError } from "#shared/errors.ts";

import { exchange } from "./exchange.ts";
import { parseJson } from "./parse-json.ts";

const TenantInfo = z.looseObject({ cloudId: z.string().regex(/^[\w-]{1,100}$/u) });

/** The cloud id of a site, which it tells without a login; undefined where it does not. */
export async function readCloudId(siteUrl: string): Promise<string | undefined> {
  try {
    const { isOk, text } = await exchange(new URL(`${siteUrl}/_edge/tenant_info`), {}, 5000);
    return isOk ? TenantInfo.safeParse(parseJson(text)).data?.cloudId : undefined;
  } catch (error) {
    // It only explains another failure.
    if (error instanceof HubError) return undefined;
    throw error;
  }
}
