import * as http from "node:http";
import * as https from "node:https";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";

import { HubError } from "#shared/errors.ts";

import { failureOfNetwork } from "./errors.ts";

/** 5000 ids are 0.3 MB, 100 issues with all that hangs on them 2 MB. More is not an answer to us. */
const bodyBytesMax = 30_000_000;
/** A connection that was idle for longer may be closed at the other end without our knowing. */
const idleMs = 3000;

/** Node's own client takes half the time and memory of `fetch`, which a first read of a site is made of. */
const clients = {
  "http:": { request: http.request, agent: new http.Agent({ keepAlive: true, timeout: idleMs }) },
  "https:": {
    request: https.request,
    agent: new https.Agent({ keepAlive: true, timeout: idleMs }),
  },
} as const;

/** One request. A body is JSON text. */
export interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** What came back, of any status, read whole. */
export interface Answer {
  readonly status: number;
  readonly isOk: boolean;
  readonly headers: Headers;
  readonly text: string;
}

/**
 * One bounded attempt. A redirect is an answer like others: following it would carry the token to somebody
 * else. Throws `connector.unreachable` for no answer, `connector.drifted` for a giant one.
 */
export async function exchange(url: URL, asked: Asked, timeoutMs: number): Promise<Answer> {
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const incoming = await send(url, asked, signal);
    const status = incoming.statusCode ?? 0;
    const text = await boundedText(incoming);
    return { status, isOk: status >= 200 && status < 300, headers: headersOf(incoming), text };
  } catch (error) {
    if (error instanceof HubError) throw error;
    throw failureOfNetwork(signal.aborted ? signal.reason : error, url.host);
  }
}

function send(url: URL, asked: Asked, signal: AbortSignal): Promise<http.IncomingMessage> {
  const { request, agent } = clients[url.protocol === "https:" ? "https:" : "http:"];
  const { method = "GET", body } = asked;
  const length = body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) };
  const headers = { "accept-encoding": "gzip", ...length, ...asked.headers };
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, headers, agent, signal }, resolve);
    outgoing.once("error", reject);
    outgoing.end(body);
  });
}

async function boundedText(incoming: http.IncomingMessage): Promise<string> {
  // A failure on the way ends both, and is thrown by the reading below.
  const isPacked = incoming.headers["content-encoding"] === "gzip";
  const body = isPacked ? pipeline(incoming, createGunzip(), () => undefined) : incoming;
  const decoder = new TextDecoder();
  let bytes = 0;
  let text = "";
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.byteLength;
    if (bytes > bodyBytesMax) {
      incoming.destroy();
      throw new HubError("connector.drifted", `An answer of Jira exceeds ${bodyBytesMax} bytes`);
    }
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function headersOf({ headersDistinct }: http.IncomingMessage): Headers {
  const headers = new Headers();
  for (const [name, values = []] of Object.entries(headersDistinct)) {
    for (const value of values) headers.append(name, value);
  }
  return headers;
}
