import * as fc from "fast-check";
import { expect, test } from "vitest";

import { Org } from "#shared/graph/org.ts";
import { freshnessOf, restsOnMax } from "#shared/graph/rests-on.ts";
import type { SourceState } from "#shared/graph/sources.ts";
import type { MemoryGraph } from "#shared/graph/view.ts";
import type { Evaluation } from "#shared/kit/rule.ts";
import type { ConnectionId, SubjectId } from "#shared/model/ids.ts";
import { connectionId, dependencyId, factId, readFactId } from "#shared/model/ids.ts";
import { CalendarDate, instantOf } from "#shared/model/time.ts";
import { rules } from "#shared/rules/index.ts";
import { account, goal, orgUnit, person, workItem } from "#shared/testing/facts.ts";
import { graphOf, now, source } from "#shared/testing/graph.ts";

/*
 * The law: whatever source can change a finding, by falling silent or by going away with all that it
 * told, is one of those that the finding says it rests on.
 */

const connections = [
  "tool1aaaaa",
  "tool2aaaaa",
  "goals1aaaa",
  "goals2aaaa",
  "hr1aaaaaaa",
  "hr2aaaaaaa",
].map((name) => connectionId(name));
const [toolA, toolB, goalsA, goalsB, hrA, hrB] = connections as [
  ConnectionId,
  ConnectionId,
  ConnectionId,
  ConnectionId,
  ConnectionId,
  ConnectionId,
];

const tool = fc.constantFrom(toolA, toolB);
const hr = fc.constantFrom(hrA, hrB);
const goals = fc.constantFrom(goalsA, goalsB);
const name = fc.constantFrom("a", "b", "c");
const itemRef = fc.tuple(tool, name).map(([of, id]) => factId("work-item", "tool", of, id));
const goalRef = fc.tuple(goals, name).map(([of, id]) => factId("goal", "tool", of, id));
const unitRef = fc.tuple(hr, name).map(([of, id]) => factId("org-unit", "hr", of, id));
const maybe = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined });

const day = fc.constantFrom(undefined, "2026-04-01", "2026-05-01");
const seldom = fc.constantFrom(false, false, true);

const company = fc.record({
  items: fc.uniqueArray(
    fc.record({
      id: itemRef,
      parentId: maybe(itemRef),
      isDone: fc.boolean(),
      isSilent: fc.boolean(),
      dueOn: day,
      assignee: maybe(name),
      teamName: maybe(name),
    }),
    { maxLength: 6, minLength: 2, selector: ({ id }) => id },
  ),
  goals: fc.uniqueArray(
    fc.record({
      id: goalRef,
      status: fc.constantFrom(...(["todo", "todo", "in-progress", "done", "dropped"] as const)),
      parentId: maybe(goalRef),
      owner: maybe(fc.tuple(tool, name)),
      dueOn: day,
      teamName: maybe(name),
    }),
    { maxLength: 4, selector: ({ id }) => id },
  ),
  goalLinks: fc.array(fc.tuple(goalRef, goalRef, goalRef), { maxLength: 3 }),
  links: fc.array(fc.tuple(itemRef, goalRef, goalRef), { maxLength: 3 }),
  waits: fc.array(fc.tuple(itemRef, itemRef, itemRef), { maxLength: 4 }),
  units: fc.uniqueArray(
    fc.record({ id: unitRef, name, parentId: maybe(unitRef), hasEnded: seldom }),
    { maxLength: 4, selector: ({ id }) => id },
  ),
  /** A connection that does not work, and does not show all. */
  troubled: maybe(fc.constantFrom(...connections)),
  people: fc.uniqueArray(
    fc.record({ of: hr, email: name, unitId: maybe(unitRef), hasLeft: seldom }),
    {
      maxLength: 4,
      selector: ({ of, email }) => `${of}${email}`,
    },
  ),
});
type Company = typeof company extends fc.Arbitrary<infer T> ? T : never;

const longAgo = instantOf(Date.parse("2025-01-01T00:00:00.000Z"));

interface Without {
  readonly gone?: ConnectionId;
  readonly silent?: ConnectionId;
}

/** The graph of the company, one source being silent, or gone with all that it told. */
function seen(given: Company, { gone, silent }: Without = {}): MemoryGraph {
  const of = (id: string) => readFactId(id)?.connectionId ?? toolA;
  const stays = ({ id }: { readonly id: string }) => of(id) !== gone;
  const accounts = [toolA, toolB].flatMap((connection) =>
    ["a", "b", "c"].map((who) => ({
      ...account(who, { connectionId: connection }),
      id: factId("account", "tool", connection, who),
    })),
  );
  const edges = [
    ...[...given.links, ...given.goalLinks].map(([fromId, toId, assertedBy]) => ({
      type: "link" as const,
      fromId,
      toId,
      source: "native" as const,
      confidence: 1,
      assertedBy,
    })),
    ...given.waits.map(([blockedId, blockingId, assertedBy]) => ({
      type: "dependency" as const,
      blockedId,
      blockingId,
      source: "native" as const,
      assertedBy,
    })),
  ].filter(({ assertedBy }) => of(assertedBy) !== gone);
  const org = new Org({
    accounts: accounts.filter(stays),
    matches: [],
    people: given.people
      .map(({ of: connection, email, unitId, hasLeft }) => ({
        ...person(email, {
          connectionId: connection,
          employmentStatus: hasLeft ? "inactive" : "active",
          ...(unitId && { unitId }),
        }),
        id: factId("person", "hr", connection, email),
      }))
      .filter(stays),
    units: given.units
      .map(({ id, name: called, parentId, hasEnded }) => ({
        ...orgUnit(called, {
          connectionId: of(id),
          ...(hasEnded && { endOn: CalendarDate.parse("2026-02-01") }),
          ...(parentId && { parentId }),
        }),
        id,
      }))
      .filter(stays),
  });
  const sources = connections
    .filter((id) => id !== gone)
    .map((id): SourceState =>
      source(id, {
        providesGoals: id === goalsA || id === goalsB,
        isStale: id === silent,
        ...(id === given.troubled && { problem: { code: "refused", since: longAgo } }),
      }),
    );
  const graph = graphOf({
    org,
    sources,
    edges,
    items: given.items
      .map(({ id, parentId, isDone, isSilent, dueOn, assignee, teamName }) => ({
        ...workItem(id.slice(-1), {
          connectionId: of(id),
          status: isDone ? "done" : "in-progress",
          ...(isSilent && { sourceVersion: 0 }),
          ...(dueOn && { dueOn: CalendarDate.parse(dueOn) }),
          ...(parentId && { parentId }),
          ...(assignee && { assigneeId: factId("account", "tool", of(id), assignee) }),
          ...(teamName && { teamName }),
        }),
        id,
      }))
      .filter(stays),
    goals: given.goals
      .map(({ id, status, parentId, owner, dueOn, teamName }) => ({
        ...goal(id.slice(-1), {
          connectionId: of(id),
          status,
          createdAt: longAgo,
          sourceVersion: 0,
          progress: 0.5,
          ...(owner && { ownerId: factId("account", "tool", ...owner) }),
          ...(dueOn && { dueOn: CalendarDate.parse(dueOn) }),
          ...(parentId && { parentId }),
          ...(teamName && { teamName }),
        }),
        id,
      }))
      .filter(stays),
  });
  if (given.troubled !== undefined && given.troubled !== gone) {
    graph.addHidden({
      type: "coverage-gap",
      connectionId: given.troubled,
      what: "A part",
      why: "A right is missing",
      at: longAgo,
    });
  }
  return graph;
}

function evaluate(ruleName: string, view: MemoryGraph, subjectId: SubjectId): Evaluation {
  const rule = rules.find((one) => one.name === ruleName);
  if (!rule) throw new Error(`There is no rule ${ruleName}`);
  const given = ruleName === "too-many-objectives" ? { most: 1 } : {};
  return rule.evaluate({ view, subjectId, options: rule.options.parse(given), now });
}

/** What is found, without the list of what it rests on. */
function finding(evaluation: Evaluation): unknown {
  if (evaluation.state !== "open") return evaluation;
  const { restsOn: _restsOn, ...rest } = evaluation;
  return rest;
}

function subjectsOf(given: Company): readonly (readonly [string, SubjectId])[] {
  const { items, waits } = given;
  return [
    ...given.goals.map(({ id }) => ["circular-hierarchy", id] as const),
    ...["unlinked-work", "circular-hierarchy", "circular-dependency"].flatMap((rule) =>
      items.map(({ id }) => [rule, id] as const),
    ),
    ...waits.map(([a, b]) => ["blocked-across-boundary", dependencyId(a, b)] as const),
    ...["floating-goal", "goal-without-work", "closed-goal-open-work"].flatMap((rule) =>
      given.goals.map(({ id }) => [rule, id] as const),
    ),
    ...given.units.map(({ id }) => ["too-many-objectives", id] as const),
    ...["owner-left", "stale-by-evidence"].flatMap((rule) =>
      [...items, ...given.goals].map(({ id }) => [rule, id] as const),
    ),
    ...items.map(({ id }) => ["horizon-mismatch", id] as const),
    ...waits.map(([a, b]) => ["horizon-mismatch", dependencyId(a, b)] as const),
    ...["connection-degraded", "coverage-lost"].flatMap((rule) =>
      connections.map((id) => [rule, id] as const),
    ),
  ];
}

test("a source whose silence or removal changes a finding is one that the finding rests on", () => {
  const opened = new Map<string, number>();
  const law = fc.property(company, (given) => {
    const views = new Map<string, MemoryGraph>();
    const viewOf = (without: Without = {}) => {
      const key = JSON.stringify(without);
      const view = views.get(key) ?? seen(given, without);
      views.set(key, view);
      return view;
    };
    for (const [rule, subjectId] of subjectsOf(given)) {
      const is = evaluate(rule, viewOf(), subjectId);
      if (is.state !== "open") continue;
      opened.set(rule, (opened.get(rule) ?? 0) + 1);
      const named = new Set([...is.connectionIds, ...(is.restsOn ?? [])]);
      for (const id of connections.filter((one) => !named.has(one))) {
        expect(finding(evaluate(rule, viewOf({ silent: id }), subjectId))).toEqual(finding(is));
        expect(finding(evaluate(rule, viewOf({ gone: id }), subjectId))).toEqual(finding(is));
      }
    }
  });
  // So many that the rarest findings come seventy times, and never fewer than twenty.
  fc.assert(law, { numRuns: 3000 });
  for (const [rule, times] of opened) expect([rule, times > 20]).toEqual([rule, true]);
  expect([...opened.keys()].toSorted()).toEqual(rules.map(({ name: of }) => of).toSorted());
}, 60_000);

test("of many sources the longest silent are kept, in an order that only their freshness decides", () => {
  const law = fc.property(
    fc.uniqueArray(fc.integer({ min: 0, max: 99 }), { maxLength: 60 }),
    (ages) => {
      const ids = ages.map((age) => connectionId(String(age).padStart(10, "0")));
      const at = (age: number) => new Date(Date.UTC(2026, 0, 1) - age * 60_000).toISOString();
      const states = new Map(
        ages.map((age, index) => {
          const id = ids[index] ?? toolA;
          return [id, source(id, { freshAt: at(age) as SourceState["freshAt"] })];
        }),
      );
      const kept = freshnessOf(states, ids);
      expect(kept.length).toBe(Math.min(ages.length, restsOnMax));
      expect(kept.map(({ freshAt }) => freshAt)).toEqual(
        ages
          .toSorted((a, b) => b - a)
          .slice(0, restsOnMax)
          .map(at),
      );
    },
  );
  fc.assert(law);
});
