import * as z from "zod";

import { HubError } from "#shared/errors.ts";
import type { ConsentedSite } from "#shared/kit/oauth.ts";

import { tokenRefused } from "./errors.ts";
import { exchange } from "./exchange.ts";
import { retryAfterIn } from "./limits.ts";
import { parseJson } from "./parse-json.ts";

const AccessibleResources = z.array(
  z.looseObject({
    id: z.string().min(1),
    name: z.string().default(""),
    url: z.url(),
    scopes: z.array(z.string()).default([]),
  }),
);

const timeoutMs = 12_000;

/**
 * The Jira sites that an access token is good for, and what it may do there. A site is listed once for
 * each of its products, with the scopes of that product
 * (https://developer.atlassian.com/cloud/jira/platform/oauth-2-3lo-apps/, 2026-11).
 */
export async function readConsentedSites(
  apiUrl: string,
  accessToken: string,
): Promise<readonly ConsentedSite[]> {
  const url = new URL(`${apiUrl}/oauth/token/accessible-resources`);
  const headers = { authorization: `Bearer ${accessToken}`, accept: "application/json" };
  const { status, isOk, headers: told, text } = await exchange(url, { headers }, timeoutMs);
  if (status === 401 || status === 403) throw tokenRefused("access-token", status);
  if (!isOk) throw failureOfAtlassian(status, told);
  const parsed = AccessibleResources.safeParse(parseJson(text));
  if (!parsed.success) {
    throw new HubError("connector.drifted", "Atlassian's list of sites is not as documented");
  }
  const sites = new Map<string, ConsentedSite>();
  for (const { id, name, url: siteUrl, scopes } of parsed.data) {
    const all = [...new Set([...(sites.get(id)?.scopes ?? []), ...scopes])];
    const settings = { baseUrl: `${apiUrl}/ex/jira/${id}`, siteUrl };
    sites.set(id, { id, name: name || siteUrl, url: siteUrl, scopes: all, settings });
  }
  return [...sites.values()].filter(({ scopes }) => scopes.some((scope) => /jira/u.test(scope)));
}

/** What is neither success nor a refusal of whoever asks: waiting may help. */
export function failureOfAtlassian(status: number, headers: Headers, nowMs = 0): HubError {
  const retryAfterMs = retryAfterIn(headers, nowMs);
  const code = status === 429 ? "connector.rate-limited" : "connector.unavailable";
  return new HubError(code, `Atlassian's authorization failed with ${status}`, {
    details: { status },
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
}
