import { expect, test } from "vitest";

import { slack } from "#connectors/slack/connector.ts";
import { pressRequest } from "#connectors/slack/simulator/press.ts";
import type { Pressing } from "#connectors/slack/simulator/press.ts";
import { DeliveryTally } from "#functions/ingest/delivery-tally.ts";
import { ingest } from "#functions/ingest/ingest.ts";
import { HeardSubscriptions } from "#functions/receive/heard-subscriptions.ts";
import { KnownConnections } from "#functions/receive/known-connections.ts";
import { receive } from "#functions/receive/receive.ts";
import { Registry, secretName } from "#shared/kit/registry.ts";
import { alertId, connectionId } from "#shared/model/ids.ts";
import type { AlertId, ConnectionId } from "#shared/model/ids.ts";
import { channelRecipient, DispatchId } from "#shared/model/notification.ts";
import type { Dispatch } from "#shared/model/notification.ts";
import type { Alert } from "#shared/model/signal.ts";
import { hourMs } from "#shared/model/time.ts";
import { listQuarantined } from "#shared/store/connection-parts.ts";
import { createDocument, getDocument } from "#shared/store/documents.ts";
import { factKey } from "#shared/store/keys.ts";
import { scanAll } from "#shared/store/list.ts";
import { alertSpec, dispatchSpec } from "#shared/store/specs.ts";
import { itemId } from "#shared/testing/facts.ts";

import { MemoryQueue, ToolHub } from "./tool-hub.ts";

const channel = connectionId("slack00001");
const otherChannel = connectionId("slack00002");
const signingSecret = "a-signing-secret";
const dispatchId = DispatchId.parse(`dispatch:${channelRecipient(channel)}#1`);
const rule = "unlinked-work" as Alert["rule"];
const idOf = (name: string): AlertId => alertId(rule, itemId(name));

/** A hub with two Slack channels and a message that told of three alerts. */
async function hubWithMessage() {
  const rig = await ToolHub.connected();
  const { hub, secrets } = rig;
  for (const id of [channel, otherChannel]) {
    await hub.connect(id, { connector: "slack", name: "Slack #alignment" });
    await secrets.write(secretName(id), { webhookSecret: signingSecret });
  }
  for (const name of ["a", "b", "c"]) await createDocument(hub.table, alertSpec, openAlert(name));
  await createDocument(hub.table, dispatchSpec, dispatchOf(hub.clock.now()));
  const inbox = new MemoryQueue();
  const tally = new DeliveryTally(hub.table, hub.clock);
  const connections = new KnownConnections(hub.table, hub.clock);
  const heard = new HeardSubscriptions(rig.deps);
  const deps = { ...rig.deps, inbox, tally, connections, heard, registry: new Registry([slack]) };

  function openAlert(name: string): Alert {
    const now = hub.clock.now();
    return {
      type: "alert",
      id: idOf(name),
      signalId: `signal:${rule}:${itemId(name)}` as Alert["signalId"],
      rule,
      subjectId: itemId(name),
      // The third has opened anew since it was told of.
      generation: name === "c" ? 2 : 1,
      status: "open",
      severity: "warning",
      title: name,
      why: "",
      nextStep: "",
      evidence: { sentence: "", path: [], facts: {} },
      teamIds: [],
      connectionIds: [],
      openedAt: now,
      updatedAt: now,
      history: [],
      revision: 1,
    };
  }

  return {
    rig,
    deps,
    /** Presses in the message, and lets the hub receive and read it: the status that Slack sees. */
    async press(pressing: Pressing, count: number, to: ConnectionId = channel): Promise<number> {
      const answer = await receive(deps, requestOf(pressing, count, to));
      return answer.status;
    },
    /** Lets everything that waits be read, as often as said. */
    async read(times = 1): Promise<void> {
      const bodies = inbox.sent.map(({ body }) => body);
      for (let time = 0; time < times; time += 1) {
        expect(await ingest(deps, bodies)).toEqual(bodies.map(() => "done"));
      }
      inbox.sent.splice(0);
    },
    async alert(name: string): Promise<Alert | undefined> {
      return getDocument(hub.table, alertSpec, factKey(idOf(name)));
    },
    waiting: () => inbox.sent.map(({ body }) => body).join("\n"),
  };

  function requestOf(pressing: Pressing, count: number, to: ConnectionId) {
    const url = "https://hub.example";
    const at = { url, secret: signingSecret, now: hub.clock.now(), count };
    const request = pressRequest(shownMessage(hub.clock.now()), pressing, at);
    if (!request) throw new Error("there is no such element");
    const names = Object.entries(request.headers).map(([name, value]) => [
      name.toLowerCase(),
      value,
    ]);
    return {
      connector: "slack",
      connectionId: to,
      headers: Object.fromEntries(names) as Record<string, string>,
      query: {},
      body: Buffer.from(request.body),
      receivedAt: hub.clock.now(),
    };
  }
}

function shownMessage(at: Alert["openedAt"]) {
  const text = { type: "plain_text" as const, text: "x" };
  const option = (value: string) => ({ text, value });
  const select = { type: "static_select" as const, placeholder: text };
  return {
    at,
    channel: "C0ALIGNMENT",
    ts: "1763712000.000001",
    reactions: [],
    message: {
      text: "Three alerts",
      blocks: [
        {
          type: "actions" as const,
          block_id: `${dispatchId} abcd`,
          elements: [
            { type: "button" as const, action_id: "acknowledge", text },
            { ...select, action_id: "snooze", options: ["7", "until-change"].map(option) },
            { ...select, action_id: "contest", options: ["not-ours"].map(option) },
          ],
        },
      ],
    },
  };
}

function dispatchOf(now: Alert["openedAt"]): Dispatch {
  const alerts = ["a", "b", "c"].map((name) => ({
    alertId: idOf(name),
    generation: 1,
    reason: "opened" as const,
  }));
  return {
    type: "dispatch",
    id: dispatchId,
    kind: "group",
    recipient: channelRecipient(channel),
    connectionId: channel,
    because: "Channel of Payments",
    title: "Three alerts",
    alerts,
    alertCount: 3,
    outcome: "sent",
    attemptCount: 1,
    attempts: [],
    createdAt: now,
    updatedAt: now,
    revision: 0,
  };
}

test("a press is answered with 200 and acts on every alert of the message that still stands so", async () => {
  const { press, read, alert } = await hubWithMessage();
  expect(await press({ actionId: "acknowledge" }, 1)).toBe(200);
  await read();
  const [a, b, c] = await Promise.all(["a", "b", "c"].map(alert));
  expect([a?.status, b?.status, c?.status]).toEqual(["acknowledged", "acknowledged", "open"]);
  expect(a?.history.at(-1)?.by).toBe("somebody in Slack");
});

test("a delivery that comes again does not undo what was done since", async () => {
  const { press, read, alert } = await hubWithMessage();
  await press({ actionId: "acknowledge" }, 1);
  await read();
  await press({ actionId: "snooze", choice: "7" }, 2);
  await read();
  const snoozed = await alert("a");
  expect(snoozed?.status).toBe("snoozed");
  // Slack sends the first once more, and the queue gives it twice.
  await press({ actionId: "acknowledge" }, 1);
  await read(2);
  expect((await alert("a"))?.snoozedUntil).toBe(snoozed?.snoozedUntil);
});

test("the same delivery read twice is carried out once", async () => {
  const { press, read, alert, rig } = await hubWithMessage();
  await press({ actionId: "snooze", choice: "7" }, 1);
  await read(2);
  const { snoozedUntil, history } = (await alert("a")) ?? {};
  rig.hub.clock.advance(hourMs);
  expect(history?.filter(({ to }) => to === "snoozed")).toHaveLength(1);
  expect((await alert("a"))?.snoozedUntil).toBe(snoozedUntil);
});

test("a contest carries its reason and nobody's name, and no name waits in the queue", async () => {
  const { press, read, alert, waiting, rig } = await hubWithMessage();
  expect(await press({ actionId: "contest", choice: "not-ours" }, 1)).toBe(200);
  expect(waiting()).not.toMatch(/anna|U0PRESSED|hooks\.slack/u);
  await read();
  expect((await alert("a"))?.contest).toMatchObject({ reason: "not-ours" });
  expect(JSON.stringify(await scanAll(rig.hub.table))).not.toMatch(/anna|U0PRESSED/u);
  expect(JSON.stringify(rig.hub.logs)).not.toMatch(/anna|U0PRESSED/u);
});

test("only the channel that showed a message may act on it", async () => {
  const { press, read, alert } = await hubWithMessage();
  expect(await press({ actionId: "acknowledge" }, 1, otherChannel)).toBe(200);
  await read();
  expect((await alert("a"))?.status).toBe("open");
});

test("a message can be answered while its channel is paused", async () => {
  const { press, read, alert, rig } = await hubWithMessage();
  await rig.hub.changeConnection(channel, (one) => ({ ...one, status: "paused" }));
  expect(await press({ actionId: "acknowledge" }, 1)).toBe(200);
  await read();
  expect((await alert("a"))?.status).toBe("acknowledged");
});

test("a delivery that cannot be read is set aside with its reason", async () => {
  const { rig, deps } = await hubWithMessage();
  const broken = {
    connector: "slack",
    connectionId: channel,
    deliveryId: "d1",
    receivedAt: rig.hub.clock.now(),
    attempt: 0,
    headers: {},
    query: {},
    body: { text: "payload=%7B" },
  };
  expect(await ingest(deps, [JSON.stringify(broken)])).toEqual(["done"]);
  expect(await listQuarantined(rig.hub.table, channel)).toMatchObject([
    { record: "d1", reason: expect.stringContaining("input.malformed") as unknown },
  ]);
});

test("a message that nobody remembers any more is pressed in vain, and harms nothing", async () => {
  const { press, read, rig, alert } = await hubWithMessage();
  const key = { pk: dispatchId, sk: "0" };
  await rig.hub.table.write({ kind: "delete", key, condition: [] });
  expect(await press({ actionId: "acknowledge" }, 1)).toBe(200);
  await read();
  expect((await alert("a"))?.status).toBe("open");
});
