import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

import type { WebhookVerifier } from "#shared/kit/webhook-verifier.ts";
import type { Delivery } from "#shared/model/delivery.ts";
import type { Clock } from "#shared/ports/clock.ts";

/** Takes webhooks as the hub would, and keeps them. */
export interface Receiver {
  readonly url: string;
  readonly deliveries: readonly Delivery[];
  /** Secrets that came in handshakes. */
  readonly secrets: readonly string[];
  /** Forgets the deliveries so far. */
  forget(): void;
  close(): Promise<void>;
}

export async function startReceiver(verifier: WebhookVerifier, clock: Clock): Promise<Receiver> {
  const deliveries: Delivery[] = [];
  const secrets: string[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const delivery = await deliveryOf(request, clock);
      const verdict = await verifier.verify(delivery, secrets, clock.nowMs());
      if (verdict.outcome === "handshake") {
        secrets.push(verdict.secret);
        response.writeHead(200, verdict.responseHeaders);
      } else deliveries.push(delivery);
      response.end();
    })();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve());
  });
  // A listening TCP server always has an AddressInfo.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    deliveries,
    secrets,
    forget: () => {
      deliveries.length = 0;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function deliveryOf(request: IncomingMessage, clock: Clock): Promise<Delivery> {
  const chunks: Buffer[] = [];
  // Without an encoding set, what a message gives are buffers.
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)]);
  return {
    headers: Object.fromEntries(headers) as Record<string, string>,
    query: {},
    body: Buffer.concat(chunks),
    receivedAt: clock.now(),
  };
}
