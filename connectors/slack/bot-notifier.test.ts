import { afterEach, describe, expect, test } from "vitest";

import type { Message, MessageTarget } from "#shared/kit/notifier.ts";
import { DispatchId } from "#shared/model/notification.ts";
import { Instant } from "#shared/model/time.ts";
import { ManualClock } from "#shared/testing/manual-clock.ts";

import { slack } from "./connector.ts";
import { createSlackNotifier } from "./notifier.ts";
import { SlackSettings } from "./settings.ts";
import { startSlackSimulator } from "./simulator/start-slack-simulator.ts";
import { allScopes, channelId } from "./simulator/state.ts";

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

function messageOf(parts: Partial<Message> = {}): Message {
  return {
    idempotencyKey: "dispatch:1#show",
    reason: "opened",
    severity: "warning",
    title: "No goal above PLAN-1 Lighthouse",
    sentence: "“PLAN-1 Lighthouse” is in progress and serves no goal.",
    path: [],
    why: "Nobody can see which goal this serves.",
    nextStep: "Link it to a goal.",
    url: "http://127.0.0.1:4000/alerts/1",
    at: Instant.parse("2026-11-21T08:00:00.000Z"),
    dispatchId: DispatchId.parse("dispatch:channel:conn_0000000001#1"),
    ...parts,
  };
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

async function start(more: Readonly<Record<string, unknown>> = {}) {
  const clock = new ManualClock("2026-11-21T08:00:00.000Z");
  const simulator = await startSlackSimulator({ clock });
  closers.push(() => simulator.close());
  const settings = SlackSettings.parse({
    botToken: simulator.botToken,
    channelId,
    apiUrl: simulator.apiUrl,
    webhookSecret: simulator.signingSecret,
    ...more,
  });
  const notifier = createSlackNotifier(settings);
  async function shown(): Promise<string> {
    const outcome = await notifier.send(messageOf());
    if (outcome.outcome !== "sent") throw new Error(outcome.reason);
    return outcome.receipt ?? "";
  }
  async function update(receipt: string, parts: Partial<Message> = {}) {
    return notifier.update?.(receipt, messageOf({ idempotencyKey: "dispatch:1#2", ...parts }));
  }
  const blocks = () => JSON.stringify(simulator.messages()[0]?.message.blocks);
  return { clock, simulator, notifier, settings, shown, update, blocks };
}

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

describe("what Slack's errors mean", () => {
  test.each([
    ["ratelimited", { outcome: "retry" }],
    ["rate_limited", { outcome: "retry" }],
    ["service_unavailable", { outcome: "retry" }],
    ["fatal_error", { outcome: "uncertain" }],
    ["internal_error", { outcome: "uncertain" }],
    ["channel_not_found", { outcome: "refused", isGone: true }],
    ["is_archived", { outcome: "refused", isGone: true }],
    ["invalid_auth", { outcome: "refused", isGone: true }],
    ["account_inactive", { outcome: "refused", isGone: true }],
    ["token_revoked", { outcome: "refused", isGone: true }],
    ["not_in_channel", { outcome: "refused" }],
    ["msg_too_long", { outcome: "refused" }],
    ["an_error_of_tomorrow", { outcome: "refused" }],
    ["<script>", { outcome: "refused" }],
  ])("%s when posting: %o", async (error, outcome) => {
    const { simulator, notifier } = await start();
    simulator.perform({ kind: "refuse", method: "chat.postMessage", error, times: 1 });
    const found = await notifier.send(messageOf());
    expect(found).toMatchObject(outcome);
    expect("isGone" in found).toBe("isGone" in outcome);
    expect(JSON.stringify(found)).not.toContain("<script>");
  });

  test.each([
    ["fatal_error", { outcome: "retry" }],
    ["message_not_found", { outcome: "refused" }],
    ["edit_window_closed", { outcome: "refused" }],
    ["cant_update_message", { outcome: "refused" }],
    ["is_inactive", { outcome: "refused", isGone: true }],
  ])("%s when updating: %o", async (error, outcome) => {
    const { simulator, shown, update } = await start();
    const receipt = await shown();
    simulator.perform({ kind: "refuse", method: "chat.update", error, times: 1 });
    expect(await update(receipt)).toMatchObject(outcome);
  });

  test.each([{ kind: "reset" }, { kind: "truncate" }, { kind: "status", status: 504 }] as const)(
    "%o: of a posting nobody knows, an update is made again",
    async (fault) => {
      const { simulator, notifier, shown, update } = await start();
      const receipt = await shown();
      simulator.faults.arm({ on: "request", ...fault });
      expect(await notifier.send(messageOf())).toMatchObject({ outcome: "uncertain" });
      expect(await update(receipt)).toMatchObject({ outcome: "retry" });
    },
  );

  test("Slack away for days is asked again and again, and shows the message once when it is back", async () => {
    const { simulator, notifier } = await start();
    simulator.faults.arm({ on: "request", kind: "status", status: 503 });
    for (let time = 0; time < 5; time += 1) {
      expect(await notifier.send(messageOf())).toMatchObject({ outcome: "retry" });
    }
    simulator.faults.clear();
    expect(await notifier.send(messageOf())).toMatchObject({ outcome: "sent" });
    expect(simulator.messages()).toHaveLength(1);
  });

  test.each(["", "C0ALIGNMENT", "C0ALIGNMENT/1", "../etc/1.1", "C0ALIGNMENT/1.1/2"])(
    "a receipt that is none, “%s”, is refused",
    async (receipt) => {
      const { update } = await start();
      expect(await update(receipt)).toMatchObject({ outcome: "refused" });
    },
  );

  test("no outcome tells a secret", async () => {
    const { simulator, notifier, settings } = await start();
    for (const error of ["invalid_auth", settings.botToken ?? "", settings.webhookSecret ?? ""]) {
      simulator.perform({ kind: "refuse", method: "chat.postMessage", error, times: 1 });
      expect(JSON.stringify(await notifier.send(messageOf()))).not.toMatch(/xoxb|signing-secret/u);
    }
  });
});

describe("probe", () => {
  test("it says where and as whom, and posts nothing", async () => {
    const { simulator, notifier } = await start();
    expect(await notifier.probe()).toEqual({ identity: "#alignment in Northquay, as throughline" });
    expect(simulator.messages()).toEqual([]);
  });

  test("scopes that are missing are named", async () => {
    const { simulator, notifier } = await start();
    const scopes = allScopes.filter((one) => one !== "im:write" && one !== "users:read.email");
    simulator.perform({ kind: "setScopes", scopes });
    await expect(notifier.probe()).rejects.toMatchObject({
      code: "connector.forbidden",
      message: expect.stringContaining("im:write, users:read.email") as unknown,
    });
  });

  test("a revoked token, an archived channel, another channel, an outage and a dead host differ", async () => {
    const { simulator, notifier, settings } = await start();
    const codeOf = async (other = notifier) =>
      other.probe().then(
        () => "good",
        (error: unknown) => (error instanceof Error && "code" in error ? error.code : error),
      );
    simulator.faults.arm({ on: "request", kind: "status", status: 503, times: 1 });
    expect(await codeOf()).toBe("connector.unavailable");
    simulator.faults.arm({ on: "request", kind: "status", status: 429, times: 1 });
    expect(await codeOf()).toBe("connector.rate-limited");
    const settledBy = (change: Partial<SlackSettings>) =>
      createSlackNotifier({ ...settings, ...change });
    expect(await codeOf(settledBy({ apiUrl: "http://127.0.0.1:9/api" }))).toBe(
      "connector.unreachable",
    );
    expect(await codeOf(settledBy({ botToken: "xoxb-other" }))).toBe("connector.unauthorized");
    expect(await codeOf(settledBy({ channelId: "C0OTHERONE" }))).toBe("connector.not-found");
    simulator.perform({ kind: "archiveChannel" });
    expect(await codeOf()).toBe("connector.not-found");
    simulator.perform({ kind: "breakToken", error: "token_revoked" });
    expect(await codeOf()).toBe("connector.unauthorized");
  });
});
