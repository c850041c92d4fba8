import * as fc from "fast-check";
import { expect, test } from "vitest";

import { judge } from "#shared/graph/line-of-sight.ts";
import { compileLinkRules } from "#shared/graph/link-rules-compile.ts";
import { Org } from "#shared/graph/org.ts";
import { freshnessOf, restsOnMax } from "#shared/graph/rests-on.ts";
import type { SourceState } from "#shared/graph/sources.ts";
import type { MemoryGraph } from "#shared/graph/view.ts";
import type { Evaluation } from "#shared/kit/rule.ts";
import { isOpen } from "#shared/model/facts.ts";
import type { ConnectionId, SubjectId } from "#shared/model/ids.ts";
import { connectionId, dependencyId, factId, readFactId } from "#shared/model/ids.ts";
import { CalendarDate, instantOf } from "#shared/model/time.ts";
import { rules } from "#shared/rules/index.ts";
import { account, goal, orgUnit, person, workItem } from "#shared/testing/facts.ts";
import { earlier, graphOf, later, now, source } from "#shared/testing/graph.ts";
import { linkRule } from "#shared/testing/link-rules.ts";

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
  "file1aaaaa",
].map((name) => connectionId(name));
const [toolA, toolB, goalsA, goalsB, hrA, hrB, file] = connections as [
  ConnectionId,
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
const accountRef = fc.tuple(tool, name).map(([of, id]) => factId("account", "tool", of, id));
const personRef = fc.tuple(hr, name).map(([of, id]) => factId("person", "hr", of, id));
const maybe = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined });
const rarely = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined, freq: 1 });

const day = fc.constantFrom(undefined, "2026-04-01", "2026-05-01");
const seldom = fc.constantFrom(false, false, true);

const expiresAt = fc.oneof(
  { arbitrary: fc.constant(undefined), weight: 6 },
  fc.constantFrom(earlier, later),
);
const linkSource = fc.oneof(
  { arbitrary: fc.constantFrom(...(["native", "field", "person"] as const)), weight: 6 },
  fc.constant("suggestion" as const),
);
/** What a person said is asserted by no record. */
const link = fc.record({ by: maybe(goalRef), source: linkSource, expiresAt });

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
      others: fc.array(itemRef, { maxLength: 1 }),
      label: maybe(name),
      canHoldGoal: fc.constantFrom(true, true, true, false),
    }),
    { maxLength: 6, minLength: 2, selector: ({ id }) => id },
  ),
  goals: fc.uniqueArray(
    fc.record({
      id: goalRef,
      status: fc.constantFrom(...(["todo", "todo", "in-progress", "done", "dropped"] as const)),
      parentId: maybe(goalRef),
      owner: maybe(fc.tuple(tool, name)),
      startOn: rarely(fc.constantFrom("2026-02-01", "2026-03-20")),
      dueOn: fc.oneof({ arbitrary: day, weight: 9 }, fc.constant("2026-02-20")),
      teamName: maybe(name),
    }),
    { maxLength: 5, selector: ({ id }) => id },
  ),
  goalLinks: fc.array(fc.tuple(goalRef, goalRef, link), { maxLength: 3 }),
  links: fc.array(fc.tuple(itemRef, goalRef, link), { maxLength: 4 }),
  waits: fc.array(fc.tuple(itemRef, itemRef, maybe(itemRef)), { maxLength: 4 }),
  /** When the one is said to have begun to wait for the other. */
  waited: fc.array(fc.tuple(itemRef, itemRef), { maxLength: 2 }),
  buried: fc.array(fc.oneof(itemRef, goalRef), { maxLength: 2 }),
  linkRules: fc.array(
    fc.record({
      filter: fc.constantFrom("label = a", "team = a", "label != b", "connection = tool2aaaaa"),
      goalId: goalRef,
      expiresAt,
    }),
    { maxLength: 1 },
  ),
  /** Whose work may stand outside strategy. */
  allowed: maybe(name),
  units: fc.uniqueArray(
    fc.record({
      id: unitRef,
      name,
      parentId: maybe(unitRef),
      hasEnded: seldom,
      boundToId: rarely(unitRef),
      level: fc.constantFrom(2, 3, 3),
    }),
    { maxLength: 4, selector: ({ id }) => id },
  ),
  /** Where a source goes away. */
  leavesTombstones: fc.boolean(),
  /** A connection that does not work, and does not show all. */
  troubled: maybe(fc.constantFrom(...connections)),
  people: fc.uniqueArray(
    fc.record({
      of: hr,
      email: name,
      unitId: maybe(unitRef),
      hasLeft: seldom,
      managerId: maybe(personRef),
      formerEmail: rarely(name),
      externalId: rarely(name),
    }),
    {
      maxLength: 4,
      selector: ({ of, email }) => `${of}${email}`,
    },
  ),
  memberships: fc.array(
    fc.record({
      personId: personRef,
      unitId: unitRef,
      isPrimary: fc.boolean(),
      isLead: fc.boolean(),
      by: fc.constantFrom(hrA, hrB, file, undefined),
    }),
    { maxLength: 3 },
  ),
  matches: fc.array(fc.tuple(accountRef, maybe(personRef)), { maxLength: 2 }),
  same: fc.array(fc.tuple(personRef, maybe(personRef)), { maxLength: 2 }),
});
type Company = typeof company extends fc.Arbitrary<infer T> ? T : never;

const longAgo = instantOf(Date.parse("2025-01-01T00:00:00.000Z"));

interface Without {
  readonly gone?: ConnectionId;
  /** As `gone`, and of what it told is known that it was removed. */
  readonly removed?: ConnectionId;
  readonly silent?: ConnectionId;
}

function connectionOf(id: string): ConnectionId {
  return readFactId(id)?.connectionId ?? toolA;
}

const mailOf = (who: string) => `${who}@company.example`;
const stated = { connectionId: toolA, createdAt: longAgo };

function orgOf(given: Company, gone: ConnectionId | undefined): Org {
  const stays = ({ id }: { readonly id: string }) => connectionOf(id) !== gone;
  const accounts = [toolA, toolB].flatMap((connection) =>
    ["a", "b", "c"].map((who) => ({
      ...account(who, {
        connectionId: connection,
        isActive: connection === toolA || who !== "c",
        ...(who === "b" && { externalId: "a" }),
      }),
      id: factId("account", "tool", connection, who),
    })),
  );
  const people = given.people.map(({ of, email, hasLeft, formerEmail, ...told }) => ({
    ...person(email, {
      connectionId: of,
      employmentStatus: hasLeft ? "inactive" : "active",
      ...(formerEmail && { formerWorkEmails: [mailOf(formerEmail)] }),
      ...known(told),
    }),
    id: factId("person", "hr", of, email),
  }));
  const units = given.units.map(({ id, name: called, hasEnded, boundToId, level, parentId }) => ({
    ...orgUnit(called, {
      connectionId: connectionOf(id),
      level,
      ...(hasEnded && { endOn: CalendarDate.parse("2026-02-01") }),
      ...(boundToId && { boundToId, isDeliveryTeam: true }),
      ...known({ parentId }),
    }),
    id,
  }));
  return new Org({
    accounts: accounts.filter(stays),
    people: people.filter(stays),
    units: units.filter(stays),
    // What an operator said stays, whatever becomes of those it is about.
    matches: [...new Map(given.matches)].map(([accountId, personId]) => ({
      type: "match",
      accountId,
      ...known({ personId }),
      ...stated,
    })),
    samePeople: [...new Map(given.same)].map(([personId, intoId]) => ({
      type: "same-person",
      personId,
      ...known({ intoId }),
      ...stated,
    })),
    memberships: given.memberships
      .filter(({ by }) => by === undefined || by !== gone)
      .map(({ by, ...told }) => ({
        type: "membership",
        ...told,
        createdAt: longAgo,
        ...(by && { assertedBy: factId("person", "hr", by, "a") }),
      })),
  });
}

/** What is told, without what is not. */
function known<T extends object>(given: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const told = Object.entries(given).filter(([, value]) => value !== undefined);
  return Object.fromEntries(told) as { [K in keyof T]?: Exclude<T[K], undefined> };
}

function edgesOf(given: Company, gone: ConnectionId | undefined) {
  return [
    ...[...given.links, ...given.goalLinks].map(([fromId, toId, { by, source: of, ...told }]) => ({
      type: "link" as const,
      fromId,
      toId,
      source: of,
      confidence: 1,
      ...known({ assertedBy: by, ...told }),
    })),
    ...given.waits.map(([blockedId, blockingId, assertedBy]) => ({
      type: "dependency" as const,
      blockedId,
      blockingId,
      source: "native" as const,
      ...known({ assertedBy }),
    })),
  ].filter(({ assertedBy }) => assertedBy === undefined || connectionOf(assertedBy) !== gone);
}

/** The graph of the company, one source being silent, or gone with all that it told. */
function seen(given: Company, { removed, gone = removed, silent }: Without = {}): MemoryGraph {
  const stays = ({ id }: { readonly id: string }) => connectionOf(id) !== gone;
  const sources = connections
    .filter((id) => id !== gone)
    .map((id): SourceState =>
      source(id, {
        providesGoals: id === goalsA || id === goalsB,
        isStale: id === silent,
        ...(id === given.troubled && { problem: { code: "refused", since: longAgo } }),
      }),
    );
  const items = given.items.map(({ id, isDone, isSilent, dueOn, assignee, others, ...told }) => {
    const { label, parentId, teamName, canHoldGoal } = told;
    return {
      ...workItem(id.slice(-1), {
        connectionId: connectionOf(id),
        status: isDone ? "done" : "in-progress",
        canHoldGoal,
        ...(isSilent && { sourceVersion: 0 }),
        ...(dueOn && { dueOn: CalendarDate.parse(dueOn) }),
        ...(assignee && { assigneeId: factId("account", "tool", connectionOf(id), assignee) }),
        ...(others.length > 0 && { otherParentIds: others }),
        ...(label && { labels: [label] }),
        ...known({ parentId, teamName }),
      }),
      id,
    };
  });
  const goalsTold = given.goals.map(({ id, status, owner, startOn, dueOn, ...told }) => ({
    ...goal(id.slice(-1), {
      connectionId: connectionOf(id),
      status,
      createdAt: longAgo,
      sourceVersion: 0,
      progress: 0.5,
      ...(owner && { ownerId: factId("account", "tool", ...owner) }),
      ...(startOn && { startOn: CalendarDate.parse(startOn) }),
      ...(dueOn && { dueOn: CalendarDate.parse(dueOn) }),
      ...known(told),
    }),
    id,
  }));
  const linkRules = compileLinkRules(
    given.linkRules.map(({ filter, ...told }) => ({
      ...linkRule("one", filter),
      ...known(told),
    })),
    now,
  );
  const graph = graphOf({
    org: orgOf(given, gone),
    sources,
    linkRules,
    edges: edgesOf(given, gone),
    items: items.filter(stays),
    goals: goalsTold.filter(stays),
  });
  const buried = [
    ...given.buried,
    ...linkRules.goalIds,
    ...[...items, ...goalsTold].flatMap(({ id, connectionId: of }) => (of === removed ? id : [])),
  ];
  const held = new Set<string>([...graph.items(), ...graph.goals()].map(({ id }) => id));
  for (const id of buried) if (!held.has(id)) graph.addRemoved(id);
  for (const [itemId, to] of given.waited.filter(([id]) => held.has(id))) {
    const transitions = [{ what: "blocked-by" as const, at: longAgo, to }];
    graph.addHistory({ itemId, transitions, isCut: false, sourceVersion: 1, readAt: longAgo });
  }
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

/** How the company has set its rules. */
function optionsIn(given: Company, ruleName: string): unknown {
  if (ruleName === "too-many-objectives") return { most: 1 };
  return ruleName === "unlinked-work" ? { allowances: allowancesOf(given) } : {};
}

function allowancesOf({ allowed }: Company) {
  return allowed === undefined ? [] : [{ reason: "Their work", teams: [allowed] }];
}

function evaluate(
  given: Company,
  view: MemoryGraph,
  [ruleName, subjectId]: readonly [string, SubjectId],
): Evaluation {
  const rule = rules.find((one) => one.name === ruleName);
  if (!rule) throw new Error(`There is no rule ${ruleName}`);
  const options = rule.options.parse(optionsIn(given, ruleName));
  return rule.evaluate({ view, subjectId, options, now });
}

/** What is found, without the list of what it rests on. */
function finding(evaluation: Evaluation): unknown {
  if (evaluation.state !== "open") return evaluation;
  const { restsOn: _restsOn, ...rest } = evaluation;
  return rest;
}

/** To compare many of them: hardly any two differ. */
function told(evaluation: Evaluation): string {
  return JSON.stringify(finding(evaluation));
}

/** Of open work under a closed anchor one is named: it may be another, where what was said is right all the same. */
function isAnotherWitness(given: Company, view: MemoryGraph, [was, is]: readonly Evaluation[]) {
  if (was?.state !== "open" || is?.state !== "open") return false;
  const [one, anchor] = was.evidence.path;
  const witness = [...view.items()].find(({ id }) => id === one?.id);
  if (!witness || !isOpen(witness) || anchor === undefined) return false;
  const options = { now, allowances: allowancesOf(given), homes: "spine" } as const;
  const { verdict, anchorId } = judge(view, witness, options);
  return verdict === "unlinked" && anchorId === anchor.id;
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
    for (const subject of subjectsOf(given)) {
      const [rule] = subject;
      const is = evaluate(given, viewOf(), subject);
      if (is.state !== "open") continue;
      opened.set(rule, (opened.get(rule) ?? 0) + 1);
      const named = new Set([...is.connectionIds, ...(is.restsOn ?? [])]);
      for (const id of connections.filter((one) => !named.has(one))) {
        const away = given.leavesTombstones ? { removed: id } : { gone: id };
        for (const without of [{ silent: id }, away]) {
          const then = evaluate(given, viewOf(without), subject);
          if (told(then) === told(is)) continue;
          const isOfUnlinked = rule === "unlinked-work";
          if (isOfUnlinked && isAnotherWitness(given, viewOf(without), [is, then])) continue;
          expect([rule, without, finding(then)]).toEqual([rule, without, finding(is)]);
        }
      }
    }
  });
  // So many that the rarest findings come sixty times, and never fewer than twenty.
  fc.assert(law, { numRuns: 2500 });
  for (const [rule, times] of opened) expect([rule, times > 20]).toEqual([rule, true]);
  expect([...opened.keys()].toSorted()).toEqual(rules.map(({ name: of }) => of).toSorted());
}, 180_000);

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
