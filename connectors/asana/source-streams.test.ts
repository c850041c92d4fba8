import { describe, expect, test } from "vitest";

import type { PulledPage } from "#shared/kit/connector.ts";
import { hourMs, minuteMs } from "#shared/model/time.ts";

import { idsOf, positionOf, pullAll, task } from "./simulator/connected-source.ts";
import { exampleSeed } from "./simulator/example-seed.ts";
import { testConnection } from "./simulator/test-source.ts";
import { serving, world } from "./simulator/test-world.ts";

const [checkout, reliability] = ["1500000000000001", "1500000000000002"] as const;
const sessions = "1800000000000002";
const release = "1800000000000008";

/** After a full read and one run that began the streams; each further run is past the overlap. */
async function streaming(options: Parameters<typeof world>[0] = {}) {
  const all = await world(options);
  const { source, clock, simulator } = all;
  let position = positionOf(await pullAll(source, "tasks"));
  const run = async (afterMinutes = 18): Promise<PulledPage[]> => {
    clock.advance(afterMinutes * minuteMs);
    simulator.resetStatistics();
    const pages = await pullAll(source, "tasks", position);
    position = positionOf(pages);
    return pages;
  };
  await run();
  const asked = () => simulator.statistics().endpoints;
  return { ...all, run, asked, position: () => position };
}

const removedIn = (pages: readonly PulledPage[]) =>
  pages
    .flatMap(({ changes }) => changes)
    .flatMap((change) => (change.kind === "removed" ? [change.id] : []));

describe("event streams", () => {
  test("a quiet project costs one request, and nothing is listed", async () => {
    const { run, asked } = await streaming();
    expect(idsOf(await run())).toEqual([]);
    expect(asked()["GET /events"]).toBe(2);
    expect(asked()["GET /tasks"]).toBeUndefined();
  });

  test("a change, a changed subtask and a deletion are found by the next run", async () => {
    const { run, simulator } = await streaming();
    simulator.perform({ kind: "updateTask", gid: sessions, name: "Renamed" });
    simulator.perform({ kind: "updateTask", gid: "1800000000000006", completed: true });
    simulator.perform({ kind: "deleteTask", gid: release });
    const pages = await run();
    expect(idsOf(pages)).toEqual([sessions, "1800000000000006", release].map(task).toSorted());
    expect(removedIn(pages)).toEqual([task(release)]);
  });

  test("a task that was taken out of a project is read with the homes that are left", async () => {
    const { run, simulator } = await streaming();
    simulator.perform({ kind: "removeFromProject", task: sessions, project: checkout });
    const changes = (await run()).flatMap((page) => page.changes);
    expect(changes).toMatchObject([
      { record: { id: task(sessions), parentId: task(reliability) } },
    ]);
    expect(changes[0]).not.toHaveProperty("record.otherParentIds");
  });

  test("a restored task is newer than its deletion", async () => {
    const { run, simulator, clock } = await streaming();
    simulator.perform({ kind: "deleteTask", gid: release });
    await run();
    const restoredAtMs = clock.nowMs();
    simulator.perform({ kind: "undeleteTask", gid: release });
    const [change] = (await run()).flatMap((page) => page.changes);
    expect(change?.kind === "upserted" && change.record.sourceVersion >= restoredAtMs).toBe(true);
  });

  test("a stream that Asana has forgotten means reading the project whole, once", async () => {
    const { run, asked, simulator } = await streaming();

    simulator.perform({ kind: "forgetEvents" });
    const whole = idsOf(await run());
    expect(whole).toEqual(expect.arrayContaining([sessions, release].map(task)));
    expect(idsOf(await run())).toEqual([]);
    expect(asked()["GET /tasks"]).toBeUndefined();
  });

  test("very many changes at once are listed instead of read one by one", async () => {
    const tasks = Array.from({ length: 120 }, (_, index) => ({
      gid: String(1_850_000_000_000_000 + index),
      name: `Task ${index}`,
      assignee: null,
      completed: false,
      created_at: "2026-09-01T08:00:00.000Z",
      modified_at: "2026-09-01T08:00:00.000Z",
      memberships: [{ project: checkout, section: null }],
    }));
    const seed = { ...exampleSeed, tasks: [...exampleSeed.tasks, ...tasks] };
    const { run, asked, simulator } = await streaming({ seed });
    for (const { gid } of tasks) simulator.perform({ kind: "updateTask", gid, name: "Again" });
    const pages = await run();
    expect(idsOf(pages)).toEqual(expect.arrayContaining(tasks.map(({ gid }) => task(gid))));
    expect(asked()["GET /events"]).toBe(3);
    expect(asked()["GET /tasks/{gid}"]).toBeUndefined();
    expect(idsOf(await run())).toEqual([]);
  });

  test("where streams are refused, what changed is listed as before", async () => {
    const { run, asked, simulator } = await streaming();
    simulator.faults.arm({
      on: "request",
      kind: "status",
      status: 403,
      pathPrefix: "/api/1.0/events",
    });
    simulator.perform({ kind: "updateTask", gid: sessions, name: "Renamed" });
    expect(idsOf(await run())).toContain(task(sessions));
    expect(asked()["GET /tasks"]).toBe(2);
  });

  test("a run that is cut off is told the same events again", async () => {
    const { run, source, simulator, position } = await streaming();
    const before = position();
    simulator.perform({ kind: "updateTask", gid: sessions, name: "Renamed" });
    const first = idsOf(await run());
    // As if the page had never been stored.
    expect(idsOf(await pullAll(source, "tasks", before))).toEqual(first);
  });

  test("a project that a working webhook watches is listed by date; a silent one is streamed", async () => {
    const { run, asked, simulator, clock, source } = await streaming();
    const url = await serving((request, response) => {
      const secret = request.headers["x-hook-secret"];
      if (typeof secret === "string") response.setHeader("X-Hook-Secret", secret);
      response.end();
    });
    const targetUrl = `${url}/webhooks/asana/${testConnection}?subscription=sub_0123456789`;
    await source.subscribe?.({ id: "sub_0123456789", targetUrl, resource: checkout });
    await simulator.settle();
    await run();
    expect([asked()["GET /events"], asked()["GET /tasks"]]).toEqual([1, 1]);
    // No heartbeat arrives any more.
    simulator.faults.arm({ on: "webhook", kind: "drop" });
    clock.advance(10 * hourMs);
    await run();
    await run();
    expect([asked()["GET /events"], asked()["GET /tasks"]]).toEqual([2, undefined]);
  });
});

describe("projects that come and go", () => {
  test.each(["forbidden", "absent"] as const)(
    "what changed while a project was %s is read when it is back",
    async (as) => {
      const { run, simulator } = await streaming();
      simulator.perform({ kind: "setHidden", gid: reliability, hidden: true, as });
      await run();
      simulator.perform({ kind: "updateTask", gid: sessions, name: "Renamed in the dark" });
      await run(180);
      await run(180);
      simulator.perform({ kind: "setHidden", gid: reliability, hidden: false });
      const back = await run();
      expect(back.flatMap((page) => page.changes)).toContainEqual(
        expect.objectContaining({
          record: expect.objectContaining({ id: task(sessions), title: "Renamed in the dark" }),
        }),
      );
      expect(removedIn(back)).toEqual([]);
      expect(idsOf(await run())).toEqual([]);
    },
  );

  test("a project that was just shared with us is read whole, however old its tasks are", async () => {
    const { source, simulator, clock } = await world();
    simulator.perform({ kind: "setHidden", gid: reliability, hidden: true });
    const first = await pullAll(source, "tasks");
    clock.advance(hourMs);
    const swept = await pullAll(source, "tasks", positionOf(first));
    clock.advance(20 * minuteMs);
    simulator.perform({ kind: "setHidden", gid: reliability, hidden: false });
    expect(idsOf(await pullAll(source, "tasks", positionOf(swept)))).toContain(task(sessions));
  });
});

describe("positions", () => {
  test("one of a time to come starts over, and so does one of another form", async () => {
    const { source, clock } = await world();
    const position = positionOf(await pullAll(source, "tasks")) ?? "";
    for (const odd of [
      position.replaceAll(/2026-11-21/gu, "2999-01-01"),
      position.replace('"v":2', '"v":1'),
      position.slice(0, -3),
      '{"v":2,"since":"never"}',
    ]) {
      await expect(pullAll(source, "tasks", odd)).rejects.toMatchObject({
        code: "connector.cursor-expired",
      });
    }
    clock.advance(minuteMs);
    expect((await pullAll(source, "tasks", position)).at(-1)?.isLast).toBe(true);
  });

  test("one that was saved before projects were remembered goes on without reading all again", async () => {
    const { source, clock } = await world();
    const since = clock.now();
    clock.advance(20 * minuteMs);
    const old = JSON.stringify({ v: 2, since, sweptAt: since });
    expect(idsOf(await pullAll(source, "tasks", old))).toEqual([]);
  });

  test("with hundreds of projects it is short enough to save, in every page", async () => {
    const many = Array.from({ length: 300 }, (_, index) => ({
      gid: String(1_500_000_000_100_000 + index),
      name: `Project ${index}`,
      team: "1300000000000001",
      owner: null,
      created_at: "2026-09-01T08:00:00.000Z",
      modified_at: "2026-09-01T08:00:00.000Z",
    }));
    const seed = { ...exampleSeed, projects: [...exampleSeed.projects, ...many] };
    const { source, clock, simulator } = await world({ seed });
    let position: string | undefined;
    for (let runs = 0; runs < 3; runs += 1) {
      simulator.resetStatistics();
      for await (const page of source.pull("tasks", position)) {
        ({ position } = page);
        expect(position.length).toBeLessThan(20_000);
      }
      clock.advance(20 * minuteMs);
    }
    // As many streams as there is room for; the rest is listed.
    const { "GET /events": streamed = 0, "GET /tasks": listed = 0 } =
      simulator.statistics().endpoints;
    expect(streamed).toBeGreaterThan(80);
    expect(streamed + listed).toBe(302);
  });
});
