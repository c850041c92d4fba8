import { beforeEach, describe, expect, test } from "vitest";
import * as z from "zod";

import { HubError } from "#shared/errors.ts";
import { defineConnector } from "#shared/kit/connector.ts";
import type { Source } from "#shared/kit/connector.ts";
import { Registry } from "#shared/kit/registry.ts";
import type { CannotHold, StoredValue, WriteBack } from "#shared/kit/write-back.ts";
import type { FactId, WorkItemId } from "#shared/model/ids.ts";
import type { PullMessage } from "#shared/model/pull.ts";
import { dayMs, minuteMs } from "#shared/model/time.ts";
import type { WriteBackBatch, WriteBackItem, WriteBackState } from "#shared/model/write-back.ts";
import { countStates, writeBackId } from "#shared/model/write-back.ts";
import { applyChanges } from "#shared/store/apply-changes.ts";
import { updateDocument } from "#shared/store/documents.ts";
import {
  createWriteBack,
  getWriteBack,
  listWriteBackItems,
  listWriteBackMarks,
  wantItemUndone,
  writeBackKey,
  writeBackSpec,
} from "#shared/store/write-backs.ts";
import { itemId, upserted, workConnection, workItem } from "#shared/testing/facts.ts";

import { ToolHub } from "../../tests/rig/tool-hub.ts";
import type { PullDeps } from "./deps.ts";
import { pull } from "./pull.ts";

/** A tool with one place for text on each item. */
class Place {
  readonly values = new Map<FactId, StoredValue | CannotHold>();
  readonly writes: string[] = [];
  name = "the field";
  beforeRead: () => void = () => undefined;
  /** Throws to fail; the value may have been stored before that. */
  afterWrite: (id: FactId) => void = () => undefined;

  readonly tool = (): WriteBack => ({
    place: this.name,
    read: async (ids) => {
      this.beforeRead();
      return new Map(
        ids.flatMap((id) => {
          const value = this.values.get(id);
          return value === undefined ? [] : [[id, value] as const];
        }),
      );
    },
    render: ({ sentence }) => sentence,
    inWords: (value) => value,
    write: async (id, value) => {
      this.writes.push(id);
      this.values.set(id, value);
      this.afterWrite(id);
    },
  });
}

const ids: readonly WorkItemId[] = ["a", "b", "c", "d"].map((name) => itemId(name));
const [a, b, c, d] = ids as readonly [WorkItemId, WorkItemId, WorkItemId, WorkItemId];
const batchId = writeBackId("0000000001");

let hub: ToolHub;
let place: Place;
let deps: PullDeps;

beforeEach(async () => {
  hub = await ToolHub.connected();
  place = new Place();
  for (const id of ids) place.values.set(id, null);
  const connector = defineConnector({
    name: "tool",
    title: "Tool",
    summary: "For tests",
    settings: z.object({ site: z.string() }),
    collections: [],
    writeBackSetting: "site",
    providesGoals: () => true,
    source: async () => () => ({ writeBack: place.tool() }) as Source,
  });
  deps = { ...hub.deps, registry: new Registry([connector]) };
});

async function previewed(id = batchId, text = "ours", these = ids): Promise<void> {
  const now = deps.clock.now();
  const items = these.map((factId, position): WriteBackItem => ({
    type: "write-back-item",
    batchId: id,
    connectionId: workConnection,
    factId,
    position,
    title: factId,
    url: "https://tool.example",
    verdict: "linked",
    sentence: text,
    wanted: text,
    state: "unread",
    changedAt: now,
  }));
  const batch: WriteBackBatch = {
    type: "write-back-batch",
    id,
    connectionId: workConnection,
    place: place.name,
    filter: { which: "anchors" },
    remaining: 0,
    state: "previewing",
    counts: countStates(items),
    previewed: { at: now, by: "Ana" },
    retries: 0,
    updatedAt: now,
    revision: 0,
  };
  await createWriteBack(deps.table, batch, items);
  await run(id);
}

async function run(id = batchId): Promise<void> {
  await pull(deps, { kind: "write-back", connectionId: workConnection, batchId: id });
}

/** As the app asks for it, and then the worker. */
async function move(state: WriteBackState, id = batchId): Promise<void> {
  await updateDocument(deps.table, writeBackSpec, writeBackKey(id), (batch) => ({
    ...batch,
    state,
    ...(state === "undoing" && { undone: { at: deps.clock.now(), by: "Ana" } }),
  }));
  await run(id);
}

async function states(id = batchId): Promise<readonly string[]> {
  return (await listWriteBackItems(deps.table, id)).map(({ state }) => state);
}

const stateOf = async (id = batchId) => (await getWriteBack(deps.table, id))?.state;
const standing = () => ids.map((id) => place.values.get(id));

/** Messages that are no mere safeguard against a dead run. */
const sent = () =>
  hub.pulls.sent
    .filter(({ delaySeconds }) => delaySeconds < 900)
    .map(({ body, delaySeconds }) => ({ ...(JSON.parse(body) as PullMessage), delaySeconds }));

test("a preview reads and writes nothing; what has no place or says so already is left out", async () => {
  place.values.delete(b);
  place.values.set(c, { why: "No project has the field" });
  place.values.set(d, "ours");
  await previewed();
  expect(await stateOf()).toBe("previewed");
  expect(await states()).toEqual(["planned", "skipped", "skipped", "skipped"]);
  const reasons = (await listWriteBackItems(deps.table, batchId)).map(({ reason }) => reason);
  expect(reasons).toEqual([
    undefined,
    "It is gone, or hidden from us",
    "No project has the field",
    "It says so already",
  ]);
  expect(place.writes).toEqual([]);
});

test("applied and undone, everything stands as it stood before", async () => {
  place.values.set(b, "somebody's");
  const before = standing();
  await previewed();
  await move("applying");
  expect(standing()).toEqual(["ours", "ours", "ours", "ours"]);
  expect((await getWriteBack(deps.table, batchId))?.counts.written).toBe(4);
  expect((await listWriteBackMarks(deps.table, workConnection)).size).toBe(4);
  await move("undoing");
  expect(standing()).toEqual(before);
  expect(await states()).toEqual(["undone", "undone", "undone", "undone"]);
  expect((await listWriteBackMarks(deps.table, workConnection)).size).toBe(0);
  const batch = await getWriteBack(deps.table, batchId);
  expect([batch?.state, batch?.lease]).toEqual(["undone", undefined]);
});

describe("what somebody else put there", () => {
  test("after the preview is left as it is", async () => {
    await previewed();
    place.values.set(b, "a person's");
    await move("applying");
    expect(standing()).toEqual(["ours", "a person's", "ours", "ours"]);
    expect(await states()).toEqual(["written", "conflict", "written", "written"]);
  });

  test("right after our writing is noticed and left", async () => {
    await previewed();
    place.afterWrite = (id) => id === b && place.values.set(b, "a person's");
    await move("applying");
    expect(await states()).toEqual(["written", "conflict", "written", "written"]);
    expect(place.values.get(b)).toBe("a person's");
  });

  test("or seems to, since the tool shows a write late, can be taken back once ours shows", async () => {
    await previewed();
    const reads: (() => void)[] = [];
    place.afterWrite = (id) => {
      if (id !== b) return;
      place.values.set(b, null);
      reads.push(() => place.values.set(b, "ours"));
    };
    await move("applying");
    expect(await states()).toEqual(["written", "conflict", "written", "written"]);
    for (const show of reads) show();
    place.afterWrite = () => undefined;
    await move("undoing");
    expect(standing()).toEqual([null, null, null, null]);
    expect(await states()).toEqual(["undone", "undone", "undone", "undone"]);
  });

  test("after applying is not undone; once ours stands again it can be", async () => {
    await previewed();
    await move("applying");
    place.values.set(b, "a person's");
    await move("undoing");
    expect(standing()).toEqual([null, "a person's", null, null]);
    expect(await states()).toEqual(["undone", "conflict", "undone", "undone"]);
    place.values.set(b, "ours");
    hub.hub.clock.advance(1000);
    await move("undoing");
    expect(standing()).toEqual([null, null, null, null]);
  });
});

test("what was written moves the item's version, which is no sign of life; what people do later is", async () => {
  const heardAt = async (atMs: number) =>
    applyChanges(deps, [upserted(workItem("a", { sourceVersion: atMs }))]);
  await heardAt(deps.clock.nowMs() - 40 * dayMs);
  await previewed();
  await move("applying");
  expect(await heardAt(deps.clock.nowMs() + 1000)).toMatchObject({ applied: 0, unchanged: 1 });
  hub.hub.clock.advance(20 * dayMs);
  await move("undoing");
  expect(await heardAt(deps.clock.nowMs())).toMatchObject({ applied: 0, unchanged: 1 });
  expect(await heardAt(deps.clock.nowMs() + dayMs)).toMatchObject({ applied: 1 });
});

test("one item is taken back alone", async () => {
  await previewed();
  await move("applying");
  expect(await wantItemUndone(deps.table, batchId, { factId: c, at: deps.clock.now() })).toBe(true);
  await run();
  expect(standing()).toEqual(["ours", "ours", null, "ours"]);
  expect([await stateOf(), await states()]).toEqual([
    "applied",
    ["written", "written", "undone", "written"],
  ]);
  expect(await wantItemUndone(deps.table, batchId, { factId: c, at: deps.clock.now() })).toBe(
    false,
  );
});

test("undoing a later batch gives the earlier one its due, and undoing both leaves nothing", async () => {
  const later = writeBackId("0000000002");
  await previewed();
  await move("applying");
  await previewed(later, "newer");
  await move("applying", later);
  // The earlier one cannot be undone below the later one.
  await move("undoing");
  expect(await states()).toEqual(["conflict", "conflict", "conflict", "conflict"]);
  await move("undoing", later);
  const marks = await listWriteBackMarks(deps.table, workConnection);
  expect([standing()[0], marks.get(a)?.batchId]).toEqual(["ours", batchId]);
  hub.hub.clock.advance(1000);
  await move("undoing");
  expect(standing()).toEqual([null, null, null, null]);
});

describe("failures", () => {
  test("a tool that asks to wait is left alone so long, and goes on where it stopped", async () => {
    await previewed();
    place.afterWrite = (id) => {
      if (id !== c) return;
      place.afterWrite = () => undefined;
      throw new HubError("connector.rate-limited", "slow down", { retryAfterMs: 40_000 });
    };
    await move("applying");
    expect(await states()).toEqual(["written", "written", "planned", "planned"]);
    expect(sent().at(-1)).toMatchObject({ kind: "write-back", batchId, delaySeconds: 40 });
    await run();
    expect(await states()).toEqual(["written", "written", "planned", "planned"]);
    hub.hub.clock.advance(41_000);
    await run();
    expect(await states()).toEqual(["written", "written", "written", "written"]);
    // The value had been stored before the failure: it is known by its content, not written twice.
    expect(place.writes).toEqual([a, b, c, d]);
  });

  test("a longer wait than a queue can give is waited for all the same", async () => {
    await previewed();
    place.beforeRead = () => {
      throw new HubError("connector.rate-limited", "quota", { retryAfterMs: 50 * minuteMs });
    };
    await move("applying");
    place.beforeRead = () => undefined;
    hub.hub.clock.advance(16 * minuteMs);
    await run();
    expect(place.writes).toEqual([]);
    hub.hub.clock.advance(35 * minuteMs);
    await run();
    expect(await stateOf()).toBe("applied");
  });

  test("one that refuses an item fails that item; one that refuses us stops the batch", async () => {
    await previewed();
    place.afterWrite = (id) => {
      if (id === b) throw new HubError("connector.forbidden", "not in this project");
      if (id === d) throw new HubError("connector.unauthorized", "make a new token");
    };
    await move("applying");
    const batch = await getWriteBack(deps.table, batchId);
    expect(batch).toMatchObject({
      state: "failed",
      failure: { during: "applying", code: "connector.unauthorized" },
    });
    expect(await states()).toEqual(["written", "failed", "written", "planned"]);
    place.afterWrite = () => undefined;
    await updateDocument(deps.table, writeBackSpec, writeBackKey(batchId), (current) => {
      const { failure: _failure, ...rest } = current;
      return { ...rest, state: "undoing" as const, undone: { at: deps.clock.now(), by: "Ana" } };
    });
    hub.hub.clock.advance(1000);
    await hub.hub.changeConnection(workConnection, ({ problem: _problem, ...rest }) => ({
      ...rest,
      status: "active",
    }));
    await run();
    // Also what was written by a step that failed, or that nobody kept.
    expect(standing()).toEqual([null, null, null, null]);
  });

  test("a batch of another place than the settings name now is not written", async () => {
    await previewed();
    place.name = "another field";
    await move("applying");
    expect(await getWriteBack(deps.table, batchId)).toMatchObject({
      state: "failed",
      failure: { code: "connector.misconfigured" },
    });
    expect(place.writes).toEqual([]);
  });

  test("a defect of ours stops the batch instead of beginning again for ever", async () => {
    await previewed();
    place.beforeRead = () => {
      throw new TypeError("no such function");
    };
    await move("applying");
    expect(await getWriteBack(deps.table, batchId)).toMatchObject({
      state: "failed",
      failure: { code: "invariant.broken" },
    });
  });

  test("a tool that refuses everything stops the batch after ten items", async () => {
    const many = Array.from({ length: 15 }, (_, index) => itemId(`m${index}`));
    for (const id of many) place.values.set(id, null);
    await previewed(batchId, "ours", many);
    place.afterWrite = () => {
      throw new HubError("connector.forbidden", "the account may only read");
    };
    await move("applying");
    expect(await getWriteBack(deps.table, batchId)).toMatchObject({
      state: "failed",
      failure: { message: "the account may only read" },
      counts: { failed: 10, planned: 5 },
    });
  });

  test("a paused connection writes nothing", async () => {
    await previewed();
    await hub.hub.changeConnection(workConnection, (one) => ({ ...one, status: "paused" }));
    await move("applying");
    expect([await stateOf(), place.writes]).toEqual(["failed", []]);
  });
});

test.each([
  ["paused", { status: "paused" }],
  ["told to write elsewhere", { settings: { site: "another" } }],
] as const)("a run ends before its next item when its connection is %s", async (_what, change) => {
  await previewed();
  let changing: Promise<unknown> = Promise.resolve();
  place.afterWrite = (id) => {
    if (id === b) {
      changing = hub.hub.changeConnection(workConnection, (one) => ({ ...one, ...change }));
    }
  };
  await move("applying");
  await changing;
  expect(place.writes).toEqual([a, b]);
  expect(await getWriteBack(deps.table, batchId)).toMatchObject({ state: "applying" });
  expect((await getWriteBack(deps.table, batchId))?.lease).toBeUndefined();
  expect(sent().at(-1)).toMatchObject({ kind: "write-back", batchId, delaySeconds: 0 });
});

test("a run that died is taken up once its lease has lapsed; before that, a second one waits", async () => {
  await previewed();
  await updateDocument(deps.table, writeBackSpec, writeBackKey(batchId), (batch) => ({
    ...batch,
    state: "applying" as const,
    lease: { holder: "dead", until: deps.clock.now() },
  }));
  const live = await getWriteBack(deps.table, batchId);
  expect(live?.lease?.holder).toBe("dead");
  await run();
  expect(await stateOf()).toBe("applied");

  await updateDocument(deps.table, writeBackSpec, writeBackKey(batchId), (batch) => ({
    ...batch,
    state: "undoing" as const,
    undone: { at: deps.clock.now(), by: "Ana" },
    lease: { holder: "alive", until: "2026-03-02T09:04:00.000Z" as WriteBackBatch["updatedAt"] },
  }));
  await run();
  expect([await stateOf(), standing()[0]]).toEqual(["undoing", "ours"]);
  expect(sent().at(-1)).toMatchObject({ kind: "write-back", delaySeconds: 15 });
  hub.hub.clock.advance(5 * minuteMs);
  await run();
  expect(await stateOf()).toBe("undone");
});

test("undo asked for while it is being applied takes back what was written", async () => {
  await previewed();
  place.afterWrite = (id) => {
    if (id !== b) return;
    hub.hub.clock.advance(3000);
    undoing = updateDocument(deps.table, writeBackSpec, writeBackKey(batchId), (batch) => ({
      ...batch,
      state: "undoing" as const,
      undone: { at: deps.clock.now(), by: "Ana" },
    }));
  };
  let undoing: Promise<unknown> = Promise.resolve();
  await move("applying");
  await undoing;
  hub.hub.clock.advance(6 * minuteMs);
  await run();
  expect(standing()).toEqual([null, null, null, null]);
  expect(await stateOf()).toBe("undone");
});

test("with its connection a batch goes, with all its items", async () => {
  await previewed();
  await move("applying");
  await pull(deps, { kind: "remove", connectionId: workConnection });
  expect(await getWriteBack(deps.table, batchId)).toBeUndefined();
  expect(await listWriteBackItems(deps.table, batchId)).toEqual([]);
  expect((await listWriteBackMarks(deps.table, workConnection)).size).toBe(0);
});
