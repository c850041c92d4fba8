import { HubError } from "#shared/errors.ts";
import type { SourceContext } from "#shared/kit/connector.ts";

import { failureOfAnswer, failureOfNetwork, quotaOf } from "./errors.ts";
import type { HibobSettings } from "./settings.ts";

/** A search of everybody is one large answer. */
const timeoutMs = 60_000;
/** 100,000 ids are 4 MB; nothing else that is asked for is as large. */
const bodyBytesMax = 50_000_000;

export type TransportContext = Pick<SourceContext<HibobSettings>, "settings" | "budget" | "clock">;

export interface Call {
  readonly method: "GET" | "POST";
  readonly path: string;
  /** Method and path without ids, which HiBob limits: each endpoint has its own number a minute. */
  readonly endpoint: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** For error messages: what was asked for. */
  readonly what: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** The one whose limit is documented and reached first; the shared budget counts its requests. */
export const searchEndpoint = "POST /v1/people/search";

/** Makes the requests of one connection and tells the budget what the answers say about the limits. */
export class Transport {
  readonly #context: TransportContext;

  constructor(context: TransportContext) {
    this.#context = context;
  }

  /** Whatever HiBob answered. Throws `HubError` where it did not, or where nothing may be asked now. */
  async send(call: Call): Promise<Answer> {
    const { budget, clock } = this.#context;
    const isCounted = call.endpoint === searchEndpoint;
    const planned = { endpoint: call.endpoint, points: isCounted ? 1 : 0 };
    await budget.admit(planned);
    const answer = await this.#fetch(call);
    const quota = isCounted ? quotaOf(answer.headers, clock.nowMs()) : undefined;
    const retryAfterMs =
      answer.status === 429 ? this.failureOf(answer, call.what).retryAfterMs : undefined;
    await budget.observe(planned, {
      ...(quota && { quota }),
      ...(retryAfterMs !== undefined && {
        refusal: { reason: "hibob-429", scope: "endpoint", retryAfterMs },
      }),
    });
    return answer;
  }

  failureOf({ status, headers }: Answer, what: string): HubError {
    return failureOfAnswer({ status, headers, what, nowMs: this.#context.clock.nowMs() });
  }

  async #fetch({ method, path, query, body }: Call): Promise<Answer> {
    const { settings } = this.#context;
    const url = new URL(settings.baseUrl.replace(/\/+$/u, "") + path);
    for (const [name, value] of Object.entries(query ?? {})) url.searchParams.set(name, value);
    const credentials = `${settings.serviceUserId}:${settings.serviceUserToken}`;
    try {
      const response = await fetch(url, {
        method,
        headers: {
          authorization: `Basic ${Buffer.from(credentials).toString("base64")}`,
          accept: "application/json",
          // Some tables answer HTML to a GET that has one.
          ...(body !== undefined && { "content-type": "application/json" }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        // A redirect would carry the token to somebody else.
        redirect: "manual",
        signal: AbortSignal.timeout(timeoutMs),
      });
      return {
        status: response.status,
        headers: response.headers,
        text: await boundedText(response),
      };
    } catch (error) {
      if (error instanceof HubError) throw error;
      throw failureOfNetwork(error, url.host);
    }
  }
}

async function boundedText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > bodyBytesMax) {
      throw new HubError("connector.drifted", `An answer of HiBob exceeds ${bodyBytesMax} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
