import { beforeEach, describe, expect, test } from "vitest";

import { boundedHistory } from "#shared/model/history.ts";
import { connectionId, factId } from "#shared/model/ids.ts";
import { dayMs } from "#shared/model/time.ts";
import type { Table } from "#shared/ports/table.ts";
import { storeHistories } from "#shared/store/histories.ts";
import { queryAll, scanAll } from "#shared/store/list.ts";
import {
  goalId,
  itemId,
  linkTo,
  upserted,
  workConnection,
  workItem,
} from "#shared/testing/facts.ts";

import { ToolHub } from "../../tests/rig/tool-hub.ts";
import { pull } from "./pull.ts";

/*
 * What a small connection costs beside a large one. A scan of these 20,000 neighbours would be 500 read
 * units and more; the numbers below do not grow with them.
 */

const neighbours = 20_000;
const neighbour = connectionId("neighbour1");

const theirs = Array.from({ length: neighbours }, (_, n) => {
  const id = factId("work-item", "tool", neighbour, `n${n}`);
  return upserted({ ...workItem(`n${n}`), id, connectionId: neighbour });
});
let rig: ToolHub;
let scans = 0;

beforeEach(async () => {
  rig = await ToolHub.connected();
  scans = 0;
  await rig.hub.store(...theirs);
  const things = ["a", "b", "c"].map((name) => upserted(workItem(name, { container: "P" })));
  const links = [linkTo(itemId("d"), goalId("g"))];
  rig.tool.records = [...things, upserted(workItem("d", { parentId: itemId("a") }), links)];
  rig.tool.counting = {
    counts: () => new Map([["P", rig.tool.records.length]]),
    partOf: () => "P",
  };
  await pull(rig.deps, rig.pullThings);
});

/** Read units of some work, which must not look through the whole table. */
async function readUnits(work: (table: Table) => Promise<void>): Promise<number> {
  const { table } = rig.hub;
  const before = table.usage().readUnits;
  await work({
    ...table,
    scan: (request) => {
      scans += 1;
      return table.scan(request);
    },
  });
  return table.usage().readUnits - before;
}

const inHub = (message: Parameters<typeof pull>[1]) => (table: Table) =>
  pull({ ...rig.deps, table }, message);

describe("beside a connection of 20,000 items, a connection of four", () => {
  test("is reconciled whole, with what was deleted found and what names it read again", async () => {
    rig.tool.records = rig.tool.records.slice(1);
    expect(await readUnits(inHub(rig.reconcileThings))).toBeLessThan(60);
    expect(scans).toBe(0);
    expect(await rig.hub.table.get({ pk: itemId("a"), sk: "0" })).toMatchObject({
      isRemoved: true,
    });
    // It still names what was deleted.
    expect(rig.tool.readById).toEqual([itemId("d")]);
  });

  test("is reconciled by counting", async () => {
    await pull(rig.deps, rig.reconcileThings);
    rig.tool.readById.splice(0);
    expect(await readUnits(inHub(rig.reconcileThings))).toBeLessThan(30);
    expect(scans).toBe(0);
    rig.hub.clock.advance(dayMs);
    expect(await readUnits(inHub(rig.reconcileThings))).toBeLessThan(60);
    expect(scans).toBe(0);
  });

  test("is removed, and nothing else is", async () => {
    const units = await readUnits(inHub({ kind: "remove", connectionId: workConnection }));
    expect(units).toBeLessThan(80);
    expect(scans).toBe(0);
    const held = (id: string) =>
      queryAll(rig.hub.table, { index: "connection", partition: `${id}#work-item` });
    expect(await held(workConnection)).toEqual([]);
    expect(await held(neighbour)).toHaveLength(neighbours);
    expect(await rig.hub.table.query({ partition: itemId("d") })).toMatchObject({
      items: [{ isRemoved: true }],
    });
  });
});

test("what stands beside a connection's facts, a history each, goes many at once", async () => {
  const names = Array.from({ length: 200 }, (_, n) => `h${n}`);
  await rig.hub.store(...names.map((name) => upserted(workItem(name))));
  const { table } = rig.hub;
  const pasts = names.map((name) => ({
    ...boundedHistory({
      itemId: itemId(name),
      transitions: [],
      sourceVersion: 0,
      readAt: rig.hub.clock.now(),
    }),
  }));
  await storeHistories(table, pasts);
  let [underWay, most] = [0, 0];
  const slow: Table = {
    ...table,
    write: async (write) => {
      underWay += 1;
      if (write.kind === "delete") most = Math.max(most, underWay);
      await new Promise((resolve) => void setImmediate(resolve));
      underWay -= 1;
      return table.write(write);
    },
  };
  await pull({ ...rig.deps, table: slow }, { kind: "remove", connectionId: workConnection });
  // One after the other, a million of them would take longer than five tries of a function may.
  expect(most).toBeGreaterThan(10);
  const left = (await scanAll(table)).filter(({ type }) => type === "history");
  expect(left).toEqual([]);
});
