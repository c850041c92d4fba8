import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

import { afterEach } from "vitest";
import * as z from "zod";

import { wallClock } from "#shared/testing/simulator/wall-clock.ts";

import { exampleSeed } from "./example-seed.ts";
import { type AsanaSimulatorOptions, startAsanaSimulator } from "./start-asana-simulator.ts";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

/** Does something when the test has ended. */
export function atEnd(cleanup: () => unknown): void {
  cleanups.push(cleanup);
}

const Body = z.looseObject({
  data: z.unknown().optional(),
  next_page: z.object({ offset: z.string() }).nullish(),
  errors: z.array(z.object({ message: z.string() })).optional(),
  sync: z.string().optional(),
  has_more: z.boolean().optional(),
});
export const Rows = z.array(z.looseObject({ gid: z.string() }));

/** A simulated Asana that ends with the test, and a client of it. */
export async function simulator(options: Partial<AsanaSimulatorOptions> = {}) {
  const started = await startAsanaSimulator({ seed: exampleSeed, clock: wallClock, ...options });
  cleanups.push(() => started.close());
  const call = async (method: string, path: string, data?: unknown, token = exampleSeed.token) => {
    const response = await fetch(`${started.apiUrl}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(data === undefined ? {} : { body: JSON.stringify({ data }) }),
    });
    const body = Body.parse(await response.json());
    return { status: response.status, headers: response.headers, body };
  };
  return { ...started, call, get: (path: string) => call("GET", path) };
}

interface Received {
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** A receiver of webhooks that echoes the handshake, or not, and answers what `status` says. */
export async function receiver(options: { readonly echoes: boolean } = { echoes: true }) {
  const received: Received[] = [];
  const answering = { status: 200 };
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on("end", () => {
      received.push({ headers: request.headers, body });
      const secret = request.headers["x-hook-secret"];
      if (typeof secret === "string" && options.echoes) response.setHeader("X-Hook-Secret", secret);
      // Who is introduced is welcome, also where deliveries fail later.
      response.statusCode = secret === undefined ? answering.status : 200;
      response.end();
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve());
  });
  cleanups.push(() => server.close());
  // A listening TCP server always has an AddressInfo.
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/hook`, received, answering };
}
