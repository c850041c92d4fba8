import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { settled, weakContrasts } from "./contrast.ts";
import { openBrowser } from "./open-browser.ts";
import type { PageServer } from "./page-server.ts";
import { startPages } from "./page-server.ts";
import { HubPaths, shots } from "./screenshots.ts";

/*
 * The pages in a real browser, over the sample company in memory. Where there is no browser these
 * tests are skipped, and say why.
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

/** Tests run only where a browser was opened. */
function browser(): Browser {
  if (typeof opened === "string") throw new Error(opened);
  return opened;
}

/** Opens a page and gathers what the browser complains of. */
async function open(
  options: Parameters<Browser["newPage"]>[0],
): Promise<{ page: Page; complaints: string[] }> {
  const page = await browser().newPage({ ...settled, ...options });
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("response", (response) => {
    if (response.status() >= 400) complaints.push(`${response.status()} ${response.url()}`);
  });
  return { page, complaints };
}

describe.each([
  ["desktop", 1280, "light"],
  ["phone", 390, "dark"],
] as const)("at %s width (%i px), %s", (_device, width, colorScheme) => {
  test.each(shots)("$name fits, is legible, and the browser has no complaint", async (shot) => {
    const { page, complaints } = await open({ viewport: { width, height: 900 }, colorScheme });
    const target = await shot.path(new HubPaths(server.url));
    expect(target).toBeDefined();
    await page.goto(`${server.url}${target ?? ""}`);
    const overflow = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
    expect(Number(overflow)).toBeLessThanOrEqual(0);
    expect(await page.evaluate(weakContrasts)).toEqual([]);
    expect(complaints).toEqual([]);
    await page.close();
  });
});

test("an alert is acknowledged and snoozed without any script", async () => {
  const { page } = await open({ javaScriptEnabled: false });
  await page.goto(`${server.url}/?rule=unlinked-work`);
  const title = await page.locator(".alert h3").first().innerText();
  await page.locator(".alert").first().getByRole("button", { name: "Acknowledge" }).click();
  expect(await page.getByRole("status").innerText()).toContain("Acknowledged");
  await page.goto(`${server.url}/?status=acknowledged`);
  expect(await page.locator(".alert h3").allInnerTexts()).toContain(title);
  await page.locator(".alert").first().getByLabel("Snooze for").selectOption({ label: "1 day" });
  await page.locator(".alert").first().getByRole("button", { name: "Snooze" }).click();
  expect(await page.getByRole("status").innerText()).toContain("Snoozed");
  await page.close();
});

test("an open page follows what happens, without a reload", async () => {
  const { page } = await open({});
  await page.goto(`${server.url}/?rule=blocked-across-boundary&status=open`);
  const first = page.locator(".alert").first();
  const title = await first.locator("h3").innerText();
  const link = (await first.locator("h3 a").getAttribute("href")) ?? "";
  await page.evaluate("window.wasLoaded = true");
  await fetch(`${server.url}/api${link}/acknowledge`, { method: "POST" });
  await page.getByRole("heading", { name: title }).waitFor({ state: "detached", timeout: 15_000 });
  expect(await page.evaluate("window.wasLoaded")).toBe(true);
  await page.close();
});

test("linking an item to a goal on its page draws the line", async () => {
  const { page } = await open({});
  const target = await shots
    .find(({ name }) => name === "line-of-sight-broken")
    ?.path(new HubPaths(server.url));
  await page.goto(`${server.url}${target ?? ""}`);
  expect(await page.getByText("The line breaks here").count()).toBe(1);
  await page.getByLabel("Goal", { exact: true }).selectOption({ index: 1 });
  await page.getByRole("button", { name: "Link", exact: true }).click();
  expect(await page.getByText("The line breaks here").count()).toBe(0);
  expect(await page.getByText("linked here by a person").count()).toBe(1);
  await page.close();
});

test("a link rule is tried out while it is typed, and made by the keyboard alone", async () => {
  const { page, complaints } = await open({});
  await page.goto(`${server.url}/link-rules/new`);
  await page.getByLabel("Name", { exact: true }).fill("Support");
  await page.keyboard.press("Tab");
  await page.keyboard.type("label = supportrotation");
  await page.getByText("It fits no open item").waitFor();
  await page.getByLabel("Which work").fill("labels = support-rotation");
  await page.getByText("did you mean label?").waitFor();
  await page.getByLabel("Which work").fill("label = support-rotation");
  const sentence = page.locator("#preview b").first();
  await page.locator("#preview li").first().waitFor();
  const fits = /fits (\d+) open item/u.exec(await sentence.innerText())?.[1];
  expect(Number(fits)).toBeGreaterThan(0);
  await page.keyboard.press("Tab");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.getByRole("status").waitFor();
  const row = page.getByRole("row", { name: /Support/u });
  expect(await row.locator("td.num").first().innerText()).toBe(fits);
  expect(complaints).toEqual([]);
  await page.close();
});

test("the keyboard alone reaches the content and shows where it is", async () => {
  const { page } = await open({});
  await page.goto(server.url);
  await page.keyboard.press("Tab");
  expect(await page.evaluate("document.activeElement.textContent")).toBe("Skip to the content");
  await page.keyboard.press("Tab");
  const outline = await page.evaluate("getComputedStyle(document.activeElement).outlineStyle");
  expect(outline).toBe("solid");
  await page.close();
});
