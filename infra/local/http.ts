import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { setTimeout as pause } from "node:timers/promises";

import { HubError } from "#shared/errors.ts";
import type { Clock } from "#shared/ports/clock.ts";
import type { Logger } from "#shared/ports/logger.ts";

import { failureReason } from "./failure-reason.ts";
import { httpEvent, splitTarget } from "./http-event.ts";
import { readHttpResult, type HttpAnswer } from "./http-result.ts";
import type { InvocationOutcome } from "./invoker.ts";
import { RouteTable, type Route } from "./routes.ts";

export interface HttpOptions {
  /** 0 takes any free port. */
  readonly port: number;
  readonly routes: readonly Route[];
  readonly clock: Clock;
  readonly logger: Logger;
  invoke(functionName: string, event: unknown): Promise<InvocationOutcome>;
}

export interface HttpServer {
  readonly port: number;
  /** Takes no more requests; resolves when the last answer is out. */
  stop(): Promise<void>;
  /** Cuts off what is still open. */
  destroy(): void;
}

/** The event of a synchronous invocation holds at most 6 MB; functions may want less. */
const bodyBytesMax = 6 * 1024 * 1024;
const discardedBytesMax = 64 * 1024 * 1024;
const closeLookMs = 10;

/**
 * Serves the functions on 127.0.0.1 as an API Gateway HTTP API would. Only requests that name this
 * machine as their host are let in: a page in the user's browser whose name was made to point here
 * (DNS rebinding) is not. Throws `entity.conflict` if the port is taken.
 */
export async function startHttp(options: HttpOptions): Promise<HttpServer> {
  const routes = new RouteTable(options.routes);
  const server = createServer({
    // Generous for a person's connection, too short to hold many sockets open on purpose.
    headersTimeout: 10_000,
    requestTimeout: 30_000,
    keepAliveTimeout: 5_000,
  });
  const port = await listen(server, options.port);
  const serving = new Serving(options, routes, port);
  server.on("request", (request, response) => void serving.serve(request, response));
  return {
    port,
    stop: () => closeServer(server),
    destroy: () => server.closeAllConnections(),
  };
}

async function listen(server: Server, port: number): Promise<number> {
  server.listen({ host: "127.0.0.1", port });
  try {
    await once(server, "listening");
  } catch (cause) {
    const message = `Port ${port} cannot be used. Choose another one with --port.`;
    throw new HubError("entity.conflict", message, { cause });
  }
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : port;
}

async function closeServer(server: Server): Promise<void> {
  const closed = once(server, "close").then(() => true);
  server.close();
  // Connections that are busy now become idle one by one; keep-alive would hold them for seconds.
  while (!(await Promise.race([closed, pause(closeLookMs, false)]))) server.closeIdleConnections();
}

class Serving {
  readonly #options: HttpOptions;
  readonly #routes: RouteTable;
  readonly #hosts: ReadonlySet<string>;

  constructor(options: HttpOptions, routes: RouteTable, port: number) {
    this.#options = options;
    this.#routes = routes;
    this.#hosts = new Set(["127.0.0.1", "localhost", "[::1]"].map((name) => `${name}:${port}`));
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = randomUUID();
    try {
      await send(response, await this.#answer(request, requestId), request.method === "HEAD");
    } catch (error) {
      if (error instanceof HubError) {
        await send(response, errorAnswer(error, requestId), request.method === "HEAD");
        return;
      }
      // The client went away, or a socket broke: there is nobody left to answer.
      this.#options.logger.debug("http.aborted", { requestId, reason: failureReason(error) });
      response.destroy();
    }
  }

  async #answer(request: IncomingMessage, requestId: string): Promise<HttpAnswer> {
    if (!this.#hosts.has(request.headers.host?.toLowerCase() ?? "")) {
      const message =
        "This hub answers only to its own address: open http://127.0.0.1 and its port.";
      throw new HubError("access.cross-site", message);
    }
    const { method = "GET", url: target = "/" } = request;
    const route = this.#routes.find(method, splitTarget(target).path);
    if (route === undefined) {
      throw new HubError("entity.not-found", "There is nothing at this address.");
    }
    const event = httpEvent(
      {
        method,
        target,
        headers: request.headers,
        body: await readBody(request),
        sourceIp: request.socket.remoteAddress ?? "127.0.0.1",
        requestId,
        at: this.#options.clock.now(),
      },
      route,
    );
    const outcome = await this.#options.invoke(route.functionName, event);
    return this.#answerOf(outcome, { requestId, function: route.functionName });
  }

  #answerOf(
    outcome: InvocationOutcome,
    fields: { readonly requestId: string; readonly function: string },
  ): HttpAnswer {
    const answer = outcome.ok ? readHttpResult(outcome.value) : undefined;
    if (answer !== undefined) return answer;
    const reason = outcome.ok ? "its answer is not one of an HTTP function" : outcome.reason;
    this.#options.logger.error("http.failed", { ...fields, reason });
    const what = !outcome.ok && outcome.timedOut ? "took too long" : "failed";
    const message = `The request ${what}. The log of the hub says why under this request id.`;
    throw new HubError("invariant.broken", message);
  }
}

/**
 * Reads the whole body. One that is too large is read to its end all the same, up to a limit, because
 * a client that is still sending does not see an answer.
 */
async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    if (!(chunk instanceof Buffer)) continue;
    bytes += chunk.length;
    if (bytes <= bodyBytesMax) chunks.push(chunk);
    else chunks.length = 0;
    if (bytes > discardedBytesMax) break;
  }
  if (bytes <= bodyBytesMax) return Buffer.concat(chunks, bytes);
  throw new HubError("input.too-large", `A request holds at most ${bodyBytesMax} bytes.`);
}

/** The one error envelope of the hub. */
function errorAnswer(error: HubError, requestId: string): HttpAnswer {
  const { code, message } = error;
  return {
    status: error.traits.httpStatus,
    headers: [["content-type", "application/json"]],
    body: Buffer.from(JSON.stringify({ error: { code, message, requestId } })),
  };
}

async function send(response: ServerResponse, answer: HttpAnswer, isHead: boolean): Promise<void> {
  if (response.destroyed || response.headersSent) return;
  for (const [name, value] of answer.headers) response.appendHeader(name, value);
  const hasBody = answer.status !== 204 && answer.status !== 304;
  if (hasBody) response.setHeader("content-length", answer.body.length);
  // What was refused unread would otherwise be taken for the next request.
  if (!response.req.complete) response.setHeader("connection", "close");
  response.writeHead(answer.status);
  const finished = once(response, "close");
  response.end(isHead || !hasBody ? undefined : answer.body);
  await finished;
}
