import { expect, test } from "vitest";

import { snooze } from "#shared/kit/alert-verbs.ts";
import type { Grant } from "#shared/model/grant.ts";
import { grantId } from "#shared/model/ids.ts";
import type { PullMessage } from "#shared/model/pull.ts";
import { dayMs, instantOf, minuteMs } from "#shared/model/time.ts";
import type { Queue } from "#shared/ports/queue.ts";
import type { Table } from "#shared/ports/table.ts";
import { rules } from "#shared/rules/index.ts";
import { listGaps, saveGaps } from "#shared/store/connection-parts.ts";
import { getConnection } from "#shared/store/connections.ts";
import { createDocument, replaceDocument } from "#shared/store/documents.ts";
import { lists } from "#shared/store/keys.ts";
import { scanAll } from "#shared/store/list.ts";
import { alertSpec, cursorSpec, grantSpec } from "#shared/store/specs.ts";
import {
  blockedBy,
  goalConnection,
  itemId,
  removed,
  upserted,
  workConnection,
  workItem,
} from "#shared/testing/facts.ts";
import { createSilentLogger } from "#shared/testing/silent-logger.ts";

import { MemoryHub } from "../../tests/rig/memory-hub.ts";
import type { MemoryQueue } from "../../tests/rig/tool-hub.ts";
import { ToolHub } from "../../tests/rig/tool-hub.ts";
import type { SweepDeps } from "./sweep.ts";
import { sweep as sweepWith } from "./sweep.ts";

const sweep = (deps: Omit<SweepDeps, "rules">) => sweepWith({ ...deps, rules });

const kinds = (queue: MemoryQueue) => queue.sent.map(({ body }) => JSON.parse(body).kind);

test("a due pull is sent once, and not again while it is being worked on", async () => {
  const rig = await ToolHub.connected();
  await sweep(rig.deps);
  rig.hub.clock.advance(minuteMs);
  await sweep(rig.deps);
  expect(kinds(rig.pulls).filter((kind) => kind === "pull")).toHaveLength(1);
  rig.hub.clock.advance(10 * minuteMs);
  await sweep(rig.deps);
  expect(kinds(rig.pulls).filter((kind) => kind === "pull")).toHaveLength(2);
});

test("nothing is reconciled before it was read once", async () => {
  const rig = await ToolHub.connected();
  await sweep(rig.deps);
  expect(kinds(rig.pulls)).not.toContain("reconcile");
});

test("a paused connection is left alone", async () => {
  const rig = await ToolHub.connected({ status: "paused" });
  await sweep(rig.deps);
  expect(rig.pulls.sent).toEqual([]);
});

test("a source that has been silent for hours says so", async () => {
  const rig = await ToolHub.connected({
    readyAt: "2026-03-02T09:00:00.000Z" as never,
    freshAt: "2026-03-02T09:00:00.000Z" as never,
  });
  rig.hub.clock.advance(180 * minuteMs);
  await sweep(rig.deps);
  const connection = await getConnection(rig.hub.table, workConnection);
  expect(connection).toMatchObject({
    status: "degraded",
    problem: { code: "connector.unavailable" },
  });
});

test("a pending alert opens when its grace is over, unless its signal cleared", async () => {
  const hub = await MemoryHub.ready();
  await hub.setRule("unlinked-work", { graceMinutes: 30 });
  await hub.apply(upserted(workItem("epic")));
  const { deps } = new ToolHub();
  const sweeping = { ...deps, table: hub.table, clock: hub.clock, logger: createSilentLogger() };
  await sweep(sweeping);
  expect(await hub.alerts("open")).toEqual([]);
  hub.clock.advance(31 * minuteMs);
  await sweep(sweeping);
  expect(await hub.alerts("open")).toHaveLength(1);
});

test.each(["signal", "alert", "rule-settings"])(
  "one %s that cannot be read holds up no other alert",
  async (type) => {
    const hub = await MemoryHub.ready();
    for (const rule of ["circular-dependency", "unlinked-work"]) {
      await hub.setRule(rule, { graceMinutes: 30 });
    }
    await hub.apply(
      upserted(workItem("a"), [blockedBy(itemId("a"), itemId("a"))]),
      upserted(workItem("b")),
    );
    const waiting = (await hub.alerts("pending")).length;
    const items = (await scanAll(hub.table)).filter((item) => item["type"] === type);
    const [first] = items.toSorted((a, b) => (a.pk < b.pk ? -1 : 1));
    if (!first) throw new Error(`There is no ${type}`);
    const spoilt = { ...first, shape: "of another age" };
    await hub.table.write({ kind: "put", item: spoilt, condition: [] });
    hub.clock.advance(31 * minuteMs);
    const { deps } = new ToolHub();
    await sweep({ ...deps, table: hub.table, clock: hub.clock, logger: createSilentLogger() });
    expect(await hub.alerts("open")).toHaveLength(waiting - 1);
  },
);

test("a pending alert whose signal has cleared never opens, though its event is still on the way", async () => {
  const hub = await MemoryHub.ready();
  await hub.setRule("unlinked-work", { graceMinutes: 30 });
  await hub.apply(upserted(workItem("epic")));
  hub.isBusDown = true;
  await hub.apply(removed(itemId("epic"), 1));
  hub.clock.advance(31 * minuteMs);
  const { deps } = new ToolHub();
  await sweep({ ...deps, table: hub.table, clock: hub.clock, logger: createSilentLogger() });
  expect(await hub.alerts()).toMatchObject([{ status: "pending" }]);
});

test.each([
  ["has cleared", [removed(itemId("epic"), 1)], "snoozed"],
  [
    "opened anew",
    [removed(itemId("epic"), 1), upserted(workItem("epic", { version: 2 }))],
    "snoozed",
  ],
  ["stands", [], "open"],
])(
  "a snoozed alert whose signal %s is woken only if that is what it told of",
  async (_how, changes, status) => {
    const hub = await MemoryHub.ready();
    await hub.setRule("unlinked-work");
    await hub.apply(upserted(workItem("epic")));
    const [alert] = await hub.alerts();
    const until = instantOf(hub.clock.nowMs() + 30 * minuteMs);
    const snoozed = alert && snooze(alert, until, { by: "ops", now: hub.clock.now() });
    if (!snoozed) throw new Error("There is an alert");
    await replaceDocument(hub.table, alertSpec, alert, snoozed);
    hub.isBusDown = true;
    for (const one of changes) await hub.apply(one);
    hub.clock.advance(31 * minuteMs);
    const { deps } = new ToolHub();
    await sweep({ ...deps, table: hub.table, clock: hub.clock, logger: createSilentLogger() });
    expect(await hub.alerts()).toMatchObject([{ status }]);
  },
);

test("a removal that stopped half-way is taken up again", async () => {
  const rig = await ToolHub.connected({ status: "removing" });
  await sweep(rig.deps);
  expect(kinds(rig.pulls)).toEqual(["remove"]);
});

test("an alert that waits by a grace that is no longer its rule's opens by the one that is", async () => {
  const hub = await MemoryHub.ready();
  await hub.setRule("unlinked-work", { graceMinutes: 60 });
  await hub.apply(upserted(workItem("epic")));
  await hub.setRule("unlinked-work", { graceMinutes: 0 });
  const { deps } = new ToolHub();
  await sweep({ ...deps, table: hub.table, clock: hub.clock, logger: createSilentLogger() });
  expect(await hub.alerts()).toMatchObject([{ status: "open" }]);
});

test("a credential that ends soon is said to end, and no longer once it was renewed", async () => {
  const inDays = (days: number) => instantOf(Date.parse("2026-03-02T09:00:00.000Z") + days * dayMs);
  const credential = (days: number) => ({
    kind: "API token",
    setAt: inDays(0),
    expiresAt: inDays(days),
  });
  const rig = await ToolHub.connected({ credential: credential(90) });
  await sweep(rig.deps);
  expect(await listGaps(rig.hub.table, workConnection)).toEqual([]);
  rig.hub.clock.advance(61 * dayMs);
  await sweep(rig.deps);
  expect(await listGaps(rig.hub.table, workConnection)).toMatchObject([
    { what: "The API token of this connection", why: expect.stringContaining("on 2026-05-31") },
  ]);
  await rig.hub.changeConnection(workConnection, (one) => ({
    ...one,
    credential: credential(400),
  }));
  await sweep(rig.deps);
  expect(await listGaps(rig.hub.table, workConnection)).toEqual([]);
});

test("a credential that was renewed a moment ago is not said to end, whatever the index shows", async () => {
  const credential = (days: number) => ({
    kind: "API token",
    setAt: instantOf(0),
    expiresAt: instantOf(Date.parse("2026-03-02T09:00:00.000Z") + days * dayMs),
  });
  const rig = await ToolHub.connected({ credential: credential(10) });
  const { table } = rig.hub;
  const before = await table.query({ index: "list", partition: lists.connections });
  await rig.hub.changeConnection(workConnection, (one) => ({
    ...one,
    credential: credential(400),
  }));
  const query: Table["query"] = async (request) =>
    request.partition === lists.connections ? before : table.query(request);
  await sweep({ ...rig.deps, table: { ...table, query } });
  expect(await listGaps(table, workConnection)).toEqual([]);
});

test("a connection of which a gap cannot be read keeps no other from saying that its credential ends", async () => {
  const credential = (days: number) => ({
    kind: "API token",
    setAt: instantOf(0),
    expiresAt: instantOf(Date.parse("2026-03-02T09:00:00.000Z") + days * dayMs),
  });
  const rig = await ToolHub.connected({ credential: credential(400) });
  const what = "The API token of this connection";
  const { table, clock } = rig.hub;
  await saveGaps(table, workConnection, clock.now(), [{ what, why: "It ends" }]);
  const gap = (await scanAll(table)).find(({ type }) => type === "coverage-gap");
  if (!gap) throw new Error("There is a gap");
  await table.write({ kind: "put", item: { ...gap, shape: "of another age" }, condition: [] });
  clock.advance(1);
  await rig.hub.connect(goalConnection, { credential: credential(10) });
  await expect(sweep(rig.deps)).rejects.toThrow("parse");
  expect(await listGaps(table, goalConnection)).toMatchObject([{ what }]);
});

test("that messages cannot be sent keeps no alert from opening", async () => {
  const hub = await MemoryHub.ready();
  await hub.setRule("unlinked-work", { graceMinutes: 30 });
  await hub.apply(upserted(workItem("epic")));
  const rig = await ToolHub.connected();
  const cursor = await rig.cursor();
  if (!cursor) throw new Error("There is a cursor");
  await createDocument(hub.table, cursorSpec, cursor);
  hub.clock.advance(31 * minuteMs);
  const pulls: Queue = { send: async () => Promise.reject(new Error("No queue answers")) };
  const { table, clock } = hub;
  await expect(sweep({ ...rig.deps, table, clock, pulls })).rejects.toThrow("No queue");
  expect(await hub.alerts("open")).toHaveLength(1);
});

test("a consent on which nothing rests goes after a day", async () => {
  const rig = await ToolHub.connected();
  const now = rig.hub.clock.now();
  const grant = (id: string): Grant => ({
    type: "grant",
    id: grantId(id),
    connector: "tool",
    scopes: [],
    sites: [],
    status: "active",
    createdAt: now,
    updatedAt: now,
    revision: 0,
  });
  for (const id of ["unused0000", "inuse00000"]) {
    await createDocument(rig.hub.table, grantSpec, grant(id));
  }
  await rig.hub.changeConnection(workConnection, (one) => {
    return { ...one, grantId: grantId("inuse00000") };
  });
  await sweep(rig.deps);
  expect(kinds(rig.pulls)).not.toContain("remove-grant");
  rig.hub.clock.advance(dayMs);
  await sweep(rig.deps);
  const bodies = rig.pulls.sent.map(({ body }) => JSON.parse(body) as PullMessage);
  const drop = bodies.find(({ kind }) => kind === "remove-grant");
  expect(drop).toEqual({ kind: "remove-grant", grantId: "grant_unused0000" });
});

test("a draft that nobody finishes goes after a day, and is never read before", async () => {
  const rig = await ToolHub.connected({ status: "draft" });
  await sweep(rig.deps);
  expect(kinds(rig.pulls)).toEqual([]);
  rig.hub.clock.advance(dayMs);
  await sweep(rig.deps);
  expect(kinds(rig.pulls)).toEqual(["remove"]);
});

test("a draft that was started in the same moment in which it was to go stays", async () => {
  const rig = await ToolHub.connected({ status: "draft" });
  rig.hub.clock.advance(dayMs);
  const { table } = rig.hub;
  let isStarted = false;
  const query: Table["query"] = async (request) => {
    const page = await table.query(request);
    if (!isStarted && page.items.some(({ pk }) => pk === workConnection)) {
      isStarted = true;
      await rig.hub.changeConnection(workConnection, (one) => ({ ...one, status: "active" }));
    }
    return page;
  };
  await sweep({ ...rig.deps, table: { ...table, query } });
  expect(isStarted).toBe(true);
  expect(kinds(rig.pulls)).not.toContain("remove");
});

test("a minute in which nothing is due takes four queries, and writes nothing", async () => {
  const rig = await ToolHub.connected();
  const asked: string[] = [];
  const { table } = rig.hub;
  const noting =
    <A, R>(name: string, call: (of: A) => R) =>
    (of: A): R => {
      asked.push(name);
      return call(of);
    };
  const noted: Table = {
    ...table,
    get: noting("get", table.get),
    batchGet: noting("batchGet", table.batchGet),
    query: noting("query", table.query),
    write: noting("write", table.write),
  };
  await sweep({ ...rig.deps, table: noted });
  asked.length = 0;
  rig.hub.clock.advance(minuteMs);
  await sweep({ ...rig.deps, table: noted });
  expect(asked).toEqual(["query", "query", "query", "query"]);
});
