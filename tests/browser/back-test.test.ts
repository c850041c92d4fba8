import { expect, test } from "vitest";

import { look, usePages, widths } from "./use-pages.ts";

/* Back-testing a rule in a real browser, without any script. */

const pages = usePages();

test.each(widths)("a rule is back-tested from its card, and compared (%i px)", async (width) => {
  const page = await pages.open(width);
  await page.goto(pages.url(`/rules`));
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
  expect(await page.getByRole("heading", { name: "Compared with today's settings" }).count()).toBe(
    1,
  );
  expect(await page.getByRole("heading", { name: "What this does not know" }).count()).toBe(1);
  await look(page, `result-${width}`);
  await page.locator('section[aria-labelledby="sample"] a').first().click();
  expect(page.url()).toContain("/work-items/");
  await page.close();
});

test("options that the rule does not take, and rules without a past, say so", async () => {
  const page = await pages.open(1280);
  const wrong = encodeURIComponent('{"allowances":[{"labels":["x"]}]}');
  const answer = await page.goto(
    pages.url(
      `/rules/unlinked-work/back-test?days=30&graceMinutes=0&holdDownMinutes=0&options=${wrong}`,
    ),
  );
  expect(answer?.status()).toBe(400);
  expect(await page.getByRole("alert").count()).toBe(1);
  await look(page, "refused");
  await page.goto(pages.url(`/rules/connection-degraded/back-test`));
  expect(await page.getByText("nobody can tell").count()).toBe(1);
  expect(await page.getByRole("button", { name: "Test" }).count()).toBe(0);
  await page.close();
});
