import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, describe, expect, test } from "vitest";

import type { Message } from "#shared/kit/notifier.ts";
import { Instant } from "#shared/model/time.ts";
import { ManualClock } from "#shared/testing/manual-clock.ts";
import { testNotifierContext } from "#shared/testing/notifier-context.ts";

import { createSlackNotifier } from "./notifier.ts";
import { renderMessage } from "./render.ts";
import { SlackSettings } from "./settings.ts";
import { startSlackSimulator } from "./simulator/start-slack-simulator.ts";

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

function messageOf(parts: Partial<Message> = {}): Message {
  return {
    idempotencyKey: "alert:1:opened",
    reason: "opened",
    severity: "warning",
    title: "No goal above PLAN-1 Lighthouse",
    sentence: "“PLAN-1 Lighthouse” is in progress and serves no goal.",
    path: [
      { id: "a", role: "ancestor", label: "PLAN-7 Map", url: "https://jira.example/browse/PLAN-7" },
      { id: "b", role: "subject", label: "PLAN-1 Lighthouse" },
    ],
    why: "Nobody can see which goal this serves.",
    nextStep: "Link it to a goal.",
    url: "http://127.0.0.1:4000/alerts/1",
    at: Instant.parse("2026-11-21T08:00:00.000Z"),
    ...parts,
  };
}

async function start(journalPath?: string) {
  const simulator = await startSlackSimulator({
    clock: new ManualClock("2026-11-21T08:00:00.000Z"),
    ...(journalPath !== undefined && { journalPath }),
  });
  closers.push(() => simulator.close());
  const settings = SlackSettings.parse({ webhookUrl: simulator.webhookUrl, channel: "#alignment" });
  return { simulator, notifier: createSlackNotifier(settings, testNotifierContext), settings };
}

function blockTexts(message: Message): string {
  return renderMessage(message)
    .blocks.flatMap((block) => {
      if (block.type === "actions") return [];
      return block.type === "context" ? block.elements.map(({ text }) => text) : [block.text.text];
    })
    .join("\n");
}

describe("send", () => {
  test("a message arrives with evidence, path, why, next step and the way to the hub", async () => {
    const { simulator, notifier } = await start();
    expect(await notifier.send(messageOf())).toEqual({ outcome: "sent" });
    expect(simulator.messages()).toHaveLength(1);
    const page = await (await fetch(simulator.url)).text();
    for (const part of ["PLAN-1 Lighthouse", "serves no goal", "Next step", "/alerts/1"]) {
      expect(page).toContain(part);
    }
    expect(page).toContain('<a href="https://jira.example/browse/PLAN-7">PLAN-7 Map</a>');
  });

  test("a resolved alert says so and gives no advice", () => {
    const text = blockTexts(messageOf({ reason: "resolved" }));
    expect(text).toContain("Resolved: No goal above");
    expect(text).not.toContain("Next step");
  });

  test.each([
    [
      { status: 429, retryAfterSeconds: 7 },
      { outcome: "retry", afterMs: 7000 },
    ],
    [{ status: 503 }, { outcome: "retry", afterMs: 30_000 }],
    [{ status: 404, body: "no_service" }, { outcome: "refused" }],
    [{ status: 410, body: "channel_is_archived" }, { outcome: "refused" }],
    [{ status: 403, body: "action_prohibited" }, { outcome: "refused" }],
    [{ status: 400, body: "invalid_payload" }, { outcome: "refused" }],
    [{ status: 302, headers: { location: "http://127.0.0.1:9/" } }, { outcome: "refused" }],
  ])("%o ends as %o", async (fault, outcome) => {
    const { simulator, notifier } = await start();
    simulator.faults.arm({ on: "request", kind: "status", ...fault });
    expect(await notifier.send(messageOf())).toMatchObject(outcome);
    expect(simulator.messages()).toEqual([]);
  });

  test("a connection that is cut may have brought the message", async () => {
    const { simulator, notifier } = await start();
    simulator.faults.arm({ on: "request", kind: "reset" });
    expect(await notifier.send(messageOf())).toMatchObject({ outcome: "uncertain" });
  });

  test("no outcome ever tells the secret URL", async () => {
    const { simulator, notifier } = await start();
    for (const fault of [{ status: 404, body: simulator.webhookUrl }, { status: 500 }]) {
      simulator.faults.clear();
      simulator.faults.arm({ on: "request", kind: "status", ...fault });
      expect(JSON.stringify(await notifier.send(messageOf()))).not.toContain("simulated-secret");
    }
  });
});

describe("hostile text", () => {
  const hostile = "<!channel> <@U123> <https://evil.example|click> @here #general & `x`\n*b*";

  test("names of work items mention nobody and link nowhere", async () => {
    const node = { id: "x", role: "subject", label: `a|b>${hostile}`, url: "javascript:alert(1)" };
    const message = messageOf({
      title: hostile,
      sentence: hostile,
      path: [
        { ...node, role: "subject" },
        { id: "y", role: "goal", label: "l|m>n", url: "https://a.example/?q=1|2&x=<y>" },
      ],
      why: hostile,
      nextStep: hostile,
    });
    const payload = renderMessage(message);
    const markdown = [
      payload.text,
      ...payload.blocks.flatMap((block) => (block.type === "section" ? [block.text.text] : [])),
    ].join("\n");
    expect(markdown).not.toMatch(/<[!@#]/u);
    expect(markdown).not.toMatch(/@(?:here|channel)/u);
    expect(markdown).not.toContain("javascript:");
    const links = markdown.match(/<[^>]*>/gu) ?? [];
    expect(links).toEqual(["<https://a.example/?q=1%7C2&amp;x=%3Cy%3E|l¦m&gt;n>"]);
    const { notifier, simulator } = await start();
    expect(await notifier.send(message)).toEqual({ outcome: "sent" });
    expect(await (await fetch(simulator.url)).text()).not.toContain("<mark>");
  });

  test("very long texts keep within Slack's limits and are still sent", async () => {
    const { notifier } = await start();
    const long = "🚚 <&> ".repeat(2000);
    const path = Array.from({ length: 40 }, (_, at) => ({
      id: String(at),
      role: "ancestor" as const,
      label: long.slice(0, 400),
      url: `https://jira.example/browse/P-${at}?${"q".repeat(200)}`,
    }));
    const message = messageOf({ title: long, sentence: long, why: long, nextStep: long, path });
    expect(await notifier.send(message)).toEqual({ outcome: "sent" });
    expect(blockTexts(message)).toMatch(/… and \d+ more/u);
  });
});

describe("probe", () => {
  test("it finds a living webhook without posting anything", async () => {
    const { simulator, notifier } = await start();
    expect((await notifier.probe()).identity).toContain("#alignment");
    expect(simulator.messages()).toEqual([]);
  });

  test("a removed webhook, an outage and a dead host are three different things", async () => {
    const { simulator, notifier, settings } = await start();
    simulator.faults.arm({ on: "request", kind: "status", status: 503, times: 1 });
    await expect(notifier.probe()).rejects.toMatchObject({ code: "connector.unavailable" });
    const gone = createSlackNotifier(
      { ...settings, webhookUrl: `${simulator.url}/services/x` },
      testNotifierContext,
    );
    await expect(gone.probe()).rejects.toMatchObject({ code: "connector.unauthorized" });
    const dead = createSlackNotifier(
      { ...settings, webhookUrl: "http://127.0.0.1:9/x" },
      testNotifierContext,
    );
    await expect(dead.probe()).rejects.toMatchObject({ code: "connector.unreachable" });
  });
});

test("the simulator still shows its messages after a restart", async () => {
  const folder = mkdtempSync(join(tmpdir(), "slack-"));
  closers.push(async () => rmSync(folder, { recursive: true }));
  const path = join(folder, "journal.ndjson");
  const first = await start(path);
  await first.notifier.send(messageOf());
  const second = await start(path);
  expect(second.simulator.messages()).toEqual(first.simulator.messages());
});
