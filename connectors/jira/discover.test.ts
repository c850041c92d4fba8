import { afterEach, expect, test } from "vitest";

import { ManualClock } from "#shared/testing/manual-clock.ts";
import { sourceContext } from "#shared/testing/source-context.ts";

import { JiraSettings } from "./settings.ts";
import { connectionId } from "./simulator/consented-site.ts";
import type { JiraSeedInput } from "./simulator/seed.ts";
import { startJiraSimulator } from "./simulator/server.ts";
import { smallSite } from "./simulator/small-site.ts";
import { createJiraSource } from "./source.ts";

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function start(seed: JiraSeedInput = smallSite) {
  const clock = new ManualClock("2026-11-21T08:10:00.000Z");
  const jira = await startJiraSimulator({ seed, clock, burstFactor: 100 });
  cleanups.push(() => jira.close());
  const settings = JiraSettings.parse({
    baseUrl: jira.url,
    email: "hub@acme.example",
    apiToken: "token-of-the-hub",
  });
  const source = createJiraSource(sourceContext({ connectionId, settings, clock }));
  const discover = async () => {
    const found = await source.discover?.();
    return { projects: found?.choices[0], suggestions: found?.suggestions ?? [] };
  };
  return { jira, discover };
}

const manyProjects = (count: number): JiraSeedInput => ({
  ...smallSite,
  issues: [],
  links: [],
  projects: Array.from({ length: count }, (_, index) => ({
    id: String(30_000 + index),
    key: `P${index}`,
    name: `Project ${index}`,
    issueTypes: [{ id: "10011", name: "Story", hierarchyLevel: 0 }],
  })),
  credentials: smallSite.credentials.slice(0, 1),
});

test("an admin can choose among the projects with what they hold, and sees how the site is understood", async () => {
  const { discover } = await start();
  const { projects, suggestions } = await discover();
  expect(projects).toMatchObject({ field: "projects", isCut: false });
  expect(projects?.options).toContainEqual({
    value: "PAY",
    label: "Payments (PAY)",
    hint: "Company-managed software",
    count: 5,
  });
  expect(projects?.options).toContainEqual(
    expect.objectContaining({ value: "MOB", hint: "Team-managed software", count: 2 }),
  );
  expect(Object.fromEntries(suggestions.map(({ field, value }) => [field, value]))).toEqual({
    goalTypes: ["level 2=initiative", "level 3=objective"],
    teamField: "customfield_10001",
    goalLinkFields: ["customfield_10050"],
    blockedByFields: ["customfield_10051"],
    blockingLinkTypes: ["10000"],
    keptFields: ["customfield_10060=Product area"],
  });
});

test("what is suggested is what the settings take", async () => {
  const { discover } = await start();
  const { suggestions } = await discover();
  const chosen = Object.fromEntries(suggestions.map(({ field, value }) => [field, value]));
  const login = { email: "hub@acme.example", apiToken: "token-of-the-hub" };
  const site = { baseUrl: "https://acme.atlassian.net", projects: ["PAY"] };
  expect(JiraSettings.safeParse({ ...login, ...site, ...chosen }).error).toBeUndefined();
});

test("a very large site is cut and says so, and only the liveliest projects are counted", async () => {
  const { discover, jira } = await start(manyProjects(620));
  jira.resetStatistics();
  const { projects } = await discover();
  expect(projects?.options).toHaveLength(500);
  expect(projects?.isCut).toBe(true);
  expect(projects?.options.filter(({ count }) => count !== undefined)).toHaveLength(50);
  expect(jira.statistics().requests).toBeLessThanOrEqual(60);
});

test("where Jira will not count, the projects are still there to choose from", async () => {
  const { discover, jira } = await start();
  jira.faults.arm({
    on: "request",
    pathPrefix: "/rest/api/3/search/approximate-count",
    times: 100,
    kind: "status",
    status: 429,
    retryAfterSeconds: 30,
  });
  const { projects } = await discover();
  expect(projects?.options).toHaveLength(4);
  expect(projects?.options.every(({ count }) => count === undefined)).toBe(true);
});
