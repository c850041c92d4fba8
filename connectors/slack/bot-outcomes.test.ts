import { afterEach, describe, expect, test } from "vitest";

import { testNotifierContext } from "#shared/testing/notifier-context.ts";

import { createSlackNotifier } from "./notifier.ts";
import type { SlackSettings } from "./settings.ts";
import { messageOf, startBot } from "./simulator/bot-stage.ts";
import { allScopes } from "./simulator/state.ts";

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function start(more: Readonly<Record<string, unknown>> = {}) {
  const stage = await startBot(more);
  closers.push(() => stage.simulator.close());
  return stage;
}

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

  test("an address into a private network is not called, and said to be misconfigured", async () => {
    const { settings } = await start();
    const inside = createSlackNotifier(
      { ...settings, apiUrl: "https://10.0.0.7/api" },
      testNotifierContext,
    );
    const refusal = { outcome: "refused", reason: expect.stringContaining("private") as unknown };
    const shown = await inside.send(messageOf());
    expect(shown).toMatchObject(refusal);
    expect("isGone" in shown).toBe(false);
    expect(await inside.update?.("C0ALIGNMENT/1.1", messageOf())).toMatchObject(refusal);
    await expect(inside.probe()).rejects.toMatchObject({ code: "connector.misconfigured" });
  });

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
      createSlackNotifier({ ...settings, ...change }, testNotifierContext);
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
