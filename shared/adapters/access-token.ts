import type { AccessToken } from "#shared/ports/access-token.ts";
import type { Clock } from "#shared/ports/clock.ts";

import { readSecretText, type SecretReading } from "./secrets-manager.ts";

interface AccessTokenOptions {
  readonly calls: SecretReading;
  readonly secretId: string;
  readonly clock: Clock;
}

/** A changed token counts after this at the latest. */
const cacheMs = 60_000;

/**
 * The token that people and scripts must show, as the operator put it into the secret: plain text.
 * Until then it is unconfigured, and every read asks again, so that a new token counts at once.
 */
export function createAccessToken({ calls, secretId, clock }: AccessTokenOptions): AccessToken {
  let held: { readonly token: string; readonly readAtMs: number } | undefined;
  return {
    async read() {
      if (held === undefined || clock.nowMs() - held.readAtMs >= cacheMs) {
        const token = (await readSecretText(calls, secretId))?.text.trim() ?? "";
        // An empty text would let an empty header in.
        held = token === "" ? undefined : { token, readAtMs: clock.nowMs() };
      }
      return held === undefined ? { mode: "unconfigured" } : { mode: "token", token: held.token };
    },
  };
}
