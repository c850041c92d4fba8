import { describe, expect, test } from "vitest";

import type { Message } from "#shared/kit/notifier.ts";
import { DispatchId } from "#shared/model/notification.ts";
import { Instant } from "#shared/model/time.ts";
import { hostileHost, hostileTitles } from "#shared/testing/hostile-titles.ts";

import { cleanText } from "./escape.ts";
import { renderMessage } from "./render.ts";
import { SlackMessage } from "./simulator/slack-message.ts";

const dispatchId = DispatchId.parse("dispatch:channel:conn_0000000001#1");

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
    url: "https://hub.example/alerts/1",
    at: Instant.parse("2026-11-21T08:00:00.000Z"),
    ...parts,
  };
}

const full: Partial<Message> = {
  ruleTitle: "Unlinked work",
  owner: "Payments",
  freshness: "Jira as of 3 minutes ago",
  because: "Lead of Payments",
  blindSpots: ["12 items that the account may not see", "Asana has not answered since Monday"],
  unsubscribeUrl: "https://hub.example/preferences/1",
  dispatchId,
};

const withButtons = { hasButtons: true };
const json = (message: Message, options = withButtons) =>
  JSON.stringify(renderMessage(message, options).blocks);

describe("one alert", () => {
  test("says rule, owner, freshness, why this recipient, and what cannot be seen", () => {
    const text = json(messageOf(full));
    for (const part of [
      "Rule: Unlinked work",
      "Owner: Payments",
      "Sources: Jira as of 3 minutes ago",
      "You are told as: Lead of Payments",
      "What we cannot see:",
      "• Asana has not answered since Monday",
      "<https://hub.example/preferences/1|Change what you get>",
    ]) {
      expect(text).toContain(part);
    }
  });

  test("has buttons only where there is something to act on, and they are wanted", () => {
    const types = (message: Message, options = withButtons) =>
      renderMessage(message, options).blocks.map(({ type }) => type);
    expect(types(messageOf(full))).toContain("actions");
    expect(types(messageOf(full), { hasButtons: false })).not.toContain("actions");
    expect(types(messageOf())).not.toContain("actions");
    expect(types(messageOf({ ...full, reason: "resolved" }))).not.toContain("actions");
  });

  test("an update has other blocks to press, so that no old choice is shown in them", () => {
    const idOf = (idempotencyKey: string) =>
      renderMessage(messageOf({ ...full, idempotencyKey }), withButtons).blocks.flatMap((block) =>
        block.type === "actions" ? [block.block_id] : [],
      );
    expect(idOf("a")).not.toEqual(idOf("b"));
    expect(idOf("a")).toEqual(idOf("a"));
  });

  test("a dispatch whose id has no room is shown without buttons", () => {
    const long = DispatchId.parse(`dispatch:${"x".repeat(400)}`);
    expect(json(messageOf({ ...full, dispatchId: long }))).not.toContain("actions");
  });

  test("how it stands now comes before everything else", () => {
    const { blocks } = renderMessage(messageOf({ standing: "Acknowledged by somebody in Slack" }));
    expect(JSON.stringify(blocks[1])).toContain("*Acknowledged by somebody in Slack*");
  });
});

describe("a message that tells of many", () => {
  const line = (at: number) => ({ text: `PLAN-${at}`, url: `https://jira.example/PLAN-${at}` });
  const sectionOf = (title: string, count: number, more?: number) => ({
    title,
    lines: Array.from({ length: count }, (_, at) => line(at)),
    ...(more !== undefined && { more }),
  });

  test("has a block for each section, with a link for each line, and counts what has no line", () => {
    const text = json(
      messageOf({
        kind: "digest",
        why: "",
        nextStep: "",
        sections: [sectionOf("New", 2, 5), sectionOf("Resolved", 1)],
      }),
    );
    expect(text).toContain("*New*\\n• <https://jira.example/PLAN-0|PLAN-0>");
    expect(text).toContain("… and 5 more");
    expect(text).toContain("*Resolved*");
    expect(text).not.toContain("Why it matters");
  });

  test("what has no room is counted: lines and sections", () => {
    const sections = Array.from({ length: 90 }, (_, at) => sectionOf(`Section ${at}`, 200, 3));
    const payload = renderMessage(messageOf({ ...full, sections }), withButtons);
    expect(SlackMessage.safeParse(payload).error).toBeUndefined();
    expect(payload.blocks).toHaveLength(50);
    const text = JSON.stringify(payload);
    expect(text).toMatch(/… and 5\d more sections/u);
    const shown = text.match(/jira\.example\/PLAN-\d+\|/gu)?.length ?? 0;
    const counted = [...text.matchAll(/… and (\d+) more(?! sections)/gu)];
    const [sectionsLeft = "0"] = /(\d+) more sections/u.exec(text)?.slice(1) ?? [];
    const left = counted.reduce((sum, [, count]) => sum + Number(count), 0);
    expect(shown + left).toBe((90 - Number(sectionsLeft)) * 203);
  });
});

/** All that Slack would act on in a text: whatever is in angle brackets, and names that clients look for. */
function activeIn(text: string): readonly string[] {
  return [...(text.match(/<[^>]*>?/gu) ?? []), ...(text.match(/[@#][\p{L}\p{N}_]+/gu) ?? [])];
}

function textsOf(value: unknown): readonly string[] {
  if (typeof value !== "object" || value === null) return [];
  if ("type" in value && value.type === "mrkdwn" && "text" in value) return [String(value.text)];
  return Object.values(value).flatMap(textsOf);
}

const href = "https://jira.example/browse/PLAN-1";

function hostileMessage(text: string): Message {
  return messageOf({
    title: text,
    sentence: text,
    why: text,
    nextStep: text,
    path: [
      { id: "a", role: "goal", label: text, url: href },
      { id: "b", role: "subject", label: text },
    ],
    standing: text,
    ruleTitle: text,
    owner: text,
    freshness: text,
    because: text,
    blindSpots: [text, text],
    sections: [{ title: text, lines: [{ text, url: href }, { text }] }],
    dispatchId,
  });
}

describe("a hundred hostile titles", () => {
  test("there are a hundred, all different", () => {
    expect(new Set(hostileTitles.map(({ text }) => text)).size).toBe(100);
    expect(new Set(hostileTitles.map(({ what }) => what)).size).toBe(100);
  });

  const typesOf = (text: string) =>
    renderMessage(hostileMessage(text), withButtons).blocks.map(({ type }) => type);
  const usual = typesOf("PLAN-1 Lighthouse");

  test.each(hostileTitles)("$what: nothing but our own links and blocks", ({ text }) => {
    const payload = renderMessage(hostileMessage(text), withButtons);
    expect(SlackMessage.safeParse(payload).error).toBeUndefined();
    const types = typesOf(text);
    const isBlank = cleanText(text) === "";
    expect(isBlank || types.join(" ") === usual.join(" ")).toBe(true);
    expect(types.filter((type) => type !== "section" && type !== "context")).toEqual([
      "header",
      "actions",
    ]);
    const found = [...textsOf(payload.blocks), payload.text].flatMap(activeIn);
    const addresses = found.map((one) => one.replace(/^<([^|>]*)\|[^<>]*>$/u, "$1"));
    // The path's one address, the line's, and the way to the hub; each where it belongs.
    expect(addresses).toEqual([href, href, "https://hub.example/alerts/1"]);
  });

  test.each(hostileTitles)("$what: no control, turned direction or half character", ({ text }) => {
    const shown = JSON.stringify(renderMessage(hostileMessage(text)));
    const parts = textsOf(JSON.parse(shown)).join("");
    expect(shown.isWellFormed()).toBe(true);
    expect(parts).not.toMatch(
      /[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]/u,
    );
    expect(parts.includes("```")).toBe(false);
  });
});

describe("addresses", () => {
  const urlOf = (url: string) =>
    textsOf(
      renderMessage(messageOf({ path: [{ id: "a", role: "subject", label: "PLAN-1", url }] }))
        .blocks,
    ).find((text) => text.startsWith("*Path*"));

  test.each([
    "javascript:alert(1)",
    "java\tscript:alert(1)",
    " javascript:alert(1)",
    "data:text/html,x",
    "file:///etc/passwd",
    "slack://open",
    `//${hostileHost}`,
    `https://hub.example@${hostileHost}/`,
    "https://user:secret@jira.example/",
    "mailto:all@evil.example",
    "",
  ])("%j is no link", (url) => {
    expect(urlOf(url)).toBe("*Path*\nPLAN-1");
  });

  test("what could end the link, or begin another, is encoded", () => {
    const url = "https://jira.example/browse/A-1?q=<x>|y&z=>";
    expect(urlOf(url)).toBe(
      "*Path*\n<https://jira.example/browse/A-1?q=%3Cx%3E%7Cy&amp;z=%3E|PLAN-1>",
    );
  });
});

describe("cleanText", () => {
  test.each([
    ["نامه‌ای", "نامه‌ای"],
    ["👩‍👩‍👧‍👦 family", "👩‍👩‍👧‍👦 family"],
    ["naïve café", "naïve café"],
    ["a\u200Db", "ab"],
    ["one\r\ntwo", "one two"],
    ["\u200B\u3164 ", ""],
  ])("%j is shown as %j", (text, shown) => {
    expect(cleanText(text)).toBe(shown);
  });
});
