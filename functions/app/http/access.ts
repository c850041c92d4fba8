import { createHash, createHmac, timingSafeEqual } from "node:crypto";

import type { Context, MiddlewareHandler } from "hono";
import { getCookie, setCookie } from "hono/cookie";

import { HubError } from "#shared/errors.ts";
import type { AccessToken } from "#shared/ports/access-token.ts";
import type { Clock } from "#shared/ports/clock.ts";

const cookieName = "throughline_session";
/** A working week and a half: people sign in on Mondays, not in between. */
const sessionSeconds = 10 * 24 * 3600;
/** Paths that say nothing about anybody: the pulse, the look of the pages, the door itself. */
const openPaths = [/^\/api\/health$/u, /^\/assets\//u, /^\/sign-in$/u];

const unconfiguredMessage =
  "No access token is configured, so nobody may use this hub. Put one into the secret named in the deployment guide, then ask again.";

interface AccessDeps {
  readonly accessToken: AccessToken;
  readonly clock: Clock;
  readonly publicUrl: string;
}

/** Lets in everybody, nobody, or whoever shows the token (as bearer or through a signed-in cookie). */
export function requireAccess(deps: AccessDeps): MiddlewareHandler {
  return async (c, next) => {
    if (openPaths.some((path) => path.test(c.req.path)) || (await mayEnter(deps, c))) {
      return next();
    }
    throw new HubError("access.denied", "Sign in first, or send the token as a bearer");
  };
}

/** Throws `access.unconfigured` while there is no token to compare with. */
export async function mayEnter({ accessToken, clock }: AccessDeps, c: Context): Promise<boolean> {
  const token = await expectedToken(accessToken);
  if (token === undefined) return true;
  const bearer = /^Bearer +(\S+)$/iu.exec(c.req.header("authorization") ?? "")?.[1];
  if (bearer !== undefined) return isSame(bearer, token);
  return isSession(getCookie(c, cookieName), token, clock.nowMs());
}

/** Sets the session cookie when the token is right; false when it is not. */
export async function signIn(
  { accessToken, clock, publicUrl }: AccessDeps,
  c: Context,
  given: string,
): Promise<boolean> {
  const token = await expectedToken(accessToken);
  if (token === undefined) return true;
  if (!isSame(given, token)) return false;
  const expires = Math.floor(clock.nowMs() / 1000) + sessionSeconds;
  setCookie(c, cookieName, `${expires}.${sessionProof(token, expires)}`, {
    httpOnly: true,
    sameSite: "Lax",
    secure: publicUrl.startsWith("https:"),
    path: "/",
    maxAge: sessionSeconds,
  });
  return true;
}

/** The token to compare with; undefined where none is needed. */
async function expectedToken(accessToken: AccessToken): Promise<string | undefined> {
  const access = await accessToken.read();
  if (access.mode === "token") return access.token;
  if (access.mode === "open") return undefined;
  throw new HubError("access.unconfigured", unconfiguredMessage);
}

/** The cookie proves the token without holding it; a new token ends every session. */
function sessionProof(token: string, expires: number): string {
  return createHmac("sha256", token).update(`throughline session ${expires}`).digest("base64url");
}

function isSession(cookie: string | undefined, token: string, nowMs: number): boolean {
  const [expires = "", proof = ""] = cookie?.split(".") ?? [];
  if (!/^\d{1,12}$/u.test(expires) || Number(expires) * 1000 <= nowMs) return false;
  return isSame(proof, sessionProof(token, Number(expires)));
}

/** Equal digests have equal length, so the comparison takes the same time for any guess. */
function isSame(given: string, wanted: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}
