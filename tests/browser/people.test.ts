import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";

import { openBrowser } from "./open-browser.ts";
import type { PageServer } from "./page-server.ts";
import { startPages } from "./page-server.ts";

/*
 * The queue of accounts in a real browser. Where there is no browser these tests are skipped, and say
 * why.
 */

let opened: Browser | string;
let server: PageServer;

beforeAll(async () => {
  opened = await openBrowser();
  server = await startPages(0);
}, 60_000);

afterAll(async () => {
  if (typeof opened !== "string") await opened.close();
  await server.close();
});

beforeEach((context) => {
  if (typeof opened === "string") context.skip(opened);
});

async function open(options: Parameters<Browser["newPage"]>[0] = {}): Promise<Page> {
  if (typeof opened === "string") throw new Error(opened);
  const page = await opened.newPage(options);
  await page.goto(`${server.url}/people`);
  return page;
}

const entry = (page: Page, name: string) => page.getByRole("listitem", { name, exact: true });

test("without a script one is accepted, the other ruled out, and a decision taken back", async () => {
  const page = await open({ javaScriptEnabled: false });
  const twins = entry(page, "Anna Keller");
  expect(await twins.getByText("Others have this name too").count()).toBe(2);
  await twins.getByRole("button", { name: "Anna Keller is not Anna Keller" }).first().click();
  expect(await page.getByRole("status").innerText()).toContain("Saved");
  expect(await twins.getByText("Others have this name too").count()).toBe(1);
  await twins.getByRole("button", { name: "Accept Anna Keller" }).click();
  expect(await twins.count()).toBe(0);
  await page.getByLabel("What is known").getByRole("link", { name: "Anna Keller" }).first().click();
  expect(await page.getByText("An operator said so").count()).toBeGreaterThan(0);
  await page.getByRole("button", { name: "Take back: bind" }).click();
  expect(await page.getByText("Unmatched").count()).toBe(1);
  await page.close();
});

test("the keyboard alone goes from one decision to the next", async () => {
  const page = await open();
  const first = page.locator(".who").first();
  const name = await first.getByRole("heading").innerText();
  const accept = first.getByRole("button", { name: /^Accept/u }).first();
  await accept.focus();
  await page.keyboard.press("Enter");
  await page.getByRole("status").waitFor();
  expect(await entry(page, name).count()).toBe(0);
  const focused = await page.evaluate("document.activeElement.className");
  expect(focused).toContain("who");
  await page.keyboard.press("Tab");
  const outline = await page.evaluate("getComputedStyle(document.activeElement).outlineStyle");
  expect(outline).toBe("solid");
  await page.close();
});

test("nobody comes to mind: another person is found by name, or it is a bot", async () => {
  const page = await open();
  const bot = entry(page, "Release Bot");
  await bot.getByLabel("What Release Bot is").selectOption({ label: "A bot" });
  await bot.getByRole("button", { name: "Exclude" }).click();
  expect(await entry(page, "Release Bot").count()).toBe(0);
  await entry(page, "yarslan").getByRole("link", { name: "Choose another person" }).click();
  await page.getByLabel("Name of the person").fill("vogt");
  await page.getByRole("button", { name: "Find" }).click();
  await page.getByRole("button", { name: "Match with Maren Vogt" }).click();
  expect(await page.getByText("Matched with").count()).toBe(1);
  await page.close();
});

test("two records become one person, and their page says so", async () => {
  const page = await open();
  const merge = page.getByRole("button", { name: /Yusuf.* are one person$/u });
  await merge.click();
  expect(await merge.count()).toBe(0);
  await page.getByLabel("Find a person").fill("yusuf arslan");
  await page.getByLabel("What is known").getByRole("button", { name: "Find" }).click();
  await page.getByRole("link", { name: "Yusuf Arslan" }).click();
  expect(await page.getByText("An operator said that it is the same person.").count()).toBe(1);
  await page.close();
});
