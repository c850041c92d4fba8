import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";

import { weakContrasts } from "./contrast.ts";
import { openBrowser } from "./open-browser.ts";
import type { PageServer } from "./page-server.ts";
import { startPages } from "./page-server.ts";

/* Back-testing a rule in a real browser, without any script. */

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

async function open(width: number): Promise<Page> {
  if (typeof opened === "string") throw new Error(opened);
  return opened.newPage({ viewport: { width, height: 900 }, javaScriptEnabled: false });
}

/** Whatever is shown fits and is legible. */
async function look(page: Page, name: string): Promise<void> {
  const overflow = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
  expect([name, Number(overflow)]).toEqual([name, 0]);
  expect([name, await page.evaluate(weakContrasts)]).toEqual([name, []]);
}

test.each([1280, 390])(
  "a rule is back-tested from its card, and compared (%i px)",
  async (width) => {
    const page = await open(width);
    await page.goto(`${server.url}/rules`);
    await page.locator('a[href="/rules/unlinked-work/back-test"]').click();
    await look(page, `form-${width}`);
    await page.getByLabel("Grace period in minutes").fill("0");
    await page.getByLabel("Wait after a clearing, in minutes").fill("7");
    await page.getByRole("button", { name: "Test" }).click();
    const headline = page.getByRole("heading", {
      name: /In the last 89 days this would have raised/u,
    });
    expect(await headline.textContent()).toMatch(/raised \d+ alerts.*within two days/u);
    const chart = page.getByRole("img", { name: /Alerts by week\. week from/u });
    expect(await chart.count()).toBe(1);
    expect(
      await page.getByRole("heading", { name: "Compared with today's settings" }).count(),
    ).toBe(1);
    expect(await page.getByRole("heading", { name: "What this does not know" }).count()).toBe(1);
    await look(page, `result-${width}`);
    await page.locator('section[aria-labelledby="sample"] a').first().click();
    expect(page.url()).toContain("/work-items/");
    await page.close();
  },
);

test("options that the rule does not take, and rules without a past, say so", async () => {
  const page = await open(1280);
  const wrong = encodeURIComponent('{"allowances":[{"labels":["x"]}]}');
  const answer = await page.goto(
    `${server.url}/rules/unlinked-work/back-test?days=30&graceMinutes=0&holdDownMinutes=0&options=${wrong}`,
  );
  expect(answer?.status()).toBe(400);
  expect(await page.getByRole("alert").count()).toBe(1);
  await look(page, "refused");
  await page.goto(`${server.url}/rules/connection-degraded/back-test`);
  expect(await page.getByText("nobody can tell").count()).toBe(1);
  expect(await page.getByRole("button", { name: "Test" }).count()).toBe(0);
  await page.close();
});
