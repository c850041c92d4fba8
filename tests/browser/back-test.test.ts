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
  await page.getByLabel("Hold-down in minutes").fill("7");
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

test.each(widths)(
  "a custom rule is back-tested before it is saved, narrowed, saved, and compared (%i px)",
  async (width) => {
    const page = await pages.open(width);
    await page.goto(pages.url(`/custom-rules/new`));
    await page.getByLabel("Title").fill(`Epics adrift ${width}`);
    await page.getByLabel("Why it matters").fill("They are many.");
    await page.getByLabel("Next step").fill("Ask.");
    const pattern = page.getByLabel("Event pattern", { exact: true });
    await pattern.fill('{"detail":{"rule":["unlinked-work","blocked-across-boundary"]}}');
    await page.getByRole("button", { name: "Back-test" }).click();
    const headline = page.getByRole("heading", { name: /this would have raised/u });
    const before = await headline.textContent();
    expect(before).toMatch(/raised \d+ alerts/u);
    expect(await page.getByRole("heading", { name: "By the rule that found it" }).count()).toBe(1);
    expect(await page.getByRole("heading", { name: "What this does not know" }).count()).toBe(1);
    await look(page, `custom-draft-${width}`);
    await pattern.fill('{"detail":{"rule":["unlinked-work"],"severity":["warning"]}}');
    await page.getByRole("button", { name: "Test", exact: true }).click();
    expect(await headline.textContent()).not.toBe(before);
    await page.getByRole("button", { name: "Back to the rule with this pattern" }).click();
    expect(await page.getByLabel("Why it matters").inputValue()).toBe("They are many.");
    await page.getByRole("button", { name: "Save and deploy" }).click();
    await page.goto(pages.url(`/rules`));
    await page
      .locator("section", { hasText: `Epics adrift ${width}` })
      .getByRole("link", { name: "Back-test" })
      .click();
    await pattern.fill('{"detail":{"rule":["unlinked-work"]}}');
    await page.getByRole("button", { name: "Test", exact: true }).click();
    const compared = page.getByRole("heading", { name: "Compared with the rule as it is saved" });
    expect(await compared.count()).toBe(1);
    await look(page, `custom-compared-${width}`);
    await page.close();
  },
);

test("a pattern that cannot be deployed, or asks about what nobody remembers, says so at its field", async () => {
  const page = await pages.open(390);
  await page.goto(pages.url(`/custom-rules/new`));
  const pattern = page.getByLabel("Event pattern", { exact: true });
  await pattern.fill('{"detail":{"generation":[{"numeric":[">",1]}]}}');
  await page.getByRole("button", { name: "Back-test" }).click();
  expect(await page.locator("#pattern-error").textContent()).toContain("is not remembered");
  await look(page, "custom-refused");
  await pattern.fill("{");
  await page.getByRole("button", { name: "Test", exact: true }).click();
  expect(await page.locator("#pattern-error").textContent()).toContain("not valid JSON");
  await page.close();
});
