import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import { afterEach, describe, expect, test } from "vitest";

import type { PulledPage, Source } from "#shared/kit/connector.ts";
import type { Change } from "#shared/model/change.ts";
import { connectionId, factId } from "#shared/model/ids.ts";
import type { FactType } from "#shared/model/ids.ts";
import { hourMs, minuteMs } from "#shared/model/time.ts";
import { ManualClock } from "#shared/testing/manual-clock.ts";
import { OpenApiValidator } from "#shared/testing/openapi-validator.ts";
import { createSilentLogger, type LogLine } from "#shared/testing/silent-logger.ts";
import { specsPath } from "#shared/testing/specs.ts";

import { AsanaSettings } from "./settings.ts";
import { exampleSeed } from "./simulator/example-seed.ts";
import {
  type AsanaSimulator,
  type AsanaSimulatorOptions,
  startAsanaSimulator,
} from "./simulator/start-asana-simulator.ts";
import { createAsanaSource } from "./source.ts";

const connection = connectionId("asana00001");
const workspace = "1100000000000001";
const checkout = "1500000000000001";
const collections = ["users", "projects", "tasks", "goals"] as const;

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

interface World {
  readonly simulator: AsanaSimulator;
  readonly clock: ManualClock;
  readonly source: Source;
  readonly lines: LogLine[];
}

async function world(
  options: Partial<AsanaSimulatorOptions> = {},
  baseUrl?: string,
): Promise<World> {
  const clock = new ManualClock("2026-11-21T08:00:00.000Z");
  const simulator = await startAsanaSimulator({ seed: exampleSeed, clock, ...options });
  cleanups.push(() => simulator.close());
  return { simulator, clock, ...sourceOf({ baseUrl: baseUrl ?? simulator.apiUrl }, clock) };
}

function sourceOf(settings: Record<string, unknown>, clock: ManualClock) {
  const lines: LogLine[] = [];
  const source = createAsanaSource({
    connectionId: connection,
    settings: AsanaSettings.parse({
      token: exampleSeed.token,
      workspaces: [workspace],
      ...settings,
    }),
    clock,
    logger: createSilentLogger(lines),
    resolveUrl: () => undefined,
  });
  return { source, lines };
}

async function pullAll(
  source: Source,
  collection: string,
  position?: string,
): Promise<PulledPage[]> {
  const pages: PulledPage[] = [];
  for await (const page of source.pull(collection, position)) pages.push(page);
  return pages;
}

async function enumerateAll(source: Source, collection: string): Promise<string[]> {
  const ids: string[] = [];
  for await (const batch of source.enumerate(collection)) ids.push(...batch);
  return [...new Set(ids)].toSorted();
}

const id = <T extends FactType>(type: T, gid: string) => factId(type, "asana", connection, gid);
const task = (gid: string) => id("work-item", gid);
const idOf = (change: Change) => (change.kind === "upserted" ? change.record.id : change.id);
const idsOf = (pages: readonly PulledPage[]) =>
  [
    ...new Set(pages.flatMap((page) => page.changes.map((change) => String(idOf(change))))),
  ].toSorted();
const positionOf = (pages: readonly PulledPage[]) => pages.at(-1)?.position;

function delivery(events: readonly unknown[], clock: ManualClock) {
  const body = Buffer.from(JSON.stringify({ events }));
  return { headers: {}, query: {}, body, receivedAt: clock.now() };
}
const event = (action: string, gid: string, resource_type = "task") => ({
  action,
  created_at: "2026-11-21T08:00:00.000Z",
  resource: { gid, resource_type },
  parent: null,
});

describe("probe", () => {
  test("says who the token is and where", async () => {
    const { source } = await world();
    expect(await source.probe()).toEqual({ identity: "Hub Service in Acme", gaps: [] });
  });

  test("a plan without goals is a gap, not a failure", async () => {
    const { source, simulator } = await world();
    simulator.perform({ kind: "setFeatures", goals: false, portfolios: false });
    const { gaps } = await source.probe();
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
    const record = (gid: string) => {
      const all = changes.filter((change) => idOf(change) === task(gid));
      const [change] = all;
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
    [{ kind: "status", status: 503 }],
    [{ kind: "truncate" }],
    [{ kind: "reset" }],
  ] as const)("%o is a failure that may pass", async (fault) => {
    const { source, simulator } = await world();
    simulator.faults.arm({ on: "request", pathPrefix: "/api/1.0/goals", times: 1, ...fault });
    await expect(pullAll(source, "goals")).rejects.toMatchObject({ code: "connector.unavailable" });
  });

  test("an answer of another form is drift", async () => {
    const url = await serving(() => ({ data: "<html>" }));
    const { source } = sourceOf({ baseUrl: url }, new ManualClock("2026-11-21T08:00:00.000Z"));
    await expect(pullAll(source, "goals")).rejects.toMatchObject({
      code: "connector.drifted",
      message: expect.stringContaining("data: invalid_type"),
    });
  });
});

async function serving(answer: () => unknown): Promise<string> {
  const server = createServer((_request, response) => {
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(answer()));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve());
  });
  cleanups.push(() => server.close());
  // A listening TCP server always has an AddressInfo.
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

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

describe("deliveries", () => {
  test("several events of one object become one reading of it, others pass", async () => {
    const { source, clock } = await world();
    const reading = await source.interpret(
      delivery(
        [
          event("changed", "1800000000000001"),
          event("changed", "1800000000000001"),
          event("changed", checkout, "project"),
          event("added", "1990000000000001", "story"),
        ],
        clock,
      ),
    );
    expect(reading.changes.map(idOf)).toEqual([task(checkout), task("1800000000000001")]);
    expect(reading.changes[1]).toMatchObject({
      record: { teamName: "Growth" },
      edges: [{ type: "dependency", blockingId: task("1800000000000002") }],
    });
    expect(reading.changes[0]).toMatchObject({ record: { parentId: task("1400000000000001") } });
  });

  test("a deletion is believed when the object is gone, not before", async () => {
    const { source, simulator, clock } = await world();
    const events = delivery([event("deleted", "1800000000000008")], clock);
    expect((await source.interpret(events)).changes).toMatchObject([{ kind: "upserted" }]);
    simulator.perform({ kind: "deleteTask", gid: "1800000000000008" });
    expect((await source.interpret(events)).changes).toEqual([
      {
        kind: "removed",
        id: task("1800000000000008"),
        sourceVersion: Date.parse("2026-11-21T08:00:00.000Z"),
        readAt: clock.now(),
      },
    ]);
  });

  test("what is missing or hidden without having been deleted says nothing", async () => {
    const { source, simulator, clock } = await world();
    simulator.perform({ kind: "setHidden", gid: "1800000000000008", hidden: true });
    const events = [event("changed", "1800000000000099"), event("deleted", "1800000000000008")];
    expect(await source.interpret(delivery(events, clock))).toEqual({ changes: [], rejected: [] });
  });

  test("a restored task is newer than its deletion", async () => {
    const { source, clock } = await world();
    const events = delivery([event("undeleted", "1800000000000008")], clock);
    expect((await source.interpret(events)).changes).toMatchObject([
      { record: { sourceVersion: Date.parse("2026-11-21T08:00:00.000Z") } },
    ]);
  });

  test("an event of an unknown form is set aside and the others count", async () => {
    const { source, clock } = await world();
    const reading = await source.interpret(
      delivery([{ action: 7 }, event("changed", "1800000000000001")], clock),
    );
    expect(reading.rejected).toEqual([{ record: "event 0", reason: "action: invalid_type" }]);
    expect(reading.changes).toHaveLength(1);
  });
});

describe("subscriptions", () => {
  /** A hub that answers handshakes, and how often it was asked. */
  async function hub() {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      const secret = request.headers["x-hook-secret"];
      if (typeof secret === "string") {
        asked.push(secret);
        response.setHeader("X-Hook-Secret", secret);
      }
      response.end();
    });
    await new Promise<void>((resolve) => {
      server.listen(0, "127.0.0.1", () => resolve());
    });
    cleanups.push(() => server.close());
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, asked };
  }

  test("every project that is not archived is watched, registered once however often asked", async () => {
    const { source, simulator, clock } = await world();
    const { url, asked } = await hub();
    expect(await source.subscriptionResources?.()).toEqual([checkout, "1500000000000002"]);
    const request = {
      id: "sub_0123456789",
      targetUrl: `${url}?subscription=1`,
      resource: checkout,
    };
    const first = await source.subscribe?.(request);
    expect(first?.secret).toBe(asked[0]);
    const again = sourceOf({ baseUrl: simulator.apiUrl }, clock).source;
    for (const one of [source, again]) {
      expect((await one.subscribe?.(request))?.nativeId).toBe(first?.nativeId);
    }
    expect(asked).toHaveLength(1);
    await source.unsubscribe?.(first?.nativeId ?? "");
    await source.unsubscribe?.(first?.nativeId ?? "");
    expect(simulator.state.webhooks.size).toBe(0);
  });

  test("a hub that Asana cannot reach is said plainly", async () => {
    const { source } = await world();
    const request = {
      id: "sub_0123456789",
      targetUrl: "http://127.0.0.1:1/hook",
      resource: checkout,
    };
    await expect(source.subscribe?.(request)).rejects.toMatchObject({
      code: "connector.misconfigured",
      message: expect.stringContaining("public address"),
    });
  });
});

describe("manners", () => {
  const document = specsPath("openapi", "asana_oas.yaml");

  test.skipIf(document === undefined)("every request is one that Asana documents", async () => {
    const validator = new OpenApiValidator(document ?? "", { basePath: "/api/1.0" });
    const clock = new ManualClock("2026-11-21T08:00:00.000Z");
    const simulator = await startAsanaSimulator({ seed: exampleSeed, clock });
    cleanups.push(() => simulator.close());
    const problems = new Set<string>();
    const proxy = await recordingProxy(simulator.url, (method, url) => {
      for (const problem of validator.validateRequest(method, url.pathname, {
        query: url.searchParams,
      })) {
        problems.add(`${url.pathname.replaceAll(/\d+/gu, "#")}: ${problem}`);
      }
    });
    const { source } = sourceOf({ baseUrl: `${proxy}/api/1.0` }, clock);
    await source.probe();
    for (const collection of collections) {
      const pages = await pullAll(source, collection);
      clock.advance(2 * hourMs);
      await pullAll(source, collection, positionOf(pages));
      await enumerateAll(source, collection);
      await source.readByIds(
        collection,
        pages.flatMap((page) => page.changes.map(idOf)),
      );
    }
    await source.subscriptionResources?.();
    expect([...problems]).toEqual([]);
  });

  test("nothing of a person or a secret is logged", async () => {
    const { source, lines } = await world();
    for (const collection of collections) await pullAll(source, collection);
    const logged = JSON.stringify(lines);
    for (const canary of [exampleSeed.token, "Dana", "acme.example", "checkout"]) {
      expect(logged).not.toContain(canary);
    }
  });
});

/** Passes reads on and shows each to the test. */
async function recordingProxy(
  target: string,
  see: (method: string, url: URL) => void,
): Promise<string> {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", target);
    see(request.method ?? "GET", url);
    const headers = { authorization: request.headers.authorization ?? "" };
    void fetch(url, { headers }).then(async (answer) => {
      response.statusCode = answer.status;
      response.setHeader("content-type", "application/json");
      response.end(await answer.text());
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve());
  });
  cleanups.push(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
