import { HubError } from "#shared/errors.ts";
import type { SourceContext } from "#shared/kit/connector.ts";
import type { PlannedRequest } from "#shared/kit/request-budget.ts";

import { failureOfAnswer, failureOfNetwork } from "./errors.ts";
import { apiRoot } from "./settings.ts";
import type { BambooSettings } from "./settings.ts";

/** BambooHR answers single reads in well under a second; a page of 2,500 took seconds in reports. */
const timeoutMs = 30_000;
/** The largest answer, a table of everybody's rows, is a tenth of that for some thousand people. */
const bodyBytesMax = 50_000_000;

/** What the transport needs of a source's context. */
export type TransportContext = Pick<
  SourceContext<BambooSettings>,
  "settings" | "tokens" | "budget" | "clock"
>;

export interface Call {
  readonly method: "GET" | "POST" | "DELETE";
  readonly path: string;
  /** The path without its ids, which requests are counted by: `/v1/employees/{id}`. */
  readonly pattern?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** For error messages: what was asked for. */
  readonly what: string;
}

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/**
 * Makes the requests of one connection, with its key or the consent's token, and heeds what the company
 * allows: BambooHR names no number, so a refusal is what stops everybody until its `Retry-After` is over.
 */
export class Transport {
  readonly #context: TransportContext;
  readonly #root: string;
  /** Until when the budget knows already that nothing may be asked. */
  #toldUntilMs = 0;

  constructor(context: TransportContext) {
    this.#context = context;
    this.#root = apiRoot(context.settings);
  }

  /** Whatever BambooHR answered. Throws `HubError` where it did not, or where nothing may be asked now. */
  async send(call: Call): Promise<Answer> {
    const { tokens, settings } = this.#context;
    if (!tokens) return this.#once(call, basicOf(settings.apiKey));
    const token = await tokens.read();
    const answer = await this.#once(call, `Bearer ${token}`);
    if (answer.status !== 401) return answer;
    // An access token may end between our look at it and BambooHR's.
    return this.#once(call, `Bearer ${await tokens.read({ refused: token })}`);
  }

  failureOf({ status, headers }: Answer, what: string): HubError {
    const { clock, tokens } = this.#context;
    const access = tokens ? ("consent" as const) : ("key" as const);
    return failureOfAnswer({ status, headers, what, access, nowMs: clock.nowMs() });
  }

  async #once(call: Call, authorization: string): Promise<Answer> {
    const { budget } = this.#context;
    const planned = { endpoint: `${call.method} ${call.pattern ?? call.path}`, points: 1 };
    await budget.admit(planned);
    const answer = await this.#fetch(call, authorization);
    if (answer.status === 429 || answer.status === 503)
      await this.#tell(planned, answer, call.what);
    else await budget.observe(planned, {});
    return answer;
  }

  /** Several reads are refused together; the budget is told once of each later end of the wait. */
  async #tell(planned: PlannedRequest, answer: Answer, what: string): Promise<void> {
    const { budget, clock } = this.#context;
    const failure = this.failureOf(answer, what);
    if (failure.code !== "connector.rate-limited") return budget.observe(planned, {});
    const retryAfterMs = failure.retryAfterMs ?? 0;
    const untilMs = clock.nowMs() + retryAfterMs;
    if (untilMs <= this.#toldUntilMs) return budget.observe(planned, {});
    this.#toldUntilMs = untilMs;
    return budget.observe(planned, {
      refusal: { reason: `bamboohr-${answer.status}`, scope: "tenant", retryAfterMs },
    });
  }

  async #fetch(call: Call, authorization: string): Promise<Answer> {
    const url = new URL(`${this.#root}${call.path}`);
    for (const [name, value] of Object.entries(call.query ?? {})) url.searchParams.set(name, value);
    try {
      const response = await fetch(url, {
        method: call.method,
        headers: {
          authorization,
          // Without it version 1 answers XML.
          accept: "application/json",
          ...(call.body !== undefined && { "content-type": "application/json" }),
        },
        ...(call.body !== undefined && { body: JSON.stringify(call.body) }),
        // A redirect would carry the key to somebody else.
        redirect: "manual",
        signal: AbortSignal.timeout(timeoutMs),
      });
      const text = await boundedText(response);
      return { status: response.status, headers: response.headers, text };
    } catch (error) {
      if (error instanceof HubError) throw error;
      throw failureOfNetwork(error, url.host);
    }
  }
}

/** Basic with the key as user name; the password is ignored, by custom an x. */
function basicOf(apiKey: string | undefined): string {
  if (apiKey !== undefined) return `Basic ${Buffer.from(`${apiKey}:x`).toString("base64")}`;
  const message = "Enter an API key, or connect by consent";
  throw new HubError("connector.misconfigured", message, { issues: [{ path: "apiKey", message }] });
}

async function boundedText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > bodyBytesMax) {
      throw new HubError(
        "connector.drifted",
        `An answer of BambooHR exceeds ${bodyBytesMax} bytes`,
      );
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
