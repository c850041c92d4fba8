import { afterEach, expect, test } from "vitest";
import * as z from "zod";

import { ManualClock } from "#shared/testing/manual-clock.ts";

import { startJiraSimulator } from "./server.ts";
import { smallSite } from "./small-site.ts";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

const Page = z.looseObject({
  issues: z.array(z.unknown()).default([]),
  nextPageToken: z.string().optional(),
});

async function start() {
  const clock = new ManualClock("2026-11-21T08:00:00.000Z");
  const jira = await startJiraSimulator({ seed: smallSite, clock, pageRowsMax: 1 });
  cleanups.push(() => jira.close());
  const page = async (nextPageToken?: string) => {
    const response = await fetch(`${jira.url}/rest/api/3/search/jql`, {
      method: "POST",
      headers: {
        authorization: `Basic ${Buffer.from("hub@acme.example:token-of-the-hub").toString("base64")}`,
        "content-type": "application/json",
      },
      body: JSON.stringify({ jql: "project = PAY", maxResults: 50, nextPageToken }),
    });
    return { status: response.status, ...Page.parse(await response.json()) };
  };
  return { jira, page };
}

test("pages are as short as the site is told, whatever is asked for", async () => {
  const { page } = await start();
  const first = await page();
  expect(first.issues).toHaveLength(1);
  expect((await page(first.nextPageToken)).issues).toHaveLength(1);
});

test("tokens expire in the middle of a read when a fault says so, and the readers are counted", async () => {
  const { jira, page } = await start();
  jira.faults.arm({ on: "cursor", kind: "expire", of: "page", skip: 1, times: 1 });
  const { nextPageToken: first } = await page();
  const { nextPageToken: second } = await page(first);
  expect((await page(second)).status).toBe(400);
  expect((await page(first)).status).toBe(400);
  expect(jira.state.pageTokens.expiredMet).toBe(2);
  const { nextPageToken: fresh } = await page();
  expect((await page(fresh)).status).toBe(200);
  expect(jira.state.pageTokens.expiredMet).toBe(2);
});
