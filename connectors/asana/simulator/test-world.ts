import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";

import { afterEach } from "vitest";

import { connectedSource } from "./connected-source.ts";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

/** A source and the simulator that it reads, both ended after the test. */
export async function world(options: Parameters<typeof connectedSource>[0] = {}) {
  const connected = await connectedSource(options);
  cleanups.push(() => connected.simulator.close());
  return connected;
}

/** Serves on a free port of this machine until the test ends; answers the address. */
export async function serving(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve());
  });
  cleanups.push(() => server.close());
  // A listening TCP server always has an AddressInfo.
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
