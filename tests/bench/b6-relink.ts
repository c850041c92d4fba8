import { startLocalHub } from "#infra/local/local-hub.ts";
import { silentLogger } from "#infra/local/logger.ts";
import { systemClock } from "#shared/adapters/system-clock.ts";
import type { Change } from "#shared/model/change.ts";
import type { Connection } from "#shared/model/connection.ts";
import { instantOf } from "#shared/model/time.ts";
import type { Clock } from "#shared/ports/clock.ts";
import type { Table, Usage } from "#shared/ports/table.ts";
import { applyChanges } from "#shared/store/apply-changes.ts";
import { createDocument } from "#shared/store/documents.ts";
import { connectionSpec } from "#shared/store/specs.ts";
import {
  goal,
  goalConnection,
  goalId,
  itemId,
  linkTo,
  testEpochMs,
  upserted,
  workConnection,
  workItem,
} from "#shared/testing/facts.ts";
import { ManualClock } from "#shared/testing/manual-clock.ts";

import type { Bench, BenchResult, Check } from "./bench.ts";
import { MeteredHub } from "./metered-hub.ts";
import type { Written } from "./metered-table.ts";
import { nothingWritten, sumOf } from "./metered-table.ts";
import { withTemporaryFolder } from "./temporary-folder.ts";

const sizes = [10, 100, 1_000, 10_000] as const;
const embeddedSizes = [10, 1_000] as const;

/** Each way of giving an epic a goal, as the change that sets it or takes it away. */
const ways = {
  /** A field or parent in the tool that names the goal: the epic's record and a link of its own. */
  link: (version: number, isSet: boolean) =>
    upserted(workItem("epic", { version }), isSet ? [linkTo(itemId("epic"), goalId("goal"))] : []),
  /** The epic moved under an initiative that serves the goal, or out of it. */
  move: (version: number, isSet: boolean) =>
    upserted(workItem("epic", { version, ...(isSet && { parentId: itemId("initiative") }) })),
} as const;
type Way = keyof typeof ways;

export const relink: Bench = {
  id: "B6",
  title: "Relink: set or unset an epic's goal, by its number of descendants",
  async run(): Promise<BenchResult> {
    const rows: Row[] = [];
    for (const way of ["move", "link"] as const) {
      for (const descendants of sizes) rows.push(await inMemory(way, descendants));
    }
    const embedded: string[] = [];
    for (const descendants of embeddedSizes) embedded.push(await onDatabase(descendants));
    return {
      checks: (["move", "link"] as const).flatMap((way) =>
        checksOf(
          way,
          rows.filter((row) => row.way === way),
        ),
      ),
      notes: [...rows.map(rowLine), ...embedded],
    };
  },
};

interface Row {
  readonly way: Way;
  readonly descendants: number;
  /** Per relink, the mean of setting and unsetting. */
  readonly facts: Written;
  readonly signals: Written;
  readonly alerts: Written;
  readonly changedSignals: number;
  readonly readUnits: number;
}

/** Unset, set, unset, set: the first pair makes signal and alert, the second finds them there. */
const turns = [false, true, false, true];

async function inMemory(way: Way, descendants: number): Promise<Row> {
  // As young as its items are, so that no finding of their age comes or goes with the move.
  const hub = new MeteredHub(new ManualClock(instantOf(testEpochMs)));
  await connect(hub);
  for (const batch of epicWith(descendants, way)) await applyChanges(hub, batch);
  await hub.settle();
  hub.meter.take();
  const before = { events: hub.events.length, reads: hub.table.usage().readUnits };
  const written = { facts: nothingWritten, signals: nothingWritten, alerts: nothingWritten };
  for (const [turn, isSet] of turns.entries()) {
    await applyChanges(hub, [ways[way](turn + 2, isSet)]);
    written.facts = sumOf([written.facts, ...hub.meter.take().values()]);
    await hub.settle();
    const { signal = nothingWritten, alert = nothingWritten } = Object.fromEntries(
      hub.meter.take(),
    );
    written.signals = sumOf([written.signals, signal]);
    written.alerts = sumOf([written.alerts, alert]);
  }
  const changed = hub.events.slice(before.events).filter(({ type }) => type.startsWith("signal."));
  return {
    way,
    descendants,
    facts: perTurn(written.facts),
    signals: perTurn(written.signals),
    alerts: perTurn(written.alerts),
    changedSignals: changed.length / turns.length,
    readUnits: (hub.table.usage().readUnits - before.reads) / turns.length,
  };
}

function perTurn({ operations, writeUnits, indexWriteUnits }: Written): Written {
  return {
    operations: operations / turns.length,
    writeUnits: writeUnits / turns.length,
    indexWriteUnits: indexWriteUnits / turns.length,
  };
}

/** A goal, an initiative that serves it, and an epic with stories below, linked: in pages as a pull brings them. */
function epicWith(descendants: number, way: Way): readonly (readonly Change[])[] {
  const stories = Array.from({ length: descendants }, (_, at) =>
    upserted(workItem(`story-${at}`, { kind: "story", parentId: itemId("epic") })),
  );
  const above = [
    upserted(goal("goal")),
    upserted(workItem("initiative", { kind: "initiative" }), [
      linkTo(itemId("initiative"), goalId("goal")),
    ]),
    ways[way](1, true),
  ];
  const pages: (readonly Change[])[] = [above];
  for (let at = 0; at < stories.length; at += 500) pages.push(stories.slice(at, at + 500));
  return pages;
}

async function connect({ table, clock }: { readonly table: Table; readonly clock: Clock }) {
  const now = clock.now();
  for (const id of [workConnection, goalConnection]) {
    const connection: Connection = {
      type: "connection",
      id,
      // Asked only whether its records may hold goals.
      connector: "jira",
      name: id,
      settings: { goalTypes: ["Initiative"] },
      status: "active",
      readyAt: now,
      freshAt: now,
      createdAt: now,
      updatedAt: now,
      revision: 0,
    };
    await createDocument(table, connectionSpec, connection);
  }
}

function checksOf(way: Way, rows: readonly Row[]): readonly Check[] {
  const largest = Math.max(
    ...rows.map(
      ({ facts, signals, changedSignals }) =>
        (facts.operations + signals.operations) / (1 + changedSignals),
    ),
  );
  const signals = rows[0]?.changedSignals ?? Number.NaN;
  const [first, last] = [rows[0], rows.at(-1)].map((row) => (row ? unitsOf(row) : Number.NaN));
  const flat: Check = {
    what: `${way}: write units at ${rows.at(-1)?.descendants} descendants against ${rows[0]?.descendants}`,
    measured: last ?? Number.NaN,
    limit: first ?? Number.NaN,
    limitName: "at the smallest",
    unit: "units",
    target: { atMost: 1 },
  };
  const writes: Check = {
    what: `${way}: writes, the largest of all sizes`,
    measured: largest * (1 + signals),
    limit: 1 + signals,
    limitName: "1 + changed signals",
    unit: "writes",
    target: { atMost: 1 },
  };
  if (way === "link") return [writes, flat];
  const units: Check = {
    what: `${way}: write units, the largest of all sizes`,
    measured: Math.max(...rows.map(unitsOf)),
    limit: 1 + signals,
    limitName: "1 + changed signals",
    unit: "units",
    target: { atMost: 1 },
  };
  return [writes, units, flat];
}

function unitsOf({ facts, signals }: Row): number {
  return facts.writeUnits + signals.writeUnits;
}

function rowLine({ way, descendants, facts, signals, alerts, readUnits }: Row): string {
  const part = (name: string, { writeUnits, indexWriteUnits }: Written) =>
    `${name} ${writeUnits} + ${indexWriteUnits}`;
  return (
    `${way} D=${descendants.toLocaleString("en")}: units + index units: ${part("fact", facts)}, ` +
    `${part("signal", signals)}, ${part("alert", alerts)}; read ${readUnits}`
  );
}

/** The same on the embedded database under the whole hub, which also counts what is not a relink's: next to nothing. */
async function onDatabase(descendants: number): Promise<string> {
  return await withTemporaryFolder(async (dataDir) => {
    const hub = await startLocalHub({
      dataDir,
      port: 0,
      clock: systemClock,
      logger: silentLogger,
    });
    try {
      const deps = { table: hub.table, clock: systemClock };
      await connect(deps);
      for (const batch of epicWith(descendants, "link")) await applyChanges(deps, batch);
      await hub.host.settle();
      const before = hub.table.usage();
      const start = performance.now();
      for (const [turn, isSet] of turns.entries()) {
        await applyChanges(deps, [ways.link(turn + 2, isSet)]);
        await hub.host.settle();
      }
      const ms = (performance.now() - start) / turns.length;
      const spent = difference(hub.table.usage(), before);
      return (
        `link D=${descendants.toLocaleString("en")} on the embedded database: ` +
        `${spent.writeUnits / turns.length} + ${spent.indexWriteUnits / turns.length} units in all, ` +
        `${ms.toFixed(1)} ms until everything had settled`
      );
    } finally {
      await hub.close();
    }
  });
}

function difference(after: Usage, before: Usage): Usage {
  return {
    readUnits: after.readUnits - before.readUnits,
    writeUnits: after.writeUnits - before.writeUnits,
    indexWriteUnits: after.indexWriteUnits - before.indexWriteUnits,
  };
}
