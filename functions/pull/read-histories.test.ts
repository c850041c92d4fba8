import { expect, test } from "vitest";

import { HubError } from "#shared/errors.ts";
import { boundedHistory, type History, type Transition } from "#shared/model/history.ts";
import type { WorkItemId } from "#shared/model/ids.ts";
import type { PullMessage } from "#shared/model/pull.ts";
import { dayMs, hourMs, instantOf, minuteMs } from "#shared/model/time.ts";
import { getConnection } from "#shared/store/connections.ts";
import { getDocument } from "#shared/store/documents.ts";
import { getHistory, storeHistories } from "#shared/store/histories.ts";
import { historyCursorKey } from "#shared/store/history-cursor.ts";
import { cursorSpec } from "#shared/store/specs.ts";
import {
  blockedBy,
  itemId,
  orgUnit,
  peopleConnection,
  removed,
  testEpochMs,
  upserted,
  workConnection,
  workItem,
} from "#shared/testing/facts.ts";

import { ToolHub } from "../../tests/rig/tool-hub.ts";
import { pull } from "./pull.ts";

const histories: PullMessage = { kind: "histories", connectionId: workConnection };
const at = (seconds: number) => instantOf(testEpochMs + seconds * 1000);

function past(name: string, ...transitions: readonly Transition[]): History {
  const itemHistory = { itemId: itemId(name), transitions, sourceVersion: testEpochMs };
  return boundedHistory({ ...itemHistory, readAt: at(0) });
}

const waits = (since: number, blocking: WorkItemId): Transition => ({
  what: "blocked-by",
  at: at(since),
  to: blocking,
});

/** Two items, the one waiting for the other, whose past is on a page each. */
async function hub(): Promise<ToolHub> {
  const rig = await ToolHub.connected();
  rig.tool.records = [
    upserted(workItem("story", { teamName: "red" }), [blockedBy(itemId("story"), itemId("bug"))]),
    upserted(workItem("bug", { teamName: "blue" })),
  ];
  rig.tool.pasts = [[past("story", waits(-9000, itemId("bug")))], [past("bug")]];
  rig.renewRegistry();
  return rig;
}

const cursorOf = (rig: ToolHub) =>
  getDocument(rig.hub.table, cursorSpec, historyCursorKey(workConnection));

async function read(rig: ToolHub): Promise<void> {
  await pull(rig.deps, histories);
}

test("begins when everything else was read once, and goes on every hour", async () => {
  const rig = await hub();
  await read(rig);
  expect(await cursorOf(rig)).toBeUndefined();
  await pull(rig.deps, rig.pullThings);
  expect(await cursorOf(rig)).toMatchObject({ mode: "history", state: "waiting" });
  await read(rig);
  expect(await cursorOf(rig)).toMatchObject({
    state: "idle",
    position: "done",
    recordsRead: 2,
    dueAt: instantOf(rig.hub.clock.nowMs() + hourMs),
  });
  expect(await getHistory(rig.hub.table, itemId("story"))).toEqual(rig.tool.pasts?.[0]?.[0]);
  expect(await getHistory(rig.hub.table, itemId("bug"))).toMatchObject({ transitions: [] });
});

test("waits while the connection is read whole again", async () => {
  const rig = await hub();
  await pull(rig.deps, rig.pullThings);
  await rig.startOver();
  await read(rig);
  expect(await cursorOf(rig)).toMatchObject({
    state: "waiting",
    dueAt: instantOf(rig.hub.clock.nowMs() + 15 * minuteMs),
  });
  expect(await getHistory(rig.hub.table, itemId("story"))).toBeUndefined();
});

test("a refused run waits as long as it is told, goes on where it stood, and leaves the connection well", async () => {
  const rig = await hub();
  await pull(rig.deps, rig.pullThings);
  rig.tool.beforePast = (page) => {
    if (page === 1) {
      throw new HubError("connector.rate-limited", "No points left", {
        retryAfterMs: 40 * minuteMs,
      });
    }
  };
  await read(rig);
  expect(await cursorOf(rig)).toMatchObject({
    state: "failed",
    position: "1",
    dueAt: instantOf(rig.hub.clock.nowMs() + 40 * minuteMs),
    problem: { code: "connector.rate-limited" },
  });
  await pull(rig.deps, rig.pullThings);
  const connection = await getConnection(rig.hub.table, workConnection);
  expect(connection).toMatchObject({ status: "active", freshAt: rig.hub.clock.now() });
  const pages: number[] = [];
  rig.tool.beforePast = (page) => void pages.push(page);
  await read(rig);
  expect([pages, (await cursorOf(rig))?.problem]).toEqual([[1], undefined]);
});

test("a place that the source no longer takes begins anew", async () => {
  const rig = await hub();
  await pull(rig.deps, rig.pullThings);
  rig.tool.beforePast = () => {
    throw new HubError("connector.cursor-expired", "too old");
  };
  await read(rig);
  expect((await cursorOf(rig))?.position).toBeUndefined();
});

test("the past of what was removed is forgotten within a day", async () => {
  const rig = await hub();
  await pull(rig.deps, rig.pullThings);
  await read(rig);
  await rig.hub.apply(removed(itemId("story"), 10_000_000));
  rig.tool.pasts = [[past("bug")]];
  rig.hub.clock.advance(dayMs);
  await read(rig);
  expect(await getHistory(rig.hub.table, itemId("story"))).toBeUndefined();
  expect(await getHistory(rig.hub.table, itemId("bug"))).toBeDefined();
});

test("a connection takes its past with it, also what a run brings in while it goes", async () => {
  const rig = await hub();
  await pull(rig.deps, rig.pullThings);
  rig.tool.beforePast = async (page) => {
    if (page === 1) await pull(rig.deps, { kind: "remove", connectionId: workConnection });
  };
  await read(rig);
  for (const name of ["story", "bug"]) {
    expect(await getHistory(rig.hub.table, itemId(name))).toBeUndefined();
  }
  expect(await cursorOf(rig)).toBeUndefined();
});

test("an alert says since when work has waited as soon as its past is known, and a full pass agrees", async () => {
  const rig = await hub();
  await rig.hub.connect(peopleConnection);
  await rig.hub.apply(upserted(orgUnit("red")), upserted(orgUnit("blue")));
  await rig.hub.setRule("blocked-across-boundary", { graceMinutes: 0 });
  await pull(rig.deps, rig.pullThings);
  await rig.hub.settle();
  const evidence = async () => (await rig.hub.openSignals())[0]?.evidence;
  expect((await evidence())?.facts).not.toHaveProperty("waitingSince");
  await read(rig);
  await rig.hub.settle();
  expect(await evidence()).toMatchObject({
    sentence: expect.stringContaining(`It has waited since ${at(-9000).slice(0, 10)}.`) as string,
    facts: { waitingSince: at(-9000) },
  });
  expect(await rig.hub.drift()).toBe(0);
});

test("an alert no longer says since when once the past that told it is kept no more", async () => {
  const rig = await hub();
  await rig.hub.connect(peopleConnection);
  await rig.hub.apply(upserted(orgUnit("red")), upserted(orgUnit("blue")));
  await rig.hub.setRule("blocked-across-boundary", { graceMinutes: 0 });
  await pull(rig.deps, rig.pullThings);
  await read(rig);
  await rig.hub.settle();
  const since = async () => (await rig.hub.openSignals())[0]?.evidence.facts["waitingSince"];
  expect(await since()).toBeDefined();
  for (const name of ["story", "bug"]) {
    const known = await getHistory(rig.hub.table, itemId(name));
    // So much has happened since that the beginning of its waiting is not among what is kept.
    const later = { isCut: true, transitions: [], sourceVersion: (known?.sourceVersion ?? 0) + 1 };
    if (known) await storeHistories(rig.hub.table, [{ ...known, ...later }]);
  }
  await rig.hub.settle();
  expect([await since(), await rig.hub.drift()]).toEqual([undefined, 0]);
});
