import type { AddressInfo } from "node:net";

import { createAdaptorServer } from "@hono/node-server";
import type { Hono } from "hono";

/** A simulator that listens. `close` also ends open connections, so no test waits for keep-alive. */
export interface ServedSimulator {
  /** Without a trailing slash: `http://127.0.0.1:43017`. */
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Serves a simulator on 127.0.0.1, never on another interface: it has no real access control.
 * Port 0, the default, takes a free one. Rejects when the port is taken.
 */
export async function serveSimulator(options: {
  readonly app: Pick<Hono, "fetch">;
  readonly port?: number;
}): Promise<ServedSimulator> {
  const server = createAdaptorServer({
    fetch: (request, env) => options.app.fetch(request, env),
    hostname: "127.0.0.1",
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, "127.0.0.1", () => {
      server.off("error", reject);
      resolve();
    });
  });
  // A server that listens on TCP always has an AddressInfo; text is only for pipes, null before listening.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        if ("closeAllConnections" in server) server.closeAllConnections();
      }),
  };
}
