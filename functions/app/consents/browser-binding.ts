import { createHash, timingSafeEqual } from "node:crypto";

import type { Context } from "hono";
import { getCookie, setCookie } from "hono/cookie";

import type { ConsentAttempt } from "#shared/model/grant.ts";
import { consentMinutes } from "#shared/store/consent-attempts.ts";

/*
 * A consent ends only in the browser that began it. Else somebody could begin one, consent at the vendor
 * as themselves, and have an admin's browser open the way back: the hub would read a stranger's tool
 * (RFC 9700, section 4.7, read 2026-11-21). The cookie holds a key, the attempt only its hash.
 */

/** Where the vendor sends the browser back to; the cookie goes nowhere else. */
export const callbackPath = "/oauth/callback";

/** One for each attempt: two tabs may each be on their way. */
function cookieName(state: string): string {
  return `throughline_consent_${hashOf(state).slice(0, 12)}`;
}

export function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** Marks the browser that is sent to the vendor. */
export function markBrowser(
  c: Context,
  { publicUrl }: { readonly publicUrl: string },
  { state, browserKey }: { readonly state: string; readonly browserKey: string },
): void {
  setCookie(c, cookieName(state), browserKey, {
    httpOnly: true,
    // The vendor's redirect is a navigation from another site: a strict cookie would stay behind.
    sameSite: "Lax",
    secure: publicUrl.startsWith("https:"),
    path: callbackPath,
    maxAge: consentMinutes * 60,
  });
}

/** What the browser that comes back shows for this state. */
export function browserKeyOf(c: Context, state: string): string | undefined {
  return getCookie(c, cookieName(state));
}

export function isSameBrowser(
  { browserHash }: Pick<ConsentAttempt, "browserHash">,
  browserKey: string | undefined,
): boolean {
  if (browserHash === undefined || browserKey === undefined) return false;
  const [known, given] = [Buffer.from(browserHash), Buffer.from(hashOf(browserKey))];
  return known.byteLength === given.byteLength && timingSafeEqual(known, given);
}
