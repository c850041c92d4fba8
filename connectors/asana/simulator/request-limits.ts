import type { Clock } from "#shared/ports/clock.ts";

/** What one token may do; what is left out is not limited. */
export interface AsanaLimits {
  readonly requestsPerMinute?: number;
  readonly searchesPerMinute?: number;
  /** GET requests under way at once. */
  readonly concurrentReads?: number;
  /** All other requests under way at once. */
  readonly concurrentWrites?: number;
}

/** Free plans have 150 requests a minute: https://developers.asana.com/docs/rate-limits (read 2026-11-21). */
export const paidPlanLimits: AsanaLimits = {
  requestsPerMinute: 1500,
  searchesPerMinute: 60,
  concurrentReads: 50,
  concurrentWrites: 15,
};

/** Why a request is refused with 429, and after how many seconds it may be tried again. */
export interface LimitRefusal {
  readonly reason: "rate" | "search" | "concurrency";
  readonly retryAfterSeconds: number;
}

const minuteMs = 60_000;

/** Counts each token's requests of the last minute, and those under way. */
export class RequestLimits {
  readonly #clock: Clock;
  readonly #lastMinute = new Map<string, number[]>();
  readonly #underWay = new Map<string, number>();
  #limits: AsanaLimits;
  /** The most that were ever under way at once, of any one token. */
  readonly underWayMax = { reads: 0, writes: 0 };

  constructor(clock: Clock, limits: AsanaLimits) {
    this.#clock = clock;
    this.#limits = limits;
  }

  /** From now on; what was counted stays counted. */
  set(limits: AsanaLimits): void {
    this.#limits = limits;
  }

  /** Lets a request in and answers what ends it, or refuses it. Refused ones count too. */
  enter(
    token: string,
    method: string,
    path: string,
  ): LimitRefusal | { readonly leave: () => void } {
    const refusal =
      this.#count(`${token} rate`, this.#limits.requestsPerMinute, "rate") ??
      (path.endsWith("/tasks/search")
        ? this.#count(`${token} search`, this.#limits.searchesPerMinute, "search")
        : undefined);
    if (refusal) return refusal;
    const isRead = method === "GET";
    const key = `${token} ${isRead ? "reads" : "writes"}`;
    const underWay = (this.#underWay.get(key) ?? 0) + 1;
    const max = isRead ? this.#limits.concurrentReads : this.#limits.concurrentWrites;
    if (underWay > (max ?? Infinity)) return { reason: "concurrency", retryAfterSeconds: 1 };
    this.#underWay.set(key, underWay);
    const most = isRead ? "reads" : "writes";
    this.underWayMax[most] = Math.max(this.underWayMax[most], underWay);
    return { leave: () => this.#underWay.set(key, (this.#underWay.get(key) ?? 1) - 1) };
  }

  #count(
    key: string,
    max: number | undefined,
    reason: LimitRefusal["reason"],
  ): LimitRefusal | undefined {
    if (max === undefined) return undefined;
    const nowMs = this.#clock.nowMs();
    const recent = (this.#lastMinute.get(key) ?? []).filter((atMs) => atMs > nowMs - minuteMs);
    recent.push(nowMs);
    this.#lastMinute.set(key, recent);
    if (recent.length <= max) return undefined;
    // It may come in when only `max - 1` others are younger than a minute.
    const blockingMs = recent[recent.length - max] ?? nowMs;
    const retryAfterSeconds = Math.max(1, Math.ceil((blockingMs + minuteMs - nowMs) / 1000));
    return { reason, retryAfterSeconds };
  }
}
