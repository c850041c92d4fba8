import { afterEach, expect, test } from "vitest";

import { blockedSince, statusSince } from "#shared/graph/past.ts";
import type { History } from "#shared/model/history.ts";
import { factId, type WorkItemId } from "#shared/model/ids.ts";
import { hourMs } from "#shared/model/time.ts";
import { ManualClock } from "#shared/testing/manual-clock.ts";

import { exampleSeed } from "./simulator/example-seed.ts";
import { type AsanaSimulator, startAsanaSimulator } from "./simulator/start-asana-simulator.ts";
import { testConnection, testSource, WitnessBudget } from "./simulator/test-source.ts";

const running: AsanaSimulator[] = [];
afterEach(async () => {
  for (const each of running.splice(0)) await each.close();
});

const id = (gid: string): WorkItemId => factId("work-item", "asana", testConnection, gid);
const [home = { gid: "" }] = exampleSeed.projects;

async function start() {
  const clock = new ManualClock("2026-11-21T08:00:00.000Z");
  const asana = await startAsanaSimulator({ seed: exampleSeed, clock });
  running.push(asana);
  const budget = new WitnessBudget();
  const source = testSource({ settings: { baseUrl: asana.apiUrl }, clock, budget });
  const read = async (...wanted: readonly WorkItemId[]) => {
    const histories: History[] = [];
    for await (const page of source.pullHistories(undefined, async () => wanted)) {
      histories.push(...page.histories);
    }
    return histories;
  };
  return { clock, asana, budget, read };
}

test("stories tell since when a task has waited, and when it was completed", async () => {
  const { clock, asana, read } = await start();
  const task = (name: string) =>
    asana.perform({ kind: "createTask", name, memberships: [{ project: home.gid }] })["gid"] ?? "";
  const [first, second, third] = [task("Ship"), task("Build"), task("Ask")] as const;
  const begun = clock.now();
  asana.perform({ kind: "addDependency", task: first, dependsOn: second });
  asana.perform({ kind: "addDependency", task: first, dependsOn: third });
  clock.advance(hourMs);
  asana.perform({ kind: "removeDependency", task: first, dependsOn: third });
  asana.perform({ kind: "addStory", task: first, text: "When, at last?" });
  asana.perform({ kind: "updateTask", gid: first, completed: true });
  const [history] = await read(id(first));
  if (!history) throw new Error("nothing was read");
  expect(blockedSince(history, id(second))).toBe(begun);
  expect(blockedSince(history, id(third))).toBeUndefined();
  expect(statusSince(history, "done")).toBe(clock.now());
  expect(history.isSilentOnParents).toBe(true);
  expect(JSON.stringify(history)).not.toContain("at last");
});

test("only what is wanted is asked for, one request a task, and no more than fifty of them", async () => {
  const { budget, read } = await start();
  expect(await read()).toEqual([]);
  expect(budget.admitted).toEqual([]);
  const many = Array.from({ length: 70 }, (_, index) => id(String(9_900_000_000 + index)));
  // Gone, hidden, or no tasks: nothing is said of them.
  expect(await read(...many)).toEqual([]);
  expect(budget.admitted).toEqual(Array.from({ length: 50 }, () => "GET /tasks/{gid}/stories"));
});
