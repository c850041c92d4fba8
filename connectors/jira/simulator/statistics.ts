import type { MiddlewareHandler } from "hono";

import { controlPath } from "#shared/testing/simulator/request-faults.ts";

import type { JiraEnv } from "./access.ts";
import { endpointOf } from "./endpoint.ts";

/** What was asked of the simulator since it started or since the last reset. Plain data. */
export interface Statistics {
  readonly requests: number;
  /** By method and path, ids replaced by `*`. */
  readonly byEndpoint: Readonly<Record<string, number>>;
  readonly byStatus: Readonly<Record<string, number>>;
  /** Answers with 429, by `RateLimit-Reason`; `none` where the header is lacking. */
  readonly throttled: number;
  readonly throttledByReason: Readonly<Record<string, number>>;
  /** Hourly points charged, over all hours. */
  readonly points: number;
  /** Most requests under way at one moment. */
  readonly concurrencyMax: number;
}

/** Counts requests. The control API and the pages for people are left out. */
export class RequestCounter {
  #points = 0;
  #running = 0;
  #concurrencyMax = 0;
  readonly #byEndpoint = new Map<string, number>();
  readonly #byStatus = new Map<string, number>();
  readonly #byReason = new Map<string, number>();

  /** Mount it before all that may answer. */
  middleware(): MiddlewareHandler<JiraEnv> {
    return async (c, next) => {
      const { method, path } = c.req;
      if (path.startsWith(controlPath) || path === "/" || path.startsWith("/browse/"))
        return next();
      bump(this.#byEndpoint, endpointOf(method, path));
      this.#running += 1;
      this.#concurrencyMax = Math.max(this.#concurrencyMax, this.#running);
      try {
        await next();
      } finally {
        this.#running -= 1;
      }
      const { status, headers } = c.res;
      bump(this.#byStatus, String(status));
      if (status === 429) bump(this.#byReason, headers.get("ratelimit-reason") ?? "none");
      return undefined;
    };
  }

  charge(points: number): void {
    this.#points += points;
  }

  read(): Statistics {
    const sum = (counts: ReadonlyMap<string, number>) =>
      [...counts.values()].reduce((total, count) => total + count, 0);
    return {
      requests: sum(this.#byEndpoint),
      byEndpoint: Object.fromEntries(this.#byEndpoint),
      byStatus: Object.fromEntries(this.#byStatus),
      throttled: sum(this.#byReason),
      throttledByReason: Object.fromEntries(this.#byReason),
      points: this.#points,
      concurrencyMax: this.#concurrencyMax,
    };
  }

  reset(): void {
    for (const counts of [this.#byEndpoint, this.#byStatus, this.#byReason]) counts.clear();
    this.#points = 0;
    this.#concurrencyMax = this.#running;
  }
}

function bump(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
