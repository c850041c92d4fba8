import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { settled, weakContrasts } from "./contrast.ts";
import { openBrowser } from "./open-browser.ts";
import type { PageServer } from "./page-server.ts";
import { startPages } from "./page-server.ts";

/*
 * The inbox and an alert in a real browser, over the sample company in memory. Where there is no browser
 * these tests are skipped, and say why.
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

async function open(path: string, options: Parameters<Browser["newPage"]>[0] = {}): Promise<Page> {
  if (typeof opened === "string") throw new Error(opened);
  const page = await opened.newPage({ ...settled, ...options });
  await page.goto(`${server.url}${path}`);
  return page;
}

const matter = "li.group";

describe.each([
  ["desktop", 1280, "light"],
  ["phone", 390, "dark"],
] as const)("at %s width (%i px), %s", (_device, width, colorScheme) => {
  test.each(["/", "/?view=list", "/?status=all&rule=unlinked-work"])(
    "%s fits and is legible, unfolded and with ticks",
    async (path) => {
      const page = await open(path, { viewport: { width, height: 900 }, colorScheme });
      const folds = page.locator(`${matter} > details > summary`);
      if ((await folds.count()) > 0) await folds.first().click();
      await page.locator("input[form=bulk]").first().check();
      const overflow = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
      expect(Number(overflow)).toBeLessThanOrEqual(0);
      expect(await page.evaluate(weakContrasts)).toEqual([]);
      await page.close();
    },
  );
});

test("many alerts are one line, which unfolds to them", async () => {
  const page = await open("/");
  const line = page.locator(matter).first();
  expect(await line.locator(".alert").first().isVisible()).toBe(false);
  await line.locator("summary").click();
  expect(await line.locator(".alert").first().isVisible()).toBe(true);
  const count = /(\d+) alerts/u.exec(await line.locator(".group-line .meta").innerText())?.[1];
  const unfolded = await line.locator(".alert").count();
  expect(unfolded).toBe(Math.min(10, Number(count)));
  await page.close();
});

test("the keyboard alone goes from row to row, unfolds, ticks, explains itself and acknowledges", async () => {
  const page = await open("/");
  await page.keyboard.press("?");
  expect(await page.getByRole("dialog", { name: "Keys" }).isVisible()).toBe(true);
  await page.keyboard.press("Escape");
  const at = page.locator("[data-row]:focus");
  const isAtMatter = async () => (await page.locator(`${matter}:focus`).count()) === 1;
  for (let step = 0; step < 30 && !(await isAtMatter()); step += 1) await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  expect(await page.locator(`${matter}:focus > details[open]`).count()).toBe(1);
  await page.keyboard.press("j");
  const title = await at.locator("h3").innerText();
  await page.keyboard.press("x");
  expect(await page.locator("#ticked").innerText()).toBe("1 alert ticked");
  await page.keyboard.press("x");
  expect(await page.locator("#ticked").innerText()).toContain("Tick alerts");
  await page.keyboard.press("a");
  await page.getByText("Done.", { exact: true }).waitFor();
  await page.goto(`${server.url}/?status=acknowledged&view=list`);
  expect(await page.locator(".alert h3").allInnerTexts()).toContain(title);
  await page.close();
});

test("letters that are typed into a field are letters", async () => {
  const page = await open("/");
  await page.getByLabel("Words").fill("");
  await page.getByLabel("Words").pressSequentially("jax?");
  expect(await page.getByLabel("Words").inputValue()).toBe("jax?");
  expect(await page.getByRole("dialog").count()).toBe(0);
  await page.close();
});

test("ticks, folds and the row one is at survive that the page follows what happens", async () => {
  const page = await open("/?rule=unlinked-work&status=open");
  const line = page.locator(matter).first();
  await line.locator("summary").click();
  const [first, second] = [line.locator(".alert").first(), line.locator(".alert").nth(1)];
  await second.locator("input[form=bulk]").check();
  const row = (await second.getAttribute("id")) ?? "";
  await second.focus();
  const gone = (await first.locator("h3 a").getAttribute("href")) ?? "";
  await fetch(`${server.url}/api${gone}/acknowledge`, { method: "POST" });
  await page.locator(`h3 a[href="${gone}"]`).waitFor({ state: "detached", timeout: 15_000 });
  const same = page.locator(`[id="${row}"]:focus`);
  expect(await same.count()).toBe(1);
  expect(await same.locator("input[form=bulk]").isChecked()).toBe(true);
  expect(await page.locator("#ticked").innerText()).toBe("1 alert ticked");
  await page.close();
});

test("a whole matter is snoozed with one box, without any script", async () => {
  const page = await open("/?rule=unlinked-work&status=open", { javaScriptEnabled: false });
  const before = await page.locator("[data-row]").count();
  await page.locator("input[name=group]").first().check();
  await page.locator("#bulk-days").selectOption("change");
  await page.locator("#bulk").getByRole("button", { name: "Snooze" }).click();
  expect(await page.locator(".notice").innerText()).toContain("Done.");
  expect(await page.locator("[data-row]").count()).toBeLessThan(before);
  await page.goto(`${server.url}/?status=snoozed&view=list`);
  expect(await page.getByText("Snoozed until it changes").count()).toBeGreaterThan(0);
  await page.close();
});

test.each([
  ["desktop", 1280, "light"],
  ["phone", 390, "dark"],
] as const)(
  "an alert is contested and the contest answered, on a page that fits: %s",
  async (_device, width, colorScheme) => {
    const page = await open("/?view=list&rule=blocked-across-boundary&status=open", {
      viewport: { width, height: 900 },
      colorScheme,
    });
    await page.locator(".alert h3 a").first().click();
    await page.getByRole("heading", { name: "What we cannot see" }).waitFor();
    await page.getByLabel("Why", { exact: true }).selectOption({ label: "It is not ours" });
    await page.getByLabel("What the rule's owner should know").fill("ask the other team");
    await page.getByRole("button", { name: "Contest" }).click();
    expect(await page.locator(".notice").innerText()).toContain("Contested");
    expect(await page.getByText("Until then nobody further up is told.").count()).toBe(1);
    const overflow = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
    expect(Number(overflow)).toBeLessThanOrEqual(0);
    expect(await page.evaluate(weakContrasts)).toEqual([]);
    await page.getByRole("button", { name: "Uphold" }).click();
    expect(await page.getByText("Upheld", { exact: false }).count()).toBeGreaterThan(0);
    expect(await page.getByText("Snoozed until it changes").count()).toBe(1);
    await page.close();
  },
);
