import type { Client } from "jira.js/core";

import { HubError } from "#shared/errors.ts";
import type { SourceContext } from "#shared/kit/connector.ts";
import type { LimitObservation, PlannedRequest } from "#shared/kit/request-budget.ts";

import { failureOfAnswer, tokenRefused } from "./errors.ts";
import { type Answer, exchange } from "./exchange.ts";
import {
  isNearLimit,
  quotaIn,
  type Refusal,
  refusalIn,
  unexplainedRefusals,
  type UnexplainedRefusals,
} from "./limits.ts";
import { planRequest, pointsOf } from "./points.ts";
import type { JiraSettings } from "./settings.ts";
import { apiRoot } from "./settings.ts";

/** A page of 100 issues takes a second or two; Jira's own gateway gives up after 60. */
const timeoutMs = 45_000;
/** Bursts end within a second: so short a wait is made here, twice at most; longer ones are the caller's. */
const waitHereMaxMs = 2000;
const waitsHereMax = 2;

/** What requests are made with. */
export type JiraAccess = Pick<
  SourceContext<JiraSettings>,
  "settings" | "clock" | "budget" | "tokens"
>;

type Request = Parameters<Client["sendRequest"]>[0];

/**
 * Carries the requests that jira.js builds. Its own transport takes no timeout or abort signal, hides
 * the headers of success, and retries on its own; ours asks the budget before and tells it after every
 * bounded attempt, sees Jira's silent refusal of a dead token, and throws only `HubError`. Answers are
 * unparsed: `wire.ts` is the border.
 */
export function jiraTransport(access: JiraAccess): Client {
  const transport = new JiraTransport(access);
  const sendRequest = (request: Request): Promise<unknown> => transport.send(request);
  // jira.js types the answer by its own schema; every caller here parses what it gets as unknown.
  return { sendRequest: sendRequest as Client["sendRequest"] };
}

class JiraTransport {
  readonly #access: JiraAccess;
  readonly #root: string;
  readonly #unexplained: UnexplainedRefusals;

  constructor(access: JiraAccess, unexplained = unexplainedRefusals) {
    this.#access = access;
    this.#root = apiRoot(access.settings);
    this.#unexplained = unexplained;
  }

  async send(request: Request): Promise<unknown> {
    const planned = planRequest(request);
    const what = `${request.method ?? "GET"} ${request.url.split("?")[0]}`;
    for (let waits = 0; ; waits += 1) {
      await this.#access.budget.admit(planned);
      const answer = await this.#authorized(request);
      const refusal = this.#refusalIn(answer);
      if (answer.isOk) {
        const json = jsonOf(answer.text, what);
        await this.#tell(planned, answer, { spentPoints: pointsOf(planned, json) });
        return json;
      }
      await this.#tell(planned, answer, { spentPoints: 1, ...(refusal && { refusal }) });
      if (!isWaitedForHere(refusal) || waits === waitsHereMax) {
        throw this.#failure(answer, what, refusal);
      }
      // Others met the same refusal at the same moment.
      await this.#access.clock.sleep(refusal.retryAfterMs * (1 + Math.random() * 0.3));
    }
  }

  /** An access token may have ended on its way or been revoked: then once more, with another. */
  async #authorized(request: Request): Promise<Answer> {
    const { tokens } = this.#access;
    if (!tokens) {
      const answer = await this.#exchange(request, this.#basic());
      // A dead token is let through as nobody, which Jira says only in a header: not an empty site.
      if (answer.isOk && isNobody(answer)) throw tokenRefused("api-token", answer.status);
      return answer;
    }
    const first = await tokens.read();
    const answer = await this.#exchange(request, `Bearer ${first}`);
    if (!isRefused(answer)) return answer;
    const second = await tokens.read({ refused: first });
    const again = await this.#exchange(request, `Bearer ${second}`);
    if (isRefused(again)) throw tokenRefused("access-token", again.status);
    return again;
  }

  #basic(): string {
    const { email, apiToken } = this.#access.settings;
    if (email === undefined || apiToken === undefined) {
      throw new HubError(
        "connector.misconfigured",
        "There is no e-mail with API token, and no consent either: give one of the two on the connection's page",
      );
    }
    return `Basic ${Buffer.from(`${email}:${apiToken}`).toString("base64")}`;
  }

  #exchange(request: Request, authorization: string): Promise<Answer> {
    const { method = "GET", body } = request;
    const headers = {
      authorization,
      accept: "application/json",
      ...(body !== undefined && { "content-type": "application/json" }),
    };
    const sent = body !== undefined && { body: JSON.stringify(body) };
    return exchange(urlOf(this.#root, request), { method, headers, ...sent }, timeoutMs);
  }

  #refusalIn({ status, headers }: Answer): Refusal | undefined {
    const unexplainedBefore = this.#unexplained.count(this.#root);
    this.#unexplained.note(this.#root, { status, headers });
    return refusalIn({ status, headers, nowMs: this.#access.clock.nowMs(), unexplainedBefore });
  }

  #tell(
    planned: PlannedRequest,
    { headers }: Answer,
    more: Pick<LimitObservation, "spentPoints" | "refusal">,
  ): Promise<void> {
    const { budget, clock } = this.#access;
    // Of apps only: API tokens have no quota of points, and are told of none (rate-limiting, 2026-10).
    const quota = quotaIn(headers, clock.nowMs());
    return budget.observe(planned, {
      ...more,
      ...(quota && { quota }),
      ...(isNearLimit(headers) && { isNearLimit: true }),
    });
  }

  #failure({ status, headers, text }: Answer, what: string, refusal: Refusal | undefined) {
    const credential = this.#access.tokens ? "access-token" : "api-token";
    const nowMs = this.#access.clock.nowMs();
    return failureOfAnswer({ status, headers, text, what, nowMs, credential, refusal });
  }
}

function isWaitedForHere(refusal: Refusal | undefined): refusal is Refusal {
  const isBurst = refusal?.reason.includes("burst") === true;
  return isBurst && refusal.retryAfterMs <= waitHereMaxMs;
}

function isNobody({ headers }: Answer): boolean {
  return headers.get("x-seraph-loginreason")?.includes("AUTHENTICATED_FAILED") === true;
}

/** A token that lacks a scope is answered with 401 as well: another one would lack it too. */
function isRefused(answer: Answer): boolean {
  if (answer.isOk) return isNobody(answer);
  return answer.status === 401 && !/scope does not match/iu.test(answer.text);
}

function urlOf(root: string, { url, searchParams }: Request): URL {
  const full = new URL(`${root}${url}`);
  for (const [name, value] of Object.entries(searchParams ?? {})) {
    for (const each of Array.isArray(value) ? value : [value]) {
      if (each !== undefined && each !== null) full.searchParams.append(name, String(each));
    }
  }
  return full;
}

function jsonOf(text: string, what: string): unknown {
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new HubError(
      "connector.misconfigured",
      `The Jira address answers ${what} with a page instead of data: check that it is the address of a Jira Cloud site`,
    );
  }
}
