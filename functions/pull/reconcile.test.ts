import { describe, expect, test } from "vitest";

import type { Change } from "#shared/model/change.ts";
import { hourMs, minuteMs } from "#shared/model/time.ts";
import type { Table, Write } from "#shared/ports/table.ts";
import { listGaps } from "#shared/store/connection-parts.ts";
import { getConnection } from "#shared/store/connections.ts";
import { readFactItem } from "#shared/store/facts.ts";
import { scanAll } from "#shared/store/list.ts";
import { itemId, upserted, workConnection, workItem } from "#shared/testing/facts.ts";

import { ToolHub } from "../../tests/rig/tool-hub.ts";
import { withOneHidden } from "../../tests/rig/with-one-hidden.ts";
import { pull } from "./pull.ts";

const things = (...names: readonly string[]) => names.map((name) => upserted(workItem(name)));
const idOf = (change: Change) => (change.kind === "upserted" ? change.record.id : change.id);

async function heldNames({ hub }: ToolHub): Promise<string[]> {
  const stored = (await scanAll(hub.table)).flatMap((item) => readFactItem(item) ?? []);
  return stored.flatMap((one) => (one.isRemoved ? [] : [one.fact.id.split(":").at(-1) ?? ""]));
}

/** A tool of the projects a and b that can be counted by project, read whole and reconciled once. */
async function counted() {
  const rig = await ToolHub.connected();
  rig.tool.records = things("a1", "a2", "b1", "b2");
  const partOf = (id: string) => id.split(":").at(-1)?.slice(0, 1) ?? "";
  const counts = () => {
    const byPart = Map.groupBy(rig.tool.records, (change) => partOf(idOf(change)));
    return new Map([...byPart].map(([part, records]) => [part, records.length]));
  };
  rig.tool.counting = { counts, partOf };
  await pull(rig.deps, rig.pullThings);
  await pull(rig.deps, rig.reconcileThings);
  rig.tool.enumerated.splice(0);
  return rig;
}

describe("a reconcile of a source that can count", () => {
  test("enumerates nothing while all counts agree", async () => {
    const rig = await counted();
    await pull(rig.deps, rig.reconcileThings);
    expect(rig.tool.enumerated).toEqual([]);
    expect(await heldNames(rig)).toHaveLength(4);
  });

  test("enumerates the parts whose counts differ, and no others", async () => {
    const rig = await counted();
    rig.tool.records = things("a1", "a2", "b2");
    await pull(rig.deps, rig.reconcileThings);
    expect(rig.tool.enumerated).toEqual(["b"]);
    expect((await heldNames(rig)).toSorted()).toEqual(["a1", "a2", "b2"]);
  });

  test("notices a part that is gone with all its records", async () => {
    const rig = await counted();
    rig.tool.records = things("a1", "a2");
    await pull(rig.deps, rig.reconcileThings);
    expect(rig.tool.enumerated).toEqual(["b"]);
    expect((await heldNames(rig)).toSorted()).toEqual(["a1", "a2"]);
  });

  test("enumerates the whole once a day all the same, since equal counts are no proof", async () => {
    const rig = await counted();
    // One came and one went, and no pull told of either.
    rig.tool.records = things("a1", "a2", "b2", "b3");
    rig.hub.clock.advance(23 * hourMs);
    await pull(rig.deps, rig.reconcileThings);
    expect(rig.tool.enumerated).toEqual([]);
    rig.hub.clock.advance(2 * hourMs);
    await pull(rig.deps, rig.reconcileThings);
    expect(rig.tool.enumerated).toEqual([undefined]);
    expect((await heldNames(rig)).toSorted()).toEqual(["a1", "a2", "b2", "b3"]);
  });
});

test("records that still name what is gone are read again, though nothing touched them", async () => {
  const rig = await ToolHub.connected();
  const child = workItem("child", { parentId: itemId("epic") });
  rig.tool.records = [...things("epic"), upserted(child)];
  await pull(rig.deps, rig.pullThings);
  // The tool lets go of a deleted parent, and the child's version stays what it was.
  rig.hub.clock.advance(hourMs);
  const { parentId: _parentId, ...orphan } = child;
  const orphanNow = { ...orphan, readAt: rig.hub.clock.now() };
  rig.tool.records = [upserted(orphanNow)];
  await pull(rig.deps, rig.reconcileThings);
  const stored = (await scanAll(rig.hub.table)).flatMap((item) => readFactItem(item) ?? []);
  expect(stored.filter(({ isRemoved }) => !isRemoved)).toEqual([
    { isRemoved: false, fact: orphanNow },
  ]);
});

test("edits of which nobody told are found where lists tell versions, and read once", async () => {
  const rig = await ToolHub.connected();
  rig.tool.tellsVersions = true;
  const one = workItem("one", { sourceVersion: rig.hub.clock.nowMs() - 1000 });
  const two = workItem("two", { sourceVersion: rig.hub.clock.nowMs() - 1000 });
  rig.tool.records = [upserted(one), upserted(two)];
  await pull(rig.deps, rig.pullThings);
  await pull(rig.deps, rig.reconcileThings);
  expect(rig.tool.readById).toEqual([]);
  rig.hub.clock.advance(hourMs);
  const edit = { sourceVersion: rig.hub.clock.nowMs(), readAt: rig.hub.clock.now() };
  // The second edit means nothing to us: it is not stored, and must not be read every day.
  rig.tool.records = [
    upserted({ ...one, title: "Edited", ...edit }),
    upserted({ ...two, ...edit }),
  ];
  rig.hub.clock.advance(25 * hourMs);
  await pull(rig.deps, rig.reconcileThings);
  expect(rig.tool.readById.toSorted()).toEqual([itemId("one"), itemId("two")]);
  const stored = (await scanAll(rig.hub.table)).flatMap((item) => readFactItem(item) ?? []);
  expect(stored).toContainEqual(
    expect.objectContaining({ fact: expect.objectContaining({ title: "Edited" }) }),
  );
  rig.hub.clock.advance(25 * hourMs);
  await pull(rig.deps, rig.reconcileThings);
  expect(rig.tool.readById).toHaveLength(2);
});

test("an edit in the very moment of the one that was read is found, though the version tells nothing", async () => {
  const rig = await ToolHub.connected();
  rig.tool.tellsVersions = true;
  const minute = rig.hub.clock.nowMs() + minuteMs - (rig.hub.clock.nowMs() % minuteMs);
  rig.hub.clock.advance(minute + 20_000 - rig.hub.clock.nowMs());
  const readAt = rig.hub.clock.now();
  // Of a clock that tells minutes, of one that tells seconds, and of one that tells milliseconds.
  const coarse = workItem("coarse", { sourceVersion: minute, readAt });
  const settled = workItem("settled", { sourceVersion: minute + 19_000, readAt });
  const fine = workItem("fine", { sourceVersion: minute + 19_999, readAt });
  rig.tool.records = [upserted(coarse), upserted(settled), upserted(fine)];
  await pull(rig.deps, rig.pullThings);
  rig.hub.clock.advance(25 * hourMs);
  const edited = { ...coarse, title: "Edited", readAt: rig.hub.clock.now() };
  rig.tool.records = [upserted(edited), upserted(settled), upserted(fine)];
  await pull(rig.deps, rig.reconcileThings);
  expect(rig.tool.readById).toEqual([itemId("coarse")]);
  const stored = (await scanAll(rig.hub.table)).flatMap((item) => readFactItem(item) ?? []);
  expect(stored).toContainEqual({ isRemoved: false, fact: edited });
});

test("a wait that came back with a restored record is found where lists tell of it", async () => {
  const rig = await ToolHub.connected();
  rig.tool.tellsVersions = true;
  // Of a clock that tells milliseconds.
  const version = { sourceVersion: rig.hub.clock.nowMs() - 1 };
  const [waits, blocks] = [workItem("waits", version), workItem("blocks", version)];
  rig.tool.records = [upserted(waits), upserted(blocks)];
  await pull(rig.deps, rig.pullThings);
  await pull(rig.deps, rig.reconcileThings);
  const edge = { type: "dependency", source: "native" } as const;
  const waiting = { ...edge, blockedId: itemId("waits"), blockingId: itemId("blocks") };
  rig.hub.clock.advance(25 * hourMs);
  const readAt = rig.hub.clock.now();
  // The version of the waiting record stays what it was.
  rig.tool.records = [upserted({ ...waits, readAt }, [waiting]), upserted(blocks)];
  await pull(rig.deps, rig.reconcileThings);
  expect(rig.tool.readById).toEqual([itemId("waits")]);
  await pull(rig.deps, rig.reconcileThings);
  rig.hub.clock.advance(25 * hourMs);
  await pull(rig.deps, rig.reconcileThings);
  expect(rig.tool.readById).toHaveLength(1);
});

describe("a source that shrank abruptly", () => {
  const many = Array.from({ length: 60 }, (_, at) => `m${at}`);

  async function shrunk() {
    const rig = await ToolHub.connected();
    rig.tool.records = things(...many);
    await pull(rig.deps, rig.pullThings);
    rig.tool.records = things(...many.slice(0, 20));
    await pull(rig.deps, rig.reconcileThings);
    return rig;
  }

  test("stays in doubt however often it is read on, until somebody decides", async () => {
    const rig = await shrunk();
    await pull(rig.deps, rig.pullThings);
    expect(await heldNames(rig)).toHaveLength(60);
    expect(await getConnection(rig.hub.table, workConnection)).toMatchObject({
      status: "degraded",
      problem: { message: expect.stringContaining("40 of 60") },
    });
  });

  test("is believed once an admin accepts it, and the connection is well again", async () => {
    const rig = await shrunk();
    await pull(rig.deps, { ...rig.reconcileThings, acceptsShrink: true });
    expect(await heldNames(rig)).toHaveLength(20);
    await pull(rig.deps, rig.pullThings);
    expect(await getConnection(rig.hub.table, workConnection)).toMatchObject({ status: "active" });
  });
});

test("records that came back into sight are no gap any more", async () => {
  const rig = await withOneHidden();
  expect(await listGaps(rig.hub.table, workConnection)).toMatchObject([
    { what: "things that became invisible" },
  ]);
  rig.tool.records = things("a", "b");
  await pull(rig.deps, rig.reconcileThings);
  expect(await listGaps(rig.hub.table, workConnection)).toEqual([]);
});

test("what comes back into sight is read whole, since it may have changed out of sight", async () => {
  const rig = await withOneHidden();
  expect(rig.pulls.sent).toEqual([]);
  rig.tool.records = things("a", "b");
  await pull(rig.deps, rig.reconcileThings);
  expect(rig.pulls.sent.map(({ body }) => JSON.parse(body))).toMatchObject([{ kind: "pull" }]);
  expect(await rig.cursor()).toMatchObject({ mode: "backfill", state: "waiting" });
  await pull(rig.deps, rig.pullThings);
  await pull(rig.deps, rig.reconcileThings);
  expect(rig.pulls.sent).toHaveLength(1);
});

test("a full read closes the gaps and forgets the failures that it no longer meets", async () => {
  const rig = await ToolHub.connected();
  rig.tool.records = things("a", "b");
  rig.tool.pageExtras = { gaps: [{ what: "Field", why: "hidden" }] };
  await pull(rig.deps, rig.pullThings);
  expect(await listGaps(rig.hub.table, workConnection)).toHaveLength(1);
  rig.tool.pageExtras = {};
  rig.hub.clock.advance(hourMs);
  // A run that reads only what changed proves nothing about the rest.
  await pull(rig.deps, rig.pullThings);
  expect(await listGaps(rig.hub.table, workConnection)).toHaveLength(1);
  await rig.startOver();
  await pull(rig.deps, rig.pullThings);
  expect(await listGaps(rig.hub.table, workConnection)).toEqual([]);
});

test("whoever is asked for what vanished is told of all above it that no container tells the place of", async () => {
  const rig = await ToolHub.connected();
  const below = workItem("below", { parentId: itemId("middle") });
  const middle = workItem("middle", { parentId: itemId("top") });
  const top = workItem("top", { container: "P", parentId: itemId("project") });
  const others = things("project", "lone").concat([upserted(top), upserted(middle)]);
  rig.tool.records = [...others, upserted(below)];
  await pull(rig.deps, rig.pullThings);
  rig.tool.records = others;
  rig.tool.presence.set(itemId("below"), "hidden");
  await pull(rig.deps, rig.reconcileThings);
  expect(rig.tool.heldAtConfirm.toSorted()).toEqual(
    [itemId("below"), itemId("middle"), itemId("top")].toSorted(),
  );
  expect(await heldNames(rig)).toContain("below");
});

test("a gap that one of two reconciles left behind at once is closed by the next", async () => {
  const rig = await ToolHub.connected();
  rig.tool.records = things("a", "b");
  await pull(rig.deps, rig.pullThings);
  await pull(rig.deps, rig.reconcileThings);
  rig.tool.records = things("a");
  rig.tool.presence.set(itemId("b"), "hidden");
  const { table } = rig.hub;
  const [reached, firstEnded] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const isOf = (write: Write, type: string) => write.kind === "put" && write.item["type"] === type;
  /** Sees the record again, and ends after the first. */
  const second: Table["write"] = async (write) => {
    if (isOf(write, "cursor") && write.kind === "put" && write.item["state"] === "idle") {
      reached.resolve();
      await firstEnded.promise;
    }
    return table.write(write);
  };
  let ending: Promise<void> | undefined;
  const first: Table["write"] = async (write) => {
    if (!ending && isOf(write, "coverage-gap")) {
      rig.tool.records = things("a", "b");
      ending = pull({ ...rig.deps, table: { ...table, write: second } }, rig.reconcileThings);
      await reached.promise;
    }
    return table.write(write);
  };
  await pull({ ...rig.deps, table: { ...table, write: first } }, rig.reconcileThings);
  firstEnded.resolve();
  await ending;
  expect(await listGaps(table, workConnection)).toHaveLength(1);
  await pull(rig.deps, rig.reconcileThings);
  expect(await listGaps(table, workConnection)).toEqual([]);
});
