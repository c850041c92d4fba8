import type { Context } from "hono";
import { createMiddleware } from "hono/factory";

import type { Clock } from "#shared/ports/clock.ts";

import type { BambooState } from "./state.ts";

/** Whom consents act for. */
const consentAccount = "consent";

/** Basic authentication with a key as user name and any password, or a consent's bearer token. */
export function keyCheck(state: BambooState, clock: Clock) {
  return createMiddleware(async (c, next) => {
    const given = c.req.header("authorization") ?? "";
    const bearer = bearerOf(given);
    const isKnown =
      bearer === undefined
        ? state.isKey(keyOf(given))
        : state.consents.isAccessToken(bearer, clock.nowMs());
    if (!isKnown) return c.body(null, 401);
    await next();
    return undefined;
  });
}

/** The account that asks: what it registers is its own. */
export function accountOf(c: Context): string {
  const given = c.req.header("authorization") ?? "";
  return bearerOf(given) === undefined ? keyOf(given) : consentAccount;
}

function bearerOf(given: string): string | undefined {
  return /^Bearer (\S+)$/u.exec(given)?.[1];
}

function keyOf(given: string): string {
  const basic = /^Basic (\S+)$/u.exec(given)?.[1] ?? "";
  const [user = ""] = Buffer.from(basic, "base64").toString("utf8").split(":");
  return user;
}
