import { HubError } from "#shared/errors.ts";
import { epochMsOf, readInstant } from "#shared/model/time.ts";

/** What BambooHR answered, as far as classifying needs it. */
interface FailedAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** Asked for what: "employee 12", "the list of employees". */
  readonly what: string;
  /** What we proved ourselves with. */
  readonly access: "key" | "consent";
  /** For a `Retry-After` that is a date; absent: such a date is not understood. */
  readonly nowMs?: number;
}

/** Waits longer than a day are a mistake of somebody's clock. */
const retryAfterMaxMs = 24 * 3_600_000;

/**
 * A refused request as a HubError. BambooHR throttles with 503 and `Retry-After`, and says 429 for
 * limits (https://documentation.bamboohr.com/docs/api-details, 2026-11).
 */
export function failureOfAnswer({ status, headers, what, access, nowMs }: FailedAnswer): HubError {
  const retryAfterMs = readRetryAfterMs(headers.get("retry-after"), nowMs);
  const options = { details: { status }, ...(retryAfterMs !== undefined && { retryAfterMs }) };
  switch (status) {
    case 401:
      return new HubError(
        "connector.unauthorized",
        access === "consent"
          ? "BambooHR no longer accepts this consent: whoever gave it lost access or took it back. Give it again"
          : "BambooHR refused the API key: make a new one in BambooHR (your name, API Keys) and save it here",
        options,
      );
    case 403:
      return new HubError(
        "connector.forbidden",
        `BambooHR does not let our account read ${what}: give it the access level, or connect with another account`,
        options,
      );
    case 404:
      return new HubError(
        "connector.not-found",
        `BambooHR does not know ${what}: check the company domain and the API address`,
        options,
      );
    case 429:
      return new HubError("connector.rate-limited", "BambooHR asks us to slow down", options);
    case 503:
      // With Retry-After it is the throttle, without it an outage.
      return retryAfterMs === undefined
        ? new HubError("connector.unavailable", "BambooHR is unavailable (503)", options)
        : new HubError("connector.rate-limited", "BambooHR asks us to slow down", options);
    default:
      return status >= 500
        ? new HubError("connector.unavailable", `BambooHR failed with ${status}`, options)
        : new HubError(
            "connector.misconfigured",
            `BambooHR refused to give ${what} (${status}): check the settings of the connection`,
            options,
          );
  }
}

/** No answer at all: no such host, refused, reset, timed out, cut off. */
export function failureOfNetwork(error: unknown, host: string): HubError {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : undefined;
  const name = error instanceof Error ? error.name : "unknown";
  const why =
    name === "TimeoutError"
      ? "did not answer in time"
      : code === "ENOTFOUND" || code === "EAI_AGAIN"
        ? "has no address in the DNS"
        : code === "ECONNREFUSED"
          ? "refused the connection"
          : "broke off the connection";
  return new HubError(
    "connector.unreachable",
    `${host} ${why}: check the company domain, the API address and the network`,
    { cause: error, details: { reason: code ?? name } },
  );
}

function readRetryAfterMs(value: string | null, nowMs: number | undefined): number | undefined {
  if (value === null) return undefined;
  if (/^\d+(?:\.\d+)?$/u.test(value)) return Math.min(Number(value) * 1000, retryAfterMaxMs);
  const at = readInstant(value);
  return at === undefined || nowMs === undefined
    ? undefined
    : Math.min(Math.max(0, epochMsOf(at) - nowMs), retryAfterMaxMs);
}
