import { afterEach, describe, expect, test } from "vitest";

import type { Source } from "#shared/kit/connector.ts";
import type { Fact } from "#shared/model/facts.ts";
import type { FactId } from "#shared/model/ids.ts";
import { dayMs, instantOf } from "#shared/model/time.ts";

import type { JiraSettings } from "./settings.ts";
import type { JiraSeedInput } from "./simulator/seed.ts";
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

async function held(source: Source): Promise<ReadonlyMap<FactId, Fact>> {
  const facts = new Map<FactId, Fact>();
  for await (const { changes } of source.pull("issues", undefined)) {
    for (const change of changes) {
      if (change.kind === "upserted") facts.set(change.record.id, change.record);
    }
  }
  return facts;
}

async function enumerated(source: Source, part?: string): Promise<readonly FactId[]> {
  const ids: FactId[] = [];
  for await (const page of source.enumerate("issues", part)) ids.push(...page);
  return ids;
}

/** As a reconcile counts: the parts whose counts differ, with what is held of each. */
async function differing(source: Source, facts: Iterable<Fact>) {
  const counts = (await source.countParts?.("issues")) ?? new Map<string, number>();
  const byPart = Map.groupBy(facts, (fact) => source.partOf?.("issues", fact) ?? "none");
  const parts = [...new Set([...counts.keys(), ...byPart.keys()])];
  return {
    counts,
    byPart,
    parts: parts.filter((part) => (counts.get(part) ?? 0) !== (byPart.get(part)?.length ?? 0)),
  };
}

const startMs = Date.parse(startedAt);
const bulk = (issues: number, projects: number): JiraSeedInput => ({
  siteName: "bulk",
  users: smallSite.users,
  credentials: smallSite.credentials,
  statuses: smallSite.statuses,
  projects: smallSite.projects,
  bulk: {
    issues,
    projects,
    from: instantOf(startMs - 400 * dayMs),
    until: instantOf(startMs - dayMs),
  },
});

describe("counting first", () => {
  test("finds nothing to enumerate where nothing was missed, for a few requests", async () => {
    const world = await connect();
    const facts = await held(world.source);
    world.asked.length = 0;
    const source = world.reopen();
    const { counts, parts } = await differing(source, facts.values());
    expect(parts).toEqual([]);
    expect([...counts.values()].toSorted((a, b) => a - b)).toEqual([2, 8]);
    expect(world.asked.filter((each) => each.includes("search/jql"))).toEqual([]);
  });

  test("names the part in which an issue was missed or is gone, and only that is enumerated", async () => {
    const world = await connect();
    const facts = new Map(await held(world.source));
    facts.delete(idOf("goal", "10101"));
    const goals = await differing(world.source, facts.values());
    expect(goals.parts).toHaveLength(1);
    expect(await enumerated(world.source, goals.parts[0])).toEqual([
      idOf("goal", "10100"),
      idOf("goal", "10101"),
    ]);
    world.jira.perform({ kind: "deleteIssue", key: "PAY-5" });
    const source = world.reopen();
    const both = await differing(source, facts.values());
    expect(both.parts).toHaveLength(2);
    const work = await enumerated(source, both.parts[1]);
    expect([work.length, work.includes(idOf("work-item", "10106"))]).toEqual([7, false]);
  });

  test("splits large sites by project and large projects by creation, and loses none between parts", async () => {
    for (const projects of [1, 7]) {
      const world = await connect({ seed: bulk(16_000, projects) });
      const all = await enumerated(world.source);
      const counts = (await world.source.countParts?.("issues")) ?? new Map<string, number>();
      const seen: FactId[] = [];
      for (const [part, count] of counts) {
        const ids = await enumerated(world.source, part);
        expect([part, count]).toEqual([part, ids.length]);
        expect(count).toBeLessThanOrEqual(5000);
        seen.push(...ids);
      }
      expect(counts.size).toBeGreaterThan(3);
      expect([seen.length, new Set(seen)]).toEqual([16_000, new Set(all)]);
    }
  });

  test("puts each record into the part that counts it", async () => {
    const world = await connect({ seed: bulk(6000, 1) });
    const facts = await held(world.source);
    expect((await differing(world.source, facts.values())).parts).toEqual([]);
  });
});

describe("what an enumeration does not show", () => {
  const inProject = (facts: ReadonlyMap<FactId, Fact>, key: string) =>
    [...facts].filter(([, fact]) => fact.type === "work-item" && fact.container === key);

  async function hidden(settings: Partial<JiraSettings>) {
    const world = await connect({ settings });
    const facts = await held(world.source);
    world.jira.perform({ kind: "hideProject", projectKey: "PAY" });
    world.jira.perform({ kind: "deleteIssue", key: "MOB-2" });
    return { world, facts, source: world.reopen() };
  }

  test.each([
    ["without projects in the settings", {}],
    ["with projects in the settings", { projects: ["STRAT", "PAY", "MOB"] }],
  ])("of a project that went out of sight is hidden, never gone, %s", async (_name, settings) => {
    const { world, facts, source } = await hidden(settings);
    const ids = inProject(facts, "PAY").map(([id]) => id);
    const presence = await source.confirm("issues", [...ids, idOf("work-item", "10108")], facts);
    expect(ids).toHaveLength(5);
    expect(ids.map((id) => presence.get(id))).toEqual(ids.map(() => "hidden"));
    expect(presence.get(idOf("work-item", "10108"))).toBe("gone");
    // It counts for a part all the same, so that the loss is noticed.
    expect((await differing(world.reopen(settings), facts.values())).parts).not.toEqual([]);
    world.jira.perform({ kind: "showProject", projectKey: "PAY" });
    const back = await world.reopen(settings).confirm("issues", ids, facts);
    expect([...back.values()]).toEqual(ids.map(() => "present"));
  });

  test("of a project that is out of sight is not asked for one by one, day after day", async () => {
    const { world, facts, source } = await hidden({});
    const ids = inProject(facts, "PAY").map(([id]) => id);
    world.asked.length = 0;
    await source.confirm("issues", [...ids, idOf("work-item", "10108")], facts);
    expect(world.asked.filter((each) => each === "GET /issue/{}")).toHaveLength(1);
  });

  test("is hidden with the security level that it had, and gone only while the level is seen", async () => {
    const world = await connect();
    const [lost, kept, open] = ["PAY-2", "PAY-3", "MOB-2"] as const;
    world.jira.perform({ kind: "updateIssue", key: lost, securityLevelId: "10500" });
    world.jira.perform({ kind: "updateIssue", key: kept, securityLevelId: "10501" });
    // Others keep the level in use when this one is deleted.
    world.jira.perform({ kind: "updateIssue", key: "PAY-1", securityLevelId: "10501" });
    const facts = await held(world.source);
    const idOfKey = (key: string) => {
      const found = [...facts.values()].find((fact) => "key" in fact && fact.key === key);
      if (!found) throw new Error(`${key} was not read`);
      return found.id;
    };
    expect(facts.get(idOfKey(lost))).toMatchObject({ restrictedTo: "10500" });
    world.jira.perform({ kind: "hideLevel", levelId: "10500", accountId: "svc-1" });
    for (const key of [kept, open])
      world.jira.perform({ kind: "deleteIssue", key, deleteSubtasks: true });
    const source = world.reopen();
    const ids = [lost, kept, open].map(idOfKey);
    expect(await enumerated(source)).not.toContain(idOfKey(lost));
    const presence = await source.confirm("issues", ids, facts);
    expect(ids.map((id) => presence.get(id))).toEqual(["hidden", "gone", "gone"]);
    // Without the right to set levels Jira names none: then nobody can tell.
    world.jira.perform({ kind: "hideLevel", levelId: "10501" });
    const blind = await world.reopen().confirm("issues", ids, facts);
    expect(ids.map((id) => blind.get(id))).toEqual(["hidden", "hidden", "gone"]);
    world.jira.perform({ kind: "showLevel", levelId: "10500" });
    expect((await source.confirm("issues", ids, facts)).get(idOfKey(lost))).toBe("present");
  });

  test("is not judged at all by an account that nobody is any more", async () => {
    const world = await connect();
    const facts = await held(world.source);
    world.jira.perform({ kind: "revokeToken", token: "token-of-the-hub" });
    const unauthorized = expect.objectContaining({ code: "connector.unauthorized" }) as unknown;
    const source = world.reopen();
    await expect(enumerated(source)).rejects.toThrow(unauthorized);
    await expect(source.countParts?.("issues")).rejects.toThrow(unauthorized);
    await expect(source.confirm("issues", [...facts.keys()], facts)).rejects.toThrow(unauthorized);
  });
});
