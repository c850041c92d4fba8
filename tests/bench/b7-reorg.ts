import type { Fact } from "#shared/model/facts.ts";
import { minuteMs } from "#shared/model/time.ts";
import { applyChanges } from "#shared/store/apply-changes.ts";
import { factItem } from "#shared/store/facts.ts";
import { readOrgParts } from "#shared/store/org-parts.ts";
import { upserted } from "#shared/testing/facts.ts";

import { company, kindOf, movedCount, moves, peopleCount, work } from "./b7/company.ts";
import type { Kind } from "./b7/company.ts";
import { measureInMemory } from "./b7/in-memory.ts";
import type { InMemory } from "./b7/in-memory.ts";
import { ReorgHub } from "./b7/reorg-hub.ts";
import type { Bench, BenchResult } from "./bench.ts";
import type { Written } from "./metered-table.ts";
import { sumOf } from "./metered-table.ts";

const pageSize = 500;
/** A page a half minute: the sync takes ten minutes of the fifteen that an alert waits. */
const pageMs = minuteMs / 2;

export const reorg: Bench = {
  id: "B7",
  title: `Reorganisation: ${movedCount} of ${peopleCount} people change team in one sync`,
  async run(): Promise<BenchResult> {
    const hub = new ReorgHub();
    await found(hub);
    const inMemory = await measureInMemory(hub.table);
    const standing = await hub.evaluateAll();
    await hub.pass(16 * minuteMs);
    const course = await follow(hub);
    return {
      checks: [...checksOf(course), heapCheck(inMemory)],
      notes: [...notesOf(course, standing), inMemoryLine(inMemory)],
    };
  },
};

/** The company and its work, as they stand before anything happens. */
async function found(hub: ReorgHub): Promise<void> {
  const now = hub.clock.now();
  for (const fact of company()) await put(hub, fact, now);
  const all = [...work()];
  for (let at = 0; at < all.length; at += pageSize) {
    await applyChanges(hub, all.slice(at, at + pageSize));
  }
  await hub.connect();
  hub.clock.advance(minuteMs);
  hub.isListening = true;
}

async function put(hub: ReorgHub, fact: Fact, now: ReturnType<ReorgHub["clock"]["now"]>) {
  const item = factItem(upserted(fact), [], { current: undefined, now });
  await hub.table.write({ kind: "put", item, condition: [] });
}

interface Course {
  readonly people: Written;
  readonly announcements: Written;
  readonly signals: Written;
  readonly changedSignals: number;
  readonly readUnits: number;
  readonly wholeOrgUnits: number;
  readonly batches: number;
  readonly seconds: number;
  /** By kind of dependency: signals that opened during the sync, alerts that opened then or since. */
  readonly opened: ReadonlyMap<Kind, number>;
  readonly alerted: ReadonlyMap<Kind, number>;
  readonly resolved: ReadonlyMap<Kind, number>;
}

async function follow(hub: ReorgHub): Promise<Course> {
  const readUnits = () => hub.table.usage().readUnits;
  const beforeWhole = readUnits();
  await readOrgParts(hub.table);
  const wholeOrgUnits = readUnits() - beforeWhole;
  hub.tool.records = [...moves()];
  hub.tool.pageSize = pageSize;
  hub.meter.take();
  hub.events.length = 0;
  const before = { units: readUnits(), batches: hub.batches, ms: performance.now() };
  await hub.sync(() => hub.pass(pageMs));
  await hub.settle();
  const read = readUnits() - before.units;
  const [batches, seconds] = [hub.batches - before.batches, (performance.now() - before.ms) / 1000];
  await hub.pass(20 * minuteMs);
  const written = hub.meter.take();
  const signal = hub.events.filter(({ type }) => type.startsWith("signal."));
  return {
    people: sumOf([written.get("person")].filter((one) => one !== undefined)),
    announcements: sumOf(
      [written.get("org-change"), written.get("org-version")].filter((one) => one !== undefined),
    ),
    signals: sumOf([written.get("signal")].filter((one) => one !== undefined)),
    changedSignals: signal.length,
    readUnits: read,
    wholeOrgUnits,
    batches,
    seconds,
    opened: byKind(hub, "signal.opened.v1"),
    alerted: byKind(hub, "alert.opened.v1"),
    resolved: byKind(hub, "alert.resolved.v1"),
  };
}

function byKind(hub: ReorgHub, type: string): ReadonlyMap<Kind, number> {
  const counts = new Map<Kind, number>();
  for (const event of hub.events) {
    if (event.type !== type || !("subjectId" in event.detail)) continue;
    const kind = kindOf(String(event.detail.subjectId));
    if (kind) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return counts;
}

function checksOf(course: Course): BenchResult["checks"] {
  const { people, announcements, signals, changedSignals, alerted } = course;
  const falseAlerts = [...alerted].filter(([kind]) => kind !== "left behind");
  const rightly = alerted.get("left behind") ?? 0;
  return [
    {
      what: "writes of people and of what tells that they changed",
      measured: people.operations + announcements.operations,
      limit: movedCount,
      limitName: "people moved",
      unit: "writes",
      target: { atMost: 1.1 },
    },
    {
      what: "writes of signals",
      measured: signals.operations,
      limit: changedSignals,
      limitName: "changed signals",
      unit: "writes",
      target: { atMost: 1 },
    },
    {
      what: "alerts that opened",
      measured: rightly + falseAlerts.reduce((sum, [, count]) => sum + count, 0),
      limit: 2000,
      limitName: "dependencies that are across teams now",
      unit: "alerts",
      target: { atMost: 1 },
    },
    {
      what: "alerts that opened rightly",
      measured: rightly,
      limit: 2000,
      limitName: "dependencies that are across teams now",
      unit: "alerts",
      target: { atLeast: 1 },
    },
  ];
}

function heapCheck({ heapMb }: InMemory): BenchResult["checks"][number] {
  return {
    what: "the organisation in memory: people, units and accounts",
    measured: heapMb,
    limit: 100,
    limitName: "what is allowed",
    unit: "MB",
    target: { atMost: 1 },
  };
}

function inMemoryLine({ buildMs, boundaryMicroseconds }: InMemory): string {
  return `put together in ${buildMs.toFixed(0)} ms; a boundary takes ${boundaryMicroseconds.toFixed(2)} µs`;
}

function notesOf(course: Course, standing: number): readonly string[] {
  const { people, announcements, signals, changedSignals, readUnits, wholeOrgUnits } = course;
  const units = ({ operations, writeUnits, indexWriteUnits }: Written) =>
    `${operations} writes, ${writeUnits} + ${indexWriteUnits} index units`;
  const list = (counts: ReadonlyMap<Kind, number>) =>
    [...counts].map(([kind, count]) => `${kind} ${count}`).join(", ") || "none";
  const whole = wholeOrgUnits * course.batches;
  return [
    `${standing} signals stood before; people: ${units(people)}; announcements: ${units(announcements)}; signals: ${units(signals)} for ${changedSignals} changed`,
    `read ${Math.round(readUnits)} units in ${course.batches} batches, ${(readUnits / movedCount).toFixed(1)} for each who moved; the organisation whole is ${Math.round(wholeOrgUnits)}, once a batch ${Math.round(whole)}`,
    `signals opened: ${list(course.opened)}`,
    `alerts opened: ${list(course.alerted)}; resolved: ${list(course.resolved)}`,
    `${course.seconds.toFixed(0)} s on this machine for ten minutes of the hub's clock`,
  ];
}
