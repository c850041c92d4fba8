import * as z from "zod";

import { HubError } from "#shared/errors.ts";
import type { Connector, Source } from "#shared/kit/connector.ts";
import { defineConnector } from "#shared/kit/connector.ts";
import type { Message } from "#shared/kit/notifier.ts";
import type { Change } from "#shared/model/change.ts";

import type { SourceName } from "./ledger.ts";

/** Calls of connectors to their products pass here, so that a process may die in them. */
export type Outside = <T>(kind: "source" | "channel", call: () => Promise<T>) => Promise<T>;

/** A product whose deliveries carry the change itself. */
export function productOf(name: SourceName, outside: Outside): Connector {
  const interpret: Source["interpret"] = async ({ body }) =>
    outside("source", async () => {
      // As it was recorded: the store checks it again, as it does with every source's.
      const change = JSON.parse(Buffer.from(body).toString()) as Change;
      return { changes: [change], rejected: [] };
    });
  const notAsked = (): never => {
    throw new HubError("invariant.broken", "Nobody asks for this on the day");
  };
  return defineConnector({
    name,
    title: name,
    summary: "A product that has recorded a day",
    settings: z.object({}),
    collections: [],
    providesGoals: () => name === "aims",
    source: async () => () => ({
      probe: notAsked,
      pull: notAsked,
      enumerate: notAsked,
      readByIds: notAsked,
      confirm: notAsked,
      isOf: () => true,
      interpret,
    }),
  });
}

/** Where people read. It shows whatever it is given, twice if given twice, as a Slack webhook does. */
export class Wall {
  readonly shown: Message[] = [];

  connector(outside: Outside): Connector {
    return defineConnector({
      name: "wall",
      title: "Wall",
      summary: "A channel without memory",
      settings: z.object({}),
      collections: [],
      providesGoals: () => false,
      notifier: async () => () => ({
        probe: async () => ({ identity: "the wall" }),
        send: (message) =>
          outside("channel", async () => {
            this.shown.push(message);
            return { outcome: "sent" };
          }),
      }),
    });
  }
}
