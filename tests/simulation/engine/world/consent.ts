import { HubError } from "#shared/errors.ts";
import type { OAuthProvider, TokenSet } from "#shared/kit/oauth.ts";
import { hourMs } from "#shared/model/time.ts";
import type { Clock } from "#shared/ports/clock.ts";

const tokenLifeMs = hourMs;

export interface ConsentStanding {
  readonly serial: number;
  readonly accessEndsMs: number;
  readonly used: readonly string[];
}

/**
 * One consent whose refresh tokens die when they are used. Using one twice is what a vendor takes for
 * theft; here it is counted, for nobody but a crash may bring it about.
 */
export class Consent {
  readonly #clock: Clock;
  /** Called when a refresh token is used again. */
  onReuse: () => void = () => undefined;
  onRefresh: () => void = () => undefined;
  #serial = 0;
  #accessEndsMs = 0;
  readonly #used = new Set<string>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  first(): TokenSet {
    return this.#make();
  }

  /** Only the latest access token is good, and only for its time. */
  accepts(token: string): boolean {
    return token === `access-${this.#serial}` && this.#clock.nowMs() < this.#accessEndsMs;
  }

  /** How things stand, for another of the same consent to go on from. */
  get standing(): ConsentStanding {
    return { serial: this.#serial, accessEndsMs: this.#accessEndsMs, used: [...this.#used] };
  }

  stand({ serial, accessEndsMs, used }: ConsentStanding): void {
    this.#serial = serial;
    this.#accessEndsMs = accessEndsMs;
    for (const token of used) this.#used.add(token);
  }

  #make(): TokenSet {
    this.#serial += 1;
    this.#accessEndsMs = this.#clock.nowMs() + tokenLifeMs;
    return {
      accessToken: `access-${this.#serial}`,
      refreshToken: `refresh-${this.#serial}`,
      expiresAtMs: this.#accessEndsMs,
      scopes: ["read"],
    };
  }

  readonly provider: OAuthProvider = {
    scopes: ["read"],
    rotatesRefreshTokens: true,
    takenBackAt: { place: "your apps", url: "https://tracker.example/apps" },
    authorizeUrl: () => "https://tracker.example/authorize",
    exchange: async () => this.first(),
    refresh: async (_app, { refreshToken }) => {
      await Promise.resolve();
      if (this.#used.has(refreshToken)) this.onReuse();
      else if (refreshToken !== `refresh-${this.#serial}`) {
        throw new HubError("connector.unauthorized", "The refresh token is not ours");
      }
      this.#used.add(refreshToken);
      this.onRefresh();
      const made = this.#make();
      // The answer is on its way while others may ask.
      for (let hop = 0; hop < 10; hop += 1) await Promise.resolve();
      return made;
    },
    sites: async () => [],
  };
}
