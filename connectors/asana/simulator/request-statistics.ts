import type { MiddlewareHandler } from "hono";

import type { LimitRefusal } from "./request-limits.ts";

/** What was asked of the API so far. */
export interface AsanaStatistics {
  readonly requests: number;
  /** Requests by endpoint: `GET /tasks/{gid}/subtasks`. */
  readonly endpoints: Readonly<Record<string, number>>;
  /** Answers by status. */
  readonly statuses: Readonly<Record<string, number>>;
  /** The simulator's own 429s by reason; those of faults are in `statuses` only. */
  readonly refused: Readonly<Record<LimitRefusal["reason"], number>>;
  /** The most requests that one token ever had under way at once. */
  readonly concurrentMax: { readonly reads: number; readonly writes: number };
}

/** Counts requests, so that tests and benchmarks can say what a client cost. */
export class RequestStatistics {
  readonly #endpoints = new Map<string, number>();
  readonly #statuses = new Map<string, number>();
  readonly #refused = { rate: 0, search: 0, concurrency: 0 };

  /** Counts everything below a path. Mount it before faults, which are answers too. */
  counting(apiPath: string): MiddlewareHandler {
    return async (c, next) => {
      if (!c.req.path.startsWith(apiPath)) return next();
      const template = c.req.path.slice(apiPath.length).replaceAll(/\/\d+(?=\/|$)/gu, "/{gid}");
      increase(this.#endpoints, `${c.req.method} ${template}`);
      await next();
      increase(this.#statuses, String(c.res.status));
      return undefined;
    };
  }

  refuse(reason: LimitRefusal["reason"]): void {
    this.#refused[reason] += 1;
  }

  reset(): void {
    this.#endpoints.clear();
    this.#statuses.clear();
    Object.assign(this.#refused, { rate: 0, search: 0, concurrency: 0 });
  }

  report(concurrentMax: AsanaStatistics["concurrentMax"]): AsanaStatistics {
    const endpoints = sorted(this.#endpoints);
    return {
      requests: [...this.#endpoints.values()].reduce((sum, count) => sum + count, 0),
      endpoints,
      statuses: sorted(this.#statuses),
      refused: { ...this.#refused },
      concurrentMax: { ...concurrentMax },
    };
  }
}

function sorted(counts: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries([...counts].toSorted(([a], [b]) => a.localeCompare(b)));
}

function increase(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
