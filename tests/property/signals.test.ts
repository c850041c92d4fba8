import * as fc from "fast-check";
import { expect, test } from "vitest";

import type { Change } from "#shared/model/change.ts";
import {
  account,
  accountId,
  blockedBy,
  goal,
  goalId,
  itemId,
  linkTo,
  orgUnit,
  person,
  personId,
  removed,
  unitId,
  upserted,
  workItem,
} from "#shared/testing/facts.ts";

import { MemoryHub } from "../rig/memory-hub.ts";

/*
 * The law: after any history, the open signals are those that an evaluation of the whole graph gives.
 * Names come from small sets, so that histories meet themselves: cycles, re-created records, dangling
 * parents and edges are all common.
 */

const items = ["i1", "i2", "i3", "i4", "i5", "i6"];
const goals = ["g1", "g2"];
const people = ["p1", "p2", "p3"];
const teams = ["t1", "t2"];

const name = (names: readonly string[]) => fc.constantFrom(...names);
const maybe = (names: readonly string[]) => fc.option(name(names), { nil: undefined });

/** Steps are plain data, so that a counterexample can be read; their version is their turn. */
const itemStep = fc.record({
  kind: fc.constant("item" as const),
  id: name(items),
  parent: maybe(items),
  other: maybe(items),
  status: fc.constantFrom("todo" as const, "in-progress" as const, "done" as const),
  assignee: maybe(people),
  links: fc.subarray(goals),
  blockers: fc.subarray(items, { maxLength: 2 }),
  canHoldGoal: fc.boolean(),
});
const goalStep = fc.record({
  kind: fc.constant("goal" as const),
  id: name(goals),
  status: fc.constantFrom("in-progress" as const, "done" as const, "dropped" as const),
  supports: fc.subarray(items, { maxLength: 2 }),
});
const personStep = fc.record({
  kind: fc.constant("person" as const),
  id: name(people),
  team: maybe(teams),
  manager: maybe(people),
});
const removal = fc.record({
  kind: fc.constant("removal" as const),
  id: fc.oneof(name(items).map(itemId), name(goals).map(goalId), name(people).map(personId)),
});
const step = fc.oneof(
  { arbitrary: itemStep, weight: 6 },
  { arbitrary: goalStep, weight: 2 },
  { arbitrary: personStep, weight: 2 },
  { arbitrary: removal, weight: 1 },
);
type StepOf<A> = A extends fc.Arbitrary<infer S> ? S : never;
type Step = StepOf<typeof step>;

function changeOf(given: Step, version: number): Change {
  switch (given.kind) {
    case "item":
      return itemChange(given, version);
    case "goal": {
      const edges = given.supports.map((item) => linkTo(itemId(item), goalId(given.id)));
      return upserted(goal(given.id, { version, status: given.status }), edges);
    }
    case "person": {
      const record = person(given.id, {
        version,
        ...(given.team !== undefined && { unitId: unitId(given.team) }),
        ...(given.manager !== undefined && { managerId: personId(given.manager) }),
      });
      return upserted(record);
    }
    case "removal":
      return removed(given.id, version);
  }
}

function itemChange(given: StepOf<typeof itemStep>, version: number): Change {
  const id = itemId(given.id);
  const blockers = given.blockers.filter((other) => other !== given.id);
  const record = workItem(given.id, {
    version,
    status: given.status,
    canHoldGoal: given.canHoldGoal,
    ...(given.parent !== undefined && { parentId: itemId(given.parent) }),
    ...(given.parent !== undefined &&
      given.other !== undefined && { otherParentIds: [itemId(given.other)] }),
    ...(given.assignee !== undefined && { assigneeId: accountId(given.assignee) }),
  });
  return upserted(record, [
    ...given.links.map((to) => linkTo(id, goalId(to))),
    ...blockers.map((other) => blockedBy(id, itemId(other))),
  ]);
}

const start: readonly Change[] = [
  upserted(orgUnit("t1")),
  upserted(orgUnit("t2")),
  ...people.map((id) => upserted(account(id))),
  ...people.map((id, index) => upserted(person(id, { unitId: unitId(teams[index % 2] ?? "t1") }))),
];

test("after any history, open signals equal those of a recompute from scratch", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 40 }),
      fc.integer({ min: 1, max: 5 }),
      async (steps, batch) => {
        const hub = await MemoryHub.ready();
        await hub.apply(...start);
        const drifts: number[] = [];
        for (const [index, given] of steps.entries()) {
          await hub.apply(changeOf(given, index + 1));
          if (index % batch === 0) drifts.push(await hub.drift());
        }
        expect(new Set([...drifts, await hub.drift()])).toEqual(new Set([0]));
      },
    ),
    { numRuns: 150 },
  );
});

/*
 * The reconcile matters: an edit that is undone before we hear of it costs no write, so the edit
 * itself, heard later, is believed until the record is read again (docs/decisions/0003).
 */
test("the same changes in any order, repeated any number of times, end in the same signals after a reconcile", async () => {
  const histories = fc.array(step, { minLength: 1, maxLength: 15 }).chain((steps) => {
    const turns = steps.map((_, index) => index);
    return fc.subarray(turns).chain((again) =>
      fc.record({
        steps: fc.constant(steps),
        order: fc.shuffledSubarray([...turns, ...again], {
          minLength: turns.length + again.length,
        }),
      }),
    );
  });
  await fc.assert(
    fc.asyncProperty(histories, async ({ steps, order }) => {
      const [first, second] = [await MemoryHub.ready(), await MemoryHub.ready()];
      await first.apply(...start);
      await second.apply(...start);
      const changes = steps.map((given, index) => changeOf(given, index + 1));
      for (const change of changes) await first.apply(change);
      for (const turn of order) await second.apply(...changes.slice(turn, turn + 1));
      await second.apply(...latestOf(changes));
      const open = async (hub: MemoryHub) =>
        (await hub.openSignals()).map(({ id }) => id).toSorted();
      expect(await open(second)).toEqual(await open(first));
    }),
    { numRuns: 150 },
  );
});

/** What a full read of the sources would bring: each record as its last change left it. */
function latestOf(changes: readonly Change[]): readonly Change[] {
  const latest = new Map(
    changes.map((change) => [change.kind === "upserted" ? change.record.id : change.id, change]),
  );
  return [...latest.values()];
}
