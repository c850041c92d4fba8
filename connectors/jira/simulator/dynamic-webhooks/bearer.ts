import { SignJWT } from "jose";

import type { Clock } from "#shared/ports/clock.ts";

import type { JiraState } from "../state.ts";
import type { Receiver } from "./match-dynamic.ts";

const tokenLifeSeconds = 180;

/**
 * The header that proves a dynamic webhook to come from Jira: a token signed with the app's secret. Its
 * claims are those that apps have seen (https://developer.atlassian.com/cloud/jira/platform/webhooks/
 * names the header only, 2026-11).
 */
export async function bearerOf(
  state: JiraState,
  { clientId, accountId }: Receiver,
  deliveryId: string,
  clock: Clock,
): Promise<{ readonly Authorization: string }> {
  const app = state.oauthApps.find((each) => each.clientId === clientId);
  const nowSeconds = Math.floor(clock.nowMs() / 1000);
  const { cloudId } = state;
  const token = await new SignJWT({
    context: { cloudId, resourceId: cloudId, resourceType: "site" },
  })
    .setProtectedHeader({ alg: "HS256", typ: "JWT" })
    .setIssuer(clientId)
    .setSubject(accountId)
    .setJti(deliveryId)
    .setIssuedAt(nowSeconds)
    .setExpirationTime(nowSeconds + tokenLifeSeconds)
    .sign(new TextEncoder().encode(app?.clientSecret ?? ""));
  return { Authorization: `Bearer ${token}` };
}
