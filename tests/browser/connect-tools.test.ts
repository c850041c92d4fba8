import { mkdir } from "node:fs/promises";
import path from "node:path";
import { env } from "node:process";

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import * as z from "zod";

import { defaultOauthApp } from "#connectors/asana/simulator/access.ts";
import { asanaToken } from "#infra/local/sample/to-asana-seed.ts";
import { jiraEmail, jiraToken } from "#infra/local/sample/to-jira-seed.ts";

import { openBrowser } from "./open-browser.ts";
import { jiraApp, startTools } from "./tools-server.ts";
import type { ToolsServer } from "./tools-server.ts";

/*
 * Somebody who has never seen the product connects Jira and Asana from the pages alone: what they
 * click is what the page offers. `SHOTS_DIR` keeps a picture of every step. Skipped without a browser.
 */

let opened: Browser | string;
let server: ToolsServer;

beforeAll(async () => {
  opened = await openBrowser();
  if (typeof opened !== "string") server = await startTools(0);
}, 60_000);

afterAll(async () => {
  if (typeof opened === "string") return;
  await opened.close();
  await server.close();
});

beforeEach((context) => {
  if (typeof opened === "string") context.skip(opened);
});

async function newPage(options: Parameters<Browser["newPage"]>[0] = {}): Promise<Page> {
  if (typeof opened === "string") throw new Error(opened);
  return opened.newPage({ viewport: { width: 1280, height: 900 }, ...options });
}

async function shot(page: Page, name: string): Promise<void> {
  const folder = env["SHOTS_DIR"];
  if (folder === undefined) return;
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: path.join(folder, `${name}.png`), fullPage: true });
  const { width = 0, height = 0 } = page.viewportSize() ?? {};
  await page.setViewportSize({ width: 390, height: 844 });
  await page.screenshot({ path: path.join(folder, `${name}-phone.png`), fullPage: true });
  await page.setViewportSize({ width, height });
}

const press = (page: Page, name: string | RegExp) =>
  page.getByRole("button", { name }).first().click();
const follow = (page: Page, name: string | RegExp) =>
  page.getByRole("link", { name, exact: true }).first().click();
const heading = (page: Page) => page.getByRole("heading", { level: 1 }).innerText();

/** From the hub's front door to the form of a tool. */
async function choose(page: Page, tool: string): Promise<void> {
  await page.goto(server.url);
  await follow(page, "Connections");
  await follow(page, `Connect ${tool}`);
}

const Listed = z.looseObject({
  connections: z.array(
    z.looseObject({ id: z.string(), name: z.string(), health: z.string(), isReady: z.boolean() }),
  ),
});

async function connectionNamed(name: string) {
  const response = await fetch(`${server.url}/api/connections`);
  return Listed.parse(await response.json()).connections.find((one) => one.name === name);
}

test("Jira is connected with an API token, from credentials to the first reading", async () => {
  const page = await newPage();
  await choose(page, "Jira Cloud");
  await shot(page, "jira-1-credentials");
  await page.getByLabel("Name", { exact: true }).fill("Northquay Jira");
  await page.getByLabel("Jira address").fill(server.jira.url);
  await page.getByLabel("Account e-mail").fill(jiraEmail);
  await page.getByLabel("API token", { exact: true }).fill("not-the-token");
  await press(page, "Try them and go on");
  expect(await page.getByRole("alert").innerText()).toMatch(/token/iu);
  await shot(page, "jira-1-refused");
  await page.getByLabel("API token", { exact: true }).fill(jiraToken);
  await press(page, "Try them and go on");

  expect(await heading(page)).toBe("The credentials work");
  await shot(page, "jira-2-check");
  await follow(page, "Go on");

  expect(await heading(page)).toBe("Choose what to read");
  await shot(page, "jira-3-choose");
  await press(page, "Select all");
  expect(await page.locator(".option :checked").count()).toBeGreaterThan(1);
  await press(page, "Select none");
  await press(page, "Save and go on");

  expect(await heading(page)).toBe("How it is understood");
  await shot(page, "jira-4-mapping");
  await press(page, "Save, and try it on a sample");

  expect(await heading(page)).toBe("What would come of it");
  expect(await page.locator("main").innerText()).toContain("stored none of them");
  expect(await page.getByText("Line of sight of the work in it").count()).toBe(1);
  await shot(page, "jira-5-sample");
  await press(page, "Start reading everything");

  expect(await page.getByRole("status").first().innerText()).toContain("Started");
  await shot(page, "jira-6-started");
  await server.settle();
  expect(await connectionNamed("Northquay Jira")).toMatchObject({ isReady: true });
  await page.reload();
  await shot(page, "jira-7-read");
  await follow(page, "Check what it may do");
  await shot(page, "jira-8-rights");
  await page.close();
});

test("a first reading is cancelled from its page, and started again with the choices kept", async () => {
  const page = await newPage();
  const release = server.hold("issues");
  const settings = { baseUrl: server.jira.url, email: jiraEmail, apiToken: jiraToken };
  const connected = await fetch(`${server.url}/api/connections`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      connector: "jira",
      name: "Begun too soon",
      settings: { ...settings, goalLinkFields: ["Goal link"] },
    }),
  });
  const { id } = z.looseObject({ id: z.string() }).parse(await connected.json());
  await page.goto(`${server.url}/connections/${id}`);
  await page.getByText("Cancel the first reading").click();
  await shot(page, "cancel-1-offered");
  await press(page, "Cancel this reading");
  expect(await heading(page)).toBe("The credentials work");
  expect(await page.getByRole("status").first().innerText()).toContain("Your choices are kept");
  await shot(page, "cancel-2-draft");
  release();
  await server.settle();
  expect((await fetch(`${server.url}/api/connections/${id}`)).status).toBe(404);
  expect(await connectionNamed("Begun too soon")).toMatchObject({ health: "draft", facts: {} });
  await page.goto(page.url().replace(/\/setup.*$/u, "/setup/sample"));
  await press(page, "Start reading everything");
  await server.settle();
  expect(await connectionNamed("Begun too soon")).toMatchObject({ isReady: true });
  await page.close();
});

test("Asana is connected on a phone, without any script", async () => {
  const page = await newPage({
    javaScriptEnabled: false,
    viewport: { width: 390, height: 844 },
  });
  await choose(page, "Asana");
  await page.getByLabel("Name", { exact: true }).fill("Northquay Asana");
  await page.getByLabel("Access token", { exact: true }).fill(asanaToken);
  await page.getByText("Only in special cases").click();
  await page.getByLabel("API address").fill(server.asana.apiUrl);
  await shot(page, "asana-1-credentials");
  await press(page, "Try them and go on");
  await shot(page, "asana-2-check");
  await follow(page, "Go on");
  await shot(page, "asana-3-choose");
  // Nothing is chosen for anybody; going on without it is stopped at the start, with the way back.
  await page.getByRole("checkbox").first().check();
  await press(page, "Save and go on");
  await shot(page, "asana-4-mapping");
  await press(page, "Save, and try it on a sample");
  expect(await heading(page)).toBe("What would come of it");
  await shot(page, "asana-5-sample");
  await press(page, "Start reading everything");
  await server.settle();
  await page.reload();
  await shot(page, "asana-6-read");
  expect(await connectionNamed("Northquay Asana")).toMatchObject({ isReady: true });
  await page.close();
});

test("Jira is connected by consent: the hub's app once, then a click at the vendor", async () => {
  const page = await newPage();
  await choose(page, "Jira Cloud");
  await follow(page, "Enter the hub’s OAuth app");
  await page.getByLabel("Client id").fill(jiraApp.clientId);
  await page.getByLabel("Client secret").fill(jiraApp.clientSecret);
  await page.getByLabel("Address of the authorization server").fill(server.jira.url);
  await page.getByLabel("Address of the API").fill(server.jira.url);
  await shot(page, "consent-1-app");
  await press(page, "Keep this app");
  await shot(page, "consent-2-ready");
  await press(page, "Go to Jira Cloud to consent");
  await page.waitForURL(/\/authorize/u);
  await shot(page, "consent-3-vendor");
  await press(page, "Cancel");
  expect(await heading(page)).toBe("No consent was given");
  await shot(page, "consent-4-denied");

  await follow(page, "Try again");
  await press(page, "Go to Jira Cloud to consent");
  await page.waitForURL(/\/authorize/u);
  await press(page, "Accept");
  expect(await heading(page)).toBe("Choose the sites of Jira Cloud");
  expect(page.url()).not.toContain("code=");
  await shot(page, "consent-5-sites");
  await press(page, "Set up what I chose");
  expect(await heading(page)).toBe("The credentials work");
  await shot(page, "consent-6-check");
  await follow(page, "Go on");
  await press(page, "Save and go on");
  await press(page, "Save, and try it on a sample");
  expect(await heading(page)).toBe("What would come of it");
  await press(page, "Start reading everything");
  await server.settle();
  await page.reload();
  expect(await page.getByText("Scopes of the consent").count()).toBe(1);
  await shot(page, "consent-7-read");
  const connected = await connectionNamed("northquay");
  expect(connected).toMatchObject({ isReady: true });
  await page.close();
});

test("Asana is connected by consent", async () => {
  const page = await newPage();
  await choose(page, "Asana");
  await follow(page, "Enter the hub’s OAuth app");
  await page.getByLabel("Client id").fill(defaultOauthApp.client_id);
  await page.getByLabel("Client secret").fill(defaultOauthApp.client_secret);
  await page.getByLabel("Address of the authorization server").fill(server.asana.url);
  await page.getByLabel("Address of the API").fill(server.asana.apiUrl);
  await press(page, "Keep this app");
  await press(page, "Go to Asana to consent");
  await page.waitForURL(/oauth_authorize/u);
  await press(page, "Allow");
  expect(await heading(page)).toBe("Choose the sites of Asana");
  await press(page, "Set up what I chose");
  expect(await heading(page)).toBe("The credentials work");
  await shot(page, "consent-asana-check");
  await follow(page, "Go on");
  await press(page, "Save and go on");
  await press(page, "Save, and try it on a sample");
  expect(await heading(page)).toBe("What would come of it");
  await page.close();
});
