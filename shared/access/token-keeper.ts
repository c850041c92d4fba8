import { HubError } from "#shared/errors.ts";
import type { AccessTokens, OAuthApp, OAuthProvider, TokenSet } from "#shared/kit/oauth.ts";
import type { GrantId } from "#shared/model/ids.ts";
import type { Clock } from "#shared/ports/clock.ts";
import type { Logger } from "#shared/ports/logger.ts";
import type { Secrets, SecretValues } from "#shared/ports/secrets.ts";
import type { Table } from "#shared/ports/table.ts";
import { type RefreshLease, releaseLease, takeLease } from "#shared/store/refresh-lease.ts";

interface TokenKeeperDeps {
  readonly table: Table;
  readonly secrets: Secrets;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Characters of [0-9a-z]. */
  readonly random: (length: number) => string;
}

interface Keeping {
  readonly grantId: GrantId;
  readonly app: OAuthApp;
  readonly provider: Pick<OAuthProvider, "refresh">;
  /** Called when the vendor has refused the refresh token for good. */
  readonly onRevoked: (error: HubError) => Promise<void>;
}

export function grantSecretName(grantId: GrantId): string {
  return `grant/${grantId}`;
}

/** Refreshed this long before the vendor's own end, so that a request on its way does not meet it. */
const skewMs = 60_000;
/** How long a waiting function looks for what the refreshing one brings. */
const patienceMs = 20_000;
/** The longest that a vendor's token endpoint is waited for; a lease must outlast it. */
const refreshMsMax = 20_000;
const saveAttempts = 4;

/**
 * Rotating refresh tokens die when they are used, and using one twice kills the whole consent. So the
 * right to refresh is a lease in the table; whoever holds it reads the secret again before it asks the
 * vendor, and saves what it got before it lets go. Each refresh raises the lease's generation, which the
 * saved tokens carry: a reader whose secret is older than the lease waits instead of using it.
 */
export class TokenKeeper implements AccessTokens {
  readonly #deps: TokenKeeperDeps;
  readonly #keeping: Keeping;
  #running: Promise<string> | undefined;

  constructor(deps: TokenKeeperDeps, keeping: Keeping) {
    this.#deps = deps;
    this.#keeping = keeping;
  }

  get app(): OAuthApp {
    return this.#keeping.app;
  }

  async read(options: { readonly refused?: string } = {}): Promise<string> {
    const { secrets } = this.#deps;
    const held = heldTokens(await secrets.read(grantSecretName(this.#keeping.grantId)));
    if (held && this.#isGood(held, options.refused)) return held.accessToken;
    // Many requests of one process meet the end of a token together.
    this.#running ??= this.#renew(options.refused).finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #renew(refused: string | undefined): Promise<string> {
    const { clock, random } = this.#deps;
    const { grantId } = this.#keeping;
    const owner = random(12);
    const untilMs = clock.nowMs() + patienceMs;
    for (let pauseMs = 20; clock.nowMs() <= untilMs; pauseMs = Math.min(pauseMs * 2, 500)) {
      const lease = await takeLease(this.#deps, grantId, owner);
      const token = lease && (await this.#underLease(lease, refused));
      if (token !== undefined) return token;
      await clock.sleep(pauseMs);
      const held = await this.#readFresh();
      if (this.#isGood(held, refused)) return held.accessToken;
    }
    throw new HubError(
      "connector.unavailable",
      "Another function is refreshing the access token and has not finished: it will be tried again",
    );
  }

  async #underLease(lease: RefreshLease, refused: string | undefined): Promise<string | undefined> {
    const { grantId } = this.#keeping;
    let { generation } = lease;
    try {
      const held = await this.#readFresh();
      // Somebody else may have refreshed between our look and our lease.
      if (this.#isGood(held, refused)) return held.accessToken;
      // The secret store has not shown us the latest tokens yet: using older ones would end the consent.
      if (held.generation < lease.generation) return undefined;
      const next = await this.#refresh(held, lease);
      ({ generation } = next);
      return next.accessToken;
    } finally {
      await releaseLease(this.#deps, grantId, { ...lease, generation });
    }
  }

  async #refresh(held: HeldTokens, lease: RefreshLease): Promise<HeldTokens> {
    const { clock, logger } = this.#deps;
    const { grantId, app, provider, onRevoked } = this.#keeping;
    if (held.refreshToken === undefined) throw consentIsOver();
    if (lease.untilMs - clock.nowMs() < refreshMsMax) {
      throw new HubError("connector.unavailable", "Too slow to refresh the access token safely");
    }
    try {
      const { refreshToken } = held;
      const made = await provider.refresh(app, { refreshToken, nowMs: clock.nowMs() });
      const next = { refreshToken, ...made, generation: held.generation + 1 };
      await this.#save(next);
      logger.info("grant.refreshed", { grantId, generation: next.generation });
      return next;
    } catch (error) {
      if (!(error instanceof HubError) || error.code !== "connector.unauthorized") throw error;
      logger.error("grant.revoked", { grantId });
      await onRevoked(error);
      throw consentIsOver(error);
    }
  }

  /** The old refresh token is dead by now: what is not saved here is lost, and with it the consent. */
  async #save(tokens: HeldTokens): Promise<void> {
    const { secrets, clock } = this.#deps;
    for (let left = saveAttempts; ; left -= 1) {
      try {
        return await secrets.write(grantSecretName(this.#keeping.grantId), secretOf(tokens));
      } catch (error) {
        if (left <= 1) throw error;
        await clock.sleep(200);
      }
    }
  }

  async #readFresh(): Promise<HeldTokens> {
    const name = grantSecretName(this.#keeping.grantId);
    const held = heldTokens(await this.#deps.secrets.read(name, { fresh: true }));
    if (held) return held;
    throw consentIsOver();
  }

  #isGood({ accessToken, expiresAtMs }: HeldTokens, refused: string | undefined): boolean {
    return accessToken !== refused && expiresAtMs - skewMs > this.#deps.clock.nowMs();
  }
}

function consentIsOver(cause?: unknown): HubError {
  return new HubError(
    "connector.unauthorized",
    "The consent that this connection rests on is over: give it again on the connection's page",
    { cause },
  );
}

interface HeldTokens {
  readonly accessToken: string;
  readonly refreshToken?: string;
  readonly expiresAtMs: number;
  /** How many refreshes these tokens are away from the consent. */
  readonly generation: number;
}

/** The first tokens of a consent, as its secret keeps them. */
export function firstTokens(tokens: TokenSet): SecretValues {
  return secretOf({ ...tokens, generation: 0 });
}

function secretOf({
  accessToken,
  refreshToken,
  expiresAtMs,
  generation,
}: HeldTokens): SecretValues {
  return {
    accessToken,
    ...(refreshToken !== undefined && { refreshToken }),
    expiresAtMs: String(expiresAtMs),
    generation: String(generation),
  };
}

function heldTokens(values: SecretValues | undefined): HeldTokens | undefined {
  const { accessToken, refreshToken, expiresAtMs, generation } = values ?? {};
  if (accessToken === undefined || expiresAtMs === undefined) return undefined;
  return {
    accessToken,
    ...(refreshToken !== undefined && { refreshToken }),
    expiresAtMs: Number(expiresAtMs),
    generation: Number(generation ?? 0),
  };
}
