import { expect, onTestFinished, test } from "vitest";

import type { Source } from "#shared/kit/connector.ts";
import type { Fact } from "#shared/model/facts.ts";
import type { FactId } from "#shared/model/ids.ts";
import { dayMs, hourMs, instantOf, minuteMs } from "#shared/model/time.ts";

import { smallSite } from "./simulator/small-site.ts";
import { connectJira, idOf, nativeIdOf, startedAt } from "./simulator/test-world.ts";

async function connect(options: Parameters<typeof connectJira>[0] = {}) {
  const world = await connectJira(options);
  onTestFinished(() => world.jira.close());
  return world;
}

async function read(source: Source, position?: string) {
  const facts = new Map<FactId, Fact>();
  const gaps: string[] = [];
  let last = "";
  for await (const page of source.pull("issues", position)) {
    for (const change of page.changes) {
      if (change.kind === "upserted") facts.set(change.record.id, change.record);
    }
    gaps.push(...(page.gaps ?? []).map(({ what }) => what));
    last = page.position;
  }
  return { facts, gaps, position: last };
}

const rename = { kind: "changeProjectKey", projectKey: "PAY", key: "BILL" } as const;
const payId = idOf("work-item", "10103");

test.each([
  ["by id, with an API token", {}],
  ["in lanes, with a consent", { byConsent: true }],
])(
  "issues of a project with a new key are read once more, and then no more, %s",
  async (_name, way) => {
    const { clock, jira, reopen } = await connect(way);
    const first = await read(reopen());
    expect(first.facts.get(payId)).toMatchObject({ key: "PAY-2", container: "PAY" });
    jira.perform(rename);
    clock.advance(5 * minuteMs);
    const soon = await read(reopen(), first.position);
    // The consent of the test lasts an hour: a position from long ago stands for a long wait.
    const deepAt = /"deepAt":"[^"]+"/u;
    const longAgo = soon.position.replace(deepAt, '"deepAt":"2026-11-19T00:00:00.000Z"');
    clock.advance(30 * minuteMs);
    const deep = await read(reopen(), longAgo);
    expect(deep.facts.get(payId)).toMatchObject({
      key: "BILL-2",
      container: "BILL",
      url: expect.stringContaining("/browse/BILL-2") as unknown,
      sourceVersion: first.facts.get(payId)?.sourceVersion,
    });
    expect(deep.facts.size).toBe(5);
    const later = await read(
      reopen(),
      deep.position.replace(deepAt, '"deepAt":"2026-11-19T00:00:00.000Z"'),
    );
    expect(later.facts.has(payId)).toBe(false);
  },
);

test("settings that name a project by its former key go on working", async () => {
  const settings = { projects: ["PAY"], projectTeams: ["PAY=Payments"] };
  const { clock, jira, reopen } = await connect({ settings });
  const first = await read(reopen());
  jira.perform(rename);
  clock.advance(7 * hourMs);
  const source = reopen();
  expect((await source.confirm("issues", [payId], first.facts)).get(payId)).toBe("present");
  const { facts, gaps } = await read(source, first.position);
  expect(gaps).toEqual([]);
  expect(facts.get(payId)).toMatchObject({ container: "BILL", teamName: "Payments" });
  expect((await source.readByIds("issues", [payId])).changes).toHaveLength(1);
  const ids: FactId[] = [];
  for await (const page of source.enumerate("issues")) ids.push(...page);
  expect(ids).toContain(payId);
  expect([...((await source.findByKeys?.(["PAY-2", "BILL-3"])) ?? [])]).toHaveLength(2);
  expect((await source.probe()).gaps.filter(({ what }) => what.startsWith("Project"))).toEqual([]);
});

test("what was deleted before its new key was read is gone, and hidden where its project is", async () => {
  const { jira, reopen } = await connect();
  const { facts } = await read(reopen());
  jira.perform(rename);
  jira.perform({ kind: "deleteIssue", key: "BILL-2", deleteSubtasks: true });
  expect((await reopen().confirm("issues", [payId], facts)).get(payId)).toBe("gone");
  jira.perform({ kind: "hideProject", projectKey: "BILL" });
  expect((await reopen().confirm("issues", [payId], facts)).get(payId)).toBe("hidden");
});

test.each([
  ["a few projects have another key, their issues", 3, 150],
  ["most projects have, all issues", 60, 3000],
])(
  "where %s are read whole, however often the run is interrupted",
  async (_name, renamed, issues) => {
    const startMs = Date.parse(startedAt);
    const { users, credentials, statuses } = smallSite;
    const from = instantOf(startMs - 90 * dayMs);
    const bulk = { issues: 3000, projects: 60, from, until: instantOf(startMs - 30 * dayMs) };
    const { clock, reopen } = await connect({
      seed: { siteName: "bulk", users, credentials, statuses, bulk },
    });
    const first = await read(reopen());
    let left = renamed;
    let position = first.position.replaceAll(/:(\w+)(?=[,"])/gu, (entry, key: string) => {
      if (!/^[A-Z]/u.test(key) || left === 0) return entry;
      left -= 1;
      return `:OLD${key}`;
    });
    expect([left, position === first.position]).toEqual([0, false]);
    clock.advance(7 * hourMs);
    const ids = new Set<string>();
    for (let isLast = false; !isLast;) {
      let pages = 0;
      for await (const page of reopen().pull("issues", position)) {
        for (const change of page.changes) ids.add(nativeIdOf(change));
        ({ position, isLast } = page);
        pages += 1;
        if (pages === (renamed === 3 ? 1 : 10)) break;
      }
    }
    expect(ids.size).toBe(issues);
    expect(position).not.toContain("OLD");
  },
);
