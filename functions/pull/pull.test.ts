import { describe, expect, test } from "vitest";

import { readWebhookSecrets } from "#shared/access/webhook-secrets.ts";
import { HubError } from "#shared/errors.ts";
import {
  listGaps,
  listQuarantined,
  listSubscriptions,
  quarantine,
  saveGaps,
} from "#shared/store/connection-parts.ts";
import { getConnection } from "#shared/store/connections.ts";
import { createDocument } from "#shared/store/documents.ts";
import { readFactItem } from "#shared/store/facts.ts";
import { scanAll } from "#shared/store/list.ts";
import { cursorSpec } from "#shared/store/specs.ts";
import { itemId, upserted, workConnection, workItem } from "#shared/testing/facts.ts";

import { ToolHub } from "../../tests/rig/tool-hub.ts";
import { pull } from "./pull.ts";
import { startOver } from "./read-again.ts";

const things = (count: number) =>
  Array.from({ length: count }, (_, n) => upserted(workItem(`w${String(n).padStart(3, "0")}`)));

async function heldCount({ hub }: ToolHub): Promise<number> {
  const stored = (await scanAll(hub.table)).map((item) => readFactItem(item));
  return stored.filter((fact) => fact?.isRemoved === false).length;
}

describe("a pull", () => {
  test("reads a collection whole, says how far it is, and makes the connection ready", async () => {
    const rig = await ToolHub.connected();
    rig.tool.records = things(5);
    await pull(rig.deps, rig.pullThings);
    expect(await heldCount(rig)).toBe(5);
    expect(await rig.cursor()).toMatchObject({
      state: "idle",
      mode: "poll",
      recordsRead: 5,
      recordsTotal: 5,
      position: "done",
    });
    expect(await getConnection(rig.hub.table, workConnection)).toMatchObject({ status: "active" });
    expect((await getConnection(rig.hub.table, workConnection))?.readyAt).toBeDefined();
  });

  test("that fails on its third page goes on from there, without reading the first two again", async () => {
    const rig = await ToolHub.connected();
    rig.tool.records = things(8);
    const pages: number[] = [];
    rig.tool.beforePage = (page) => {
      pages.push(page);
      if (page === 2 && pages.length === 3) throw new HubError("connector.unavailable", "503");
    };
    await pull(rig.deps, rig.pullThings);
    expect(await rig.cursor()).toMatchObject({ state: "failed", position: "4", recordsRead: 4 });
    await pull(rig.deps, rig.pullThings);
    expect(pages).toEqual([0, 1, 2, 2, 3]);
    expect(await heldCount(rig)).toBe(8);
    expect(await rig.cursor()).toMatchObject({ state: "idle", recordsRead: 8 });
  });

  test("waits as long as the source asks before it is due again", async () => {
    const rig = await ToolHub.connected();
    rig.tool.beforePage = () => {
      throw new HubError("connector.rate-limited", "slow down", { retryAfterMs: 90_000 });
    };
    await pull(rig.deps, rig.pullThings);
    const dueMs = Date.parse((await rig.cursor())?.dueAt ?? "");
    expect(dueMs - rig.hub.clock.nowMs()).toBe(90_000);
  });

  test("whose position has expired starts over and reads everything", async () => {
    const rig = await ToolHub.connected();
    rig.tool.records = things(3);
    await pull(rig.deps, rig.pullThings);
    // What a vendor does to a token that lay too long.
    const cursor = await rig.cursor();
    const item = cursor && { ...cursor, position: "expired", revision: 99 };
    await rig.hub.table.write({
      kind: "put",
      item: { ...JSON.parse(JSON.stringify(item)), pk: workConnection, sk: "cursor#pull#things" },
      condition: [],
    });
    await pull(rig.deps, rig.pullThings);
    expect((await rig.cursor())?.position).toBeUndefined();
    await pull(rig.deps, rig.pullThings);
    expect(await rig.cursor()).toMatchObject({ state: "idle", position: "done", recordsRead: 3 });
  });

  test("that is refused by the source degrades the connection with the reason, and success mends it", async () => {
    const rig = await ToolHub.connected();
    rig.tool.beforePage = () => {
      throw new HubError("connector.unauthorized", "The token was refused");
    };
    await pull(rig.deps, rig.pullThings);
    expect(await getConnection(rig.hub.table, workConnection)).toMatchObject({
      status: "degraded",
      problem: { code: "connector.unauthorized", message: "The token was refused" },
    });
    rig.tool.beforePage = () => undefined;
    await pull(rig.deps, rig.pullThings);
    const mended = await getConnection(rig.hub.table, workConnection);
    expect(mended?.status).toBe("active");
    expect(mended?.problem).toBeUndefined();
  });

  test("makes the connection ready only when every other collection has been read, too", async () => {
    const rig = await ToolHub.connected();
    const waiting = await rig.cursor();
    if (!waiting) throw new Error("There is a cursor");
    await createDocument(rig.hub.table, cursorSpec, { ...waiting, collection: "others" });
    rig.tool.records = things(3);
    await pull(rig.deps, rig.pullThings);
    expect((await getConnection(rig.hub.table, workConnection))?.readyAt).toBeUndefined();
  });

  test("that is to read everything again begins where the first reading did", async () => {
    const rig = await ToolHub.connected();
    rig.tool.records = things(5);
    await pull(rig.deps, rig.pullThings);
    await startOver(rig.deps, workConnection);
    expect((await rig.cursor())?.position).toBeUndefined();
    await pull(rig.deps, rig.pullThings);
    expect(await rig.cursor()).toMatchObject({ mode: "poll", position: "done", recordsRead: 5 });
  });

  test("that reads everything forgets what could not be read before, and now can", async () => {
    const rig = await ToolHub.connected();
    const where = { connectionId: workConnection, collection: "things", at: rig.hub.clock.now() };
    await quarantine(rig.hub.table, where, [{ record: "w001", reason: "no title" }]);
    rig.hub.clock.advance(60_000);
    rig.tool.records = things(3);
    await pull(rig.deps, rig.pullThings);
    expect(await listQuarantined(rig.hub.table, workConnection)).toEqual([]);
  });

  test("of two at once on one cursor, one goes on and nothing is lost", async () => {
    const rig = await ToolHub.connected();
    rig.tool.records = things(20);
    await Promise.all([pull(rig.deps, rig.pullThings), pull(rig.deps, rig.pullThings)]);
    expect(await heldCount(rig)).toBe(20);
    expect((await rig.cursor())?.state).toBe("idle");
  });
});

describe("a reconcile", () => {
  test("reads what was missed and buries what is gone", async () => {
    const rig = await ToolHub.connected();
    rig.tool.records = things(10);
    await pull(rig.deps, rig.pullThings);
    rig.tool.records = [...things(9), upserted(workItem("missed"))];
    rig.hub.clock.advance(60_000);
    await pull(rig.deps, rig.reconcileThings);
    expect(await heldCount(rig)).toBe(10);
    const gone = await rig.hub.table.get({ pk: itemId("w009"), sk: "0" });
    expect(gone?.["isRemoved"]).toBe(true);
  });

  test("reads again what is there and in no list: nobody else would tell of its changes", async () => {
    const rig = await ToolHub.connected();
    rig.tool.records = things(10);
    await pull(rig.deps, rig.pullThings);
    rig.tool.records = things(9);
    rig.tool.presence.set(itemId("w009"), "present");
    const edited = upserted(workItem("w009", { version: 99, title: "Archived" }));
    rig.tool.beforeRead = () => void rig.tool.records.push(edited);
    await pull(rig.deps, rig.reconcileThings);
    expect(await rig.hub.table.get({ pk: itemId("w009"), sk: "0" })).toMatchObject({
      title: "Archived",
    });
  });

  test("keeps what is only hidden, and says so", async () => {
    const rig = await ToolHub.connected();
    rig.tool.records = things(10);
    await pull(rig.deps, rig.pullThings);
    rig.tool.records = things(9);
    rig.tool.presence.set(itemId("w009"), "hidden");
    await pull(rig.deps, rig.reconcileThings);
    expect(await heldCount(rig)).toBe(10);
    expect(await listGaps(rig.hub.table, workConnection)).toHaveLength(1);
  });

  test("refuses an abrupt shrink as a lost permission and removes nothing", async () => {
    const rig = await ToolHub.connected();
    rig.tool.pageSize = 100;
    rig.tool.records = things(100);
    await pull(rig.deps, rig.pullThings);
    rig.tool.records = things(40);
    await pull(rig.deps, rig.reconcileThings);
    expect(await heldCount(rig)).toBe(100);
    expect(await rig.cursor("reconcile")).toMatchObject({ state: "failed" });
    expect((await getConnection(rig.hub.table, workConnection))?.problem?.message).toContain(
      "60 of 100 things",
    );
  });
});

describe("webhook registrations", () => {
  test("one failing resource stops no other, and is tried again the next time", async () => {
    const rig = await ToolHub.connected();
    rig.tool.resources = ["a", "b"];
    rig.tool.beforeSubscribe = async (resource) => {
      if (resource === "a") throw new HubError("connector.forbidden", "not yours");
    };
    const message = { kind: "subscribe", connectionId: workConnection } as const;
    await pull(rig.deps, message);
    rig.tool.beforeSubscribe = async () => undefined;
    await pull(rig.deps, message);
    await pull(rig.deps, message);
    expect(rig.tool.subscribed).toEqual(["b", "a"]);
    const states = (await listSubscriptions(rig.hub.table, workConnection)).map(
      ({ state }) => state,
    );
    expect(states).toEqual(["active", "active"]);
  });

  test("its secret can be read back, and never stands in the table as it is", async () => {
    const rig = await ToolHub.connected();
    rig.tool.resources = ["a"];
    await pull(rig.deps, { kind: "subscribe", connectionId: workConnection });
    const [made] = await listSubscriptions(rig.hub.table, workConnection);
    if (!made) throw new Error("Nothing was registered");
    expect(await readWebhookSecrets(rig.deps, made)).toEqual(["secret-of-a"]);
    expect(JSON.stringify(await scanAll(rig.hub.table))).not.toContain("secret-of-a");
  });
});

test("removing a connection leaves tombstones, no secrets, and nothing else of it", async () => {
  const rig = await ToolHub.connected();
  rig.tool.records = things(3);
  rig.tool.resources = ["a"];
  await pull(rig.deps, rig.pullThings);
  await pull(rig.deps, { kind: "subscribe", connectionId: workConnection });
  await pull(rig.deps, { kind: "remove", connectionId: workConnection });
  expect(await heldCount(rig)).toBe(0);
  expect(rig.secrets.values.size).toBe(0);
  expect(rig.tool.subscribed.at(-1)).toMatch(/^not native-/u);
  expect(await rig.hub.table.query({ partition: workConnection })).toMatchObject({ items: [] });
});

test("a connection that named things in vain is read again once another one is ready", async () => {
  const rig = await ToolHub.connected();
  rig.tool.records = things(3);
  const other = await ToolHub.connected();
  const connectionId = "conn_otherconn0" as typeof workConnection;
  await saveGaps(rig.hub.table, connectionId, rig.hub.clock.now(), [
    { what: "Addresses", why: "lead nowhere", isMendedByConnecting: true },
  ]);
  await rig.hub.connect(connectionId, {});
  const cursor = await other.cursor();
  if (!cursor) throw new Error("the rig has a cursor");
  await createDocument(rig.hub.table, cursorSpec, {
    ...cursor,
    connectionId,
    position: "done",
    mode: "poll",
    state: "idle",
  });
  await pull(rig.deps, rig.pullThings);
  expect(rig.pulls.sent.map(({ body }) => JSON.parse(body))).toEqual([
    { kind: "pull", connectionId, collection: "things" },
  ]);
  expect(await listGaps(rig.hub.table, connectionId)).toEqual([]);
});
