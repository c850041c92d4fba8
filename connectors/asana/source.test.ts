import { describe, expect, test } from "vitest";

import type { PulledPage } from "#shared/kit/connector.ts";
import type { Change } from "#shared/model/change.ts";
import { hourMs, minuteMs } from "#shared/model/time.ts";
import { ManualClock } from "#shared/testing/manual-clock.ts";

import {
  enumerateAll,
  id,
  idOf,
  idsOf,
  positionOf,
  pullAll,
  sourceOf,
  task,
} from "./simulator/connected-source.ts";
import { exampleSeed } from "./simulator/example-seed.ts";
import { serving, world } from "./simulator/test-world.ts";

const workspace = "1100000000000001";
const checkout = "1500000000000001";
const collections = ["users", "projects", "tasks", "goals"] as const;

describe("probe", () => {
  test("says who the token is and where", async () => {
    const { source } = await world();
    const { requirements = [], ...probe } = await source.probe();
    expect(probe).toEqual({
      identity: "Hub Service in Acme",
      gaps: [],
      credential: { kind: "personal access token" },
    });
    expect(requirements.length).toBeGreaterThan(5);
    expect(requirements.filter(({ isHeld }) => !isHeld)).toEqual([]);
  });

  test("a plan without goals is a gap, not a failure", async () => {
    const { source, simulator } = await world();
    simulator.perform({ kind: "setFeatures", goals: false, portfolios: false });
    const { gaps, requirements = [] } = await source.probe();
    expect(requirements.filter(({ isHeld }) => !isHeld).map(({ name }) => name)).toEqual([
      "goals:read",
      "portfolios:read",
    ]);
    expect(gaps.map(({ what }) => what)).toEqual([
      `Goals of workspace ${workspace}`,
      `Portfolios of workspace ${workspace}`,
    ]);
    const pages = [...(await pullAll(source, "goals")), ...(await pullAll(source, "projects"))];
    expect(pages.flatMap((page) => page.gaps ?? [])).toEqual(gaps);
    expect(idsOf(pages)).toHaveLength(3);
    expect(await enumerateAll(source, "goals")).toEqual([]);
    const asked = task("1500000000000099");
    expect((await source.confirm("projects", [asked])).get(asked)).toBe("gone");
  });

  test.each([
    ["a wrong token", { token: "wrong" }, "connector.unauthorized"],
    ["an unreachable host", { baseUrl: "http://127.0.0.1:1/api/1.0" }, "connector.unreachable"],
    [
      "a workspace the token does not see",
      { workspaces: ["1100000000000009"] },
      "connector.misconfigured",
    ],
  ])("%s is said plainly, without the token", async (_case, settings, code) => {
    const { simulator, clock } = await world();
    const { source } = sourceOf({ baseUrl: simulator.apiUrl, ...settings }, clock);
    const failure = await source.probe().then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(failure).toMatchObject({ code });
    expect(String(failure)).not.toContain(exampleSeed.token);
  });
});

test("goals whose relationships are refused are a gap, not goals that nobody supports", async () => {
  const { source, simulator } = await world();
  simulator.faults.arm({
    on: "request",
    kind: "status",
    status: 403,
    pathPrefix: "/api/1.0/goal_relationships",
  });
  const pages = await pullAll(source, "goals");
  expect(idsOf(pages)).toEqual([]);
  expect(pages[0]?.gaps).toMatchObject([{ what: "Relationships of goals" }]);
});

describe("backfill", () => {
  test("reads every kind of thing, with nothing rejected", async () => {
    const { source } = await world();
    for (const [collection, count] of [
      ["users", 5],
      ["projects", 4],
      ["tasks", 9],
      ["goals", 4],
    ] as const) {
      const pages = await pullAll(source, collection);
      expect(pages.flatMap((page) => page.rejected)).toEqual([]);
      expect([collection, idsOf(pages).length]).toEqual([collection, count]);
      expect(pages.map((page) => page.isLast)).toEqual([...pages.slice(1).map(() => false), true]);
      expect(await enumerateAll(source, collection)).toEqual(idsOf(pages));
    }
  });

  test("subtasks four deep, a task in two projects, and one in none are each read once", async () => {
    const { source } = await world();
    const changes = (await pullAll(source, "tasks")).flatMap((page) => page.changes);
    expect(changes).toHaveLength(new Set(changes.map(idOf)).size);
    const record = (gid: string) => {
      const change = changes.find((one) => idOf(one) === task(gid));
      return change?.kind === "upserted" ? change.record : undefined;
    };
    expect(record("1800000000000006")).toMatchObject({
      kind: "subtask",
      parentId: task("1800000000000005"),
    });
    expect(record("1800000000000002")).toMatchObject({
      parentId: task("1500000000000002"),
      otherParentIds: [task(checkout)],
      teamName: "Web Platform",
    });
    expect(record("1800000000000007")).toMatchObject({
      assigneeId: id("account", "1200000000000002"),
    });
    expect(record("1800000000000001")).toMatchObject({ status: "in-progress" });
  });

  test("a leaver is an inactive account, a guest a guest, and a hidden address none", async () => {
    const { source } = await world();
    const accounts = (await pullAll(source, "users")).flatMap((page) =>
      page.changes.flatMap((change) => (change.kind === "upserted" ? [change.record] : [])),
    );
    const account = (gid: string) => accounts.find((one) => one.id === id("account", gid));
    expect(account("1200000000000004")).toMatchObject({
      isActive: false,
      workEmail: "lee@acme.example",
    });
    expect(account("1200000000000005")).toMatchObject({ kind: "guest", isActive: true });
    expect(account("1200000000000003")).not.toHaveProperty("workEmail");
  });

  test("goals know their parents and who supports them", async () => {
    const { source } = await world();
    const changes = (await pullAll(source, "goals")).flatMap((page) => page.changes);
    expect(changes.find((change) => idOf(change) === id("goal", "1910000000000003"))).toMatchObject(
      {
        record: { kind: "key-result", parentId: id("goal", "1910000000000002"), progress: 0.25 },
        edges: [
          { type: "link", fromId: task(checkout), weight: 0.4 },
          { type: "link", fromId: task("1800000000000007") },
        ],
      },
    );
  });

  test("a run resumed from any saved position loses nothing", async () => {
    const { source } = await world({ seed: seedOfManyTasks(260) });
    for (const collection of collections) {
      const pages = await pullAll(source, collection);
      for (const [index, { position }] of pages.slice(0, -1).entries()) {
        const rest = await pullAll(source, collection, position);
        expect(idsOf([...pages.slice(0, index + 1), ...rest])).toEqual(idsOf(pages));
      }
    }
  });

  test("a place that expired while the run lay still is found again", async () => {
    const { source, clock } = await world({ seed: seedOfManyTasks(260), offsetLifeMs: minuteMs });
    const [first, ...others] = await pullAll(source, "tasks");
    clock.advance(hourMs);
    const rest = await pullAll(source, "tasks", first?.position);
    expect(idsOf(first ? [first, ...rest] : [])).toEqual(idsOf(first ? [first, ...others] : []));
  });

  test("a position of another version is refused, so that the caller starts over", async () => {
    const { source } = await world();
    for (const collection of collections) {
      await expect(pullAll(source, collection, '{"v":0}')).rejects.toMatchObject({
        code: "connector.cursor-expired",
      });
      await expect(pullAll(source, collection, "no position")).rejects.toMatchObject({
        code: "connector.cursor-expired",
      });
    }
  });
});

/** Many tasks in one project, each twentieth with a subtask. */
function seedOfManyTasks(count: number) {
  const common = {
    assignee: null,
    completed: false,
    created_at: "2026-09-01T08:00:00.000Z",
    modified_at: "2026-09-01T08:00:00.000Z",
  };
  const tasks = Array.from({ length: count }, (_, index) => ({
    ...common,
    gid: String(1_850_000_000_000_000 + index),
    name: `Task ${index}`,
    memberships: index % 20 === 1 ? [] : [{ project: checkout, section: null }],
    ...(index % 20 === 1 && { parent: String(1_850_000_000_000_000 + index - 1) }),
  }));
  return { ...exampleSeed, tasks: [...exampleSeed.tasks, ...tasks] };
}

describe("incremental pull", () => {
  async function afterBackfill() {
    const all = await world();
    const position = positionOf(await pullAll(all.source, "tasks"));
    // Past the overlap, so that only what changes from here on is read again.
    all.clock.advance(30 * minuteMs);
    const second = positionOf(await pullAll(all.source, "tasks", position));
    all.clock.advance(20 * minuteMs);
    return { ...all, position: second };
  }

  test("reads what changed, and what moved without being modified", async () => {
    const { source, simulator, position } = await afterBackfill();
    simulator.perform({ kind: "updateTask", gid: "1800000000000001", name: "Renamed" });
    simulator.perform({
      kind: "addToProject",
      task: "1800000000000008",
      project: "1500000000000002",
    });
    const ids = idsOf(await pullAll(source, "tasks", position));
    expect(ids).toContain(task("1800000000000001"));
    expect(ids).toContain(task("1800000000000008"));
    expect(ids).not.toContain(task("1800000000000002"));
  });

  test("a change made within the overlap before the last run is read again", async () => {
    const { source, simulator, clock } = await world();
    simulator.perform({ kind: "updateTask", gid: "1800000000000008", name: "Late in the index" });
    clock.advance(10 * minuteMs);
    const position = positionOf(await pullAll(source, "tasks"));
    clock.advance(minuteMs);
    expect(idsOf(await pullAll(source, "tasks", position))).toContain(task("1800000000000008"));
  });

  test("an hourly sweep finds a changed subtask, a homeless task and work in an archived project", async () => {
    const { source, simulator, clock, position } = await afterBackfill();
    // Without streams, which would have told of the subtask at once.
    simulator.faults.arm({
      on: "request",
      kind: "status",
      status: 403,
      pathPrefix: "/api/1.0/events",
    });
    simulator.perform({ kind: "updateTask", gid: "1800000000000006", completed: true });
    simulator.perform({ kind: "updateTask", gid: "1800000000000007", name: "Slides" });
    simulator.perform({ kind: "updateTask", gid: "1800000000000009", completed: false });
    const quiet = await pullAll(source, "tasks", position);
    expect(idsOf(quiet)).toEqual([]);
    clock.advance(hourMs);
    const swept = idsOf(await pullAll(source, "tasks", positionOf(quiet)));
    expect(swept).toEqual(
      expect.arrayContaining(
        ["1800000000000006", "1800000000000007", "1800000000000009"].map(task),
      ),
    );
  });

  test("a rate limit in the middle says how long to wait, and the run resumes", async () => {
    const { source, simulator } = await world({ seed: seedOfManyTasks(260) });
    const whole = idsOf(await pullAll(source, "tasks"));
    simulator.faults.arm({
      on: "request",
      kind: "status",
      status: 429,
      retryAfterSeconds: 7,
      pathPrefix: "/api/1.0/tasks",
      skip: 3,
      times: 1,
    });
    const pages: PulledPage[] = [];
    const failing = async () => {
      for await (const page of source.pull("tasks", undefined)) pages.push(page);
    };
    await expect(failing()).rejects.toMatchObject({
      code: "connector.rate-limited",
      retryAfterMs: 7000,
    });
    pages.push(...(await pullAll(source, "tasks", positionOf(pages))));
    expect(idsOf(pages)).toEqual(whole);
  });

  test.each([
    [{ kind: "status", status: 503, times: 2 }],
    [{ kind: "truncate", times: 2 }],
    [{ kind: "reset", times: 2 }],
  ] as const)("%o is a failure that may pass", async (fault) => {
    const { source, simulator } = await world();
    simulator.faults.arm({ on: "request", pathPrefix: "/api/1.0/goals", ...fault });
    await expect(pullAll(source, "goals")).rejects.toMatchObject({ code: "connector.unavailable" });
  });

  test("a read whose connection is cut off once is asked again and lost to nobody", async () => {
    const { source, simulator } = await world();
    const whole = idsOf(await pullAll(source, "goals"));
    simulator.faults.arm({ on: "request", pathPrefix: "/api/1.0/goals", times: 1, kind: "reset" });
    expect(idsOf(await pullAll(source, "goals"))).toEqual(whole);
  });

  test("an answer of another form is drift", async () => {
    const url = await serving((_request, response) => {
      response.setHeader("content-type", "application/json");
      response.end('{"data":"<html>"}');
    });
    const { source } = sourceOf({ baseUrl: url }, new ManualClock("2026-11-21T08:00:00.000Z"));
    await expect(pullAll(source, "goals")).rejects.toMatchObject({
      code: "connector.drifted",
      message: expect.stringContaining("data: invalid_type"),
    });
  });
});

describe("reconciling", () => {
  test("gone, hidden and present are told apart for every collection", async () => {
    const { source, simulator } = await world();
    simulator.perform({ kind: "deleteTask", gid: "1800000000000008" });
    simulator.perform({ kind: "setHidden", gid: "1800000000000002", hidden: true });
    const presence = await source.confirm("tasks", [
      task("1800000000000001"),
      task("1800000000000002"),
      task("1800000000000008"),
    ]);
    expect([...presence.values()]).toEqual(["present", "hidden", "gone"]);
    const containers = [task(checkout), task("1400000000000001"), task("1500000000000077")];
    expect([...(await source.confirm("projects", containers)).values()]).toEqual([
      "present",
      "present",
      "gone",
    ]);
    const goals = [id("goal", "1910000000000001"), id("goal", "1910000000000099")];
    expect([...(await source.confirm("goals", goals)).values()]).toEqual(["present", "gone"]);
  });

  test("reading by id gives what a full read gives", async () => {
    const { source } = await world();
    for (const collection of collections) {
      const pulled = (await pullAll(source, collection)).flatMap((page) => page.changes);
      const read = await source.readByIds(collection, pulled.map(idOf));
      const byId = (changes: readonly Change[]) => new Map(changes.map((one) => [idOf(one), one]));
      expect(byId(read.changes)).toEqual(byId(pulled));
    }
  });

  test("each stored work item belongs to one collection", async () => {
    const { source } = await world();
    for (const collection of ["projects", "tasks"] as const) {
      for (const { changes } of await pullAll(source, collection)) {
        for (const change of changes) {
          if (change.kind !== "upserted") continue;
          expect(source.isOf(collection, change.record)).toBe(true);
          expect(source.isOf(collection === "tasks" ? "projects" : "tasks", change.record)).toBe(
            false,
          );
        }
      }
    }
  });
});
