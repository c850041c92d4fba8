import { gzipSync } from "node:zlib";

import type { SQSEvent } from "aws-lambda";
import { expect, test } from "vitest";

import { HubError } from "#shared/errors.ts";
import type { InboxMessage } from "#shared/model/delivery.ts";
import { instantOf } from "#shared/model/time.ts";
import type { Table } from "#shared/ports/table.ts";
import { listGaps, listQuarantined } from "#shared/store/connection-parts.ts";
import { listDeliveryCounts } from "#shared/store/delivery-counts.ts";
import { itemId, upserted, workConnection, workItem } from "#shared/testing/facts.ts";

import { MemoryQueue, ToolHub } from "../../tests/rig/tool-hub.ts";
import { DeliveryTally } from "./delivery-tally.ts";
import { createHandler } from "./handler.ts";
import { ingest } from "./ingest.ts";

async function ingester() {
  const rig = await ToolHub.connected();
  const inbox = new MemoryQueue();
  const tally = new DeliveryTally(rig.hub.table, rig.hub.clock);
  return { rig, inbox, deps: { ...rig.deps, inbox, tally } };
}

const message = (deliveryId: string, given: Partial<InboxMessage> = {}) =>
  JSON.stringify({
    connector: "tool",
    connectionId: workConnection,
    deliveryId,
    receivedAt: instantOf(0),
    attempt: 0,
    headers: {},
    query: {},
    body: { text: "{}" },
    ...given,
  });

test("what deliveries say is stored; a delivery that cannot be read is kept with its reason", async () => {
  const { rig, deps } = await ingester();
  let count = 0;
  rig.tool.interpretation = () => {
    count += 1;
    if (count === 2) throw new HubError("connector.drifted", "issue.fields.status is missing");
    return { changes: [upserted(workItem(`w${count}`))], rejected: [] };
  };
  expect(await ingest(deps, [message("d1"), message("d2"), message("d3")])).toEqual([
    "done",
    "done",
    "done",
  ]);
  expect(await rig.hub.table.get({ pk: itemId("w3"), sk: "0" })).toBeDefined();
  expect(await listQuarantined(rig.hub.table, workConnection)).toMatchObject([
    { record: "d2", reason: "connector.drifted: issue.fields.status is missing" },
  ]);
  const [today] = await listDeliveryCounts(rig.hub.table, workConnection);
  expect(today?.counts).toEqual({ ingested: 2, rejected: 1 });
});

test.each(["draft", "removing"] as const)(
  "a delivery for a connection that is %s is not read",
  async (status) => {
    const { rig, deps } = await ingester();
    rig.tool.interpretation = () => ({ changes: [upserted(workItem("w"))], rejected: [] });
    await rig.hub.changeConnection(workConnection, (one) => ({ ...one, status }));
    expect(await ingest(deps, [message("d1")])).toEqual(["done"]);
    expect(await rig.hub.table.get({ pk: itemId("w"), sk: "0" })).toBeUndefined();
  },
);

test("while a connection is paused its deliveries are counted, and its tool is asked nothing", async () => {
  const { rig, deps } = await ingester();
  let asked = 0;
  rig.tool.interpretation = () => {
    asked += 1;
    return { changes: [upserted(workItem("w"))], rejected: [] };
  };
  await rig.hub.changeConnection(workConnection, (one) => ({ ...one, status: "paused" }));
  expect(await ingest(deps, [message("d1"), message("d2")])).toEqual(["done", "done"]);
  expect(asked).toBe(0);
  rig.hub.clock.advance(60_000);
  await rig.hub.changeConnection(workConnection, (one) => ({ ...one, status: "active" }));
  expect(await ingest(deps, [message("d3")])).toEqual(["done"]);
  expect(asked).toBe(1);
  rig.hub.clock.advance(60_000);
  expect(await ingest(deps, [message("d4")])).toEqual(["done"]);
  const [today] = await listDeliveryCounts(rig.hub.table, workConnection);
  expect(today?.counts).toEqual({ paused: 2, ingested: 2 });
});

test("a source that asks for patience gets its delivery back later, and the others are stored now", async () => {
  const { rig, inbox, deps } = await ingester();
  let count = 0;
  rig.tool.interpretation = () => {
    count += 1;
    if (count === 1) throw new HubError("connector.rate-limited", "429", { retryAfterMs: 7000 });
    return { changes: [upserted(workItem("w"))], rejected: [] };
  };
  expect(await ingest(deps, [message("d1"), message("d2")])).toEqual(["done", "done"]);
  expect(inbox.sent).toHaveLength(1);
  expect(inbox.sent[0]?.delaySeconds).toBe(7);
  expect(JSON.parse(inbox.sent[0]?.body ?? "")).toMatchObject({ deliveryId: "d1", attempt: 1 });
});

test.each([
  { asked: 0, seconds: 1 },
  { asked: 7_200_000, seconds: 900 },
])("asked to wait $asked ms, it waits $seconds s: no queue takes less, or more", async (one) => {
  const { rig, inbox, deps } = await ingester();
  rig.tool.interpretation = () => {
    throw new HubError("connector.rate-limited", "429", { retryAfterMs: one.asked });
  };
  await ingest(deps, [message("d1")]);
  expect(inbox.sent.map(({ delaySeconds }) => delaySeconds)).toEqual([one.seconds]);
});

test("what was put back often enough is left to the queue's own tries", async () => {
  const { rig, inbox, deps } = await ingester();
  rig.tool.interpretation = () => {
    throw new HubError("connector.rate-limited", "429");
  };
  const ends = await ingest(deps, [message("d1", { attempt: 19 }), message("d2", { attempt: 20 })]);
  expect(ends).toEqual(["done", { failed: expect.any(HubError) }]);
  expect(inbox.sent).toHaveLength(1);
});

test("while the table is away nothing is acknowledged but what was put back, which comes once", async () => {
  const { rig, inbox, deps } = await ingester();
  rig.tool.interpretation = ({ query }) => {
    if (query["busy"] !== undefined) throw new HubError("connector.rate-limited", "429");
    return { changes: [upserted(workItem("w"))], rejected: [] };
  };
  const table: Table = {
    ...rig.hub.table,
    write: () => Promise.reject(new HubError("store.unavailable", "away")),
  };
  const bodies = [message("d1", { query: { busy: "1" } }), message("d2")];
  const event = { Records: bodies.map((body, at) => ({ messageId: `m${at + 1}`, body })) };
  expect(await createHandler({ ...deps, table })(event as SQSEvent)).toEqual({
    batchItemFailures: [{ itemIdentifier: "m2" }],
  });
  expect(inbox.sent).toHaveLength(1);
});

test("a delivery that travelled gzipped is read whole, and what it cannot show is on record", async () => {
  const { rig, deps } = await ingester();
  let read = "";
  rig.tool.interpretation = ({ body }) => {
    read = Buffer.from(body).toString();
    return { changes: [], rejected: [], gaps: [{ what: "comments", why: "no right" }] };
  };
  const gzipBase64 = gzipSync("Größe ✓").toString("base64");
  expect(await ingest(deps, [message("d1", { body: { gzipBase64 } })])).toEqual(["done"]);
  expect(read).toBe("Größe ✓");
  expect(await listGaps(rig.hub.table, workConnection)).toMatchObject([{ what: "comments" }]);
});

test("an unforeseen error leaves its message in the queue and stops no other", async () => {
  const { rig, deps } = await ingester();
  let count = 0;
  rig.tool.interpretation = () => {
    count += 1;
    if (count === 1) throw new TypeError("a bug");
    return { changes: [upserted(workItem("w"))], rejected: [] };
  };
  const ends = await ingest(deps, [message("d1"), message("d2"), "not json"]);
  expect(ends.map((end) => (end === "done" ? "done" : "failed"))).toEqual([
    "failed",
    "done",
    "failed",
  ]);
  expect(await rig.hub.table.get({ pk: itemId("w"), sk: "0" })).toBeDefined();
});

test("deliveries of a connection that was removed meanwhile are done with", async () => {
  const { deps } = await ingester();
  expect(await ingest(deps, [message("d", { connectionId: "conn_nobody0000" as never })])).toEqual([
    "done",
  ]);
});

test("a record that cannot be stored is quarantined, and its neighbours in the batch are stored", async () => {
  const { rig, deps } = await ingester();
  let count = 0;
  rig.tool.interpretation = () => {
    count += 1;
    const title = count === 1 ? "x".repeat(1000) : "Fine";
    return { changes: [upserted(workItem(`w${count}`, { title }))], rejected: [] };
  };
  expect(await ingest(deps, [message("d1"), message("d2")])).toEqual(["done", "done"]);
  expect(await rig.hub.table.get({ pk: itemId("w2"), sk: "0" })).toBeDefined();
  const [today] = await listDeliveryCounts(rig.hub.table, workConnection);
  expect(today?.counts).toEqual({ ingested: 1, rejected: 1 });
  expect(await listQuarantined(rig.hub.table, workConnection)).toMatchObject([
    { record: "w1", reason: expect.stringContaining("record.title") },
  ]);
});

test("a delivery of a connection that the index does not show yet is not lost", async () => {
  const { rig, deps } = await ingester();
  rig.tool.interpretation = () => ({ changes: [upserted(workItem("w"))], rejected: [] });
  const table: Table = {
    ...rig.hub.table,
    query: async (request) =>
      request.index === "list" ? { items: [] } : rig.hub.table.query(request),
  };
  await ingest({ ...deps, table }, [message("d1")]);
  expect(await rig.hub.table.get({ pk: itemId("w"), sk: "0" })).toBeDefined();
});
