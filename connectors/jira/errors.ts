import { HubError } from "#shared/errors.ts";
import { epochMsOf, hourMs, readInstant } from "#shared/model/time.ts";

/** What Jira answered, as far as classifying needs it. */
interface FailedAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** What was asked for: "the search", "issue 10001". */
  readonly what: string;
  readonly nowMs: number;
}

/** Waits longer than a day are a mistake of somebody's clock. */
const retryAfterMaxMs = 24 * hourMs;

/**
 * A refused request as a HubError. Statuses and headers:
 * https://developer.atlassian.com/cloud/jira/platform/rate-limiting/ and …/rest/v3/intro/ (2026-11).
 */
export function failureOfAnswer(answer: FailedAnswer): HubError {
  const { status, what } = answer;
  if (status === 429) return rateLimited(answer);
  if (status >= 500) return unavailable(answer);
  const details = { status };
  switch (status) {
    case 400:
      return new HubError(
        "connector.misconfigured",
        `Jira refused ${what}: ${messageIn(answer.text) ?? "bad request"}. Check the settings of the connection`,
        { details },
      );
    case 401:
      return unauthorized(answer);
    case 403:
      return new HubError(
        "connector.forbidden",
        `Jira does not let this account have ${what}: give it the permission, or use another account`,
        { details },
      );
    case 404:
      return new HubError(
        "connector.not-found",
        `Jira does not know ${what}: check the Jira address of the connection`,
        { details },
      );
    default:
      return status < 400
        ? new HubError(
            "connector.misconfigured",
            `The Jira address answers with a redirect (${status}) when asked for ${what}: give the address that the browser ends up at`,
            { details },
          )
        : new HubError("connector.drifted", `Jira no longer offers ${what} (${status})`, {
            details,
          });
  }
}

/** A dead token is let through as nobody, which Jira says only in a header: not an empty site. */
export function tokenRefused(details: Readonly<Record<string, number>> = {}): HubError {
  return new HubError(
    "connector.unauthorized",
    "Jira refused the e-mail and API token: make a new token for this account and save it here (tokens expire)",
    { details },
  );
}

function unauthorized({ status, text, what }: FailedAnswer): HubError {
  if (!/scope does not match/iu.test(text)) return tokenRefused({ status });
  return new HubError(
    "connector.forbidden",
    `The API token lacks a scope for ${what}: make one with read:jira-work, read:jira-user and manage:jira-webhook`,
    { details: { status } },
  );
}

function rateLimited({ headers, nowMs }: FailedAnswer): HubError {
  const reason = headers.get("ratelimit-reason") ?? "unknown";
  const retryAfterMs = retryAfterOf(headers, nowMs) ?? waitByReason(reason, nowMs);
  return new HubError("connector.rate-limited", `Jira asks us to slow down (${reason})`, {
    retryAfterMs,
    details: { status: 429, reason: reason.slice(0, 60) },
  });
}

function unavailable({ status, headers, nowMs }: FailedAnswer): HubError {
  const retryAfterMs = retryAfterOf(headers, nowMs);
  return new HubError("connector.unavailable", `Jira failed with ${status}`, {
    details: { status },
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
}

/** Quotas start again at the full hour UTC, bursts after a second; a gateway's 429 may say nothing. */
function waitByReason(reason: string, nowMs: number): number {
  if (reason.includes("quota")) return hourMs - (nowMs % hourMs);
  return reason.includes("burst") ? 2000 : 10_000;
}

function retryAfterOf(headers: Headers, nowMs: number): number | undefined {
  const seconds = headers.get("retry-after");
  if (seconds !== null && /^\d+(?:\.\d+)?$/u.test(seconds)) {
    return Math.min(Number(seconds) * 1000, retryAfterMaxMs);
  }
  const reset = readInstant(headers.get("x-ratelimit-reset"));
  if (reset === undefined) return undefined;
  return Math.min(Math.max(0, epochMsOf(reset) - nowMs), retryAfterMaxMs);
}

/** Jira's own first sentence, short. It speaks of the query, whose values are our settings. */
function messageIn(text: string): string | undefined {
  const found = /"errorMessages"\s*:\s*\[\s*"((?:[^"\\]|\\.){1,200})/u.exec(text)?.[1];
  return found?.replaceAll('\\"', '"');
}

/** No answer at all: no such host, refused, reset, timed out, cut off. */
export function failureOfNetwork(error: unknown, host: string): HubError {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : undefined;
  const name = error instanceof Error ? error.name : "unknown";
  const why = reasons[code ?? name] ?? "broke off the connection";
  return new HubError(
    "connector.unreachable",
    `${host} ${why}: check the Jira address and the network`,
    { cause: error, details: { reason: code ?? name } },
  );
}

const reasons: Readonly<Record<string, string>> = {
  TimeoutError: "did not answer in time",
  ENOTFOUND: "has no address in the DNS",
  EAI_AGAIN: "has no address in the DNS",
  ECONNREFUSED: "refused the connection",
};
