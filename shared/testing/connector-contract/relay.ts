import {
  type ClientRequest,
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";

/** One request of a connector and what came back. Bodies are text, as sent. */
export interface Exchange {
  readonly method: string;
  /** With the query, as asked for. */
  readonly target: string;
  readonly requestHeaders: IncomingHttpHeaders;
  readonly requestBody: string;
  readonly status: number;
  readonly responseHeaders: IncomingHttpHeaders;
  readonly responseBody: string;
}

/** Changes an answer on its way; what it returns is sent instead. Called for JSON of a 2xx only. */
export type Meddling = (
  asked: { readonly method: string; readonly path: string },
  body: unknown,
) => unknown;

/** Stands between a connector and its simulator: it keeps what was said, and changes answers when told to. */
export interface Relay {
  /** Root to give to the connector instead of the simulator's own. */
  readonly url: string;
  readonly exchanges: readonly Exchange[];
  meddle(meddling: Meddling | undefined): void;
  close(): Promise<void>;
}

/** Starts a relay on 127.0.0.1. A connection that the simulator cuts is cut here too, at the same place. */
export async function startRelay(upstream: string): Promise<Relay> {
  const exchanges: Exchange[] = [];
  let meddling: Meddling | undefined;
  const server = createServer((incoming, outgoing) => {
    void (async () => {
      const exchange = await relayOne(upstream, { incoming, outgoing });
      if (!exchange) return;
      exchanges.push(exchange);
      const { status, responseHeaders } = exchange;
      outgoing.writeHead(status, withoutLength(responseHeaders));
      outgoing.end(meddled(exchange, meddling));
    })();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve());
  });
  // A listening TCP server always has an AddressInfo.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    exchanges,
    meddle: (next) => {
      meddling = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Pair {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
}

/** Undefined when no whole answer came; then the connector's connection is cut as well. */
async function relayOne(
  upstream: string,
  { incoming, outgoing }: Pair,
): Promise<Exchange | undefined> {
  const { method = "GET", url: target = "/", headers } = incoming;
  const requestBody = await textOf(incoming);
  const { host: _host, connection: _connection, ...passed } = headers;
  const sent = request(upstream + target, { method, headers: passed, agent: false });
  sent.end(requestBody);
  const answer = await answerOf(sent);
  if (!answer) {
    incoming.socket.resetAndDestroy();
    return undefined;
  }
  const body = await bodyOf(answer);
  const status = answer.statusCode ?? 502;
  if (!body.isWhole) {
    outgoing.writeHead(status, answer.headers);
    outgoing.write(body.text, () => outgoing.destroy());
    return undefined;
  }
  return {
    method,
    target,
    requestHeaders: headers,
    requestBody,
    status,
    responseHeaders: answer.headers,
    responseBody: body.text,
  };
}

function answerOf(sent: ClientRequest): Promise<IncomingMessage | undefined> {
  return new Promise((resolve) => {
    sent.once("response", resolve);
    sent.once("error", () => resolve(undefined));
  });
}

async function bodyOf(answer: IncomingMessage): Promise<{ text: string; isWhole: boolean }> {
  const chunks: Buffer[] = [];
  try {
    // Without an encoding set, what a message gives are buffers.
    for await (const chunk of answer) chunks.push(chunk as Buffer);
    return { text: Buffer.concat(chunks).toString("utf8"), isWhole: true };
  } catch (error) {
    const isCut = error instanceof Error && "code" in error && error.code === "ECONNRESET";
    if (!isCut) throw error;
    return { text: Buffer.concat(chunks).toString("utf8"), isWhole: false };
  }
}

async function textOf(message: IncomingMessage): Promise<string> {
  return (await bodyOf(message)).text;
}

/** The path of a request, without its query. */
export function pathOf({ target }: Pick<Exchange, "target">): string {
  return target.split("?", 1)[0] ?? target;
}

/** Parsed JSON; undefined for what is none. */
export function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function meddled(exchange: Exchange, meddling: Meddling | undefined): string {
  const { method, status, responseBody } = exchange;
  const body = jsonIn(responseBody);
  if (!meddling || body === undefined || status < 200 || status > 299) return responseBody;
  return JSON.stringify(meddling({ method, path: pathOf(exchange) }, body));
}

/** The body may have another length than the one announced; chunks need none. */
function withoutLength(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const {
    "content-length": _length,
    "transfer-encoding": _encoding,
    connection: _connection,
    ...rest
  } = headers;
  return rest;
}
