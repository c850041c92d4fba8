import type { Instant } from "#shared/model/time.ts";
import type { Clock } from "#shared/ports/clock.ts";

import type { OutgoingWebhook } from "./webhook-sender.ts";

/** One try of a delivery. */
export interface Attempt {
  readonly at: Instant;
  readonly status?: number;
  /** Why no answer came: `ECONNREFUSED`, `TimeoutError`. */
  readonly failure?: string;
  readonly durationMs: number;
}

export interface Posted {
  readonly status: number | undefined;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly attempt: Attempt;
}

/** Posts a webhook once. Never throws: a receiver that is away is an outcome. */
export async function attemptPost(
  webhook: OutgoingWebhook,
  timeoutMs: number,
  clock: Clock,
): Promise<Posted> {
  const at = clock.now();
  const startedMs = performance.now();
  const durationMs = () => Math.round(performance.now() - startedMs);
  try {
    const response = await fetch(webhook.url, {
      method: "POST",
      headers: webhook.headers,
      body: webhook.body,
      redirect: "manual",
      signal: AbortSignal.timeout(timeoutMs),
    });
    // Reading to the end frees the connection for the next delivery.
    await response.arrayBuffer();
    const attempt = { at, status: response.status, durationMs: durationMs() };
    return { status: response.status, headers: Object.fromEntries(response.headers), attempt };
  } catch (error) {
    const attempt = { at, failure: failureOf(error), durationMs: durationMs() };
    return { status: undefined, headers: {}, attempt };
  }
}

function failureOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  const { cause } = error;
  return cause instanceof Error && "code" in cause ? String(cause.code) : error.name;
}
