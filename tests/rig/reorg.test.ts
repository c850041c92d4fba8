import { expect, test } from "vitest";

import { sweep } from "#functions/sweep/sweep.ts";
import { minuteMs } from "#shared/model/time.ts";
import { rules } from "#shared/rules/index.ts";
import {
  account,
  accountId,
  blockedBy,
  itemId,
  orgUnit,
  person,
  personId,
  unitId,
  upserted,
  workItem,
} from "#shared/testing/facts.ts";
import { createSilentLogger } from "#shared/testing/silent-logger.ts";

import { MemoryHub } from "./memory-hub.ts";
import { ToolHub } from "./tool-hub.ts";

/** `a` of ann waits on `b` of bob; both are in red, with forty others. */
async function teamHub(): Promise<MemoryHub> {
  const hub = await MemoryHub.ready();
  await hub.setRule("unlinked-work", { isEnabled: false });
  await hub.setRule("blocked-across-boundary", { graceMinutes: 15 });
  await hub.apply(
    ...["red", "blue"].map((name) => upserted(orgUnit(name))),
    ...["ann", "bob"].map((name) => upserted(account(name))),
    ...["ann", "bob"].map((name) => upserted(person(name, { unitId: unitId("red") }))),
    ...Array.from({ length: 40 }, (_, at) => upserted(person(`p${at}`, { unitId: unitId("red") }))),
    upserted(workItem("b", { assigneeId: accountId("bob") })),
    upserted(workItem("a", { assigneeId: accountId("ann") }), [
      blockedBy(itemId("a"), itemId("b")),
    ]),
  );
  return hub;
}

async function minutes(hub: MemoryHub, count: number): Promise<void> {
  const { deps } = new ToolHub();
  const sweeping = {
    ...deps,
    table: hub.table,
    clock: hub.clock,
    logger: createSilentLogger(),
    rules,
  };
  for (let at = 0; at < count; at += 1) {
    hub.clock.advance(minuteMs);
    await sweep(sweeping);
    await hub.settle();
  }
}

const moved = (name: string) => upserted(person(name, { unitId: unitId("blue"), version: 1 }));

test("two who move together at different moments of a sync are an alert in waiting, never one that opens", async () => {
  const hub = await teamHub();
  await hub.apply(moved("ann"));
  expect(await hub.alerts()).toMatchObject([{ status: "pending" }]);
  await minutes(hub, 10);
  await hub.apply(moved("bob"));
  await minutes(hub, 30);
  expect(await hub.openSignals()).toEqual([]);
  expect(await hub.alerts()).toEqual([]);
  expect(hub.events.filter(({ type }) => type === "alert.opened.v1")).toEqual([]);
  expect(await hub.drift()).toBe(0);
});

test("one who stays behind is an alert when the wait is over", async () => {
  const hub = await teamHub();
  await hub.apply(moved("ann"));
  await minutes(hub, 16);
  expect(await hub.alerts()).toMatchObject([{ status: "open" }]);
});

test("a batch of moves costs the reading of those who moved, not of the company", async () => {
  const hub = await teamHub();
  hub.clock.advance(minuteMs);
  await hub.apply(moved("p0"));
  const names = ["p1", "p2", "p3"];
  const before = hub.table.usage().readUnits;
  for (const name of names) await hub.apply(moved(name));
  // Each: its record twice, version and rate a few times, an announcement, rules and connections.
  const each = (hub.table.usage().readUnits - before) / names.length;
  expect(each).toBeLessThan(25);
});

test("a manager who changes renews the leader of the findings that this touches", async () => {
  const hub = await teamHub();
  await hub.setRule("blocked-across-boundary");
  const lead = (name: string, unit: string, boss: string, version: number) =>
    upserted(person(name, { unitId: unitId(unit), managerId: personId(boss), version }));
  const members = ["ann", "bob"].map((name, at) =>
    lead(name, at === 0 ? "red" : "blue", at === 0 ? "boss1" : "boss2", 3),
  );
  const bosses = [lead("boss1", "red", "top", 3), lead("boss2", "blue", "top", 3)];
  const others = Array.from({ length: 40 }, (_, at) => lead(`p${at}`, "red", "boss1", 3));
  await hub.apply(upserted(person("top")), ...bosses, ...members, ...others);
  expect(await hub.openSignals()).toMatchObject([{ leaderId: personId("top") }]);
  await hub.apply(
    upserted(person("over")),
    lead("boss1", "red", "over", 4),
    lead("boss2", "blue", "over", 4),
  );
  expect(await hub.openSignals()).toMatchObject([{ leaderId: personId("over") }]);
  expect(await hub.drift()).toBe(0);
});
