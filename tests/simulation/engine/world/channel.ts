import * as z from "zod";

import type { Connector } from "#shared/kit/connector.ts";
import { defineConnector } from "#shared/kit/connector.ts";
import type { Message, SendOutcome } from "#shared/kit/notifier.ts";

const Settings = z.object({});

/** Where people are told: remembers every message, and how often it came. */
export class Channel {
  readonly received = new Map<string, number>();
  readonly connector: Connector;
  /** Called before each message is taken: gives what the channel answers instead, if anything. */
  answer: () => SendOutcome | undefined = () => undefined;
  onSent: () => Promise<void> = async () => undefined;

  constructor() {
    this.connector = defineConnector({
      name: "channel",
      title: "Channel",
      summary: "Where people of the simulated company read",
      settings: Settings,
      collections: [],
      providesGoals: () => false,
      notifier: async () => () => ({
        send: (message) => this.#take(message),
        probe: async () => ({ identity: "channel" }),
      }),
    });
  }

  async #take({ idempotencyKey }: Message): Promise<SendOutcome> {
    const instead = this.answer();
    if (instead) return instead;
    this.received.set(idempotencyKey, (this.received.get(idempotencyKey) ?? 0) + 1);
    await this.onSent();
    return { outcome: "sent" };
  }
}
