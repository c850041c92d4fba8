import * as z from "zod";

import { epochMsOf } from "#shared/model/time.ts";
import type { Instant } from "#shared/model/time.ts";
import { RefusedOperation } from "#shared/testing/simulator/control.ts";

export const accessTokenLifeSeconds = 3600;
const Token = z.string().min(16);

/** What happens to consents. Tokens come with the operation, so that replay makes the same. */
export const ConsentOperation = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("authorizeApp"), code: Token, redirectUri: z.url() }),
  z.strictObject({
    kind: z.literal("redeemCode"),
    code: Token,
    accessToken: Token,
    refreshToken: Token,
  }),
  z.strictObject({
    kind: z.literal("refreshAccess"),
    refreshToken: Token,
    accessToken: Token,
    nextRefreshToken: Token,
  }),
  /** The consent is taken back, or whoever gave it left. */
  z.strictObject({ kind: z.literal("revokeConsents") }),
]);
export type ConsentOperation = z.infer<typeof ConsentOperation>;

/** Codes and tokens of the one app that the simulator knows. */
export class Consents {
  readonly codes = new Map<string, { readonly redirectUri: string }>();
  readonly #access = new Map<string, { readonly untilMs: number }>();
  readonly #refresh = new Set<string>();

  apply(operation: ConsentOperation, at: Instant): void {
    switch (operation.kind) {
      case "authorizeApp":
        this.codes.set(operation.code, { redirectUri: operation.redirectUri });
        return;
      case "redeemCode":
        if (!this.codes.delete(operation.code)) throw new RefusedOperation("no such code");
        this.#grant(operation.accessToken, operation.refreshToken, at);
        return;
      case "refreshAccess":
        if (!this.#refresh.delete(operation.refreshToken)) {
          throw new RefusedOperation("no such refresh token");
        }
        this.#grant(operation.accessToken, operation.nextRefreshToken, at);
        return;
      case "revokeConsents":
        this.#access.clear();
        this.#refresh.clear();
        return;
      default:
        operation satisfies never;
    }
  }

  isAccessToken(token: string, nowMs: number): boolean {
    return (this.#access.get(token)?.untilMs ?? 0) > nowMs;
  }

  isRefreshToken(token: string): boolean {
    return this.#refresh.has(token);
  }

  #grant(accessToken: string, refreshToken: string, at: Instant): void {
    this.#access.set(accessToken, { untilMs: epochMsOf(at) + accessTokenLifeSeconds * 1000 });
    this.#refresh.add(refreshToken);
  }
}
