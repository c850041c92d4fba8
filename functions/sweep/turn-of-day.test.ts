import { describe, expect, test } from "vitest";

import type { Change } from "#shared/model/change.ts";
import { CalendarDate, Instant, dayMs, hourMs, minuteMs } from "#shared/model/time.ts";
import type { Table } from "#shared/ports/table.ts";
import { rules } from "#shared/rules/index.ts";
import { toAttributes } from "#shared/store/codec.ts";
import { edgeItem, readFactItem } from "#shared/store/facts.ts";
import { factKey } from "#shared/store/keys.ts";
import { turnOfDayKey } from "#shared/store/turn-progress.ts";
import {
  account,
  accountId,
  blockedBy,
  goalConnection,
  itemId,
  orgUnit,
  peopleConnection,
  person,
  personId,
  unitId,
  upserted,
  workConnection,
  workItem,
} from "#shared/testing/facts.ts";
import { createSilentLogger } from "#shared/testing/silent-logger.ts";

import { MemoryHub } from "../../tests/rig/memory-hub.ts";
import { ToolHub } from "../../tests/rig/tool-hub.ts";
import { sweep } from "./sweep.ts";
import { turnOfDay } from "./turn-of-day.ts";

const day = (text: string) => CalendarDate.parse(text);
/** The hub's clock begins on 2026-03-02 at nine. */
const [monday, wednesday] = [day("2026-03-02"), day("2026-03-04")];

/** `a` of ann waits on `b` of bob, who is in her team until Wednesday. */
const bobMoves = [
  { validFrom: monday, unitId: unitId("red") },
  { validFrom: wednesday, unitId: unitId("blue") },
];
const company: readonly Change[] = [
  upserted(orgUnit("dept", { originalKind: "department", level: 2 })),
  upserted(orgUnit("red", { parentId: unitId("dept") })),
  upserted(orgUnit("blue", { parentId: unitId("dept") })),
  ...["ann", "bob", "cat"].map((name) => upserted(account(name))),
  upserted(person("ann", { unitId: unitId("red") })),
  upserted(person("bob", { placements: bobMoves })),
  upserted(person("cat", { unitId: unitId("blue") })),
  upserted(workItem("b", { assigneeId: accountId("bob") })),
  upserted(workItem("c", { assigneeId: accountId("cat") })),
  upserted(workItem("a", { assigneeId: accountId("ann") }), [blockedBy(itemId("a"), itemId("b"))]),
  upserted(workItem("d", { assigneeId: accountId("bob") }), [blockedBy(itemId("d"), itemId("c"))]),
];

async function hubOf(...changes: readonly Change[]): Promise<MemoryHub> {
  const hub = await MemoryHub.ready();
  await hub.setRule("unlinked-work", { isEnabled: false });
  await hub.apply(...changes);
  return hub;
}

/** Minutes as the clock brings them, with everything that they lead to. */
async function minutes(hub: MemoryHub, count: number, everyMs = minuteMs): Promise<void> {
  const { deps } = new ToolHub();
  const sweeping = {
    ...deps,
    table: hub.table,
    clock: hub.clock,
    logger: createSilentLogger(),
    rules,
  };
  for (let at = 0; at < count; at += 1) {
    await pass(hub, everyMs);
    await sweep(sweeping);
    await hub.settle();
  }
}

/** Time in which every source stays fresh. */
async function pass(hub: MemoryHub, ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= hourMs) {
    hub.clock.advance(Math.min(left, hourMs));
    for (const id of [workConnection, goalConnection, peopleConnection]) {
      await hub.changeConnection(id, (one) => ({ ...one, freshAt: hub.clock.now() }));
    }
    await hub.settle();
  }
}

const waiting = async (hub: MemoryHub) =>
  (await hub.openSignals()).map(({ subjectId }) => subjectId.replaceAll(/[^=>]*:/gu, ""));
const signalsIn = (hub: MemoryHub) =>
  hub.events
    .filter(({ type }) => type.startsWith("signal."))
    .map(({ type, detail }) => `${type} ${"subjectId" in detail ? detail.subjectId : "?"}`);
const unitOf = async (hub: MemoryHub, name: string) => {
  const stored = readFactItem((await hub.table.get(factKey(personId(name)))) ?? { pk: "", sk: "" });
  return stored?.isRemoved === false && stored.fact.type === "person" ? stored.fact.unitId : "?";
};

describe("a move with a future date", () => {
  test("changes nothing until its day, and then exactly the right signals, once", async () => {
    const hub = await hubOf(...company);
    const before = ["d=>c"];
    expect(await waiting(hub)).toEqual(before);
    hub.events.length = 0;
    // Monday nine o'clock, to Tuesday 23:00.
    await minutes(hub, 38, hourMs);
    expect(signalsIn(hub)).toEqual([]);
    expect(await unitOf(hub, "bob")).toBe(unitId("red"));
    await minutes(hub, 70);
    expect(await unitOf(hub, "bob")).toBe(unitId("blue"));
    expect(await waiting(hub)).toEqual(["a=>b"]);
    const once = signalsIn(hub).toSorted();
    expect(once).toEqual([
      `signal.cleared.v1 ${itemId("d")}=>${itemId("c")}`,
      `signal.opened.v1 ${itemId("a")}=>${itemId("b")}`,
    ]);
    await minutes(hub, 30);
    await minutes(hub, 24, hourMs);
    expect(signalsIn(hub).toSorted()).toEqual(once);
    expect(await hub.drift()).toBe(0);
  });

  test("comes on its day though how far the day before had come cannot be read", async () => {
    const hub = await hubOf(...company);
    await minutes(hub, 2, hourMs);
    const stood = await hub.table.get(turnOfDayKey);
    if (!stood) throw new Error("The day has turned");
    const item = { ...stood, pass: "of another age" };
    await hub.table.write({ kind: "put", item, condition: [] });
    await pass(hub, 37 * hourMs);
    const { deps } = new ToolHub();
    // A process of its own, which has seen nothing of the days before.
    const table = { ...hub.table };
    const base = { table, clock: hub.clock, logger: createSilentLogger(hub.logs), rules };
    await sweep({ ...deps, ...base });
    expect(await unitOf(hub, "bob")).toBe(unitId("blue"));
    expect(hub.logs.map(({ event }) => event)).toContain("store.set-aside");
  });

  test("is one write of the person, and what the source repeats after it is none", async () => {
    const hub = await hubOf(...company);
    const counted = counting(hub.table);
    hub.clock.advance(2 * dayMs);
    await turnOfDay({ table: counted.table, clock: hub.clock, logger: createSilentLogger() });
    await turnOfDay({ table: counted.table, clock: hub.clock, logger: createSilentLogger() });
    expect(counted.facts).toEqual([personId("bob")]);
    const again = person("bob", { placements: bobMoves, version: 5 });
    expect(await hub.store(upserted(again))).toMatchObject({ applied: 0, unchanged: 1 });
  });

  test("is made good after days of standstill, with the moves between them left out", async () => {
    const steps = ["red", "blue", "red", "green"].map((unit, at) => ({
      validFrom: day(`2026-03-0${2 + at}`),
      unitId: unitId(unit),
    }));
    const hub = await hubOf(...company, upserted(person("bob", { placements: steps, version: 1 })));
    hub.events.length = 0;
    await minutes(hub, 1, 9 * dayMs);
    expect(await unitOf(hub, "bob")).toBe(unitId("green"));
    expect(await hub.drift()).toBe(0);
  });
});

describe("the day's turn", () => {
  test("loses to a newer statement that is stored meanwhile", async () => {
    const hub = await hubOf(...company);
    hub.clock.advance(2 * dayMs);
    let isFirst = true;
    const write: Table["write"] = async (one) => {
      if (isFirst && one.kind === "put" && one.item.pk === personId("bob")) {
        isFirst = false;
        const other = [{ validFrom: monday, unitId: unitId("green") }];
        await hub.store(upserted(person("bob", { placements: other, version: 9 })));
      }
      return hub.table.write(one);
    };
    const table = { ...hub.table, write };
    await turnOfDay({ table, clock: hub.clock, logger: createSilentLogger() });
    expect(isFirst).toBe(false);
    expect(await unitOf(hub, "bob")).toBe(unitId("green"));
  });

  test("takes up what was stored across midnight by a clock that still said yesterday", async () => {
    const hub = await hubOf(...company);
    const clock = hub.clock;
    clock.advance(2 * dayMs - 9 * hourMs);
    const deps = { table: hub.table, clock, logger: createSilentLogger() };
    await turnOfDay(deps);
    // Its writer read the clock before midnight: in effect it is what it was on Tuesday.
    const item = await hub.table.get(factKey(personId("bob")));
    const late = { ...item, pk: personId("bob"), sk: "0", unitId: unitId("red"), hash: "late" };
    await hub.table.write({ kind: "put", item: late, condition: [] });
    clock.advance(5 * minuteMs);
    await turnOfDay(deps);
    expect(await unitOf(hub, "bob")).toBe(unitId("red"));
    clock.advance(11 * minuteMs);
    await turnOfDay(deps);
    expect(await unitOf(hub, "bob")).toBe(unitId("blue"));
  });

  test("goes on where it stopped, in bounded runs, each person once", async () => {
    const hub = await MemoryHub.ready();
    const names = Array.from({ length: 4500 }, (_, at) => `p${at}`);
    const people = names.map((name) => upserted(person(name, { placements: bobMoves })));
    for (let at = 0; at < people.length; at += 500) await hub.store(...people.slice(at, at + 500));
    hub.clock.advance(2 * dayMs);
    const counted = counting(hub.table);
    const deps = { table: counted.table, clock: hub.clock, logger: createSilentLogger(), rules };
    await turnOfDay(deps);
    const inFirst = counted.facts.length;
    expect(inFirst).toBeLessThan(4500);
    counted.failAfter(500);
    await expect(turnOfDay(deps)).rejects.toThrow("down");
    counted.failAfter(Infinity);
    await turnOfDay(deps);
    await turnOfDay(deps);
    expect(counted.facts).toHaveLength(4500);
    expect(new Set(counted.facts).size).toBe(4500);
  });

  test("moves a unit with its people on the day, and tells what hangs on it", async () => {
    const placements = [{ validFrom: monday, parentId: unitId("dept") }, { validFrom: wednesday }];
    const hub = await hubOf(...company, upserted(orgUnit("blue", { placements, version: 1 })));
    expect(await hub.openSignals()).toMatchObject([
      { evidence: { facts: { boundary: "department" } } },
    ]);
    await minutes(hub, 1, 2 * dayMs);
    expect(await hub.openSignals()).toMatchObject([{ evidence: { facts: { boundary: "none" } } }]);
    expect(await hub.drift()).toBe(0);
  });

  test("makes a membership that begins and ends re-evaluate what it touches, once each", async () => {
    const hub = await hubOf(...company);
    const membership = {
      type: "membership" as const,
      personId: personId("cat"),
      unitId: unitId("red"),
      isPrimary: true,
      validFrom: day("2026-03-03"),
      validTo: wednesday,
      createdAt: Instant.parse(hub.clock.now()),
    };
    await hub.table.write({ kind: "put", item: edgeItem(membership), condition: [] });
    await hub.settle();
    const counted = counting(hub.table);
    expect(await waiting(hub)).toEqual(["d=>c"]);
    const deps = { clock: hub.clock, logger: createSilentLogger(), table: counted.table };
    await pass(hub, dayMs);
    await turnOfDay(deps);
    await hub.settle();
    // Bob and cat are both in red on Tuesday.
    expect(await waiting(hub)).toEqual([]);
    await turnOfDay(deps);
    hub.clock.advance(hourMs);
    await turnOfDay(deps);
    expect(counted.edges).toBe(1);
    await pass(hub, dayMs);
    await turnOfDay(deps);
    await hub.settle();
    // On Wednesday bob has moved to blue, and cat is back there.
    expect(counted.edges).toBe(2);
    expect(await waiting(hub)).toEqual(["a=>b"]);
    expect(await hub.drift()).toBe(0);
  });

  test("is not held up by an item that cannot be read", async () => {
    const hub = await hubOf(...company);
    const broken = { ...toAttributes({ type: "person", nonsense: 1 }), lpk: "person", lsk: "0" };
    const item = { ...broken, ...factKey(personId("aaa")) };
    await hub.table.write({ kind: "put", item, condition: [] });
    hub.clock.advance(2 * dayMs);
    await turnOfDay({ table: hub.table, clock: hub.clock, logger: createSilentLogger() });
    expect(await unitOf(hub, "bob")).toBe(unitId("blue"));
  });
});

/** Facts and edges that are written through the table, until it fails. */
function counting(table: Table) {
  const facts: string[] = [];
  const counts = { edges: 0, left: Infinity };
  const write: Table["write"] = async (one) => {
    const item = one.kind === "put" ? one.item : undefined;
    const isFact = item?.["type"] === "person" || item?.["type"] === "org-unit";
    if (isFact && counts.left <= 0) throw new Error("down");
    const outcome = await table.write(one);
    if (!outcome.applied || !item) return outcome;
    if (isFact) {
      facts.push(item.pk);
      counts.left -= 1;
    }
    if (item["type"] === "membership") counts.edges += 1;
    return outcome;
  };
  return {
    table: { ...table, write },
    facts,
    get edges() {
      return counts.edges;
    },
    failAfter: (writes: number) => {
      counts.left = writes;
    },
  };
}
