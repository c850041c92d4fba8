import { HubError } from "#shared/errors.ts";

/** What HiBob answered, as far as classifying needs it. */
interface FailedAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** Asked for what: "the list of people". */
  readonly what: string;
  readonly nowMs: number;
}

/** Limits are per minute, so a longer wait is a mistake of somebody's clock. */
const waitMsMax = 3_600_000;
const waitMsDefault = 60_000;

/** A refused request as a HubError. Statuses: https://apidocs.hibob.com/docs/rate-limit, /reference/people (2026-11). */
export function failureOfAnswer({ status, headers, what, nowMs }: FailedAnswer): HubError {
  const details = { details: { status } };
  switch (status) {
    case 401:
      return new HubError(
        "connector.unauthorized",
        "HiBob refused the service user: check its ID, and make a new token for it in HiBob",
        details,
      );
    case 403:
      return new HubError(
        "connector.forbidden",
        `HiBob does not let our service user read ${what}: add it to a permission group that may`,
        details,
      );
    case 404:
      return new HubError(
        "connector.not-found",
        `HiBob does not know ${what}: check the org levels and the API address`,
        details,
      );
    case 429:
      return new HubError("connector.rate-limited", "HiBob asks us to slow down", {
        ...details,
        retryAfterMs: waitMsOf(headers, nowMs),
      });
    default:
      return status >= 500
        ? new HubError("connector.unavailable", `HiBob failed with ${status}`, details)
        : new HubError(
            "connector.misconfigured",
            `HiBob refused to give ${what} (${status}): check the settings of the connection`,
            details,
          );
  }
}

/** No answer at all: no such host, refused, reset, timed out, cut off. */
export function failureOfNetwork(error: unknown, host: string): HubError {
  return new HubError(
    "connector.unreachable",
    `${host} did not answer, or broke off: check the API address and the network`,
    { cause: error },
  );
}

/** How much of a minute's requests to one endpoint is left, where the answer says. */
export function quotaOf(headers: Headers, nowMs: number) {
  const limit = Number(headers.get("x-ratelimit-limit") ?? Number.NaN);
  const remaining = Number(headers.get("x-ratelimit-remaining") ?? Number.NaN);
  if (!(limit > 0) || !(remaining >= 0)) return undefined;
  const resetAtMs = resetAtMsOf(headers, nowMs);
  return {
    limit,
    remaining,
    windowSeconds: 60,
    ...(resetAtMs !== undefined && { resetAtMs }),
  };
}

function waitMsOf(headers: Headers, nowMs: number): number {
  const after = headers.get("retry-after");
  if (after !== null && /^\d+(?:\.\d+)?$/u.test(after)) {
    return Math.min(Number(after) * 1000, waitMsMax);
  }
  const resetAtMs = resetAtMsOf(headers, nowMs);
  if (resetAtMs === undefined) return waitMsDefault;
  return Math.min(Math.max(1000, resetAtMs - nowMs), waitMsMax);
}

/** The documents do not say whether the header is a moment or a wait; their sizes cannot be mistaken. */
function resetAtMsOf(headers: Headers, nowMs: number): number | undefined {
  const value = Number(headers.get("x-ratelimit-reset") ?? Number.NaN);
  if (!(value >= 0)) return undefined;
  const yearOfSeconds = 366 * 24 * 3600;
  if (value <= yearOfSeconds) return nowMs + value * 1000;
  return value < 1e12 ? value * 1000 : value;
}
