import * as z from "zod";

import { parseJson } from "./parse-json.ts";

/**
 * What proves deliveries of an app's webhook, as a text beside other webhook secrets: the app's own
 * secret, with whom and where its tokens must speak of.
 */
const AppSecret = z.strictObject({
  jwt: z.strictObject({
    clientId: z.string().min(1),
    clientSecret: z.string().min(1),
    cloudId: z.string().optional(),
  }),
});
type AppSecret = z.infer<typeof AppSecret>["jwt"];

export function appSecretText(secret: AppSecret): string {
  return JSON.stringify({ jwt: secret } satisfies z.infer<typeof AppSecret>);
}

/** Undefined for a secret of another kind: one that signs bodies. */
export function readAppSecret(text: string): AppSecret | undefined {
  return AppSecret.safeParse(parseJson(text)).data?.jwt;
}

/** Clocks of both sides may differ by so much. */
const skewSeconds = 60;
const Claims = z.looseObject({
  iss: z.string(),
  iat: z.number(),
  exp: z.number(),
  context: z.looseObject({ cloudId: z.string().optional() }).optional(),
});

/**
 * Whether a token is Jira's for one of these apps: HS256 with the app's secret, from the app's own id,
 * within its time, for the connection's site. Claims as apps have seen them; the documentation names
 * the header only (https://developer.atlassian.com/cloud/jira/platform/webhooks/, 2026-11).
 */
export async function isAppToken(
  token: string,
  secrets: readonly AppSecret[],
  nowMs: number,
): Promise<boolean> {
  for (const secret of secrets) {
    const payload = await signedPayload(token, secret.clientSecret);
    const claims = payload && Claims.safeParse(parseJson(payload)).data;
    if (claims && isMeant(claims, secret, nowMs / 1000)) return true;
  }
  return false;
}

function isMeant(
  { iss, iat, exp, context }: z.infer<typeof Claims>,
  { clientId, cloudId }: AppSecret,
  nowSeconds: number,
): boolean {
  const isNow = iat - skewSeconds <= nowSeconds && nowSeconds < exp + skewSeconds;
  const isHere = (context?.cloudId ?? cloudId) === (cloudId ?? context?.cloudId);
  return iss === clientId && isNow && isHere;
}

async function signedPayload(token: string, secret: string): Promise<Uint8Array | undefined> {
  // Loaded here: most deliveries are signed otherwise, and every start of the receiver counts.
  const { compactVerify, errors } = await import("jose");
  try {
    const key = new TextEncoder().encode(secret);
    return (await compactVerify(token, key, { algorithms: ["HS256"] })).payload;
  } catch (error) {
    if (error instanceof errors.JOSEError) return undefined;
    throw error;
  }
}
