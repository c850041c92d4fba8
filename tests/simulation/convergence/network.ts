import { Hono } from "hono";

import type { Answer, Incoming } from "#functions/receive/receive.ts";
import { HubError } from "#shared/errors.ts";
import { minuteMs } from "#shared/model/time.ts";
import type { Clock } from "#shared/ports/clock.ts";
import { type ServedSimulator, serveSimulator } from "#shared/testing/simulator/serve.ts";

import type { Random } from "./tool-under-test.ts";

interface InFlight {
  readonly request: Omit<Incoming, "receivedAt">;
  readonly dueMs: number;
}

/** How a network treats webhooks, as shares of all. */
export interface NetworkFaults {
  readonly dropped: number;
  readonly duplicated: number;
  /** The longest that one is held back; all are held for a random part of it, so they overtake each other. */
  readonly delayMsMax: number;
}

export const faultyNetwork: NetworkFaults = {
  dropped: 0.2,
  duplicated: 0.3,
  delayMsMax: 30 * minuteMs,
};

/**
 * What lies between a source and the hub. It takes every webhook at once, so that the source believes it
 * delivered, and hands it on late, twice or never. What a source waits for an answer to, a handshake,
 * goes straight through.
 */
export class Network {
  readonly #clock: Clock;
  readonly #random: Random;
  #faults: NetworkFaults = { dropped: 0, duplicated: 0, delayMsMax: 0 };
  #flying: InFlight[] = [];
  #served: ServedSimulator | undefined;
  receive: ((incoming: Omit<Incoming, "receivedAt">) => Promise<Answer>) | undefined;
  readonly counts = { taken: 0, dropped: 0, duplicated: 0, delivered: 0 };

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  get url(): string {
    return this.#served?.url ?? "";
  }

  async open(): Promise<void> {
    const app = new Hono();
    app.post("/webhooks/:connector/:connectionId", async (c) => {
      const request = {
        connector: c.req.param("connector"),
        connectionId: c.req.param("connectionId"),
        headers: c.req.header(),
        query: c.req.query(),
        body: new Uint8Array(await c.req.arrayBuffer()),
      };
      if (request.headers["x-hook-secret"] !== undefined) {
        const { status, headers = {} } = await this.#handOn(request);
        return new Response(null, { status, headers });
      }
      this.#take(request);
      return new Response(null, { status: 200 });
    });
    this.#served = await serveSimulator({ app });
  }

  become(faults: NetworkFaults): void {
    this.#faults = faults;
  }

  #take(request: InFlight["request"]): void {
    const { dropped, duplicated, delayMsMax } = this.#faults;
    this.counts.taken += 1;
    if (this.#random() < dropped) {
      this.counts.dropped += 1;
      return;
    }
    const isTwice = this.#random() < duplicated;
    if (isTwice) this.counts.duplicated += 1;
    for (let copies = isTwice ? 2 : 1; copies > 0; copies -= 1) {
      const dueMs = this.#clock.nowMs() + Math.floor(this.#random() * delayMsMax);
      this.#flying.push({ request, dueMs });
    }
  }

  /** Hands on what is due now; `all` hands on everything. */
  async deliver(all = false): Promise<void> {
    const nowMs = this.#clock.nowMs();
    const due = this.#flying.filter(({ dueMs }) => all || dueMs <= nowMs);
    this.#flying = this.#flying.filter(({ dueMs }) => !all && dueMs > nowMs);
    for (const one of due.toSorted((a, b) => a.dueMs - b.dueMs)) {
      this.counts.delivered += 1;
      const { status } = await this.#handOn(one.request);
      // The source tries again.
      if (status >= 500) this.#flying.push({ ...one, dueMs: nowMs + 5 * minuteMs });
    }
  }

  /** A hub that crashes while it receives answers 5xx, as its host does. */
  async #handOn(request: InFlight["request"]): Promise<Pick<Answer, "status" | "headers">> {
    try {
      return (await this.receive?.(request)) ?? { status: 503 };
    } catch (error) {
      if (error instanceof HubError && error.code === "store.unavailable") return { status: 503 };
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#served?.close();
  }
}
