import { afterEach, describe, expect, test } from "vitest";

import { HubError } from "#shared/errors.ts";
import type { PulledPage, Source } from "#shared/kit/connector.ts";
import { type RequestBudget, unlimitedBudget } from "#shared/kit/request-budget.ts";
import { dayMs, instantOf, minuteMs } from "#shared/model/time.ts";

import type { JiraSeedInput } from "./simulator/seed.ts";
import { smallSite } from "./simulator/small-site.ts";
import { connectJira, type JiraWorld, nativeIdOf, startedAt } from "./simulator/test-world.ts";

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function connect(options: Parameters<typeof connectJira>[0] = {}): Promise<JiraWorld> {
  const world = await connectJira(options);
  cleanups.push(() => world.jira.close());
  return world;
}

const startMs = Date.parse(startedAt);
/** A site with so many issues, created evenly over two years. */
const many = (issues: number): JiraSeedInput => ({
  siteName: "bulk",
  users: smallSite.users,
  credentials: smallSite.credentials,
  statuses: smallSite.statuses,
  bulk: { issues, from: instantOf(startMs - 730 * dayMs), until: instantOf(startMs - dayMs) },
});

async function read(source: Source, position?: string, pagesMax = Infinity) {
  const pages: PulledPage[] = [];
  for await (const page of source.pull("issues", position)) {
    pages.push(page);
    if (pages.length >= pagesMax) break;
  }
  const ids = pages.flatMap(({ changes }) => changes.map(nativeIdOf));
  return { pages, ids, position: pages.at(-1)?.position ?? "" };
}

/** As a run that crashes or hands over after every few pages, each time in another process. */
async function readWithPauses(world: JiraWorld, pagesPerRun: number) {
  const ids: string[] = [];
  const positions: string[] = [];
  for (let position: string | undefined, runs = 0; runs < 500; runs += 1) {
    const part = await read(world.reopen(), position, pagesPerRun);
    ids.push(...part.ids);
    positions.push(part.position);
    if (part.pages.at(-1)?.isLast === true) return { ids, positions };
    ({ position } = part);
  }
  throw new Error("the run never ended");
}

const ways = [
  ["by id, with an API token", {}],
  ["in lanes, with a consent", { byConsent: true }],
] as const;

describe.each(ways)("issues %s", (_name, way) => {
  test("are all read, once, whatever the number of requests at a time", async () => {
    for (const readsAtOnce of [1, 3, 8]) {
      const world = await connect({ seed: many(1234), settings: { readsAtOnce }, ...way });
      const { ids, pages } = await read(world.source);
      expect([ids.length, new Set(ids).size]).toEqual([1234, 1234]);
      expect(pages.filter(({ isLast }) => isLast)).toEqual([pages.at(-1)]);
      expect(pages.at(-1)?.recordsTotal).toBe(1234);
    }
  });

  test("are read on from every saved position, in another process, with none lost", async () => {
    const world = await connect({ seed: many(5432), ...way });
    const { ids, positions } = await readWithPauses(world, 9);
    expect(new Set(ids).size).toBe(5432);
    // Of each lane at most the page that was on its way is read again.
    expect(ids.length).toBeLessThan(5432 * 1.01 + 900);
    expect(Math.max(...positions.map(({ length }) => length))).toBeLessThan(20_000);
  });

  test("begin anew where a page token has died, and none is lost", async () => {
    const world = await connect({ seed: many(5600), ...way });
    const first = await read(world.source, undefined, 54);
    expect(first.position).toContain('"token":"');
    const spoiled = first.position.replaceAll(/"token":"[^"]+"/gu, '"token":"dead"');
    const rest = await read(world.reopen(), spoiled);
    expect(new Set([...first.ids, ...rest.ids]).size).toBe(5600);
  });

  test("are not skipped when others vanish between two pages", async () => {
    const world = await connect({ seed: many(1500), ...way });
    const first = await read(world.source, undefined, 4);
    for (const id of first.ids.slice(-2)) {
      const key = world.jira.state.issue(id)?.key ?? "";
      world.jira.perform({ kind: "deleteIssue", key, deleteSubtasks: true });
    }
    const rest = await read(world.reopen(), first.position);
    expect(new Set([...first.ids, ...rest.ids]).size).toBe(1500);
  });

  test("cost a request a hundred, and few besides", async () => {
    const world = await connect({ seed: many(6000), ...way });
    const { ids } = await read(world.source);
    expect(ids).toHaveLength(6000);
    expect(world.asked.length - 60).toBeLessThanOrEqual(25);
  });

  test("that changed during the first run are read by the second", async () => {
    const world = await connect({ seed: many(1200), ...way });
    const first = await read(world.source, undefined, 2);
    world.clock.advance(20 * minuteMs);
    world.jira.perform({ kind: "updateIssue", key: "BULK1-1", summary: "Changed meanwhile" });
    const rest = await read(world.reopen(), first.position);
    world.clock.advance(20 * minuteMs);
    const { ids } = await read(world.reopen(), rest.position);
    expect(ids).toEqual([world.jira.state.issue("BULK1-1")?.id]);
  });

  test("no more than two pages for each request at a time are held, however slowly pages are stored", async () => {
    const world = await connect({ seed: many(2000), settings: { readsAtOnce: 4 }, ...way });
    let stored = 0;
    for await (const page of world.source.pull("issues", undefined)) {
      stored += page.recordsRead;
      const isContent = (each: string) => each.includes(way === ways[0][1] ? "bulkfetch" : "jql");
      const asked = world.asked.filter(isContent).length * 100;
      // Those for the plan and the rest of windows ask for less than a full page.
      expect(asked - stored).toBeLessThanOrEqual(4 * 200 + 1000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(stored).toBe(2000);
  });
});

test("a consent pays for each issue once, an API token reads from the database", async () => {
  const byConsent = await connect({ seed: many(1000), byConsent: true });
  await read(byConsent.source);
  expect(byConsent.asked.filter((each) => each.includes("bulkfetch"))).toEqual([]);
  const lagging = await connect({ simulator: { indexLagMs: 5 * minuteMs } });
  lagging.jira.perform({ kind: "updateIssue", key: "PAY-5", summary: "Fresh" });
  const { pages } = await read(lagging.source);
  const titles = pages.flatMap(({ changes }) =>
    changes.map((change) =>
      change.kind === "upserted" && "title" in change.record ? change.record.title : "",
    ),
  );
  expect(titles).toContain("Fresh");
});

test("pages that were paid for when a lane is told to wait are given before the run stops", async () => {
  let pagesAdmitted = 0;
  const budget: RequestBudget = {
    admit: async ({ endpoint, points }) => {
      if (endpoint !== "POST /search/jql" || points !== 101) return;
      if (pagesAdmitted === 12) throw new HubError("connector.rate-limited", "No points are left");
      pagesAdmitted += 1;
    },
    observe: () => Promise.resolve(),
  };
  const world = await connect({ seed: many(5000), byConsent: true, context: { budget } });
  const pages: PulledPage[] = [];
  const reading = async () => {
    for await (const page of world.source.pull("issues", undefined)) pages.push(page);
  };
  await expect(reading()).rejects.toMatchObject({ code: "connector.rate-limited" });
  expect(pages.map(({ recordsRead }) => recordsRead)).toEqual(Array(12).fill(100));
  const without = world.reopen({}, { budget: unlimitedBudget });
  const rest = await read(without, pages.at(-1)?.position);
  // Nothing is lost, and nothing is read twice.
  expect(rest.ids).toHaveLength(3800);
  const ids = [...pages.flatMap(({ changes }) => changes.map(nativeIdOf)), ...rest.ids];
  expect(new Set(ids).size).toBe(5000);
});

test.each([
  ["in the west", "America/Los_Angeles"],
  ["in the east", "Pacific/Auckland"],
])(
  "what changed is found by an account %s whose profile hides its clocks",
  async (_name, timeZone) => {
    const users = smallSite.users.map((user) =>
      user.accountId === "svc-1" ? { ...user, timeZone, hidden: ["timeZone" as const] } : user,
    );
    const world = await connect({ seed: { ...smallSite, users } });
    const first = await read(world.source);
    world.clock.advance(20 * minuteMs);
    world.jira.perform({ kind: "updateIssue", key: "PAY-2", summary: "Changed" });
    world.clock.advance(20 * minuteMs);
    const { ids } = await read(world.reopen(), first.position);
    expect(ids).toContain(world.jira.state.issue("PAY-2")?.id);
  },
);

test("a run whose credentials or clocks changed in the middle starts over", async () => {
  const world = await connect({ seed: many(2000), byConsent: true });
  const first = await read(world.source, undefined, 5);
  const other = await connect({ seed: many(2000) });
  expect((await read(other.source, first.position)).ids).toHaveLength(2000);
  const moved = first.position.replace('"Asia/Kathmandu"', '"Europe/Berlin"');
  expect(moved).not.toBe(first.position);
  expect((await read(world.reopen(), moved)).ids).toHaveLength(2000);
});

test("a position of the far future, of another release or of nothing known is refused as expired", async () => {
  const { source } = await connect();
  const { position } = await read(source);
  const odd = [
    position.replace(/"since":"\d{4}/u, '"since":"2999'),
    position.replace('"version":2', '"version":1'),
    "{}",
    "2999-01-01T00:00:00.000Z",
    '{"version":2,"run":{}}',
  ];
  const expired = expect.objectContaining({ code: "connector.cursor-expired" }) as unknown;
  for (const text of odd) {
    expect(text).not.toBe(position);
    await expect(read(source, text)).rejects.toThrow(expired);
  }
});
