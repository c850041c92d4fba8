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
import { queryAll } from "#shared/store/list.ts";
import { goal, goalId, itemId, linkTo, upserted, workItem } from "#shared/testing/facts.ts";
import { createSilentLogger } from "#shared/testing/silent-logger.ts";

import { MemoryHub } from "../../tests/rig/memory-hub.ts";
import { MemorySecrets } from "../../tests/rig/tool-hub.ts";
import { notify } from "./notify.ts";

/** A hub with one open alert and one channel whose answers a test decides. */
async function channelHub({ withBroken = false, dropsRepeats = false, channels = 1 } = {}) {
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
      ...(dropsRepeats && { dropsRepeats: true }),
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
  if (channels > 1) await hub.connect(connectionId("channel002"), { connector: "channel" });
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
  const told = async () => {
    const found = await queryAll(hub.table, {
      partition: alert?.id ?? "",
      sortPrefix: "notification#",
    });
    return found.map((item) => [item["reason"], item["outcome"]]);
  };
  const die = () => {
    answer = () => {
      throw new Error("the process died");
    };
  };
  const say = (next: () => SendOutcome) => (answer = next);
  return { sent, tell, link, say, die, told, clock: hub.clock, logs: hub.logs };
}

/** Lambda repeats a failed event a minute later. */
const repeatAfterMs = 60_000;

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

test("a run that died while the channel was asked is not repeated: it may have been shown", async () => {
  const { sent, tell, die, told, say, clock } = await channelHub();
  die();
  await expect(tell("opened")).rejects.toThrow("died");
  say(() => ({ outcome: "sent" }));
  clock.advance(repeatAfterMs);
  await tell("opened");
  await tell("opened");
  expect(sent).toHaveLength(1);
  expect(await told()).toEqual([["opened", "uncertain"]]);
});

test("a channel that drops repeats is asked again by the same key", async () => {
  const { sent, tell, die, told, say, clock } = await channelHub({ dropsRepeats: true });
  die();
  await expect(tell("opened")).rejects.toThrow("died");
  say(() => ({ outcome: "uncertain", reason: "no answer" }));
  clock.advance(repeatAfterMs);
  await expect(tell("opened")).rejects.toThrow("no answer");
  say(() => ({ outcome: "sent" }));
  await tell("opened");
  expect(new Set(sent.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1);
  expect(sent).toHaveLength(3);
  expect(await told()).toEqual([["opened", "sent"]]);
});

test("an answer that was lost is not asked for again, and its end is told", async () => {
  const { sent, tell, link, say, told, logs } = await channelHub();
  say(() => ({ outcome: "uncertain", reason: "no answer" }));
  await tell("opened");
  expect(logs.filter(({ event }) => event === "notify.uncertain")).toHaveLength(1);
  say(() => ({ outcome: "sent" }));
  await tell("opened");
  await link();
  await tell("resolved");
  expect(sent.map(({ reason }) => reason)).toEqual(["opened", "resolved"]);
  expect(await told()).toEqual([
    ["opened", "uncertain"],
    ["resolved", "sent"],
  ]);
});

test("two runs at once are one message: the second comes back when the first is done", async () => {
  const { sent, tell, clock } = await channelHub();
  const ends = await Promise.allSettled([tell("opened"), tell("opened")]);
  expect(ends.filter(({ status }) => status === "rejected")).toHaveLength(1);
  expect(sent).toHaveLength(1);
  clock.advance(repeatAfterMs);
  await tell("opened");
  expect(sent).toHaveLength(1);
});

test("a run that died is on record as uncertain, though what it told of is over when its event comes again", async () => {
  const { sent, tell, die, link, told, clock, logs } = await channelHub();
  die();
  await expect(tell("opened")).rejects.toThrow("died");
  await link();
  // While it may still be running, nobody can say.
  await expect(tell("opened")).rejects.toThrow("Another run");
  clock.advance(repeatAfterMs);
  await tell("opened");
  await tell("opened");
  expect(sent).toHaveLength(1);
  expect(await told()).toEqual([["opened", "uncertain"]]);
  expect(logs.filter(({ event }) => event === "notify.uncertain")).toHaveLength(1);
});

test("of two channels the one that may have shown it is not told again when the other asks for another try", async () => {
  const { sent, tell, say, told } = await channelHub({ channels: 2 });
  const answers: SendOutcome[] = [
    { outcome: "uncertain", reason: "no answer" },
    { outcome: "retry", afterMs: 1000, reason: "429" },
  ];
  say(() => answers.shift() ?? { outcome: "sent" });
  await expect(tell("opened")).rejects.toThrow("429");
  await tell("opened");
  expect(sent).toHaveLength(3);
  const outcomes = (await told()).map(([, outcome]) => outcome);
  expect(outcomes).toHaveLength(2);
  expect(new Set(outcomes)).toEqual(new Set(["sent", "uncertain"]));
});
