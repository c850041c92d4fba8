import { describe, expect, test } from "vitest";

import { HubError } from "#shared/errors.ts";
import type { Cursor } from "#shared/model/connection.ts";
import { instantOf } from "#shared/model/time.ts";
import type { Table } from "#shared/ports/table.ts";
import { getConnection } from "#shared/store/connections.ts";
import { createDocument, updateDocument } from "#shared/store/documents.ts";
import { cursorKey, factKey } from "#shared/store/keys.ts";
import { connectionSpec, cursorSpec } from "#shared/store/specs.ts";
import { itemId, upserted, workConnection, workItem } from "#shared/testing/facts.ts";

import { ToolHub } from "../../tests/rig/tool-hub.ts";
import { noteProblem } from "./freshness.ts";
import { pull } from "./pull.ts";

/** A connection that was read whole an hour ago. */
async function quiet(): Promise<ToolHub> {
  const rig = await ToolHub.connected();
  rig.tool.records = [upserted(workItem("a"))];
  await pull(rig.deps, rig.pullThings);
  rig.hub.clock.advance(60 * 60_000);
  return rig;
}

function counted(table: Table, done: string[]): Table {
  const noting =
    <A extends readonly unknown[], R>(name: string, call: (...of: A) => R) =>
    (...of: A): R => {
      done.push(name);
      return call(...of);
    };
  return {
    ...table,
    get: noting("get", table.get),
    batchGet: noting("batchGet", table.batchGet),
    query: noting("query", table.query),
    write: noting("write", table.write),
  };
}

describe("a poll that finds nothing", () => {
  test("takes three requests to read and two to write", async () => {
    const rig = await quiet();
    rig.tool.records = [];
    const done: string[] = [];
    await pull({ ...rig.deps, table: counted(rig.hub.table, done) }, rig.pullThings);
    expect(done).toEqual(["get", "query", "write", "write", "query"]);
    expect(await rig.cursor()).toMatchObject({ state: "idle", completedAt: rig.hub.clock.now() });
    const connection = await getConnection(rig.hub.table, workConnection);
    expect(connection?.freshAt).toBe(rig.hub.clock.now());
  });

  test("writes only its cursor where the connection was fresh within the minute", async () => {
    const rig = await quiet();
    await pull(rig.deps, rig.pullThings);
    const done: string[] = [];
    await pull({ ...rig.deps, table: counted(rig.hub.table, done) }, rig.pullThings);
    expect(done.filter((name) => name === "write")).toEqual(["write"]);
  });
});

describe("a poll that dies without a word", () => {
  test("time and again is noticed by the one that follows, and no run calls the connection fresh", async () => {
    const rig = await quiet();
    const freshBefore = (await getConnection(rig.hub.table, workConnection))?.freshAt;
    const sentSince = rig.hub.clock.now();
    await updateDocument(
      rig.hub.table,
      cursorSpec,
      cursorKey(workConnection, "things", "pull"),
      (cursor) => ({ ...cursor, sentSince }),
    );
    await die(rig);
    expect(await rig.cursor()).toMatchObject({ state: "idle" });
    rig.hub.clock.advance(5 * 60_000);
    await die(rig);
    expect(await rig.cursor()).toMatchObject({ state: "running" });
    rig.hub.clock.advance(10 * 60_000);
    await die(rig);
    expect(await rig.cursor()).toMatchObject({ problem: { code: "invariant.broken" } });
    expect((await getConnection(rig.hub.table, workConnection))?.freshAt).toBe(freshBefore);
    await pull(rig.deps, rig.pullThings);
    const after = await rig.cursor();
    expect(after).toMatchObject({ state: "idle" });
    expect([after?.problem, after?.sentSince]).toEqual([undefined, undefined]);
  });
});

/** A run of which nothing is heard any more once it has a page to store. */
async function die(rig: ToolHub): Promise<void> {
  await new Promise<void>((died) => {
    const batchGet: Table["batchGet"] = async (keys) => {
      if (!keys.some(({ pk }) => pk === itemId("a"))) return rig.hub.table.batchGet(keys);
      died();
      return new Promise(() => undefined);
    };
    void pull({ ...rig.deps, table: { ...rig.hub.table, batchGet } }, rig.pullThings);
  });
}

test("a problem that another collection meets during a poll is not wiped away by it", async () => {
  const rig = await quiet();
  const { table, clock } = rig.hub;
  const found = await rig.cursor();
  const problem = { code: "connector.forbidden", message: "no", since: clock.now() };
  const meetProblem = async (): Promise<void> => {
    const other = { ...found, collection: "others", state: "failed", problem } as Cursor;
    await createDocument(table, cursorSpec, { ...other, dueAt: instantOf(clock.nowMs()) });
    await updateDocument(table, connectionSpec, factKey(workConnection), (connection) => ({
      ...connection,
      status: "degraded" as const,
      problem,
    }));
  };
  const batchGet: Table["batchGet"] = async (keys) => {
    await meetProblem();
    return table.batchGet(keys);
  };
  await pull({ ...rig.deps, table: { ...table, batchGet } }, rig.pullThings);
  expect(await getConnection(table, workConnection)).toMatchObject({ status: "degraded", problem });
});

test("a problem that is met once more during a poll is not wiped away by it", async () => {
  const rig = await quiet();
  const { table, clock } = rig.hub;
  const found = await rig.cursor();
  const forbidden = new HubError("connector.forbidden", "no");
  await noteProblem(rig.deps, workConnection, forbidden);
  // Its first page proved the problem over; the connection hears of it with the last.
  const other = { ...found, collection: "others", state: "running" } as Cursor;
  await createDocument(table, cursorSpec, { ...other, dueAt: instantOf(clock.nowMs()) });
  const batchGet: Table["batchGet"] = async (keys) => {
    const problem = { code: forbidden.code, message: "no", since: clock.now() };
    const key = cursorKey(workConnection, "others", "pull");
    await updateDocument(table, cursorSpec, key, (cursor) => ({
      ...cursor,
      state: "failed" as const,
      problem,
    }));
    await noteProblem(rig.deps, workConnection, forbidden);
    return table.batchGet(keys);
  };
  await pull({ ...rig.deps, table: { ...table, batchGet } }, rig.pullThings);
  expect(await getConnection(table, workConnection)).toMatchObject({
    status: "degraded",
    problem: { code: forbidden.code },
  });
});
