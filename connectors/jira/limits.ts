import type { LimitObservation } from "#shared/kit/request-budget.ts";
import { epochMsOf, hourMs, readInstant } from "#shared/model/time.ts";

export type Refusal = NonNullable<LimitObservation["refusal"]>;

/** Status and headers of an answer, and the moment it came. */
interface Told {
  readonly status: number;
  readonly headers: Headers;
  readonly nowMs: number;
  /** How many answers before it were refused without a reason or a time; 0: none. */
  readonly unexplainedBefore?: number;
}

/** Waits longer than a day are a mistake of somebody's clock. */
const retryAfterMaxMs = 24 * hourMs;
const burstWaitMs = 1000;
const issueWaitMs = 2000;
const unexplainedWaitMs = 10_000;
const unexplainedWaitMaxMs = 15 * 60_000;

/**
 * What an answer refuses for the sake of limits, and for how long; undefined where it refuses nothing.
 * Reasons: https://developer.atlassian.com/cloud/jira/platform/rate-limiting/ (2026-10); others are seen,
 * so words are looked for in them.
 */
export function refusalIn(told: Told): Refusal | undefined {
  const { status, headers, nowMs } = told;
  const askedMs = retryAfterIn(headers, nowMs);
  if (status === 503 && askedMs !== undefined) {
    return { reason: "unavailable", scope: "endpoint", retryAfterMs: askedMs };
  }
  if (status !== 429) return undefined;
  const reason = reasonIn(headers) ?? "unknown";
  if (reason.includes("per-issue")) {
    return { reason, scope: "record", retryAfterMs: askedMs ?? issueWaitMs };
  }
  // Before the other words: "jira-burst-based" limits one endpoint of a tenant.
  if (reason.includes("burst")) {
    return { reason, scope: "endpoint", retryAfterMs: askedMs ?? burstWaitMs };
  }
  if (/quota|global|tenant/u.test(reason)) {
    // The quota starts again at the full hour UTC.
    return { reason, scope: "tenant", retryAfterMs: askedMs ?? hourMs - (nowMs % hourMs) };
  }
  // A gateway's refusal. Should other endpoints be meant too, each costs one more refusal.
  return { reason, scope: "endpoint", retryAfterMs: askedMs ?? growingWait(told) };
}

function reasonIn(headers: Headers): string | undefined {
  const reason = headers.get("ratelimit-reason");
  return reason === null || reason === "" ? undefined : reason.slice(0, 60);
}

function growingWait({ unexplainedBefore = 0 }: Told): number {
  return Math.min(unexplainedWaitMs * 2 ** Math.min(unexplainedBefore, 10), unexplainedWaitMaxMs);
}

/** How long an answer asks to wait; undefined where it does not say. */
export function retryAfterIn(headers: Headers, nowMs: number): number | undefined {
  const seconds = headers.get("retry-after");
  if (seconds !== null && /^\d+(?:\.\d+)?$/u.test(seconds)) {
    return Math.min(Number(seconds) * 1000, retryAfterMaxMs);
  }
  const reset = readInstant(headers.get("x-ratelimit-reset"));
  if (reset === undefined) return undefined;
  return Math.min(Math.max(0, epochMsOf(reset) - nowMs), retryAfterMaxMs);
}

/**
 * The hourly quota of points that the answer speaks of: `Beta-RateLimit-Policy: "name";q=65000;w=3600`
 * and `Beta-RateLimit: "name";r=11000;t=600`, where a missing `r` means that there is plenty. Of several,
 * the one that ends first. The `X-RateLimit-*` headers speak of bursts.
 */
export function quotaIn(headers: Headers, nowMs: number): LimitObservation["quota"] {
  const states = new Map(
    itemsIn(headers.get("beta-ratelimit")).map(({ name, values }) => [name, values]),
  );
  const quotas = itemsIn(headers.get("beta-ratelimit-policy")).flatMap(({ name, values }) => {
    const limit = values.get("q");
    const state = states.get(name);
    const resetSeconds = state?.get("t");
    const windowSeconds = values.get("w") ?? 3600;
    const isSound =
      windowSeconds > 0 && isSpan(windowSeconds) && isSpan(resetSeconds ?? windowSeconds);
    if (limit === undefined || limit <= 0 || !isSound) return [];
    return [
      {
        limit,
        remaining: state?.get("r") ?? limit,
        windowSeconds,
        ...(resetSeconds !== undefined && { resetAtMs: resetAt(nowMs, resetSeconds) }),
      },
    ];
  });
  return quotas.toSorted((a, b) => a.remaining / a.limit - b.remaining / b.limit)[0];
}

/** Of quotas by the minute, the hour or the day; what is longer is a mistake, and keeping it would fail. */
function isSpan(seconds: number): boolean {
  return seconds >= 0 && seconds <= (31 * 24 * hourMs) / 1000;
}

/** Seconds are rounded on the way, so the moment would waver; windows end with a minute. */
function resetAt(nowMs: number, seconds: number): number {
  return Math.round((nowMs + seconds * 1000) / 60_000) * 60_000;
}

export function isNearLimit(headers: Headers): boolean {
  return headers.get("x-ratelimit-nearlimit")?.toLowerCase() === "true";
}

interface Item {
  readonly name: string;
  readonly values: ReadonlyMap<string, number>;
}

function itemsIn(header: string | null): readonly Item[] {
  return (header ?? "").split(",").flatMap((text) => {
    const [name = "", ...pairs] = text.split(";").map((part) => part.trim());
    if (name === "") return [];
    const values = pairs.flatMap((pair) => {
      const [key = "", value = ""] = pair.split("=");
      const number = Number(value);
      return value === "" || !Number.isFinite(number) ? [] : [[key, number] as const];
    });
    return [{ name: name.replaceAll('"', ""), values: new Map(values) }];
  });
}

/** Refusals in a row that gave neither reason nor time, by address: each next wait is longer. */
export class UnexplainedRefusals {
  readonly #inRow = new Map<string, number>();

  count(root: string): number {
    return this.#inRow.get(root) ?? 0;
  }

  note(root: string, { status, headers }: Pick<Told, "status" | "headers">): void {
    const isUnexplained =
      status === 429 && reasonIn(headers) === undefined && !headers.has("retry-after");
    if (isUnexplained) this.#inRow.set(root, this.count(root) + 1);
    else if (status < 400) this.#inRow.delete(root);
  }
}

/** One per process: clients come and go with each invocation. */
export const unexplainedRefusals = new UnexplainedRefusals();
