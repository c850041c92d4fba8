import { HubError } from "#shared/errors.ts";
import type { AccessTokens } from "#shared/kit/oauth.ts";

import type { Met } from "../met.ts";

/** What an API does to a client instead of answering. */
export const apiFaultKinds = [
  "429",
  "429 without Retry-After",
  "429 for long",
  "503",
  "500",
  "timeout",
  "truncated JSON",
  "invalid JSON",
  "token refused",
] as const;
export type ApiFaultKind = (typeof apiFaultKinds)[number];

interface Armed {
  readonly kind: ApiFaultKind;
  skip: number;
  times: number;
}

/** The requests of one tool's API: where its troubles meet the hub. */
export class Api {
  requests = 0;
  /** While set, every request ends so. */
  standing: "outage" | "revoked" | undefined;
  /** Called after an answer was made and before it arrives: what happens on its way. */
  onTheWay: (() => Promise<void>) | undefined;
  /** Whether an access token is good now; absent: nobody asks for one. */
  accepts: ((token: string) => boolean) | undefined;
  #armed: Armed[] = [];
  readonly #met: Met;

  constructor(met: Met) {
    this.#met = met;
  }

  arm(kind: ApiFaultKind, skip: number, times: number): void {
    this.#armed.push({ kind, skip, times });
  }

  disarm(): void {
    this.#armed = [];
    this.onTheWay = undefined;
  }

  /** One request. `make` gives the answer as the tool knows it at that moment. */
  async ask<T>(tokens: AccessTokens | undefined, make: () => T): Promise<T> {
    if (!this.accepts || !tokens) return this.#send(make);
    const token = await tokens.read();
    if (this.accepts(token) && !this.#isRefused()) return this.#send(make);
    this.requests += 1;
    const other = await tokens.read({ refused: token });
    if (!this.accepts(other)) throw new HubError("connector.unauthorized", "401");
    return this.#send(make);
  }

  #isRefused(): boolean {
    const [next] = this.#armed;
    if (next?.kind !== "token refused" || next.skip > 0) return false;
    this.#use(next);
    return true;
  }

  async #send<T>(make: () => T): Promise<T> {
    this.requests += 1;
    if (this.standing === "outage") throw this.#failed("503", { met: "outage" });
    if (this.standing === "revoked") {
      this.#met.add("token revoked");
      throw new HubError("connector.unauthorized", "401: the token was revoked");
    }
    const fault = this.#due();
    if (fault && fault !== "truncated JSON" && fault !== "invalid JSON") throw this.#failed(fault);
    const answer = make();
    const { onTheWay } = this;
    if (onTheWay) {
      this.onTheWay = undefined;
      await onTheWay();
    }
    if (fault === undefined) return answer;
    this.#met.add(`api ${fault}`);
    return parse(damaged(JSON.stringify(answer) ?? "null", fault)) as T;
  }

  #due(): ApiFaultKind | undefined {
    const [next] = this.#armed;
    if (!next || next.kind === "token refused") return undefined;
    if (next.skip > 0) {
      next.skip -= 1;
      return undefined;
    }
    this.#use(next, false);
    return next.kind;
  }

  #use(armed: Armed, counts = true): void {
    armed.times -= 1;
    if (armed.times <= 0) this.#armed = this.#armed.filter((other) => other !== armed);
    if (counts) this.#met.add(`api ${armed.kind}`);
  }

  #failed(kind: ApiFaultKind, { met = `api ${kind}` } = {}): HubError {
    this.#met.add(met);
    switch (kind) {
      case "429":
        return new HubError("connector.rate-limited", "429", { retryAfterMs: 20_000 });
      case "429 for long":
        return new HubError("connector.rate-limited", "429", { retryAfterMs: 1_500_000 });
      case "429 without Retry-After":
        return new HubError("connector.rate-limited", "429");
      default:
        return new HubError("connector.unavailable", kind);
    }
  }
}

function damaged(text: string, fault: ApiFaultKind): string {
  return fault === "truncated JSON" ? text.slice(0, text.length >> 1) : `${text}\u0000}`;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new HubError("connector.unavailable", "The answer is no JSON");
  }
}
