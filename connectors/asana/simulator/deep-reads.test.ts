import { describe, expect, test } from "vitest";
import * as z from "zod";

import { ManualClock } from "#shared/testing/manual-clock.ts";

import { exampleSeed } from "./example-seed.ts";
import { Rows, simulator } from "./test-simulator.ts";

const workspace = "1100000000000001";
const checkout = "1500000000000001";
const gidsOf = (data: unknown) => Rows.parse(data).map(({ gid }) => gid);

describe("tasks", () => {
  test("a task in three projects is one task with three memberships, each in a section", async () => {
    const { get, perform } = await simulator();
    for (const project of ["1500000000000002", "1500000000000003"]) {
      perform({ kind: "addToProject", task: "1800000000000001", project });
    }
    const { data } = (await get("/tasks/1800000000000001")).body;
    const { memberships } = z
      .looseObject({
        memberships: z.array(
          z.object({ project: z.object({ gid: z.string() }), section: z.looseObject({}) }),
        ),
      })
      .parse(data);
    expect(memberships.map(({ project }) => project.gid)).toEqual([
      checkout,
      "1500000000000002",
      "1500000000000003",
    ]);
    perform({ kind: "setHidden", gid: "1500000000000002", hidden: true });
    const seen = await get("/tasks/1800000000000001?opt_fields=memberships.project");
    expect(seen.body.data).toMatchObject({ memberships: [{}, {}] });
  });

  test("subtasks go five levels deep, are in no project, and leave their parents' moments alone", async () => {
    const clock = new ManualClock("2026-11-21T08:00:00.000Z");
    const { get, call, perform } = await simulator({ clock });
    let parent = "1800000000000001";
    for (let level = 1; level <= 5; level += 1) {
      ({ gid: parent } = perform({ kind: "createTask", name: `Level ${level}`, parent }));
    }
    const { data } = (await get(`/tasks/${parent}`)).body;
    expect(data).toMatchObject({ memberships: [], parent: { name: "Level 4" } });
    expect((await call("POST", `/tasks/${parent}/subtasks`, { name: "Level 6" })).status).toBe(400);
    const changed = `/tasks?project=${checkout}&limit=10&modified_since=2026-11-21T07:59:00Z`;
    expect((await get(changed)).body.data).toEqual([]);
  });

  test("a new comment moves modified_since but not modified_at, an edited one neither", async () => {
    const clock = new ManualClock("2026-11-21T08:00:00.000Z");
    const { get, perform } = await simulator({ clock });
    const since = (moment: string) =>
      get(`/tasks?project=${checkout}&limit=9&opt_fields=modified_at&modified_since=${moment}`);
    const story = perform({ kind: "addStory", task: "1800000000000001", text: "Nice" });
    expect((await since("2026-11-21T08:00:00Z")).body.data).toEqual([
      { gid: "1800000000000001", modified_at: "2026-11-02T09:30:00.000Z" },
    ]);
    clock.advance(60_000);
    perform({ kind: "editStory", gid: story.gid, text: "Nicer" });
    expect((await since("2026-11-21T08:00:30Z")).body.data).toEqual([]);
  });

  test("what was deleted is gone for the API, and comes back with its homes", async () => {
    const { get, perform } = await simulator();
    perform({ kind: "deleteProject", gid: checkout });
    expect((await get(`/projects/${checkout}`)).status).toBe(404);
    expect((await get("/tasks/1800000000000001")).body.data).toMatchObject({ memberships: [] });
    perform({ kind: "undeleteProject", gid: checkout });
    expect((await get("/tasks/1800000000000001")).body.data).toMatchObject({
      memberships: [{ project: { gid: checkout }, section: { name: "In progress" } }],
    });
  });
});

describe("search", () => {
  const search = `/workspaces/${workspace}/tasks/search`;

  test("has no second page, finds a change only when it is indexed, and is walked by creation", async () => {
    const clock = new ManualClock("2026-11-21T08:00:00.000Z");
    const { get, perform } = await simulator({ clock, searchLagMs: 30_000 });
    const { gid } = perform({ kind: "createTask", name: "Brand new" });
    const found = async () => gidsOf((await get(`${search}?text=brand%20new`)).body.data);
    expect(await found()).toEqual([]);
    clock.advance(31_000);
    expect(await found()).toEqual([gid]);
    const walk = `${search}?sort_by=created_at&sort_ascending=true&limit=1&created_at.after=2026-11-20T00:00:00Z`;
    const page = await get(walk);
    expect([gidsOf(page.body.data), page.body.next_page]).toEqual([[gid], undefined]);
    expect((await get(`${search}?limit=101`)).status).toBe(400);
  });

  test("each workspace has a plan of its own", async () => {
    const other = "1100000000000002";
    const { get, perform } = await simulator({
      seed: {
        ...exampleSeed,
        workspaces: [
          ...exampleSeed.workspaces,
          { gid: other, name: "Free", features: { search: false, goals: false } },
        ],
      },
    });
    expect((await get(search)).status).toBe(200);
    expect((await get(`/workspaces/${other}/tasks/search`)).status).toBe(402);
    expect((await get(`/goals?workspace=${other}`)).status).toBe(402);
    expect((await get(`/goals?workspace=${workspace}`)).status).toBe(200);
    perform({ kind: "setFeatures", workspace, custom_fields: false });
    expect((await get(`/workspaces/${workspace}/custom_fields`)).status).toBe(402);
    expect((await get(`/workspaces/${other}/custom_fields`)).status).toBe(200);
  });
});

test("offsets that are told to expire are refused, later ones are not", async () => {
  const { get, perform } = await simulator();
  const list = `/tasks?project=${checkout}&limit=1`;
  const offset = async () => (await get(list)).body.next_page?.offset ?? "";
  const old = await offset();
  perform({ kind: "expireOffsets" });
  expect((await get(`${list}&offset=${old}`)).status).toBe(400);
  expect((await get(`${list}&offset=${await offset()}`)).status).toBe(200);
});

test("a status update of a goal says its status, and a new portfolio holds a project", async () => {
  const { get, perform } = await simulator();
  const goal = "1910000000000003";
  perform({ kind: "addStatusUpdate", parent: goal, status_type: "off_track", title: "Late" });
  expect((await get(`/goals/${goal}`)).body.data).toMatchObject({
    status: "red",
    current_status_update: { title: "Late" },
  });
  const { gid } = perform({ kind: "createPortfolio", name: "New" });
  perform({ kind: "updateProject", gid: checkout, portfolios: [gid] });
  expect(gidsOf((await get(`/portfolios/${gid}/items?limit=5`)).body.data)).toEqual([checkout]);
  perform({ kind: "deletePortfolio", gid });
  expect((await get(`/portfolios/${gid}`)).status).toBe(404);
});

test("a portfolio's items are projects and portfolios", async () => {
  const inner = {
    gid: "1400000000000002",
    name: "Inner",
    owner: exampleSeed.me,
    created_at: "2026-09-01T08:00:00.000Z",
    portfolios: ["1400000000000001"],
  };
  const { get } = await simulator({
    seed: { ...exampleSeed, portfolios: [...exampleSeed.portfolios, inner] },
  });
  const { body } = await get("/portfolios/1400000000000001/items?limit=10");
  expect(Rows.parse(body.data).map((item) => item["resource_type"])).toEqual([
    "project",
    "portfolio",
  ]);
});

describe("a hundred thousand tasks", () => {
  test("cost no time to start and no memory, page in order, and can be changed one by one", async () => {
    const { get, perform, state } = await simulator({
      seed: { ...exampleSeed, bulk: { tasks: 100_000, projects: 4, subtask_every: 10 } },
    });
    const project = "2200000000000003";
    const page = async (offset?: string) => {
      const more = offset === undefined ? "" : `&offset=${offset}`;
      return (await get(`/tasks?project=${project}&limit=100&opt_fields=num_subtasks${more}`)).body;
    };
    const first = await page();
    expect(first.data).toMatchObject([
      { gid: "2000000000075000", num_subtasks: 1 },
      { gid: "2000000000075001", num_subtasks: 0 },
      ...Array.from({ length: 98 }, () => ({})),
    ]);
    perform({ kind: "deleteTask", gid: "2000000000075100" });
    perform({ kind: "updateTask", gid: "2000000000075101", name: "Changed" });
    const added = perform({ kind: "createTask", name: "Late", memberships: [{ project }] });
    const second = await page(first.next_page?.offset);
    expect(gidsOf(second.data)).toHaveLength(99);
    expect(gidsOf(second.data)[0]).toBe("2000000000075101");
    const changed = await get(
      `/tasks?project=${project}&limit=10&modified_since=2026-11-10T00:00:00Z`,
    );
    expect(gidsOf(changed.body.data)).toEqual(["2000000000075101", added.gid]);
    expect((await get("/tasks/2000000000075100")).status).toBe(404);
    expect(state.all("task").length).toBeLessThan(20);
  });

  test("every one of ten thousand is shown once", async () => {
    const { get } = await simulator({
      seed: { ...exampleSeed, bulk: { tasks: 10_000, projects: 1 } },
    });
    const seen = new Set<string>();
    let offset = "";
    do {
      const { body } = await get(`/tasks?project=2200000000000000&limit=100${offset}`);
      for (const gid of gidsOf(body.data)) seen.add(gid);
      offset = body.next_page ? `&offset=${body.next_page.offset}` : "";
    } while (offset !== "");
    expect(seen.size).toBe(10_000);
  });
});
