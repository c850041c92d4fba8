import { once } from "node:events";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import * as z from "zod";

import { slackInteractions } from "#connectors/slack/interactions.ts";
import { createSlackNotifier } from "#connectors/slack/notifier.ts";
import { SlackSettings } from "#connectors/slack/settings.ts";
import { startSlackSimulator } from "#connectors/slack/simulator/start-slack-simulator.ts";
import type { SlackSimulator } from "#connectors/slack/simulator/start-slack-simulator.ts";
import { channelId } from "#connectors/slack/simulator/state.ts";
import { slackWebhook } from "#connectors/slack/verify.ts";
import type { Interaction } from "#shared/kit/interaction.ts";
import type { Message } from "#shared/kit/notifier.ts";
import { DispatchId } from "#shared/model/notification.ts";
import { instantOf } from "#shared/model/time.ts";
import { hostileFlag, hostileTitles } from "#shared/testing/hostile-titles.ts";
import { ManualClock } from "#shared/testing/manual-clock.ts";
import { testNotifierContext } from "#shared/testing/notifier-context.ts";

import { openBrowser } from "./open-browser.ts";

/*
 * What the hub posts to Slack, in a real browser, and the buttons of it. Where there is no browser these
 * tests are skipped, and say why.
 */

const startMs = Date.UTC(2026, 10, 21, 8);
const dispatchId = DispatchId.parse("dispatch:channel:conn_0000000001#1");
const hubUrl = "https://hub.example/alerts/1";
const toolUrl = "https://tool.example/browse/PLAN-1";

let opened: Browser | string;
let slack: SlackSimulator;
const closers: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  opened = await openBrowser();
});

afterAll(async () => {
  if (typeof opened !== "string") await opened.close();
});

beforeEach(async (context) => {
  if (typeof opened === "string") context.skip(opened);
  slack = await startSlackSimulator({ clock: new ManualClock(instantOf(startMs)) });
  closers.push(() => slack.close());
});

afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

function messageOf(text: string, at = 0): Message {
  return {
    idempotencyKey: `dispatch:${at}#show`,
    reason: "opened",
    severity: "warning",
    title: text,
    sentence: text,
    path: [
      { id: "a", role: "goal", label: text, url: toolUrl },
      { id: "b", role: "subject", label: text },
    ],
    why: text,
    nextStep: text,
    url: hubUrl,
    at: instantOf(startMs),
    sections: [{ title: text, lines: [{ text, url: toolUrl }, { text }] }],
    ruleTitle: text,
    because: text,
    owner: text,
    freshness: text,
    blindSpots: [text],
    standing: text,
    dispatchId,
  };
}

function bot() {
  return createSlackNotifier(
    SlackSettings.parse({
      botToken: slack.botToken,
      channelId,
      apiUrl: slack.apiUrl,
      webhookSecret: slack.signingSecret,
    }),
    testNotifierContext,
  );
}

async function open(): Promise<{ readonly page: Page; readonly strays: readonly string[] }> {
  if (typeof opened === "string") throw new Error(opened);
  const page = await opened.newPage();
  closers.push(() => page.close());
  const strays: string[] = [];
  page.on("dialog", (dialog) => {
    strays.push(`dialog ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.route(
    (url) => url.origin !== slack.url,
    (route) => {
      strays.push(route.request().url());
      return route.abort();
    },
  );
  await page.goto(slack.url);
  return { page, strays };
}

const Looked = z.array(
  z.strictObject({
    tags: z.string(),
    links: z.array(z.string()),
    handlers: z.array(z.string()),
    hasRun: z.boolean(),
  }),
);

/** Runs in the page, whose types are not those of this file. */
const look = `[...document.querySelectorAll("article")].map((article) => {
  const all = [...article.querySelectorAll("*")];
  return {
    tags: all.map(({ tagName }) => tagName).join(" "),
    links: [...article.querySelectorAll("a")].map(({ href }) => href),
    handlers: all.flatMap((element) =>
      element.getAttributeNames().filter((name) => name.startsWith("on") || name === "style"),
    ),
    hasRun: "${hostileFlag}" in window,
  };
})`;

/** What a browser would act on in each message, and which elements it is made of. */
async function looked(page: Page): Promise<z.infer<typeof Looked>> {
  return Looked.parse(await page.evaluate(look));
}

test("a hundred hostile titles run nothing, make no element and lead nowhere else", async () => {
  const notifier = bot();
  expect(await notifier.send(messageOf("PLAN-1 Lighthouse"))).toMatchObject({ outcome: "sent" });
  for (const [at, { text }] of hostileTitles.entries()) {
    expect(await notifier.send(messageOf(text, at + 1))).toMatchObject({ outcome: "sent" });
  }
  const { page, strays } = await open();
  const articles = (await looked(page)).toReversed();
  expect(articles).toHaveLength(hostileTitles.length + 1);
  const [usual, ...hostile] = articles;
  // What shows nothing has no line where a line would say nothing.
  const blank = new Set(["nothing to see", "only spaces"]);
  for (const [at, { what }] of hostileTitles.entries()) {
    const { tags, ...found } = hostile[at] ?? {};
    const expected = { links: [toolUrl, toolUrl, hubUrl], handlers: [], hasRun: false };
    expect([what, found]).toEqual([what, expected]);
    const isUsual = blank.has(what) || tags === usual?.tags;
    expect([what, isUsual]).toEqual([what, true]);
  }
  expect(strays).toEqual([]);
});

test("a button and a choice on the page reach the app, signed, and say what was pressed", async () => {
  const app = await startApp();
  closers.push(app.close);
  slack.perform({ kind: "setInteractivity", url: app.url });
  await bot().send(messageOf("PLAN-1 Lighthouse"));
  const { page } = await open();
  await page.getByRole("button", { name: "Acknowledge" }).click();
  expect(await page.getByRole("status").innerText()).toBe("The app answered 200");
  await page.getByLabel("Snooze").selectOption("Until something changes");
  await page.getByRole("button", { name: "Snooze" }).click();
  await page.getByLabel("Not useful…").selectOption("It is not ours");
  await page.getByRole("button", { name: "Not useful…" }).click();
  expect(await page.getByRole("status").innerText()).toBe("The app answered 200");
  expect(app.pressed).toEqual([
    { dispatchId, action: { verb: "acknowledge" } },
    { dispatchId, action: { verb: "snooze-until-change" } },
    { dispatchId, action: { verb: "contest", reason: "not-ours" } },
  ]);
});

test("what is over has no buttons, and its thread says so", async () => {
  const notifier = bot();
  const sent = await notifier.send(messageOf("PLAN-1 Lighthouse"));
  const receipt = sent.outcome === "sent" ? (sent.receipt ?? "") : "";
  const over = { ...messageOf("PLAN-1 Lighthouse", 1), reason: "resolved" as const };
  await notifier.update?.(receipt, { ...over, standing: "Resolved: linked" });
  const { page } = await open();
  expect(await page.getByRole("button", { name: "Acknowledge" }).count()).toBe(0);
  expect(await page.getByRole("heading", { name: "Resolved: PLAN-1 Lighthouse" }).count()).toBe(1);
  const thread = page.locator(".thread");
  expect(await thread.getByRole("link", { name: "Resolved: linked" }).count()).toBe(1);
});

/** The hub's end: verifies as it does, and keeps what was pressed. */
async function startApp() {
  const pressed: Interaction[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const found = await readPresses(request);
    pressed.push(...(found ?? []));
    response.writeHead(found ? 200 : 401).end();
  };
  const server = createServer((request, response) => void answer(request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // It listens on TCP, so its address is one of the network.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    pressed,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

async function readPresses(request: IncomingMessage): Promise<readonly Interaction[] | undefined> {
  const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)]);
  const delivery = {
    headers: Object.fromEntries(headers) as Record<string, string>,
    query: {},
    body: await buffer(request),
    receivedAt: instantOf(startMs),
  };
  const verdict = slackWebhook.verify(delivery, [slack.signingSecret], startMs);
  return verdict.outcome === "accepted" ? slackInteractions.read(delivery) : undefined;
}
