import { expect, test } from "vitest";

import { look, usePages, widths } from "./use-pages.ts";

/* Rules, custom rules, routing and what becomes of it, in a real browser without any script. */

const pages = usePages();

test.each(widths)("a rule's telling is set on its card, and stays set (%i px)", async (width) => {
  const page = await pages.open(width);
  await page.goto(pages.url(`/rules`));
  const card = page.locator('section[aria-labelledby="rule-unlinked-work"]');
  await card.locator("summary").first().click();
  await look(page, `rules-${width}`);
  await card.getByLabel("Grace period in minutes").fill("45");
  await card.getByLabel("How people are told").selectOption("digest");
  await card.getByRole("button", { name: "Save" }).click();
  expect(await page.getByRole("status").textContent()).toContain("Saved");
  await card.locator("summary").first().click();
  expect(await card.getByLabel("Grace period in minutes").inputValue()).toBe("45");
  expect(await card.getByLabel("How people are told").inputValue()).toBe("digest");
  await page.close();
});

test.each(widths)(
  "a custom rule is written, tried, corrected, deployed and deleted (%i px)",
  async (width) => {
    const page = await pages.open(width);
    await page.goto(pages.url(`/custom-rules/new`));
    await look(page, `custom-form-${width}`);
    await page.getByLabel("Title").fill("Epics adrift");
    await page.getByLabel("Why it matters").fill("They are many.");
    await page.getByLabel("Next step").fill("Ask.");
    const pattern = page.getByLabel("Event pattern", { exact: true });
    await pattern.fill('{"detail":{"title":[{"regex":".*"}]}}');
    await page.getByRole("button", { name: "Save and deploy" }).click();
    expect(await page.locator("#pattern-error").textContent()).toContain("detail.title[0].regex");
    await look(page, `custom-refused-${width}`);
    await pattern.fill('{"detail":{"rule":["unlinked-work"],"severity":["warning"]}}');
    await page.getByRole("button", { name: "Check the pattern" }).click();
    expect(await page.getByText(/of \d+ findings/u).count()).toBe(1);
    await look(page, `custom-tried-${width}`);
    await page.getByRole("button", { name: "Save and deploy" }).click();
    expect(await page.getByRole("status").textContent()).toContain("deployed");
    await look(page, `custom-list-${width}`);
    await page.getByRole("link", { name: /standing alert/u }).click();
    expect(await page.getByText("Epics adrift").count()).toBeGreaterThan(0);
    await page.goto(pages.url(`/custom-rules`));
    await page.getByRole("link", { name: "Epics adrift" }).click();
    await page.getByText("Delete this rule").click();
    await page.getByRole("button", { name: /Delete/u }).click();
    expect(await page.getByText("No custom rules yet").count()).toBe(1);
    await page.close();
  },
);

test.each(widths)("the routing is set, and says who would get what (%i px)", async (width) => {
  const page = await pages.open(width);
  await page.goto(pages.url(`/routing`));
  await look(page, `routing-${width}`);
  await page.getByLabel("Messages a person gets in a week").fill("7");
  await page.getByLabel("Time zone", { exact: true }).fill("Europe/Atlantis");
  await page.getByRole("button", { name: "Save" }).click();
  expect(await page.getByRole("alert").first().textContent()).toContain("timeZone");
  await page.getByLabel("Time zone", { exact: true }).fill("Europe/Berlin");
  await page.getByRole("button", { name: "Save" }).click();
  expect(await page.getByRole("status").textContent()).toContain("Saved");
  expect(await page.getByLabel("Messages a person gets in a week").inputValue()).toBe("7");
  await page.getByRole("link", { name: "Who would get what?" }).click();
  await page.getByLabel("Team", { exact: true }).selectOption({ index: 1 });
  await page.getByRole("button", { name: "Show" }).click();
  expect(await page.locator("ol.ladder > li").count()).toBeGreaterThan(0);
  await look(page, `preview-${width}`);
  await page.close();
});

test.each(widths)("deliveries and the brief fit and lead to alerts (%i px)", async (width) => {
  const page = await pages.open(width);
  await page.goto(pages.url(`/deliveries`));
  await look(page, `deliveries-${width}`);
  await page.goto(pages.url(`/brief?days=31`));
  await look(page, `brief-${width}`);
  await page.getByRole("link", { name: "See the alert" }).first().click();
  expect(page.url()).toContain("/alerts/");
  await page.getByRole("link", { name: "Who gets this, and why" }).click();
  expect(await page.locator("ol.ladder > li").count()).toBeGreaterThan(0);
  await look(page, `route-${width}`);
  await page.close();
});
