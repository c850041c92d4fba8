import * as fc from "fast-check";
import { expect, test } from "vitest";

import { turnOfDay } from "#functions/sweep/turn-of-day.ts";
import { orgAsOf } from "#shared/graph/as-of.ts";
import { noLinkRules } from "#shared/graph/link-rules.ts";
import { Org } from "#shared/graph/org.ts";
import type { ReorgRule } from "#shared/graph/reorg-case.ts";
import { partsWithUpload } from "#shared/graph/reorg-parts.ts";
import { isEmptyReport, previewReorg } from "#shared/graph/reorg.ts";
import type { ReorgReport } from "#shared/graph/reorg.ts";
import type { Change } from "#shared/model/change.ts";
import type { Person } from "#shared/model/facts.ts";
import { signalId } from "#shared/model/ids.ts";
import type { Signal } from "#shared/model/signal.ts";
import { CalendarDate, dateOf, dayMs } from "#shared/model/time.ts";
import { rules } from "#shared/rules/index.ts";
import { readSourceStates } from "#shared/store/connections.ts";
import { readOrgParts } from "#shared/store/org-parts.ts";
import { loadWholeGraph } from "#shared/store/whole-graph.ts";
import {
  account,
  accountId,
  blockedBy,
  goal,
  goalConnection,
  goalId,
  itemId,
  linkTo,
  orgUnit,
  peopleConnection,
  person,
  personId,
  removed,
  unitId,
  upserted,
  workConnection,
  workItem,
} from "#shared/testing/facts.ts";
import { createSilentLogger } from "#shared/testing/silent-logger.ts";

import { MemoryHub } from "../rig/memory-hub.ts";

/*
 * The law of a preview: what it announces is what happens, in the signals of the real rules, and of the
 * organisation that stands there is nothing to announce.
 */

const [today, comingDay] = [CalendarDate.parse("2026-03-02"), CalendarDate.parse("2026-03-09")];
const lastDay = CalendarDate.parse("2026-03-08");
const names = ["p0", "p1", "p2", "p3", "p4", "p5"];
const works = ["w0", "w1", "w2", "w3", "w4", "w5"];
const maybe = (all: readonly string[]) => fc.option(fc.constantFrom(...all), { nil: undefined });
const stand = fc.record({ unit: maybe(["red", "blue", "green"]), manager: maybe(names) });
type Stand = typeof stand extends fc.Arbitrary<infer T> ? T : never;

const company = fc.record({
  before: fc.array(stand, { minLength: names.length, maxLength: names.length }),
  after: fc.array(fc.option(stand, { nil: undefined }), {
    minLength: names.length,
    maxLength: names.length,
  }),
  leavers: fc.subarray(names, { maxLength: 2 }),
  greenMoves: fc.boolean(),
  work: fc.array(
    fc.record({
      assignee: maybe(names),
      team: fc.option(fc.constantFrom("red", "green"), { nil: undefined, freq: 3 }),
      blockers: fc.subarray(works, { maxLength: 3 }),
      isLinked: fc.boolean(),
    }),
    { minLength: works.length, maxLength: works.length },
  ),
});
type Company = typeof company extends fc.Arbitrary<infer T> ? T : never;

const fieldsOf = ({ unit, manager }: Stand) => ({
  ...(unit !== undefined && { unitId: unitId(unit) }),
  ...(manager !== undefined && { managerId: personId(manager) }),
});

function workOf({ work }: Company): readonly Change[] {
  return [
    upserted(goal("g", { ownerId: accountId("p0") })),
    ...names.map((name) => upserted(account(name))),
    ...work.map(({ assignee, team, blockers, isLinked }, at) => {
      const name = `w${at}`;
      const fields = {
        ...(assignee !== undefined && { assigneeId: accountId(assignee) }),
        ...(team !== undefined && { teamName: team }),
      };
      return upserted(workItem(name, fields), [
        ...(isLinked ? [linkTo(itemId(name), goalId("g"))] : []),
        ...blockers.map((blocker) => blockedBy(itemId(name), itemId(blocker))),
      ]);
    }),
  ];
}

const frame = [
  orgUnit("company", { originalKind: "company", level: 0 }),
  orgUnit("dept", { originalKind: "department", level: 2, parentId: unitId("company") }),
  orgUnit("red", { parentId: unitId("dept") }),
  orgUnit("blue", { parentId: unitId("dept") }),
];

/** People and units whose timelines hold both days. */
function dated({ before, after, leavers, greenMoves }: Company): readonly Change[] {
  const people = before.map((now, at): Person => {
    const name = `p${at}`;
    const next = after[at];
    const rows = [
      { validFrom: today, ...fieldsOf(now) },
      ...(next ? [{ validFrom: comingDay, ...fieldsOf(next) }] : []),
    ];
    return person(name, {
      placements: rows,
      ...(leavers.includes(name) && { endOn: lastDay }),
    });
  });
  const green = orgUnit("green", {
    placements: [
      { validFrom: today, parentId: unitId("company") },
      ...(greenMoves ? [{ validFrom: comingDay, parentId: unitId("dept") }] : []),
    ],
  });
  return [...frame, green, ...people].map((record) => upserted(record));
}

function activeRules(now: ReturnType<MemoryHub["clock"]["now"]>): readonly ReorgRule[] {
  return rules.map((rule) => {
    const options = rule.options.parse({});
    return {
      name: rule.name,
      subjects: (graph) => rule.subjects(graph),
      evaluate: (view, subjectId) => rule.evaluate({ view, subjectId, options, now }),
    };
  });
}

async function hubWith(changes: readonly Change[]): Promise<MemoryHub> {
  const hub = await MemoryHub.ready();
  for (const { name } of rules) await hub.setRule(name);
  await hub.apply(...changes);
  return hub;
}

/** What the preview says of the organisation that `other` makes of the one that stands. */
async function preview(
  hub: MemoryHub,
  other: (parts: Awaited<ReturnType<typeof readOrgParts>>) => Org,
): Promise<ReorgReport> {
  const sources = await readSourceStates(hub.table, hub.clock, {
    providesGoals: ({ id }) => id === goalConnection,
    isSource: () => true,
  });
  const whole = await loadWholeGraph(hub.table, sources, { day: today, linkRules: noLinkRules });
  const parts = await readOrgParts(hub.table);
  return previewReorg({
    graph: whole.graph,
    today: new Org({ ...parts, day: today }),
    other: other(parts),
    openSignals: whole.openSignals,
    rules: activeRules(hub.clock.now()),
  });
}

type Routes = ReadonlyMap<string, string>;
const routeOf = (teamIds: readonly string[], leaderId: string | undefined) =>
  `${teamIds.join("+")} then ${leaderId ?? "nobody"}`;
const routesOf = (signals: readonly Signal[]): Routes =>
  new Map(signals.map(({ id, teamIds, leaderId }) => [id, routeOf(teamIds, leaderId)]));

function afterwards(before: Routes, { signals }: ReorgReport): Routes {
  const routes = new Map(before);
  for (const { rule, subjectId, after } of signals) {
    const id = signalId(rule, subjectId);
    if (after) routes.set(id, routeOf(after.teamIds, after.leaderId));
    else routes.delete(id);
  }
  return routes;
}

const sorted = (routes: Routes) => [...routes].map((entry) => entry.join(" to ")).toSorted();

test("of a future day: the day's turn brings exactly the signals that the preview announced", async () => {
  const law = fc.asyncProperty(company, async (given) => {
    const hub = await hubWith([...dated(given), ...workOf(given)]);
    const before = routesOf(await hub.openSignals());
    const report = await preview(hub, (parts) => orgAsOf(parts, comingDay));
    hub.clock.advance(7 * dayMs);
    expect(dateOf(hub.clock.now())).toBe(comingDay);
    const freshAt = hub.clock.now();
    for (const id of [workConnection, goalConnection, peopleConnection])
      await hub.changeConnection(id, (connection) => ({ ...connection, freshAt }));
    await hub.settle();
    await turnOfDay({ table: hub.table, clock: hub.clock, logger: createSilentLogger() });
    await hub.settle();
    expect(sorted(routesOf(await hub.openSignals()))).toEqual(sorted(afterwards(before, report)));
  });
  await fc.assert(law, { numRuns: 60 });
}, 60_000);

test("of an uploaded organisation: applying it brings exactly the signals that the preview announced", async () => {
  const law = fc.asyncProperty(company, async (given) => {
    const hub = await hubWith([...dated({ ...given, leavers: [], after: [] }), ...workOf(given)]);
    const before = routesOf(await hub.openSignals());
    const people = names
      .filter((name) => !given.leavers.includes(name))
      .map((name, at) => {
        const { unit, manager } = given.after[at] ?? { unit: undefined, manager: undefined };
        return person(name, { version: 1, ...fieldsOf({ unit, manager }) });
      });
    const parentId = unitId(given.greenMoves ? "dept" : "company");
    const units = [...frame, orgUnit("green", { parentId })].map((unit) => ({
      ...unit,
      sourceVersion: unit.sourceVersion + 1,
    }));
    const report = await preview(
      hub,
      (parts) => new Org({ ...partsWithUpload(parts, { people, units }), day: today }),
    );
    await hub.apply(
      ...[...units, ...people].map((record) => upserted(record)),
      ...given.leavers.map((name) => removed(personId(name), 2)),
    );
    expect(sorted(routesOf(await hub.openSignals()))).toEqual(sorted(afterwards(before, report)));
  });
  await fc.assert(law, { numRuns: 60 });
}, 60_000);

test("of the organisation that stands there is nothing to say", async () => {
  const law = fc.asyncProperty(company, async (given) => {
    const hub = await hubWith([...dated(given), ...workOf(given)]);
    const sameDay = await preview(hub, (parts) => orgAsOf(parts, today));
    const sameRecords = await preview(
      hub,
      (parts) => new Org({ ...partsWithUpload(parts, parts), day: today }),
    );
    expect([isEmptyReport(sameDay), isEmptyReport(sameRecords)]).toEqual([true, true]);
  });
  await fc.assert(law, { numRuns: 40 });
}, 60_000);
