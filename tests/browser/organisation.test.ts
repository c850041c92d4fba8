import type { Browser } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";

import { openBrowser } from "./open-browser.ts";
import type { PageServer } from "./page-server.ts";
import { startPages } from "./page-server.ts";

/* The organisation's pages and an erasure, used as people use them: with a mouse, and without any script. */

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

function newPage() {
  if (typeof opened === "string") throw new Error(opened);
  return opened.newPage({ javaScriptEnabled: false });
}

test("one walks down the organisation, on any day, and sees what that day changes", async () => {
  const page = await newPage();
  await page.goto(server.url);
  await page.getByRole("link", { name: "Organisation" }).click();
  await page.getByRole("link", { name: "Northquay" }).click();
  await page.getByRole("link", { name: "Commercial" }).click();
  expect(await page.getByRole("heading", { level: 1 }).innerText()).toBe("Commercial");
  await page.getByLabel("As of").fill("2026-04-02");
  await page.getByRole("button", { name: "Show" }).click();
  expect(await page.getByText("The organisation of 2026-04-02").count()).toBe(1);
  await page.getByRole("link", { name: "Northquay" }).click();
  expect(page.url()).toContain("day=2026-04-02");
  await page.getByRole("link", { name: "2026-04-01" }).click();
  expect(await page.getByRole("heading", { level: 1 }).innerText()).toBe(
    "What changes by 2026-04-01",
  );
  for (const heading of ["Open work of those who leave", "People"]) {
    expect(await page.getByRole("heading", { name: heading, exact: true }).count()).toBe(1);
  }
  await page.getByRole("link", { name: "2026-05-04" }).click();
  expect(await page.getByRole("heading", { level: 1 }).innerText()).toContain("2026-05-04");
  await page.close();
});

test("a person is erased only by whoever types the word, and is under way then", async () => {
  const page = await newPage();
  await page.goto(`${server.url}/people/find?text=Anna+Keller`);
  await page.getByRole("link", { name: "Anna Keller" }).first().click();
  await page.getByText("Erase this person").click();
  await page.getByLabel("Type ERASE to confirm").fill("erase");
  await page.getByRole("button", { name: "Erase Anna Keller" }).click();
  // The browser itself keeps the form back.
  expect(page.url()).toContain("/people/");
  await page.getByLabel("Type ERASE to confirm").fill("ERASE");
  await page.getByRole("button", { name: "Erase Anna Keller" }).click();
  expect(page.url()).toContain("/erasures");
  expect(await page.getByText("1 erasure is under way.").count()).toBe(1);
  await page.close();
});
