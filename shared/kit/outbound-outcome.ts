import { HubError } from "#shared/errors.ts";
import type { OutboundResult } from "#shared/ports/outbound.ts";

import type { SendOutcome } from "./notifier.ts";

/** How long to wait where a target does not say. */
export const retryDefaultMs = 30_000;
/** A target that asks for days has a broken clock. */
const retryMaxMs = 3_600_000;

/**
 * What the answer to a message means, for targets that speak plain HTTP: 2xx has taken it, 429 and 5xx
 * will perhaps, 410 is gone for good, anything else, redirects among it, will never. `name` is how people
 * call the target.
 */
export function outcomeOfResult(result: OutboundResult, name: string): SendOutcome {
  switch (result.outcome) {
    case "forbidden":
      return { outcome: "refused", reason: result.reason };
    case "unreached":
      return { outcome: "retry", afterMs: retryDefaultMs, reason: `${name}: ${result.reason}` };
    case "unanswered":
      return { outcome: "uncertain", reason: `${name}: ${result.reason}` };
    case "answered":
      return outcomeOfStatus(result, name);
    default:
      return result satisfies never;
  }
}

function outcomeOfStatus(
  { status, retryAfter }: Extract<OutboundResult, { outcome: "answered" }>,
  name: string,
): SendOutcome {
  if (status >= 200 && status < 300) return { outcome: "sent" };
  const reason = `${name} answered ${status}`;
  if (status === 429 || status >= 500) {
    return { outcome: "retry", afterMs: retryAfterMs(retryAfter), reason };
  }
  if (status === 410) return { outcome: "refused", reason: `${reason}: it is gone`, isGone: true };
  if (status >= 300 && status < 400) {
    return {
      outcome: "refused",
      reason: `${reason}: redirects are not followed, give the new address`,
    };
  }
  return { outcome: "refused", reason };
}

/** The header `Retry-After` in its form of seconds; a date in it counts as not said. */
function retryAfterMs(retryAfter: string | undefined): number {
  const seconds = /^\d{1,9}$/u.test(retryAfter ?? "") ? Number(retryAfter) : 0;
  return seconds > 0 ? Math.min(seconds * 1000, retryMaxMs) : retryDefaultMs;
}

/** The error that a probe throws, in words for the admin; undefined where the target has taken it. */
export function probeFailure(result: OutboundResult, name: string): HubError | undefined {
  if (result.outcome === "forbidden") {
    return new HubError("connector.misconfigured", result.reason);
  }
  if (result.outcome !== "answered") {
    return new HubError(
      "connector.unreachable",
      `${name} could not be reached: check the address and the network`,
    );
  }
  const outcome = outcomeOfResult(result, name);
  if (outcome.outcome === "sent") return undefined;
  const { status } = result;
  if (outcome.outcome === "retry") {
    return new HubError("connector.unavailable", outcome.reason, { retryAfterMs: outcome.afterMs });
  }
  const code =
    status === 401 || status === 403
      ? "connector.unauthorized"
      : status === 404 || status === 410
        ? "connector.not-found"
        : "connector.misconfigured";
  return new HubError(code, outcome.reason, { details: { status } });
}
