import { describe, expect, test } from "vitest";

import { HubError } from "#shared/errors.ts";
import type { Cursor } from "#shared/model/connection.ts";
import type { Table } from "#shared/ports/table.ts";
import {
  listQuarantined,
  listSubscriptions,
  quarantine,
  saveGaps,
} from "#shared/store/connection-parts.ts";
import { getConnection } from "#shared/store/connections.ts";
import type { Unversioned } from "#shared/store/documents.ts";
import { createDocument, updateDocument } from "#shared/store/documents.ts";
import { readFactItem } from "#shared/store/facts.ts";
import { cursorKey } from "#shared/store/keys.ts";
import { scanAll } from "#shared/store/list.ts";
import { cursorSpec } from "#shared/store/specs.ts";
import { goalId, itemId, upserted, workConnection, workItem } from "#shared/testing/facts.ts";

import { ToolHub } from "../../tests/rig/tool-hub.ts";
import { withOneHidden } from "../../tests/rig/with-one-hidden.ts";
import { pull } from "./pull.ts";

const things = (...names: readonly string[]) => names.map((name) => upserted(workItem(name)));
const many = (count: number) =>
  Array.from({ length: count }, (_, at) => upserted(workItem(`m${String(at).padStart(4, "0")}`)));

async function heldCount({ hub }: ToolHub): Promise<number> {
  const stored = (await scanAll(hub.table)).map((item) => readFactItem(item));
  return stored.filter((fact) => fact?.isRemoved === false).length;
}

/** A table whose writes to one key are told of before they happen. */
function watching(table: Table, pk: string, sk: string, before: () => void): Table {
  return {
    ...table,
    write: async (write) => {
      const key = write.kind === "put" ? write.item : write.key;
      if (key.pk === pk && key.sk === sk) before();
      return table.write(write);
    },
  };
}

describe("a reconcile", () => {
  test("that dies as it finds records back in sight still has them read whole the next time", async () => {
    const rig = await withOneHidden();
    rig.tool.records = things("a", "b");
    const table = watching(rig.hub.table, workConnection, "cursor#pull#things", () => {
      throw new HubError("store.unavailable", "the function died here");
    });
    await pull({ ...rig.deps, table }, rig.reconcileThings).catch(() => undefined);
    expect(rig.pulls.sent).toEqual([]);
    await pull(rig.deps, rig.reconcileThings);
    expect(rig.pulls.sent.map(({ body }) => JSON.parse(body))).toMatchObject([{ kind: "pull" }]);
  });

  test("that was refused stays in doubt while the next one is under way", async () => {
    const rig = await ToolHub.connected();
    rig.tool.records = many(60);
    await pull(rig.deps, rig.pullThings);
    rig.tool.records = many(20);
    await pull(rig.deps, rig.reconcileThings);
    const since = (await rig.cursor("reconcile"))?.problem?.since;
    rig.hub.clock.advance(60_000);
    const { table } = rig.hub;
    let during: string | undefined;
    const pullsMeanwhile: Table = {
      ...table,
      query: async (request) => {
        if (during === undefined && request.index === "connection") {
          during = "";
          await pull(rig.deps, rig.pullThings);
          during = (await getConnection(table, workConnection))?.status;
        }
        return table.query(request);
      },
    };
    await pull({ ...rig.deps, table: pullsMeanwhile }, rig.reconcileThings);
    expect(during).toBe("degraded");
    expect((await rig.cursor("reconcile"))?.problem?.since).toBe(since);
  });

  test("that was refused stays in doubt when the next one fails before it gets so far", async () => {
    const rig = await ToolHub.connected();
    rig.tool.records = many(60);
    await pull(rig.deps, rig.pullThings);
    rig.tool.records = many(20);
    await pull(rig.deps, rig.reconcileThings);
    const partOf = () => {
      throw new HubError("connector.unavailable", "503");
    };
    rig.tool.counting = { counts: () => new Map([["x", 20]]), partOf };
    await pull(rig.deps, rig.reconcileThings);
    await pull(rig.deps, rig.pullThings);
    expect((await getConnection(rig.hub.table, workConnection))?.status).toBe("degraded");
  });

  test("that reads all again leaves no way back to where reading stood before", async () => {
    const rig = await withOneHidden();
    const key = cursorKey(workConnection, "things", "pull");
    // An admin has begun to read everything again, and may still cancel that.
    await updateDocument(rig.hub.table, cursorSpec, key, (cursor): Unversioned<Cursor> => {
      return { ...cursor, mode: "backfill", positionBefore: "done" };
    });
    rig.tool.records = things("a", "b");
    await pull(rig.deps, rig.reconcileThings);
    expect(await rig.cursor()).toMatchObject({ mode: "backfill", state: "waiting" });
    expect((await rig.cursor())?.positionBefore).toBeUndefined();
  });

  test("looks through what is held once where all counts agree", async () => {
    const rig = await ToolHub.connected();
    rig.tool.records = things("a", "b");
    rig.tool.counting = { counts: () => new Map([["x", 2]]), partOf: () => "x" };
    await pull(rig.deps, rig.pullThings);
    await pull(rig.deps, rig.reconcileThings);
    const looks: string[] = [];
    const { table } = rig.hub;
    const counting: Table = {
      ...table,
      query: (request) => {
        if (request.index === "connection") looks.push(request.partition);
        return table.query(request);
      },
    };
    await pull({ ...rig.deps, table: counting }, rig.reconcileThings);
    expect(looks).toEqual([`${workConnection}#work-item`, `${workConnection}#goal`]);
  });

  test("reads all records that name what is gone in turn, however many there are", async () => {
    const rig = await ToolHub.connected();
    rig.tool.pageSize = 500;
    const named = workItem("parent");
    const children = Array.from({ length: 2100 }, (_, at) =>
      workItem(`c${String(at).padStart(4, "0")}`, { parentId: named.id }),
    );
    rig.tool.records = children.map((child) => upserted(child));
    await pull(rig.deps, rig.pullThings);
    const asked = new Set<string>();
    rig.tool.beforeRead = (ids) => ids.forEach((id) => asked.add(id));
    await pull(rig.deps, rig.reconcileThings);
    expect(asked.size).toBe(2000);
    rig.hub.clock.advance(24 * 3_600_000);
    await pull(rig.deps, rig.reconcileThings);
    expect(asked.size).toBe(2100);
  });

  test("that is still reading when its connection is removed leaves nothing of it behind", async () => {
    const rig = await ToolHub.connected();
    rig.tool.records = things("a");
    await pull(rig.deps, rig.pullThings);
    rig.tool.records = many(250);
    let reads = 0;
    rig.tool.beforeRead = async () => {
      reads += 1;
      if (reads === 2) await pull(rig.deps, { kind: "remove", connectionId: workConnection });
    };
    await pull(rig.deps, rig.reconcileThings);
    expect(await heldCount(rig)).toBe(0);
    expect(reads).toBe(2);
  });
});

describe("a run that died without a word", () => {
  test("counts as a failure until one gets on, so that other runs do not make the connection look fresh", async () => {
    const rig = await ToolHub.connected();
    rig.tool.records = things("a", "b", "c", "d");
    const dying = () => {
      let died: () => void = () => undefined;
      const death = new Promise<void>((resolve) => (died = resolve));
      const table: Table = {
        ...rig.hub.table,
        batchGet: async (keys) => {
          if (!keys.some(({ pk }) => pk === itemId("a"))) return rig.hub.table.batchGet(keys);
          died();
          return new Promise(() => undefined);
        },
      };
      void pull({ ...rig.deps, table }, rig.pullThings);
      return death;
    };
    await dying();
    expect((await rig.cursor())?.problem).toBeUndefined();
    rig.hub.clock.advance(16 * 60_000);
    await dying();
    expect(await rig.cursor()).toMatchObject({
      state: "running",
      problem: { code: "invariant.broken" },
    });
    rig.hub.clock.advance(16 * 60_000);
    await pull(rig.deps, rig.pullThings);
    expect(await rig.cursor()).toMatchObject({ state: "idle" });
    expect((await rig.cursor())?.problem).toBeUndefined();
  });
});

describe("a run that lost its cursor", () => {
  test("says nothing of its failure over the one that has it now", async () => {
    const rig = await ToolHub.connected();
    rig.tool.records = things("a", "b", "c", "d");
    let isFirst = true;
    let other: Promise<void> | undefined;
    rig.tool.beforePage = () => {
      if (!isFirst) return;
      isFirst = false;
      other = rig.startOver().then(() => pull(rig.deps, rig.pullThings));
    };
    const late: Table = {
      ...rig.hub.table,
      // Its first page is stored only when the other run has read everything.
      batchGet: async (keys) => {
        if (!keys.some(({ pk }) => pk === itemId("a"))) return rig.hub.table.batchGet(keys);
        await other;
        throw new HubError("connector.cursor-expired", `died before ${keys.length} were stored`);
      },
    };
    await pull({ ...rig.deps, table: late }, rig.pullThings);
    const cursor = await rig.cursor();
    expect(cursor).toMatchObject({ state: "idle", position: "done", mode: "poll" });
    expect(cursor?.problem).toBeUndefined();
  });
});

describe("webhook registrations", () => {
  const subscribe = { kind: "subscribe", connectionId: workConnection } as const;

  test("one that cannot be taken away holds up no other", async () => {
    const rig = await ToolHub.connected();
    rig.tool.resources = ["a", "b"];
    await pull(rig.deps, subscribe);
    rig.tool.subscribed.splice(0);
    rig.tool.inspection = () => ({ found: new Map(), strays: [] });
    let count = 0;
    rig.tool.beforeUnsubscribe = () => {
      count += 1;
      if (count === 1) throw new HubError("connector.forbidden", "not yours any more");
    };
    await pull(rig.deps, subscribe);
    expect(rig.tool.subscribed.filter((each) => !each.startsWith("not"))).toEqual(["a", "b"]);
    expect(rig.pulls.sent.map(({ body }) => JSON.parse(body))).toMatchObject([{ kind: "pull" }]);
  });

  test("two runs at once make one for each resource", async () => {
    const rig = await ToolHub.connected();
    rig.tool.resources = ["a", "b"];
    await Promise.all([pull(rig.deps, subscribe), pull(rig.deps, subscribe)]);
    const known = await listSubscriptions(rig.hub.table, workConnection);
    expect(known.map(({ resource }) => resource).toSorted()).toEqual(["a", "b"]);
  });

  test("one that is gone and that nobody wants any more is forgotten", async () => {
    const rig = await ToolHub.connected();
    rig.tool.resources = ["a", "b"];
    await pull(rig.deps, subscribe);
    rig.tool.resources = ["a"];
    rig.tool.inspection = (known) => ({
      strays: [],
      found: new Map(
        known
          .filter(({ resource }) => resource === "a")
          .map(({ id }) => [id, { nativeId: `native-${id}`, isWorking: true }]),
      ),
    });
    await pull(rig.deps, subscribe);
    const known = await listSubscriptions(rig.hub.table, workConnection);
    expect(known.map(({ resource }) => resource)).toEqual(["a"]);
    expect(rig.pulls.sent).toEqual([]);
  });

  test("a source that wants to be left alone is not asked for the others", async () => {
    const rig = await ToolHub.connected();
    rig.tool.resources = ["a", "b", "c"];
    const asked: string[] = [];
    rig.tool.beforeSubscribe = async (resource) => {
      asked.push(resource);
      throw new HubError("connector.rate-limited", "later", { retryAfterMs: 60_000 });
    };
    await pull(rig.deps, subscribe);
    expect(asked).toEqual(["a"]);
  });

  test("no more are made once the connection is being removed", async () => {
    const rig = await ToolHub.connected();
    rig.tool.resources = ["a", "b", "c"];
    rig.tool.beforeSubscribe = async (resource) => {
      if (resource === "b") await pull(rig.deps, { kind: "remove", connectionId: workConnection });
    };
    await pull(rig.deps, subscribe);
    const made = rig.tool.subscribed.filter((each) => !each.startsWith("not"));
    const undone = rig.tool.subscribed.filter((each) => each.startsWith("not"));
    expect(made).toEqual(["a", "b"]);
    expect(undone).toHaveLength(2);
    expect(await rig.hub.table.query({ partition: workConnection })).toMatchObject({ items: [] });
    expect(rig.secrets.values.size).toBe(0);
  });

  test("one that dies again and again is not reconciled after each time", async () => {
    const rig = await ToolHub.connected();
    rig.tool.resources = ["a"];
    await pull(rig.deps, subscribe);
    await pull(rig.deps, rig.pullThings);
    rig.tool.inspection = () => ({ found: new Map(), strays: [] });
    for (let turn = 0; turn < 8; turn += 1) {
      rig.hub.clock.advance(15 * 60_000);
      await pull(rig.deps, subscribe);
      const [last] = rig.pulls.sent.slice(-1);
      if (last?.body.includes("reconcile")) await pull(rig.deps, rig.reconcileThings);
    }
    const kinds = rig.pulls.sent.map(({ body }) => (JSON.parse(body) as { kind: string }).kind);
    expect(kinds.filter((kind) => kind === "pull")).toHaveLength(8);
    expect(kinds.filter((kind) => kind === "reconcile")).toHaveLength(2);
    // The last of them is not forgotten: the clock reconciles once the hour is over.
    const { dueAt, startedAt } = (await rig.cursor("reconcile")) ?? {};
    expect(Date.parse(dueAt ?? "") - Date.parse(startedAt ?? "")).toBe(60 * 60_000);
  });
});

test("a record that fails again in another form stays in quarantine", async () => {
  const rig = await ToolHub.connected();
  const at = rig.hub.clock.now();
  const where = { connectionId: workConnection, collection: "things", at };
  await quarantine(rig.hub.table, where, [
    { record: "issue 7", reason: "no type", id: itemId("7") },
  ]);
  rig.tool.rejectedByIds = [{ record: "issue 7", reason: "no title", id: goalId("7") }];
  await pull(rig.deps, { kind: "retry-quarantined", connectionId: workConnection });
  expect(await listQuarantined(rig.hub.table, workConnection)).toMatchObject([
    { record: "issue 7", reason: "no title" },
  ]);
});

test("links made in vain are read again even where the run died as its connection became ready", async () => {
  const rig = await ToolHub.connected();
  rig.tool.records = things("a");
  const { table } = rig.hub;
  let isDead = false;
  const dying: Table = {
    ...table,
    write: async (write) => {
      if (isDead) throw new HubError("store.unavailable", "dead");
      const outcome = await table.write(write);
      const isReady = write.kind === "put" && write.item["readyAt"] !== undefined;
      if (isReady) isDead = true;
      return outcome;
    },
    query: async (request) => {
      if (isDead) throw new HubError("store.unavailable", "dead");
      return table.query(request);
    },
  };
  const neighbourId = "conn_otherconn0" as typeof workConnection;
  await saveGaps(table, neighbourId, rig.hub.clock.now(), [
    { what: "Addresses", why: "lead nowhere", isMendedByConnecting: true },
  ]);
  await rig.hub.connect(neighbourId, {});
  const cursor = await rig.cursor();
  if (!cursor) throw new Error("the rig has a cursor");
  await createDocument(table, cursorSpec, { ...cursor, connectionId: neighbourId });
  await pull({ ...rig.deps, table: dying }, rig.pullThings).catch(() => undefined);
  await pull(rig.deps, rig.pullThings);
  const sent = rig.pulls.sent.map(({ body }) => JSON.parse(body) as { connectionId: string });
  expect(sent.map(({ connectionId }) => connectionId)).toContain(neighbourId);
});
