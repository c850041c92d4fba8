import { afterEach, describe, expect, test } from "vitest";

import type { Message } from "#shared/kit/notifier.ts";
import { instantOf } from "#shared/model/time.ts";
import { hostileTitles } from "#shared/testing/hostile-titles.ts";
import { ManualClock } from "#shared/testing/manual-clock.ts";
import { testNotifierContext } from "#shared/testing/notifier-context.ts";

import { createTeamsNotifier } from "./notifier.ts";
import { payloadBytesMax, renderPayload } from "./render.ts";
import { TeamsSettings } from "./settings.ts";
import { startTeamsSimulator } from "./simulator/start-teams-simulator.ts";
import { TeamsMessage } from "./simulator/teams-message.ts";

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

function messageOf(parts: Partial<Message> = {}): Message {
  return {
    idempotencyKey: "k",
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
    url: "https://hub.example/alerts/1",
    at: instantOf(Date.UTC(2026, 10, 21, 8)),
    ...parts,
  };
}

async function start() {
  const teams = await startTeamsSimulator({ clock: new ManualClock("2026-11-21T08:00:00.000Z") });
  closers.push(() => teams.close());
  const settings = TeamsSettings.parse({ webhookUrl: teams.webhookUrl });
  return { teams, notifier: createTeamsNotifier(settings, testNotifierContext) };
}

/** All that a card says, block by block. */
function linesOf(message: Message): readonly string[] {
  const { attachments } = TeamsMessage.parse(JSON.parse(renderPayload(message)));
  return attachments.flatMap(({ content }) =>
    content.body.map(({ inlines }) => inlines.map(({ text }) => text).join("")),
  );
}

describe("the card", () => {
  test("an alert: how grave, what, the evidence, the way, why, what next, and the small print", () => {
    const lines = linesOf(
      messageOf({
        ruleTitle: "Unlinked work",
        because: "Lead of Payments",
        owner: "Payments",
        freshness: "Jira as of 3 minutes ago",
        blindSpots: ["Two projects that nobody may read"],
      }),
    );
    expect(lines).toEqual([
      "Warning · Unlinked work",
      "No goal above PLAN-1 Lighthouse",
      "“PLAN-1 Lighthouse” is in progress and serves no goal.",
      "PLAN-7 Map",
      "↳ PLAN-1 Lighthouse",
      "Why it matters",
      "Nobody can see which goal this serves.",
      "Next step",
      "Link it to a goal.",
      "Owner: Payments",
      "Sources: Jira as of 3 minutes ago",
      "You are told as: Lead of Payments",
      "What we cannot see: Two projects that nobody may read",
    ]);
  });

  test("an end gives no advice, and says how it stands", () => {
    const lines = linesOf(messageOf({ reason: "resolved", standing: "Resolved: linked" }));
    expect(lines.slice(0, 3)).toEqual([
      "Resolved",
      "Resolved: No goal above PLAN-1 Lighthouse",
      "Resolved: linked",
    ]);
    expect(lines).not.toContain("Next step");
  });

  test("a digest: its sections, and how many lines had no room", () => {
    const lines = Array.from({ length: 400 }, (_, at) => ({ text: `Alert ${at} of this week` }));
    const sections = [{ title: "New", lines, more: 7 }];
    const shown = linesOf(messageOf({ kind: "digest", path: [], sections }));
    const kept = shown.filter((line) => line.startsWith("• Alert")).length;
    expect(kept).toBeGreaterThan(10);
    expect(shown).toContain(`… and ${407 - kept} more`);
  });

  test("whatever is told, it stays below what Teams takes", () => {
    for (const text of [
      "🚚".repeat(5000),
      '"\\'.repeat(5000),
      "x".repeat(20_000),
      "\u0001é".repeat(5000),
    ]) {
      const message = messageOf({
        title: text,
        sentence: text,
        why: text,
        nextStep: text,
        standing: text,
        ruleTitle: text,
        because: text,
        owner: text,
        freshness: text,
        blindSpots: Array.from({ length: 30 }, () => text),
        unsubscribeUrl: "https://hub.example/settings",
        path: Array.from({ length: 40 }, () => ({
          id: "x",
          role: "ancestor" as const,
          label: text,
          url: `https://jira.example/${"x".repeat(900)}`,
        })),
        sections: Array.from({ length: 40 }, () => ({
          title: text,
          lines: [{ text, url: `https://hub.example/${"x".repeat(900)}` }],
        })),
      });
      const payload = renderPayload(message);
      expect(Buffer.byteLength(payload)).toBeLessThanOrEqual(payloadBytesMax);
      expect(() => TeamsMessage.parse(JSON.parse(payload))).not.toThrow();
    }
  });

  test.each(hostileTitles)("$what is text, and nothing else", ({ text }) => {
    const message = messageOf({
      title: text,
      sentence: text,
      why: text,
      nextStep: text,
      owner: text,
      path: [{ id: "x", role: "subject", label: text, url: text }],
      sections: [{ title: text, lines: [{ text, url: text }] }],
    });
    const { attachments } = TeamsMessage.parse(JSON.parse(renderPayload(message)));
    for (const { content } of attachments) {
      const words = content.body
        .flatMap(({ inlines }) => inlines.map((each) => each.text))
        .join("\n");
      // Neither a binding nor anything that Teams makes a link of by itself.
      expect(words).not.toMatch(/\{\{|\$\{|:\/\/|[\p{L}\p{N}]@[\p{L}\p{N}]/u);
    }
  });
});

describe("send", () => {
  test("202 is sent, and a probe posts nothing", async () => {
    const { teams, notifier } = await start();
    expect(await notifier.probe()).toEqual({ identity: "a channel of Microsoft Teams" });
    expect(teams.cards()).toEqual([]);
    expect(await notifier.send(messageOf())).toEqual({ outcome: "sent" });
    const page = await (await fetch(teams.url)).text();
    expect(page).toContain("No goal above PLAN-1 Lighthouse");
    expect(page).toContain('href="https://jira.example/browse/PLAN-7"');
  });

  test("a deleted workflow is gone; one that is switched off may come back", async () => {
    const { teams, notifier } = await start();
    teams.perform({ kind: "switchOff" });
    const off = await notifier.send(messageOf());
    expect(off).toMatchObject({
      outcome: "refused",
      reason: expect.stringContaining("switched off") as unknown,
    });
    expect(off).not.toHaveProperty("isGone");
    teams.perform({ kind: "deleteWorkflow" });
    expect(await notifier.send(messageOf())).toMatchObject({ outcome: "refused", isGone: true });
  });

  test("no outcome ever tells the secret URL", async () => {
    const { teams, notifier } = await start();
    teams.faults.arm({ on: "request", kind: "status", status: 403, body: teams.webhookUrl });
    expect(JSON.stringify(await notifier.send(messageOf()))).not.toContain("simulated-secret");
  });
});
