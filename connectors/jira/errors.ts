import { HubError } from "#shared/errors.ts";

import { type Refusal, refusalIn } from "./limits.ts";

/** What a request proved itself with. */
export type Credential = "api-token" | "access-token";

/** What Jira answered, as far as classifying needs it. */
interface FailedAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** What was asked for: "the search", "issue 10001". */
  readonly what: string;
  readonly nowMs: number;
  /** Default: an API token. */
  readonly credential?: Credential;
  /** What of it is a limit; absent: as the headers say. */
  readonly refusal?: Refusal | undefined;
}

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
        // The gateway's words for a site that the consent does not cover (any more).
        /not installed on this instance/iu.test(answer.text)
          ? "The consent does not cover this site (any more): give it again and choose the site"
          : `Jira does not let this account have ${what}: give it the permission, or use another account`,
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

/** A credential that Jira refuses, openly or by taking its bearer for nobody. */
export function tokenRefused(credential: Credential, status: number): HubError {
  return new HubError(
    "connector.unauthorized",
    credential === "api-token"
      ? "Jira refused the e-mail and API token: make a new token for this account and save it here (tokens expire). A scoped token works only through the address of the gateway"
      : "Jira refused the access token that the consent gave: give the consent again on the connection's page",
    { details: { status } },
  );
}

function unauthorized({ status, text, what, credential = "api-token" }: FailedAnswer): HubError {
  if (!/scope does not match/iu.test(text)) return tokenRefused(credential, status);
  return new HubError(
    "connector.forbidden",
    credential === "api-token"
      ? `The API token lacks a scope for ${what}: make one with read:jira-work and read:jira-user`
      : `The consent lacks a scope for ${what}: give it again on the connection's page`,
    { details: { status, reason: "scope" } },
  );
}

function rateLimited(answer: FailedAnswer): HubError {
  const { reason, retryAfterMs, scope } = answer.refusal ??
    refusalIn(answer) ?? { reason: "unknown", retryAfterMs: 10_000, scope: "endpoint" };
  return new HubError("connector.rate-limited", `Jira asks us to slow down (${reason})`, {
    retryAfterMs,
    details: { status: 429, reason, scope },
  });
}

function unavailable(answer: FailedAnswer): HubError {
  const { status } = answer;
  const retryAfterMs = (answer.refusal ?? refusalIn(answer))?.retryAfterMs;
  return new HubError("connector.unavailable", `Jira failed with ${status}`, {
    details: { status },
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
}

/** Jira's own first sentence, short. It speaks of the query, whose values are our settings. */
function messageIn(text: string): string | undefined {
  const found = /"errorMessages"\s*:\s*\[\s*"((?:[^"\\]|\\.){1,200})/u.exec(text)?.[1];
  return found?.replaceAll('\\"', '"');
}

/** No answer at all: no such host, refused, reset, timed out, cut off. */
export function failureOfNetwork(error: unknown, host: string): HubError {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  // A DOMException has a number for a code, which nobody knows.
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  const name = error instanceof Error ? error.name : "unknown";
  const reason = typeof code === "string" ? code : name;
  const why = reasons[reason] ?? "broke off the connection";
  return new HubError(
    "connector.unreachable",
    `${host} ${why}: check the Jira address and the network`,
    { cause: error, details: { reason } },
  );
}

const reasons: Readonly<Record<string, string>> = {
  TimeoutError: "did not answer in time",
  ENOTFOUND: "has no address in the DNS",
  EAI_AGAIN: "has no address in the DNS",
  ECONNREFUSED: "refused the connection",
};
