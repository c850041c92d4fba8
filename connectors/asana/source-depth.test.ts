import { describe, expect, test } from "vitest";

import type { PulledPage } from "#shared/kit/connector.ts";
import { hourMs, minuteMs } from "#shared/model/time.ts";

import { id, idOf, idsOf, positionOf, pullAll, task } from "./simulator/connected-source.ts";
import { exampleSeed } from "./simulator/example-seed.ts";
import type { SeedTask } from "./simulator/seed.ts";
import { recordingProxy, testSource } from "./simulator/test-source.ts";
import { world } from "./simulator/test-world.ts";

const [checkout, reliability, campaign] = [
  "1500000000000001",
  "1500000000000002",
  "1500000000000003",
] as const;
const moment = "2026-11-02T09:30:00.000Z";

const seedTask = (gid: string, more: Partial<SeedTask> = {}): SeedTask => ({
  gid,
  name: `Task ${gid}`,
  assignee: null,
  completed: false,
  created_at: moment,
  modified_at: moment,
  memberships: [],
  ...more,
});

function upserts(pages: readonly PulledPage[]) {
  return pages
    .flatMap(({ changes }) => changes)
    .flatMap((change) => (change.kind === "upserted" ? [change] : []));
}

function recordsOf(pages: readonly PulledPage[], gid: string) {
  return upserts(pages).flatMap(({ record }) => (record.id === task(gid) ? [record] : []));
}

describe("homes and depth", () => {
  test("a task in three projects appears once, with three homes", async () => {
    const homes = [checkout, reliability, campaign];
    const memberships = homes.map((project) => ({ project, section: null }));
    const tasks = [...exampleSeed.tasks, seedTask("1810000000000001", { memberships })];
    const { source } = await world({ seed: { ...exampleSeed, tasks } });
    const found = recordsOf(await pullAll(source, "tasks"), "1810000000000001");
    expect(found).toMatchObject([
      { parentId: task(checkout), otherParentIds: [task(reliability), task(campaign)] },
    ]);
  });

  test("subtasks five deep are read, each under its own parent", async () => {
    const gids = [1, 2, 3, 4, 5, 6].map((level) => `182000000000000${level}`);
    const chain = gids.map((gid, level) =>
      seedTask(
        gid,
        level === 0
          ? { memberships: [{ project: checkout, section: null }] }
          : { parent: gids[level - 1] ?? "" },
      ),
    );
    const tasks = [...exampleSeed.tasks, ...chain];
    const { source } = await world({ seed: { ...exampleSeed, tasks } });
    const pages = await pullAll(source, "tasks");
    for (const [level, gid] of gids.entries()) {
      const parentId = task(level === 0 ? checkout : (gids[level - 1] ?? ""));
      expect(recordsOf(pages, gid)).toMatchObject([{ parentId }]);
    }
  });

  test("portfolios nested in portfolios are read, also where another person owns them", async () => {
    const common = { created_at: moment, owner: "1200000000000002" };
    const portfolios = [
      ...exampleSeed.portfolios,
      { ...common, gid: "1400000000000002", name: "Payments", portfolios: ["1400000000000001"] },
      { ...common, gid: "1400000000000003", name: "Cards", portfolios: ["1400000000000002"] },
      { ...common, gid: "1400000000000004", name: "Somewhere else" },
    ];
    const { source, simulator, clock } = await world({ seed: { ...exampleSeed, portfolios } });
    const nested = await pullAll(source, "projects");
    expect(recordsOf(nested, "1400000000000003")).toMatchObject([
      { kind: "portfolio", parentId: task("1400000000000002") },
    ]);
    expect(recordsOf(nested, "1400000000000004")).toEqual([]);
    const token = "2/service-account-token";
    const user = "1200000000000001";
    const workspace = "1100000000000001";
    simulator.perform({ kind: "addToken", token, token_kind: "service-account", user, workspace });
    const account = testSource({ settings: { baseUrl: simulator.apiUrl, token }, clock });
    const seen = await pullAll(account, "projects");
    expect(recordsOf(seen, "1400000000000004")).toHaveLength(1);
    expect((await account.probe()).credential).toEqual({ kind: "service account token" });
  });

  test("how much a sub-goal contributes is a link with a weight, beside its parent", async () => {
    const { source } = await world();
    const goals = upserts(await pullAll(source, "goals"));
    const above = goals.find(({ record }) => record.id === id("goal", "1910000000000002"));
    expect(above?.edges).toContainEqual({
      type: "link",
      fromId: id("goal", "1910000000000003"),
      toId: id("goal", "1910000000000002"),
      source: "native",
      confidence: 1,
      weight: 0.5,
    });
    const period = goals.find(({ record }) => record.id === id("goal", "1910000000000001"));
    expect(period?.record).toMatchObject({ startOn: "2026-01-01", dueOn: "2026-12-31" });
  });

  test("what cannot be found in no project is said, each time that everything was looked for", async () => {
    const { source, clock } = await world();
    const whole = await pullAll(source, "tasks");
    expect(whole.at(-1)?.gaps).toMatchObject([{ what: "Tasks in no project" }]);
    clock.advance(10 * minuteMs);
    const quiet = await pullAll(source, "tasks", positionOf(whole));
    expect(quiet.flatMap(({ gaps }) => gaps ?? [])).toEqual([]);
    clock.advance(2 * hourMs);
    const swept = await pullAll(source, "tasks", positionOf(quiet));
    expect(swept.at(-1)?.gaps).toMatchObject([{ what: "Tasks in no project" }]);
  });
});

test("very many goals are read by turns after the first run, each in one of them", async () => {
  const goals = Array.from({ length: 320 }, (_, index) => ({
    gid: String(1_910_000_000_001_000 + index),
    name: `Goal ${index}`,
    owner: null,
    team: null,
    is_workspace_level: false,
    time_period: null,
    status: null,
    metric: null,
  }));
  const seed = { ...exampleSeed, goals, goal_relationships: [] };
  const { source, simulator } = await world({ seed });
  const first = await pullAll(source, "goals");
  expect(idsOf(first)).toHaveLength(320);
  simulator.resetStatistics();
  const second = await pullAll(source, "goals", positionOf(first));
  expect(simulator.statistics().requests).toBeLessThan(400);
  const third = await pullAll(source, "goals", positionOf(second));
  expect(idsOf(second).length + idsOf(third).length).toBe(320);
  expect(idsOf([...second, ...third])).toEqual(idsOf(first));
  // Cut off in the middle, a turn stays the same turn.
  const rest = await pullAll(source, "goals", second[3]?.position);
  expect(idsOf([...second.slice(0, 4), ...rest])).toEqual(idsOf(second));
});

describe("mapped fields", () => {
  const jira = "https://acme.atlassian.net/browse/PAY-12";
  const blockedBy = "1700000000000004";
  const tasks = [
    ...exampleSeed.tasks,
    seedTask("1830000000000001", {
      memberships: [{ project: checkout, section: null }],
      custom_fields: { [blockedBy]: `see ${jira}` },
    }),
    seedTask("1830000000000002", {
      memberships: [{ project: reliability, section: null }],
      custom_fields: { [blockedBy]: "https://elsewhere.example/12" },
    }),
  ];

  test("all addresses of a page are asked about at once, and one that leads nowhere is a gap", async () => {
    const { simulator, clock } = await world({ seed: { ...exampleSeed, tasks } });
    const asked: (readonly string[])[] = [];
    const blocking = task("1800000000000008");
    const source = testSource({
      settings: { baseUrl: simulator.apiUrl, blockedByField: "Blocked by" },
      clock,
      resolveUrls: async (urls) => {
        asked.push(urls);
        await Promise.resolve();
        return (url) => (url === jira ? blocking : undefined);
      },
    });
    const pages = await pullAll(source, "tasks");
    expect(asked).toEqual([[jira, "https://elsewhere.example/12"]]);
    expect(upserts(pages).flatMap(({ edges }) => edges)).toContainEqual({
      type: "dependency",
      blockedId: task("1830000000000001"),
      blockingId: blocking,
      source: "field",
    });
    expect(pages[0]?.gaps).toContainEqual({
      what: "Addresses in the goal and blocked-by fields",
      why: expect.any(String),
      isMendedByConnecting: true,
    });
    const [read] = (await source.readByIds("tasks", [task("1830000000000001")])).changes;
    expect(read).toMatchObject({ edges: [{ blockingId: blocking }] });
  });

  test("custom fields are asked for only as far as the settings map them", async () => {
    const { simulator, clock } = await world({ seed: { ...exampleSeed, tasks } });
    const asked = async (settings: object) => {
      const urls: string[] = [];
      const proxy = await recordingProxy(simulator.url, (_method, { href }) => urls.push(href));
      const baseUrl = `${proxy}/api/1.0`;
      await pullAll(testSource({ settings: { baseUrl, ...settings }, clock }), "tasks");
      return urls.filter((url) => url.includes("custom_fields"));
    };
    expect(await asked({})).toEqual([]);
    const named = await asked({ statusField: "Priority" });
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((url) => url.includes("text_value"))).toEqual([]);
  });
});

describe("withheld", () => {
  test("a plan without goals and portfolios reads all the rest, with an entry in coverage", async () => {
    const { source, simulator } = await world();
    simulator.perform({
      kind: "setFeatures",
      goals: false,
      portfolios: false,
      custom_fields: false,
    });
    for (const collection of ["users", "projects", "tasks", "goals"]) {
      const pages = await pullAll(source, collection);
      expect(pages.flatMap(({ rejected }) => rejected)).toEqual([]);
      expect(pages.at(-1)?.isLast).toBe(true);
    }
    expect(idsOf(await pullAll(source, "tasks"))).toHaveLength(exampleSeed.tasks.length);
  });

  test("a token of few scopes says what it lacks, requirement by requirement", async () => {
    const { simulator, clock } = await world();
    const token = "2/token-of-few-scopes";
    const scopes = ["users:read", "workspaces:read", "projects:read", "tasks:read"];
    simulator.perform({
      kind: "addToken",
      token,
      token_kind: "oauth",
      user: "1200000000000001",
      scopes,
    });
    const source = testSource({ settings: { baseUrl: simulator.apiUrl, token }, clock });
    const { requirements = [], gaps } = await source.probe();
    const lacking = requirements.filter(({ isHeld }) => !isHeld).map(({ name }) => name);
    expect(lacking).toEqual([
      "teams:read",
      "goals:read",
      "portfolios:read",
      "workspace_memberships",
      "webhooks:read",
      "events",
    ]);
    expect(requirements.filter(({ isRequired, isHeld }) => isRequired && !isHeld)).toEqual([]);
    expect(gaps).toHaveLength(lacking.length);
    const read = await pullAll(source, "tasks");
    expect(idsOf(read)).toHaveLength(exampleSeed.tasks.length);
  });

  test("a task that vanished with its project is hidden; one that vanished alone is gone", async () => {
    const { simulator, clock } = await world();
    const source = testSource({ settings: { baseUrl: simulator.apiUrl }, clock });
    const pages = await pullAll(source, "tasks");
    const held = new Map(upserts(pages).map(({ record }) => [record.id, record] as const));
    const [alone, together] = [task("1800000000000008"), task("1800000000000002")] as const;
    simulator.perform({ kind: "deleteTask", gid: "1800000000000008" });
    simulator.perform({ kind: "setHidden", gid: reliability, hidden: true, as: "absent" });
    simulator.perform({ kind: "setHidden", gid: "1800000000000002", hidden: true, as: "absent" });
    expect(await source.confirm("tasks", [alone, together], held)).toEqual(
      new Map([
        [alone, "gone"],
        [together, "hidden"],
      ]),
    );
    expect(upserts(pages).map((change) => idOf(change))).toContain(alone);
  });

  test("subtasks, which are in no project, are hidden with the task above them and gone with it", async () => {
    const { simulator, clock } = await world();
    const source = testSource({ settings: { baseUrl: simulator.apiUrl }, clock });
    const pages = await pullAll(source, "tasks");
    const held = new Map(upserts(pages).map(({ record }) => [record.id, record] as const));
    const [top, first, ...others] = [1, 3, 4, 5, 6].map((n) => `180000000000000${n}`).map(task);
    if (top === undefined || first === undefined) throw new Error("the seed has them");
    const below = [first, ...others];
    const hide = (hidden: boolean) =>
      simulator.perform({ kind: "setHidden", gid: checkout, hidden, as: "absent" });
    hide(true);
    const presences = [...(await source.confirm("tasks", below, held)).values()];
    expect(presences).toEqual(["hidden", "hidden", "hidden", "hidden"]);
    // The one above was buried before: nothing says that they are but out of sight.
    held.delete(top);
    expect([...(await source.confirm("tasks", [first], held)).values()]).toEqual(["gone"]);
    hide(false);
    simulator.perform({ kind: "deleteTask", gid: "1800000000000003" });
    const after = [...(await source.confirm("tasks", below, held)).values()];
    expect(after).toEqual(["gone", "gone", "gone", "gone"]);
  });
});
