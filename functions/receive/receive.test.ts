import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { expect, test } from "vitest";

import { secretName } from "#shared/kit/registry.ts";
import type { Subscription } from "#shared/model/connection.ts";
import { InboxMessage, bodyBytesMax } from "#shared/model/delivery.ts";
import { instantOf, minuteMs } from "#shared/model/time.ts";
import type { Table } from "#shared/ports/table.ts";
import { listSubscriptions, saveSubscription } from "#shared/store/connection-parts.ts";
import { listDeliveryCounts } from "#shared/store/delivery-counts.ts";
import { unknownConnections } from "#shared/store/keys.ts";
import { workConnection } from "#shared/testing/facts.ts";

import { sign } from "../../tests/rig/fake-connector.ts";
import { MemoryQueue, ToolHub } from "../../tests/rig/tool-hub.ts";
import { createHandler } from "./handler.ts";
import { HeardSubscriptions } from "./heard-subscriptions.ts";
import { KnownConnections } from "./known-connections.ts";
import { receive } from "./receive.ts";
import type { Incoming } from "./receive.ts";

async function receiver(wrap: (table: Table) => Table = (table) => table) {
  const rig = await ToolHub.connected();
  const inbox = new MemoryQueue();
  const connections = new KnownConnections(rig.hub.table, rig.hub.clock);
  const heard = new HeardSubscriptions({ ...rig.deps, table: wrap(rig.hub.table) });
  const deps = { ...rig.deps, inbox, connections, heard };
  const send = (
    body: string,
    headers: Record<string, string> = {},
    given: Partial<Incoming> = {},
  ) =>
    receive(deps, {
      connector: "tool",
      connectionId: workConnection,
      headers,
      query: {},
      body: Buffer.from(body),
      receivedAt: instantOf(rig.hub.clock.nowMs()),
      ...given,
    });
  return { rig, inbox, deps, send };
}

const signed = (body: string, secret = "shared") => ({ "x-signature": sign(body, secret) });

function subscription(id: string): Subscription {
  return {
    type: "subscription",
    id,
    connectionId: workConnection,
    resource: id,
    state: "active",
    publicUrl: "https://hub.example",
    createdAt: instantOf(0),
  };
}

test("a signed delivery is in the inbox, byte for byte, before it is acknowledged", async () => {
  const { inbox, send } = await receiver();
  const body = '{"title":"Größe ✓"}';
  expect(await send(body, signed(body))).toEqual({ status: 202 });
  const message = InboxMessage.parse(JSON.parse(inbox.sent[0]?.body ?? ""));
  expect(message).toMatchObject({ connectionId: workConnection, attempt: 0, body: { text: body } });
});

test("a credential that a delivery carries stays out of the queue", async () => {
  const { inbox, send } = await receiver();
  await send("{}", { ...signed("{}"), authorization: "Bearer token", cookie: "session" });
  expect(inbox.sent[0]?.body).not.toMatch(/Bearer|session/u);
});

test("a delivery near the size limit still fits a queue message", async () => {
  const { inbox, send } = await receiver();
  const body = `{"text":"${'\\"'.repeat(bodyBytesMax / 2 - 20)}"}`;
  expect((await send(body, signed(body))).status).toBe(202);
  expect(Buffer.byteLength(inbox.sent[0]?.body ?? "")).toBeLessThan(1024 * 1024);
});

test.each(["draft", "removing"] as const)(
  "nothing is received for a connection that is %s",
  async (status) => {
    const { rig, inbox, send } = await receiver();
    await rig.hub.changeConnection(workConnection, (one) => ({ ...one, status }));
    expect((await send("{}", signed("{}"))).status).toBe(404);
    expect(inbox.sent).toEqual([]);
  },
);

const long = "x".repeat(2_000_000);

test.each([
  { what: "a flipped bit", status: 401, body: '{"a":2}', headers: signed('{"a":3}') },
  { what: "a missing signature", status: 401, body: '{"a":2}', headers: {} },
  { what: "a 2 MB body", status: 413, body: long, headers: signed(long) },
  { what: "broken JSON", status: 400, body: "nonsense", headers: signed("nonsense") },
  { what: "an unknown connection", status: 404, given: { connectionId: "conn_nobody0000" } },
  { what: "a connection of another connector", status: 404, given: { connector: "other" } },
  { what: "an id that is none", status: 404, given: { connectionId: "../etc" } },
])("$what is refused with $status, counted, and never queued", async (refused) => {
  const { status, body = "{}", headers = signed("{}"), given = {} } = refused;
  const { rig, inbox, send } = await receiver();
  const answer = await send(body, headers, given);
  expect(answer.status).toBe(status);
  expect(inbox.sent).toEqual([]);
  const owner = status === 404 ? unknownConnections : workConnection;
  const counted = await listDeliveryCounts(rig.hub.table, owner);
  const [day] = counted;
  expect(Object.values(day?.counts ?? {})).toEqual([1]);
});

test("without any secret nothing is accepted", async () => {
  const { rig, send } = await receiver();
  await rig.secrets.write(secretName(workConnection), { token: "t" });
  expect((await send("{}", signed("{}", ""))).status).toBe(401);
});

test("a handshake is accepted only for a subscription that waits for one", async () => {
  const { rig, send } = await receiver();
  const introduce = { "x-introduce": "new-secret" };
  expect((await send("", introduce)).status).toBe(401);
  await saveSubscription(rig.hub.table, {
    type: "subscription",
    id: "sub_0000000001",
    connectionId: workConnection,
    resource: "a",
    state: "pending",
    publicUrl: "https://hub.example",
    createdAt: rig.hub.clock.now(),
  });
  const query = { subscription: "sub_0000000001" };
  expect(await send("", introduce, { query })).toEqual({ status: 200, headers: introduce });
  expect((await send("{}", signed("{}", "new-secret"), { query })).status).toBe(202);
  // Of one registration only: the secret of one project says nothing about another.
  const other = { subscription: "sub_0000000002" };
  expect((await send("{}", signed("{}", "new-secret"), { query: other })).status).toBe(401);
});

test("a connection is refused seconds after it is removed, and taken as soon as it is started", async () => {
  const { rig, send } = await receiver();
  const status = async (status: "draft" | "active" | "removing") => {
    await rig.hub.changeConnection(workConnection, (one) => ({ ...one, status }));
    return (await send("{}", signed("{}"))).status;
  };
  expect(await status("draft")).toBe(404);
  expect(await status("active")).toBe(202);
  rig.hub.clock.advance(5000);
  expect(await status("removing")).toBe(404);
});

test("once it stands, a registration takes no other secret", async () => {
  const { rig, send } = await receiver();
  await saveSubscription(rig.hub.table, subscription("sub_0000000001"));
  const query = { subscription: "sub_0000000001" };
  expect((await send("", { "x-introduce": "forged" }, { query })).status).toBe(401);
  expect((await send("{}", signed("{}", "forged"), { query })).status).toBe(401);
});

test("a delivery is acknowledged though its sign of life could not be noted, which the next one notes", async () => {
  let isAway = true;
  const { rig, send } = await receiver((table) => ({
    ...table,
    write: (one) => (isAway ? Promise.reject(new Error("away")) : table.write(one)),
  }));
  await saveSubscription(rig.hub.table, subscription("sub_0000000001"));
  const query = { subscription: "sub_0000000001" };
  const heardAfter = async (ms: number) => {
    rig.hub.clock.advance(ms);
    expect((await send("{}", signed("{}"), { query })).status).toBe(202);
    return (await listSubscriptions(rig.hub.table, workConnection))[0]?.heardAt;
  };
  expect(await heardAfter(0)).toBeUndefined();
  isAway = false;
  const first = await heardAfter(minuteMs);
  expect(first).toBe(rig.hub.clock.now());
  expect(await heardAfter(minuteMs)).toBe(first);
  expect(await heardAfter(30 * minuteMs)).toBe(rig.hub.clock.now());
});

test("a request counts as it was sent: its bytes, its headers in any case, and what is answered", async () => {
  const { rig, inbox, deps } = await receiver();
  const handler = createHandler(deps);
  const call = (body: string, headers: Record<string, string>, given: object = {}) =>
    handler({
      pathParameters: { connector: "tool", connectionId: workConnection },
      headers,
      rawQueryString: "subscription=sub_0000000001",
      body,
      isBase64Encoded: false,
      ...given,
    } as unknown as APIGatewayProxyEventV2);
  const body = '{"title":"Größe"}';
  const encoded = Buffer.from(body).toString("base64");
  const headers = { "X-Signature": sign(body, "shared") };
  expect(await call(encoded, headers, { isBase64Encoded: true })).toMatchObject({
    statusCode: 202,
  });
  expect(inbox.sent).toHaveLength(1);
  await saveSubscription(rig.hub.table, { ...subscription("sub_0000000001"), state: "pending" });
  const hand = await call("", { "X-Introduce": "new-secret" });
  expect(hand).toMatchObject({ statusCode: 200, headers: { "x-introduce": "new-secret" } });
});

test("a registration is alive that sends deliveries or heartbeats, and not what anybody may send", async () => {
  const { rig, inbox, send } = await receiver();
  const heardAt = async (id: string, headers: Record<string, string>) => {
    await saveSubscription(rig.hub.table, subscription(id));
    await send("{}", headers, { query: { subscription: id } });
    const all = await listSubscriptions(rig.hub.table, workConnection);
    return all.find((one) => one.id === id)?.heardAt;
  };
  const now = rig.hub.clock.now();
  expect(await heardAt("sub_0000000001", signed("{}"))).toBe(now);
  expect(await heardAt("sub_0000000002", { ...signed("{}"), "x-heartbeat": "" })).toBe(now);
  expect(await heardAt("sub_0000000003", {})).toBeUndefined();
  expect(inbox.sent).toHaveLength(1);
});

test("of two handshakes for one subscription either may be the one that the source keeps", async () => {
  const { rig, send } = await receiver();
  await saveSubscription(rig.hub.table, {
    type: "subscription",
    id: "sub_0000000001",
    connectionId: workConnection,
    resource: "a",
    state: "pending",
    publicUrl: "https://hub.example",
    createdAt: rig.hub.clock.now(),
  });
  const query = { subscription: "sub_0000000001" };
  // A hub killed while it registered asks again when it is back, and both requests reach the source.
  for (const secret of ["first-secret", "second-secret"]) {
    expect((await send("", { "x-introduce": secret }, { query })).status).toBe(200);
  }
  expect((await send("{}", signed("{}", "first-secret"), { query })).status).toBe(202);
  expect((await send("{}", signed("{}", "second-secret"), { query })).status).toBe(202);
});

test("what an older hub kept beside the settings' own secrets still proves deliveries", async () => {
  const { rig, send } = await receiver();
  const kept = { token: "t", sub_0000000001: "old", "sub_0000000001.before": "older" };
  await rig.secrets.write(secretName(workConnection), kept);
  const query = { subscription: "sub_0000000001" };
  expect((await send("{}", signed("{}", "old"), { query })).status).toBe(202);
  expect((await send("{}", signed("{}", "older"), { query })).status).toBe(202);
  expect((await send("{}", signed("{}", "old"))).status).toBe(202);
  expect((await send("{}", signed("{}", "t"), { query })).status).toBe(401);
});
