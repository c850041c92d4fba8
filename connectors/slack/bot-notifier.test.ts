import { afterEach, describe, expect, test } from "vitest";

import type { Message, MessageTarget } from "#shared/kit/notifier.ts";

import { slack } from "./connector.ts";
import { SlackSettings } from "./settings.ts";
import { messageOf, startBot } from "./simulator/bot-stage.ts";
import { channelId } from "./simulator/state.ts";

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function start(more: Readonly<Record<string, unknown>> = {}) {
  const stage = await startBot(more);
  closers.push(() => stage.simulator.close());
  return stage;
}

const over: Partial<Message> = {
  reason: "resolved",
  idempotencyKey: "dispatch:1#over",
  standing: "Resolved: linked",
};

const anna: MessageTarget = {
  kind: "person",
  name: "Anna Keller",
  workEmail: "anna.keller@northquay.example",
};

describe("settings", () => {
  test.each([
    ["nothing", {}],
    ["a token without a channel", { botToken: "xoxb-1" }],
    ["a channel without a token", { channelId }],
    ["both ways", { webhookUrl: "https://hooks.slack.com/x", botToken: "xoxb-1", channelId }],
    ["a channel's name as its ID", { botToken: "xoxb-1", channelId: "#alignment" }],
    ["an API without TLS", { botToken: "xoxb-1", channelId, apiUrl: "http://slack.example/api" }],
  ])("%s is refused", (_what, settings) => {
    expect(SlackSettings.safeParse(settings).success).toBe(false);
  });

  test("settings of before work as they did, without buttons", () => {
    const old = { webhookUrl: "https://hooks.slack.com/services/x", channel: "#alignment" };
    expect(SlackSettings.parse(old)).toMatchObject(old);
    expect(slack.notifierTraits?.({ channel: "#alignment" })).toEqual({
      reaches: ["channel"],
      end: "message",
    });
  });

  test("a bot reaches people too, and changes its messages in place", () => {
    expect(slack.notifierTraits?.({ channelId, buttons: true })).toEqual({
      reaches: ["channel", "person"],
      end: "update",
    });
  });
});

describe("a message in the channel", () => {
  test("is posted with a receipt by which it is found again, and changed in place", async () => {
    const { simulator, shown, update, blocks } = await start();
    const receipt = await shown();
    expect(receipt).toMatch(/^C0ALIGNMENT\/\d+\.\d+$/u);
    expect(blocks()).toContain("Acknowledge");
    expect(await update(receipt, { standing: "Acknowledged" })).toEqual({
      outcome: "sent",
      receipt,
    });
    expect(simulator.messages()).toHaveLength(1);
    expect(blocks()).toContain("*Acknowledged*");
    expect(blocks()).toContain("Snooze");
  });

  test("when all is over the buttons vanish, and one reply in the thread says so, however often", async () => {
    const { simulator, shown, update, blocks } = await start();
    const receipt = await shown();
    for (let time = 0; time < 3; time += 1) {
      expect(await update(receipt, over)).toEqual({ outcome: "sent", receipt });
    }
    expect(blocks()).not.toContain("actions");
    expect(blocks()).toContain("Resolved: No goal above");
    const [root, ...replies] = simulator.messages();
    expect(replies.map(({ threadTs, message }) => [threadTs, message.text])).toEqual([
      [root?.ts, "<http://127.0.0.1:4000/alerts/1|Resolved: linked>"],
    ]);
    expect(root?.reactions).toEqual(["white_check_mark"]);
  });

  test("a reply whose answer was lost is not said again", async () => {
    const { simulator, shown, update } = await start();
    const receipt = await shown();
    simulator.faults.arm({
      on: "request",
      kind: "truncate",
      pathPrefix: "/api/chat.postMessage",
      times: 1,
    });
    expect(await update(receipt, over)).toMatchObject({ outcome: "sent" });
    expect(await update(receipt, over)).toMatchObject({ outcome: "sent" });
    expect(simulator.messages()).toHaveLength(2);
  });

  test("a reply that Slack had no time for is said later", async () => {
    const { simulator, shown, update } = await start();
    const receipt = await shown();
    simulator.faults.arm({
      on: "request",
      kind: "status",
      status: 429,
      retryAfterSeconds: 7,
      pathPrefix: "/api/chat.postMessage",
      times: 1,
    });
    expect(await update(receipt, over)).toMatchObject({ outcome: "retry", afterMs: 7000 });
    expect(await update(receipt, over)).toMatchObject({ outcome: "sent" });
    expect(simulator.messages()).toHaveLength(2);
  });

  test("an app that may not react changes the message and leaves the thread alone", async () => {
    const { simulator, shown, update, blocks } = await start();
    const receipt = await shown();
    simulator.perform({ kind: "setScopes", scopes: ["chat:write"] });
    expect(await update(receipt, over)).toMatchObject({ outcome: "sent" });
    expect(blocks()).toContain("Resolved");
    expect(simulator.messages()).toHaveLength(1);
  });

  test("without a signing secret, or where buttons are not wanted, there are none", async () => {
    for (const more of [{ webhookSecret: undefined }, { buttons: false }]) {
      const { shown, blocks } = await start(more);
      await shown();
      expect(blocks()).not.toContain("actions");
    }
  });
});

describe("a message to a person", () => {
  test("goes to their direct messages, by their work address, and is changed there", async () => {
    const { simulator, notifier, update } = await start();
    const sent = await notifier.send(messageOf(), anna);
    if (sent.outcome !== "sent") throw new Error(sent.reason);
    expect(simulator.messages().map(({ channel }) => channel)).toEqual([
      expect.stringMatching(/^D/u),
    ]);
    expect(await update(sent.receipt ?? "", over)).toMatchObject({ outcome: "sent" });
    expect(simulator.messages()).toHaveLength(2);
  });

  test("who is not in the workspace is refused, which says nothing of others", async () => {
    const { simulator, notifier } = await start();
    simulator.perform({ kind: "leaveCompany", email: anna.workEmail });
    const outcome = await notifier.send(messageOf(), anna);
    expect(outcome).toMatchObject({ outcome: "refused" });
    expect(outcome).not.toMatchObject({ isGone: true });
    expect(JSON.stringify(outcome)).not.toContain("anna");
  });

  test.each(["users.lookupByEmail", "conversations.open"])(
    "an answer of %s that was lost is no message: it is asked again",
    async (method) => {
      const { simulator, notifier } = await start();
      const pathPrefix = `/api/${method}`;
      simulator.faults.arm({ on: "request", kind: "truncate", pathPrefix, times: 1 });
      expect(await notifier.send(messageOf(), anna)).toMatchObject({ outcome: "retry" });
      expect(simulator.messages()).toEqual([]);
      expect(await notifier.send(messageOf(), anna)).toMatchObject({ outcome: "sent" });
    },
  );

  test("without the right to look people up it is said which scope is missing", async () => {
    const { simulator, notifier } = await start();
    simulator.perform({ kind: "setScopes", scopes: ["chat:write"] });
    expect(await notifier.send(messageOf(), anna)).toMatchObject({
      outcome: "refused",
      reason: expect.stringContaining("users:read.email") as unknown,
    });
  });
});
