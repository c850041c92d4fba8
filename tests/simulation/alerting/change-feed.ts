import * as z from "zod";

import type { Connector, PulledPage, SourceContext } from "#shared/kit/connector.ts";
import { defineConnector } from "#shared/kit/connector.ts";
import type { Absences } from "#shared/model/absence.ts";
import type { Change } from "#shared/model/change.ts";
import type { ConnectionId } from "#shared/model/ids.ts";

import type { VirtualClock } from "../engine/world/virtual-clock.ts";

const pageSize = 250;
/** What a page of a first reading takes. */
const pageMs = 4000;

export const collectionName = "things";

/** What tools say, in their order: each connection reads its own feed page by page, and then what is new. */
export class ChangeFeeds {
  readonly #clock: VirtualClock;
  readonly #feeds = new Map<ConnectionId, Change[]>();
  /** Pages that were read, by connection. */
  readonly pages = new Map<ConnectionId, number>();
  absences: Absences = new Map();

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  say(connectionId: ConnectionId, ...changes: readonly Change[]): void {
    this.#feedOf(connectionId).push(...changes);
  }

  #feedOf(connectionId: ConnectionId): Change[] {
    const known = this.#feeds.get(connectionId) ?? [];
    this.#feeds.set(connectionId, known);
    return known;
  }

  connector(name: string): Connector {
    return defineConnector({
      name,
      title: name,
      summary: "A tool of the simulated company",
      settings: z.object({ hasGoals: z.boolean().default(false) }),
      collections: [
        {
          name: collectionName,
          title: "Things",
          facts: ["work-item", "goal", "person", "org-unit", "account"],
          pullEveryMinutes: 30,
          reconcileEveryMinutes: 100_000,
        },
      ],
      tellsAbsences: true,
      providesGoals: ({ hasGoals }) => hasGoals === true,
      source: async () => (context) => this.#source(context),
    });
  }

  #source({ connectionId }: SourceContext<unknown>) {
    return {
      probe: async () => ({ identity: "simulated", gaps: [] }),
      pull: (_collection: string, position: string | undefined) =>
        this.#pages(connectionId, position),
      // Nothing is ever missed by these feeds, and a reconcile lies far ahead.
      enumerate: () => nothing(),
      isOf: () => true,
      readByIds: async () => ({ changes: [], rejected: [] }),
      confirm: async () => new Map(),
      interpret: async () => ({ changes: [], rejected: [] }),
      readAbsences: async () => this.absences,
    };
  }

  async *#pages(
    connectionId: ConnectionId,
    position: string | undefined,
  ): AsyncIterable<PulledPage> {
    const feed = this.#feedOf(connectionId);
    for (let at = Number(position ?? 0); ; at += pageSize) {
      if (position === undefined) this.#clock.advance(pageMs);
      const changes = feed.slice(at, at + pageSize);
      const end = at + changes.length;
      const isLast = end >= feed.length;
      this.pages.set(connectionId, (this.pages.get(connectionId) ?? 0) + 1);
      const read = { recordsRead: changes.length, recordsTotal: feed.length };
      yield { changes, rejected: [], ...read, isLast, position: String(end) };
      if (isLast) return;
    }
  }
}

async function* nothing(): AsyncIterable<never> {
  yield* [];
}
