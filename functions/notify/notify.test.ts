import { setImmediate } from "node:timers/promises";

import { expect, test } from "vitest";
import * as z from "zod";

import { HubError } from "#shared/errors.ts";
import { defineConnector } from "#shared/kit/connector.ts";
import type { Connector } from "#shared/kit/connector.ts";
import type { Message, SendOutcome } from "#shared/kit/notifier.ts";
import { Registry } from "#shared/kit/registry.ts";
import { connectionId } from "#shared/model/ids.ts";
import type { AlertId } from "#shared/model/ids.ts";
import { goal, goalId, itemId, linkTo, upserted, workItem } from "#shared/testing/facts.ts";
import { createSilentLogger } from "#shared/testing/silent-logger.ts";

import { MemoryHub } from "../../tests/rig/memory-hub.ts";
import { MemorySecrets } from "../../tests/rig/tool-hub.ts";
import { notify } from "./notify.ts";

/** A hub with one open alert and one channel whose answers a test decides. */
async function channelHub({ withBroken = false } = {}) {
  const hub = await MemoryHub.ready();
  const sent: Message[] = [];
  let answer: () => SendOutcome = () => ({ outcome: "sent" });
  const channel = defineConnector({
    name: "channel",
    title: "Channel",
    summary: "For tests",
    settings: z.object({}),
    collections: [],
    providesGoals: () => false,
    notifier: async () => () => ({
      probe: async () => ({ identity: "channel" }),
      send: async (message) => {
        // A channel is another machine: its answer takes more than the next tick.
        await setImmediate();
        sent.push(message);
        return answer();
      },
    }),
  });
  const broken: Connector = {
    ...channel,
    name: "broken",
    notifier: async () => () => {
      throw new HubError("connector.misconfigured", "broken");
    },
  };
  if (withBroken) await hub.connect(connectionId("abroken001"), { connector: "broken" });
  await hub.connect(connectionId("channel001"), { connector: "channel" });
  await hub.setRule("unlinked-work");
  await hub.apply(upserted(goal("g")), upserted(workItem("epic")));
  const [alert] = await hub.alerts("open");
  const deps = {
    table: hub.table,
    clock: hub.clock,
    logger: createSilentLogger(hub.logs),
    secrets: new MemorySecrets(),
    registry: new Registry([channel, broken]),
    publicUrl: "https://hub.example",
  };
  const tell = (reason: "opened" | "resolved", generation = 1) =>
    notify(deps, { alertId: alert?.id ?? ("alert:none" as AlertId), generation, reason });
  const link = () =>
    hub.apply(upserted(workItem("epic", { version: 1 }), [linkTo(itemId("epic"), goalId("g"))]));
  return { sent, tell, link, say: (next: () => SendOutcome) => (answer = next) };
}

test("one transition is one message, however often its event comes", async () => {
  const { sent, tell } = await channelHub();
  await tell("opened");
  await Promise.all([tell("opened"), tell("opened")]);
  expect(sent).toHaveLength(1);
  expect(sent[0]?.url).toMatch(/^https:\/\/hub\.example\/alerts\/alert%3Aunlinked-work/u);
});

test("a channel that asks for another try gets it, and its message is then not repeated", async () => {
  const { sent, tell, say } = await channelHub();
  say(() => ({ outcome: "retry", afterMs: 1000, reason: "429" }));
  await expect(tell("opened")).rejects.toBeInstanceOf(HubError);
  say(() => ({ outcome: "sent" }));
  await tell("opened");
  await tell("opened");
  expect(sent).toHaveLength(2);
});

test("a target that refuses for good is not asked again", async () => {
  const { sent, tell, say } = await channelHub();
  say(() => ({ outcome: "refused", reason: "no_service" }));
  await tell("opened");
  await tell("opened");
  expect(sent).toHaveLength(1);
});

test("nobody is told of an opening that is already over", async () => {
  const { sent, tell, link } = await channelHub();
  await link();
  await tell("opened");
  expect(sent).toEqual([]);
});

test("a resolution is told only where the opening was", async () => {
  const told = await channelHub();
  await told.tell("opened");
  await told.link();
  await told.tell("resolved");
  expect(told.sent.map(({ reason }) => reason)).toEqual(["opened", "resolved"]);
  const silent = await channelHub();
  await silent.link();
  await silent.tell("resolved");
  expect(silent.sent).toEqual([]);
});

test("a channel that cannot even be opened is reported after the others were told", async () => {
  const { sent, tell } = await channelHub({ withBroken: true });
  await expect(tell("opened")).rejects.toThrow("broken");
  expect(sent).toHaveLength(1);
});
