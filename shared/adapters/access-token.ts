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
 * Undefined until then, and the app refuses everything. Absence is asked again on every request.
 */
export function createAccessToken({ calls, secretId, clock }: AccessTokenOptions): {
  read(): Promise<string | undefined>;
} {
  let held: { readonly token: string; readonly readAtMs: number } | undefined;
  return {
    async read() {
      if (held !== undefined && clock.nowMs() - held.readAtMs < cacheMs) return held.token;
      const token = (await readSecretText(calls, secretId))?.text.trim();
      // An empty text would let an empty header in.
      held = token === undefined || token === "" ? undefined : { token, readAtMs: clock.nowMs() };
      return held?.token;
    },
  };
}
