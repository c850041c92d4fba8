import { expect, test } from "vitest";

import { boundedHistory } from "#shared/model/history.ts";
import { instantOf } from "#shared/model/time.ts";
import type { Item, Json } from "#shared/ports/table.ts";
import { saveGaps } from "#shared/store/connection-parts.ts";
import { getConnection } from "#shared/store/connections.ts";
import { createDocument } from "#shared/store/documents.ts";
import { storeHistories } from "#shared/store/histories.ts";
import { factKey } from "#shared/store/keys.ts";
import { scanAll } from "#shared/store/list.ts";
import { findSendingToken, keepSendingToken } from "#shared/store/sending-tokens.ts";
import { cursorSpec } from "#shared/store/specs.ts";
import {
  account,
  accountId,
  blockedBy,
  itemId,
  orgUnit,
  person,
  testEpochMs,
  unitId,
  upserted,
  workConnection,
  workItem,
} from "#shared/testing/facts.ts";

import { MemoryHub } from "../../tests/rig/memory-hub.ts";
import { ToolHub } from "../../tests/rig/tool-hub.ts";
import { pull } from "./pull.ts";
import { wantedHistories } from "./wanted-histories.ts";

/*
 * Items that no schema of today understands, met by what reads, compares and takes away. One of them stops
 * nothing else.
 */

const works = (...names: readonly string[]) => names.map((name) => upserted(workItem(name)));
const other = "conn_otherconn0" as typeof workConnection;

async function poison(
  { hub }: { readonly hub: MemoryHub },
  is: (item: Item) => boolean,
  spoil: Record<string, Json> = { shape: { of: "another age" }, hash: "edited" },
): Promise<void> {
  const item = (await scanAll(hub.table)).find(is);
  if (!item) throw new Error("There is no such item");
  const spoilt = { ...item, ...spoil };
  await hub.table.write({ kind: "put", item: spoilt, condition: [] });
}

const at = (name: string) => (item: Item) => item.pk === itemId(name) && item.sk === "0";
const isRemoved = async ({ hub }: ToolHub, name: string) =>
  (await hub.table.get(factKey(itemId(name))))?.["isRemoved"] === true;

async function readWhole(...names: readonly string[]): Promise<ToolHub> {
  const rig = await ToolHub.connected();
  rig.tool.records = works(...names);
  await pull(rig.deps, rig.pullThings);
  return rig;
}

test("what is gone is buried beside a record that cannot be read, which its source is asked about too", async () => {
  const rig = await readWhole("a", "b", "c", "d");
  await poison(rig, at("b"));
  await poison(rig, at("c"));
  rig.tool.presence.set(itemId("c"), "hidden");
  rig.tool.records = works("a");
  await pull(rig.deps, rig.reconcileThings);
  expect(await rig.cursor("reconcile")).toMatchObject({ state: "idle" });
  const gone = await Promise.all(["a", "b", "c", "d"].map((name) => isRemoved(rig, name)));
  expect(gone).toEqual([false, true, false, true]);
});

test("a record that cannot be read is read again by a look at versions, and stops no such look", async () => {
  const rig = await ToolHub.connected();
  rig.tool.tellsVersions = true;
  rig.tool.records = works("a", "b");
  await pull(rig.deps, rig.pullThings);
  await poison(rig, at("b"));
  await pull(rig.deps, rig.reconcileThings);
  expect(await rig.cursor("reconcile")).toMatchObject({ state: "idle" });
  expect((await rig.hub.table.get(factKey(itemId("b"))))?.["shape"]).toBeUndefined();
});

test("a connection is taken away with what cannot be read of it", async () => {
  const rig = await ToolHub.connected();
  rig.tool.records = works("a", "b");
  rig.tool.resources = ["x", "y"];
  await pull(rig.deps, rig.pullThings);
  await pull(rig.deps, { kind: "subscribe", connectionId: workConnection });
  await poison(rig, at("b"));
  await poison(rig, ({ type }) => type === "subscription");
  await pull(rig.deps, { kind: "remove", connectionId: workConnection });
  expect(await isRemoved(rig, "a")).toBe(true);
  expect(await isRemoved(rig, "b")).toBe(true);
  expect(await getConnection(rig.hub.table, workConnection)).toBeUndefined();
  expect(rig.secrets.values.size).toBe(0);
  expect(rig.tool.subscribed.filter((what) => what.startsWith("not "))).toHaveLength(1);
});

test("a connection is taken away with a sender's token that nobody can read, which lets nobody in any more", async () => {
  const rig = await ToolHub.connected();
  const { table } = rig.hub;
  const token = "a token of 32 characters and more";
  await keepSendingToken(rig.hub, { connectionId: workConnection, id: "one", token });
  await poison(rig, ({ type }) => type === "sending-token", { shape: { of: "another age" } });
  await pull(rig.deps, { kind: "remove", connectionId: workConnection });
  expect(await getConnection(table, workConnection)).toBeUndefined();
  expect(await findSendingToken(table, token)).toBeUndefined();
});

test("a webhook of which the record cannot be read is made anew", async () => {
  const rig = await ToolHub.connected();
  rig.tool.resources = ["x", "y"];
  const message = { kind: "subscribe", connectionId: workConnection } as const;
  await pull(rig.deps, message);
  await poison(rig, ({ type }) => type === "subscription");
  rig.hub.clock.advance(3_600_000);
  await pull(rig.deps, message);
  expect(rig.tool.subscribed).toHaveLength(3);
  expect(await getConnection(rig.hub.table, workConnection)).not.toMatchObject({
    status: "degraded",
  });
});

const parts: readonly (readonly [string, string])[] = [
  ["a gap", "coverage-gap"],
  ["a place in a list", "cursor"],
];

test.each(parts)(
  "%s of another connection that cannot be read keeps none from becoming ready",
  async (_what, type) => {
    const rig = await ToolHub.connected();
    rig.tool.records = works("a");
    const gap = { what: "Addresses", why: "lead nowhere", isMendedByConnecting: true };
    const gaps = [gap, { ...gap, what: "Links" }];
    await saveGaps(rig.hub.table, other, rig.hub.clock.now(), gaps);
    await rig.hub.connect(other, {});
    const cursor = await rig.cursor();
    if (!cursor) throw new Error("There is a cursor");
    await createDocument(rig.hub.table, cursorSpec, { ...cursor, connectionId: other });
    await poison(rig, (item) => item.pk === other && item["type"] === type);
    await pull(rig.deps, rig.pullThings);
    const connection = await getConnection(rig.hub.table, workConnection);
    expect([connection?.readyAt, connection?.problem]).toEqual([rig.hub.clock.now(), undefined]);
  },
);

test("an item whose past cannot be read is among those whose past is wanted", async () => {
  const hub = await MemoryHub.ready();
  await hub.setRule("blocked-across-boundary");
  const member = (name: string, team: string) => [
    upserted(person(name, { unitId: unitId(team) })),
    upserted(account(name)),
  ];
  const waits = (name: string) =>
    upserted(workItem(name, { assigneeId: accountId("ana") }), [
      blockedBy(itemId(name), itemId("bug")),
    ]);
  const works = [
    waits("w1"),
    waits("w2"),
    upserted(workItem("bug", { assigneeId: accountId("bo") })),
  ];
  const units = [upserted(orgUnit("red")), upserted(orgUnit("blue"))];
  await hub.apply(...units, ...member("ana", "red"), ...member("bo", "blue"), ...works);
  const read = { transitions: [], sourceVersion: testEpochMs, readAt: instantOf(testEpochMs) };
  const pasts = ["w1", "w2"].map((name) => boundedHistory({ itemId: itemId(name), ...read }));
  await storeHistories(hub.table, pasts);
  await poison({ hub }, ({ pk, type }) => pk === itemId("w1") && type === "history", {
    readAt: "x",
  });
  const wanted = await wantedHistories(hub, workConnection);
  expect(wanted.toSorted()).toEqual([itemId("w1"), itemId("w2")]);
});
