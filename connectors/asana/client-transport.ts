import * as http from "node:http";
import * as https from "node:https";

import { ApiClient } from "asana";

import { HubError } from "#shared/errors.ts";
import type { SourceContext } from "#shared/kit/connector.ts";
import type { PlannedRequest } from "#shared/kit/request-budget.ts";

import { classify, isLate } from "./errors.ts";
import { RequestLimit } from "./request-limit.ts";
import type { AsanaSettings } from "./settings.ts";

/** What the transport needs of a source's context. */
export type TransportContext = Pick<
  SourceContext<Pick<AsanaSettings, "baseUrl" | "token">>,
  "settings" | "tokens" | "budget" | "clock"
>;

/** One request, before it is made. */
export interface Asked {
  /** In words, for messages: "tasks of project 12". */
  readonly what: string;
  /** Method and path pattern: `GET /tasks`. */
  readonly endpoint: string;
  /** Calls the package. It must hand over its options before it first waits, and new ones each time. */
  readonly call: (api: ApiClient) => Promise<unknown>;
}

/**
 * Asana allows 50 reads and 15 writes at once per token
 * (https://developers.asana.com/docs/rate-limits, read 2026-11-21); half is left to others who use it.
 */
const readsAtOnceMax = 25;
const writesAtOnceMax = 7;
/** Asana cuts long requests off after a minute itself; creating a webhook waits for our own answer. */
const timeoutMs = 30_000;
/** A wait that is shorter than what it costs to come back later is waited for here, this often. */
const waitedForMsMax = 2000;
const waitsMax = 2;

/**
 * Makes the requests of one connection: who asks, how many at once, and what the tenant allows. Longer
 * waits throw `connector.rate-limited` with `retryAfterMs`; a read that Asana broke off is asked once more.
 */
export class Transport {
  readonly #context: TransportContext;
  readonly #api: ApiClient;
  readonly #reads = new RequestLimit(readsAtOnceMax);
  readonly #writes = new RequestLimit(writesAtOnceMax);
  /** Until when the budget knows already that nothing may be asked. */
  #toldUntilMs = 0;

  constructor(context: TransportContext) {
    this.#context = context;
    this.#api = apiClient(context.settings.baseUrl);
  }

  /** The parsed answer of a read; every failure is a `HubError`. */
  async read<T>(asked: Asked, parse: (answer: unknown) => T): Promise<T> {
    return this.#reads.run(() => this.#send(asked, { parse, repeatsMax: 1 }));
  }

  /** The same for a write, which is not repeated where nobody knows whether it was done. */
  async write<T>(asked: Asked, parse: (answer: unknown) => T): Promise<T> {
    return this.#writes.run(() => this.#send(asked, { parse, repeatsMax: 0 }));
  }

  async #send<T>(
    asked: Asked,
    { parse, repeatsMax }: { parse: (answer: unknown) => T; repeatsMax: number },
  ): Promise<T> {
    let waits = 0;
    let repeats = 0;
    for (;;) {
      try {
        return parse(await this.#authorized(asked));
      } catch (error) {
        const failure = classify(error, asked.what);
        const waitMs = failure.retryAfterMs ?? 0;
        if (waitMs > waitedForMsMax) throw failure;
        if (failure.code === "connector.rate-limited" && waits < waitsMax) waits += 1;
        else if (isWorthRepeating(failure) && repeats < repeatsMax) repeats += 1;
        else throw failure;
        if (waitMs > 0) await this.#context.clock.sleep(waitMs);
      }
    }
  }

  /** An access token may end between our look at it and Asana's. */
  async #authorized(asked: Asked): Promise<unknown> {
    const { tokens, settings } = this.#context;
    if (!tokens) return this.#once(asked, required(settings.token));
    const token = await tokens.read();
    try {
      return await this.#once(asked, token);
    } catch (error) {
      if (classify(error, asked.what).code !== "connector.unauthorized") throw error;
      return this.#once(asked, await tokens.read({ refused: token }));
    }
  }

  async #once({ what, endpoint, call }: Asked, token: string): Promise<unknown> {
    const { budget } = this.#context;
    const planned: PlannedRequest = { endpoint, points: 1 };
    await budget.admit(planned);
    try {
      // The package reads it when it is called, so that lanes cannot send each other's token.
      this.#api.authentications = { token: { type: "personalAccessToken", accessToken: token } };
      const answer = await call(this.#api);
      await budget.observe(planned, {});
      return answer;
    } catch (error) {
      const failure = classify(error, what);
      if (failure.code === "connector.rate-limited") await this.#tell(planned, failure);
      throw failure;
    }
  }

  /** Many lanes are refused together; the budget is told once of each later end of the wait. */
  async #tell(planned: PlannedRequest, { retryAfterMs = 0 }: HubError): Promise<void> {
    const { budget, clock } = this.#context;
    const untilMs = clock.nowMs() + retryAfterMs;
    if (untilMs <= this.#toldUntilMs) return;
    this.#toldUntilMs = untilMs;
    await budget.observe(planned, {
      refusal: { reason: "asana-rate-limit", scope: "tenant", retryAfterMs },
    });
  }
}

/**
 * A kept connection may be closed in the moment in which we use it, and a server may be replaced:
 * neither says anything about the request. One that took too long would take too long again.
 */
function isWorthRepeating(failure: HubError): boolean {
  return failure.code === "connector.unavailable" && !isLate(failure);
}

function required(token: string | undefined): string {
  if (token !== undefined) return token;
  const message = "Enter an access token, or connect by consent";
  throw new HubError("connector.misconfigured", message, { issues: [{ path: "token", message }] });
}

/** An instance of our own: `ApiClient.instance` would be shared by all connections of a process. */
function apiClient(baseUrl: string): ApiClient {
  const api = new ApiClient();
  api.basePath = baseUrl.replace(/\/+$/u, "");
  api.timeout = timeoutMs;
  // Plain answers: a `Collection` hides `next_page` and reuses the options it mutates.
  api.RETURN_COLLECTION = false;
  const { Agent } = baseUrl.startsWith("https:") ? https : http;
  api.requestAgent = new Agent({ keepAlive: true, maxSockets: readsAtOnceMax + writesAtOnceMax });
  return api;
}
