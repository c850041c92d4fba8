import { STATUS_CODES } from "node:http";

import { hourMs, type Instant, instantOf, minuteMs } from "#shared/model/time.ts";
import type { Attempt } from "#shared/testing/simulator/attempt-post.ts";

/** Asana deletes a webhook that failed this long (guide, read 2026-11-21). */
const failureLifeMs = 24 * hourMs;
const firstRetryMs = minuteMs;

/** 1, 2, 4, … minutes before each retry; undefined when the sum would pass a webhook's life. */
export function retryDelayMs(retry: number): number | undefined {
  const sumMs = firstRetryMs * (2 ** retry - 1);
  return sumMs > failureLifeMs ? undefined : firstRetryMs * 2 ** (retry - 1);
}

/** How the deliveries to a webhook go, as Asana shows it. */
export interface WebhookHealth {
  readonly last_success_at: Instant | null;
  readonly last_failure_at: Instant | null;
  readonly last_failure_content: string;
  readonly delivery_retry_count: number;
  readonly next_attempt_after: Instant | null;
  readonly failure_deletion_timestamp: Instant | null;
}

export const untried: WebhookHealth = {
  last_success_at: null,
  last_failure_at: null,
  last_failure_content: "",
  delivery_retry_count: 0,
  next_attempt_after: null,
  failure_deletion_timestamp: null,
};

/** The health after one more attempt. `timeScale` shortens a webhook's life as it does the waits. */
export function afterAttempt(
  health: WebhookHealth,
  { attempt, retry, timeScale }: { attempt: Attempt; retry: number; timeScale: number },
): WebhookHealth {
  const { status, failure, at } = attempt;
  if (status !== undefined && status >= 200 && status < 300) {
    return {
      ...health,
      last_success_at: at,
      delivery_retry_count: 0,
      next_attempt_after: null,
      failure_deletion_timestamp: null,
    };
  }
  const atMs = Date.parse(at);
  const waitMs = retryDelayMs(retry + 1);
  return {
    ...health,
    last_failure_at: at,
    last_failure_content:
      status === undefined ? (failure ?? "") : `${status} ${STATUS_CODES[status] ?? ""}`.trim(),
    delivery_retry_count: health.delivery_retry_count + (retry > 0 ? 1 : 0),
    next_attempt_after: waitMs === undefined ? null : instantOf(atMs + waitMs * timeScale),
    failure_deletion_timestamp:
      health.failure_deletion_timestamp ?? instantOf(atMs + failureLifeMs * timeScale),
  };
}

export function isDead(health: WebhookHealth, now: Instant): boolean {
  const { failure_deletion_timestamp: deadline } = health;
  return deadline !== null && deadline <= now;
}
