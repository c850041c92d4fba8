import type { InboxMessage } from "#shared/model/delivery.ts";
import { ManualClock } from "#shared/testing/manual-clock.ts";

import type { Bench, BenchResult } from "./bench.ts";
import { MeteredHub } from "./metered-hub.ts";
import type { Written } from "./metered-table.ts";
import { nothingWritten, sumOf } from "./metered-table.ts";
import { startVendors } from "./vendors.ts";
import { createSite, jiraConnection } from "./workload/company.ts";
import { EventMaker } from "./workload/event-maker.ts";
import type { BenchEvent } from "./workload/event-maker.ts";
import { noOps, recordedMix, signalMix } from "./workload/mix.ts";
import type { EventKind } from "./workload/mix.ts";
import { declareReady, seedHub } from "./workload/seed.ts";

/**
 * Time stands still: the sum of good deliveries, one unit every ten seconds for each connection, is
 * written by the clock and by no event.
 */
const clock = new ManualClock("2026-11-21T09:00:00.000Z");
const recordedRounds = 100;
const signalRounds = 60;

/** What a store that keeps only what changed must write: one item of up to 1 KB, once. */
const leastUnits = 1;

export const writeAmplification: Bench = {
  id: "B8",
  title: "Write units per event: the recorded mix, signed Jira deliveries, table in memory",
  async run(): Promise<BenchResult> {
    const vendors = await startVendors(() => undefined);
    try {
      const { hub, events } = await filledHub(vendors);
      const recorded = await measure(
        hub,
        events.take(recordedMix, recordedMix.length * recordedRounds),
      );
      const withSignals = await measure(
        hub,
        events.take(signalMix, signalMix.length * signalRounds),
      );
      return judge(recorded, withSignals);
    } finally {
      await vendors.close();
    }
  },
};

interface FilledHub {
  readonly hub: MeteredHub;
  readonly events: EventMaker;
}

async function filledHub(vendors: {
  readonly jiraUrl: string;
  readonly slackUrl: string;
}): Promise<FilledHub> {
  const hub = new MeteredHub(clock);
  await seedHub(hub, { jira: vendors.jiraUrl, slack: vendors.slackUrl });
  // Not long on their way: such deliveries are read again at the tool.
  const startMs = clock.nowMs() - 60_000;
  const events = new EventMaker(createSite(startMs), startMs);
  for (const event of events.all()) await hub.deliver(messageOf(event));
  await declareReady(hub);
  await hub.settle();
  hub.meter.take();
  return { hub, events };
}

/** As `receive` puts a verified delivery into the inbox. */
function messageOf({ id, headers, body }: BenchEvent): InboxMessage {
  return {
    connector: "jira",
    connectionId: jiraConnection,
    deliveryId: id,
    receivedAt: clock.now(),
    attempt: 0,
    headers: { ...headers },
    query: {},
    body: { text: body },
  };
}

/** What the events of each kind wrote, by type of item. */
type Costs = ReadonlyMap<
  EventKind,
  { readonly events: number; readonly written: Map<string, Written> }
>;

async function measure(hub: MeteredHub, events: readonly BenchEvent[]): Promise<Costs> {
  const costs = new Map<EventKind, { events: number; written: Map<string, Written> }>();
  for (const event of events) {
    // Acknowledged by the receiver, which puts nothing into the inbox.
    if (event.kind !== "comment-event") await hub.deliver(messageOf(event));
    const cost = costs.get(event.kind) ?? { events: 0, written: new Map<string, Written>() };
    cost.events += 1;
    for (const [type, written] of hub.meter.take()) {
      cost.written.set(type, sumOf([cost.written.get(type) ?? nothingWritten, written]));
    }
    costs.set(event.kind, cost);
  }
  return costs;
}

function judge(recorded: Costs, withSignals: Costs): BenchResult {
  const changing = totalOf(recorded, (kind) => !noOps.has(kind));
  const idle = totalOf(recorded, (kind) => noOps.has(kind));
  const mixed = totalOf(withSignals, (kind) => !noOps.has(kind));
  return {
    checks: [
      {
        what: `units per state-changing event, ${changing.events} of them, everything they led to included`,
        measured: changing.writeUnits / changing.events,
        limit: leastUnits,
        limitName: "one item of 1 KB once",
        unit: "units",
        target: { atMost: 1.1 },
      },
      {
        what: `units per event that changes nothing we keep, ${idle.events} of them`,
        measured: idle.writeUnits / idle.events,
        limit: leastUnits,
        limitName: "one item of 1 KB once",
        unit: "units",
        target: { atMost: 0 },
      },
    ],
    notes: [
      `index units apart: ${perEvent(changing.indexWriteUnits, changing.events)} per state-changing event, ` +
        `${perEvent(idle.indexWriteUnits, idle.events)} per other`,
      `not judged: with 1 relink and 1 block in every ${signalMix.length} events, ` +
        `${perEvent(mixed.writeUnits, mixed.events)} units per state-changing event (index ${perEvent(mixed.indexWriteUnits, mixed.events)})`,
      "what an event of each kind costs (units + index units):",
      ...[...withSignals].map(([kind, cost]) => `  ${kind.padEnd(14)} ${costLine(cost)}`),
    ],
  };
}

function totalOf(costs: Costs, isWanted: (kind: EventKind) => boolean) {
  const wanted = [...costs].filter(([kind]) => isWanted(kind)).map(([, cost]) => cost);
  const events = wanted.reduce((sum, cost) => sum + cost.events, 0);
  return { events, ...sumOf(wanted.flatMap((cost) => [...cost.written.values()])) };
}

function costLine({
  events,
  written,
}: {
  events: number;
  written: ReadonlyMap<string, Written>;
}): string {
  if (written.size === 0) return "nothing";
  return [...written]
    .map(
      ([type, { writeUnits, indexWriteUnits }]) =>
        `${type} ${perEvent(writeUnits, events)} + ${perEvent(indexWriteUnits, events)}`,
    )
    .join(", ");
}

function perEvent(units: number, events: number): string {
  return (units / events).toFixed(2);
}
