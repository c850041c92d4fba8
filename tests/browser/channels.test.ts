import { readFileSync } from "node:fs";

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import * as z from "zod";

import { contentOf } from "#connectors/email/mail-content.ts";
import { renderHtml } from "#connectors/email/render-html.ts";
import { renderPayload } from "#connectors/teams/render.ts";
import type { Message } from "#shared/kit/notifier.ts";
import { instantOf } from "#shared/model/time.ts";
import { hostileFlag, hostileTitles } from "#shared/testing/hostile-titles.ts";

import { openBrowser } from "./open-browser.ts";

/*
 * What cards and mails become where they are read: cards by Microsoft's own renderer with a Markdown
 * processor as Teams has one, mails as HTML in a browser that would run whatever is in them. Where there is
 * no browser these tests are skipped, and say why.
 */

const hubUrl = "https://hub.example/alerts/1";
const toolUrl = "https://tool.example/browse/PLAN-1";
const settingsUrl = "https://hub.example/settings/mail";
const rightful = [hubUrl, toolUrl, settingsUrl];

let opened: Browser | string;
let page: Page;
const strays: string[] = [];

beforeAll(async () => {
  opened = await openBrowser();
  if (typeof opened === "string") return;
  page = await opened.newPage({ viewport: { width: 700, height: 900 } });
  page.on("dialog", (dialog) => {
    strays.push(`dialog ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.route("**/*", (route) => {
    strays.push(route.request().url());
    return route.abort();
  });
}, 60_000);

afterAll(async () => {
  if (typeof opened !== "string") await opened.close();
});

beforeEach((context) => {
  if (typeof opened === "string") context.skip(opened);
  strays.length = 0;
});

function messageOf(text: string): Message {
  return {
    idempotencyKey: "k",
    reason: "opened",
    severity: "warning",
    title: text,
    sentence: text,
    path: [
      { id: "a", role: "goal", label: text, url: toolUrl },
      { id: "b", role: "subject", label: text, url: text },
    ],
    why: text,
    nextStep: text,
    url: hubUrl,
    at: instantOf(Date.UTC(2026, 10, 21, 8)),
    sections: [
      {
        title: text,
        lines: [
          { text, url: toolUrl },
          { text, url: text },
        ],
        more: 2,
      },
    ],
    ruleTitle: text,
    because: text,
    owner: text,
    freshness: text,
    blindSpots: [text],
    standing: text,
    unsubscribeUrl: settingsUrl,
  };
}

const Found = z.strictObject({
  tags: z.array(z.string()),
  links: z.array(z.string()),
  handlers: z.array(z.string()),
  isRun: z.boolean(),
});
type Found = z.infer<typeof Found>;

/** What the page is made of: its elements, whatever opens or loads something, and what runs. */
async function look(): Promise<Found> {
  return Found.parse(
    await page.evaluate(`(() => {
      const all = [...document.body.querySelectorAll("*")];
      const attributes = all.flatMap((each) => [...each.attributes]);
      const opens = /^(?:href|src|srcset|action|formaction|data|poster)$/;
      return {
        tags: [...new Set(all.map((each) => each.localName))].sort(),
        links: attributes.filter(({ name }) => opens.test(name)).map(({ value }) => value),
        handlers: attributes.filter(({ name }) => name.startsWith("on")).map(({ name }) => name),
        isRun: ${JSON.stringify(hostileFlag)} in window,
      };
    })()`),
  );
}

/** Links that the text itself is by right: where a title is an address, the tool's own field may say so. */
function strangeLinks({ links }: Found, text: string): readonly string[] {
  const own = URL.canParse(text) ? [new URL(text).href] : [];
  return links.filter((link) => ![...rightful, ...own].includes(link));
}

describe("a mail", () => {
  test.each(hostileTitles)("$what is text in it", async ({ text }) => {
    await page.setContent(renderHtml(contentOf(messageOf("A harmless title"))));
    const harmless = await look();
    await page.setContent(renderHtml(contentOf(messageOf(text))), { waitUntil: "load" });
    const found = await look();
    expect(found.isRun).toBe(false);
    expect(found.handlers).toEqual([]);
    expect(found.tags.filter((tag) => !harmless.tags.includes(tag))).toEqual([]);
    expect(strangeLinks(found, text)).toEqual([]);
    expect(strays).toEqual([]);
  });

  test("fits a phone, also with one very long word", async () => {
    await page.setViewportSize({ width: 360, height: 800 });
    await page.setContent(renderHtml(contentOf(messageOf("A".repeat(2000)))));
    const width = await page.evaluate("document.documentElement.scrollWidth");
    await page.setViewportSize({ width: 700, height: 900 });
    expect(width).toBeLessThanOrEqual(360);
  });
});

describe("a card of Teams", () => {
  const script = (path: string) =>
    readFileSync(new URL(`../../node_modules/${path}`, import.meta.url), "utf8");

  test("is text, whatever is told, and its links are the message's own", async () => {
    await page.setContent("<!doctype html><body></body>");
    await page.addScriptTag({ content: script("adaptivecards/dist/adaptivecards.min.js") });
    await page.addScriptTag({ content: script("markdown-it/dist/browser/markdown-it.umd.min.js") });
    const harmless = await rendered(messageOf("A harmless title"));
    expect(harmless.found.links).toContain(toolUrl);
    for (const { what, text } of hostileTitles) {
      const { found, problems } = await rendered(messageOf(text));
      expect([what, problems]).toEqual([what, []]);
      expect([what, found.isRun, found.handlers]).toEqual([what, false, []]);
      expect([what, found.tags.filter((tag) => !harmless.found.tags.includes(tag))]).toEqual([
        what,
        [],
      ]);
      expect([what, strangeLinks(found, text)]).toEqual([what, []]);
    }
    expect(strays).toEqual([]);
  });

  test("shows marks of Markdown as they are", async () => {
    const marks = "**bold** _italic_ [click](https://evil.example) # x - y 1. z `code`";
    const { shown } = await rendered(messageOf(marks));
    expect(shown).toContain("**bold** _italic_ [click](https:");
    expect(shown).toContain("- y 1. z `code`");
  });
});

/** The card as Microsoft's library renders it, Markdown and all, and what it complains of. */
async function rendered(message: Message) {
  const problems = await page.evaluate(`(() => {
    const markdown = markdownit({ html: false, linkify: true });
    AdaptiveCards.AdaptiveCard.onProcessMarkdown = (text, result) => {
      result.outputHtml = markdown.render(text);
      result.didProcess = true;
    };
    const card = new AdaptiveCards.AdaptiveCard();
    const context = new AdaptiveCards.SerializationContext();
    card.parse(${renderPayload(message)}.attachments[0].content, context);
    document.body.replaceChildren(card.render());
    return Array.from({ length: context.eventCount }, (_, at) => context.getEventAt(at).message);
  })()`);
  const shown = await page.evaluate("document.body.textContent");
  return { problems, shown, found: await look() };
}
