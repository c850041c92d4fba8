import { afterEach, describe, expect, test } from "vitest";

import { type ItemState, blockedSince, stateAt, statusSince } from "#shared/graph/past.ts";
import type { HistoryPage } from "#shared/kit/history-page.ts";
import type { History, HistoryId } from "#shared/model/history.ts";
import type { WorkItemId } from "#shared/model/ids.ts";
import { dayMs, hourMs, instantOf, minuteMs } from "#shared/model/time.ts";
import { seededRandom } from "#shared/testing/simulator/seeded-random.ts";

import type { JiraSimulator } from "./simulator/server.ts";
import { smallSite } from "./simulator/small-site.ts";
import { connectJira, idOf, type JiraWorld, startedAt } from "./simulator/test-world.ts";

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function connect(options: Parameters<typeof connectJira>[0] = {}): Promise<JiraWorld> {
  const world = await connectJira(options);
  cleanups.push(() => world.jira.close());
  return world;
}

async function read({ reopen }: JiraWorld, position?: string) {
  const pages: HistoryPage[] = [];
  const source = reopen();
  for await (const page of source.pullHistories?.(position, async () => []) ?? []) pages.push(page);
  const all = pages.flatMap(({ histories }) => histories);
  const byId = new Map<HistoryId, History>(all.map((history) => [history.itemId, history]));
  return { pages, all, byId, position: pages.at(-1)?.position ?? "" };
}

const work = (native: string) => idOf("work-item", native) as WorkItemId;
const keyOf = (world: JiraWorld, id: string) => world.jira.state.issue(id)?.key ?? "";

describe("the past of issues", () => {
  test("tells when a status, a parent and what it waits for became what they are", async () => {
    const world = await connect();
    const { jira, clock } = world;
    jira.perform({ kind: "transitionIssue", key: "PAY-2", statusId: "5" });
    clock.advance(hourMs);
    jira.perform({ kind: "updateIssue", key: "PAY-2", parentKey: "PAY-4" });
    clock.advance(hourMs);
    jira.perform({
      kind: "linkIssues",
      typeId: "10000",
      sourceKey: "MOB-1",
      destinationKey: "PAY-2",
    });
    const { byId } = await read(world);
    const id = (key: string) => work(jira.state.issue(key)?.id ?? "");
    const history = byId.get(id("PAY-2"));
    const at = (hours: number) => instantOf(Date.parse(startedAt) + hours * hourMs);
    expect(history?.transitions).toEqual([
      { what: "status", at: at(0), from: "in-progress", to: "done" },
      { what: "parent", at: at(1), from: id("PAY-1"), to: id("PAY-4") },
      { what: "blocked-by", at: at(2), to: id("MOB-1") },
    ]);
    // The other end waits for nobody.
    expect(byId.get(id("MOB-1"))?.transitions).toEqual([]);
    expect(history && blockedSince(history, id("MOB-1"))).toBe(at(2));
    expect(history && statusSince(history, "done")).toBe(at(0));
  });

  test("of an issue that is a goal is under the goal's id, and so is a parent that is one", async () => {
    const world = await connect();
    const { jira } = world;
    const { id: goal, key: goalKey } = issueOfLevel(jira, 2);
    const { id: epic, key: epicKey } = issueOfLevel(jira, 1);
    jira.perform({ kind: "updateIssue", key: epicKey, parentKey: null });
    world.clock.advance(minuteMs);
    jira.perform({ kind: "updateIssue", key: epicKey, parentKey: goalKey });
    jira.perform({ kind: "transitionIssue", key: goalKey, statusId: "5" });
    const { byId } = await read(world);
    expect(byId.get(work(epic))?.transitions.at(-1)).toMatchObject({ to: idOf("goal", goal) });
    expect(byId.get(idOf("goal", goal) as HistoryId)?.transitions).toHaveLength(1);
  });

  test("names nobody: neither who made a change nor any text but our own words", async () => {
    const world = await connect();
    world.jira.perform({
      kind: "updateIssue",
      key: "PAY-2",
      summary: "A secret plan",
      assigneeId: "acc-kim",
    });
    world.jira.perform({ kind: "transitionIssue", key: "PAY-2", statusId: "5" });
    const text = JSON.stringify((await read(world)).all);
    for (const word of ["acc-", "svc-1", "Kim", "Hub Service", "secret", "Erledigt"]) {
      expect(text).not.toContain(word);
    }
  });

  test("costs a thousandth of a request per issue, and only issues that changed are read again", async () => {
    const seed = {
      siteName: "bulk",
      users: smallSite.users,
      credentials: smallSite.credentials,
      statuses: smallSite.statuses,
      bulk: {
        issues: 12_000,
        from: instantOf(Date.parse(startedAt) - 700 * dayMs),
        until: instantOf(Date.parse(startedAt) - 2 * dayMs),
      },
    };
    const world = await connect({ seed });
    const first = await read(world);
    expect(first.byId.size).toBe(12_000);
    const asked = Map.groupBy(world.asked.splice(0), (endpoint) => endpoint);
    expect(asked.get("POST /changelog/bulkfetch")).toHaveLength(12);
    expect(asked.get("POST /search/jql")?.length).toBeLessThanOrEqual(4);
    world.clock.advance(hourMs);
    world.jira.perform({
      kind: "transitionIssue",
      key: keyOf(world, first.pages[0]?.histories[7]?.itemId.split(":").at(-1) ?? ""),
      statusId: "5",
    });
    const second = await read(world, first.position);
    expect(second.all.map(({ itemId }) => itemId)).toEqual([first.pages[0]?.histories[7]?.itemId]);
    expect(world.asked.length).toBeLessThanOrEqual(8);
  });

  test("goes on from every page of a run that was cut off", async () => {
    const issues = Array.from({ length: 2300 }, (_, index) => ({
      id: String(30_000 + index),
      key: `PAY-${index + 1}`,
      typeId: "10011",
      summary: `Story ${index}`,
      statusId: "1",
      created: instantOf(Date.UTC(2026, 8, 1) + index * minuteMs),
      updated: instantOf(Date.UTC(2026, 8, 1) + index * minuteMs),
    }));
    const world = await connect({ seed: { ...smallSite, links: [], issues } });
    world.jira.perform({ kind: "transitionIssue", key: "PAY-2250", statusId: "5" });
    const { pages } = await read(world);
    expect(pages).toHaveLength(3);
    for (const [index, { position }] of pages.slice(0, -1).entries()) {
      const rest = await read(world, position);
      const ids = [...pages.slice(0, index + 1), ...rest.pages].flatMap(({ histories }) =>
        histories.map(({ itemId }) => itemId),
      );
      expect([ids.length, new Set(ids).size]).toEqual([2300, 2300]);
      expect(rest.byId.get(work("32249"))?.transitions).toHaveLength(1);
    }
  });

  test.each([
    ["no position"],
    ['{"version":999}'],
    ['{"version":2,"since":"2999-01-01T00:00:00.000Z"}'],
  ])("a position that is none of ours says so: %s", async (position) => {
    const world = await connect();
    await expect(read(world, position)).rejects.toMatchObject({ code: "connector.cursor-expired" });
  });
});

function issueOfLevel({ state }: JiraSimulator, level: number) {
  const found = [...state.issues.values()].find(
    (each) => state.typeOf(each).hierarchyLevel === level,
  );
  if (!found) throw new Error(`the small site has no issue of level ${level}`);
  return found;
}

/** What the simulated site says of an issue, in our words. */
function stateOf({ state }: JiraSimulator, id: string): ItemState {
  const issue = state.issue(id);
  if (!issue) throw new Error(`there is no issue ${id}`);
  const { name, category } = state.statusOf(issue);
  const isOver = category === "done";
  const dropped = new Set(["won't do", "cancelled", "canceled", "rejected", "duplicate"]);
  const status = isOver
    ? dropped.has(name.toLowerCase())
      ? "dropped"
      : "done"
    : category === "new"
      ? "todo"
      : "in-progress";
  const blockedBy = state
    .linksOf(id)
    .filter(({ destinationId, typeId }) => destinationId === id && typeId === "10000")
    .map(({ sourceId }) => work(sourceId));
  return {
    status,
    parentId: issue.parentId === undefined ? undefined : work(issue.parentId),
    blockedBy: new Set(blockedBy),
  };
}

test.each(Array.from({ length: 12 }, (_, index) => index + 1))(
  "undoing what happened gives what was, at every moment of a random history (seed %i)",
  async (seed) => {
    const random = seededRandom(seed);
    // All issues as work, so that any may wait for any.
    const world = await connect({ settings: { goalTypes: [] } });
    const { jira, clock } = world;
    const ids = [...jira.state.issues.keys()];
    const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(random() * list.length)];
    const snapshot = () => new Map(ids.map((id) => [id, stateOf(jira, id)]));
    const moments = [{ at: clock.now(), states: snapshot() }];
    for (let step = 0; step < 60; step += 1) {
      clock.advance(1 + Math.floor(random() * hourMs));
      const [key, other] = [pick(ids), pick(ids)].map((id) => keyOf(world, id ?? ""));
      const links = [...jira.state.links.values()].filter(({ typeId }) => typeId === "10000");
      const deeds = [
        { kind: "transitionIssue", key, statusId: pick(["1", "3", "5", "6"]) },
        { kind: "updateIssue", key, parentKey: random() < 0.3 ? null : other },
        { kind: "linkIssues", typeId: "10000", sourceKey: key, destinationKey: other },
        { kind: "unlinkIssues", linkId: pick(links)?.id ?? "0" },
        { kind: "moveIssue", key, projectKey: pick(["PAY", "MOB"]) },
        { kind: "updateIssue", key, summary: `Step ${step}` },
      ];
      try {
        // Checked by the simulator's own schema; it refuses what Jira refuses.
        jira.perform(pick(deeds) as Parameters<JiraSimulator["perform"]>[0]);
      } catch (error) {
        if (!(error instanceof Error) || error.name === "TypeError") throw error;
      }
      moments.push({ at: clock.now(), states: snapshot() });
    }
    const { byId } = await read(world);
    for (const id of ids) {
      const history = byId.get(work(id));
      if (!history) throw new Error(`nothing was read of ${id}`);
      const now = stateOf(jira, id);
      const replayed = moments.map(({ at }) => stateAt(now, history, at));
      const truth = moments.map(({ states }) => ({ ...states.get(id), isKnown: true }));
      expect(replayed).toEqual(truth);
    }
  },
);
