import * as fc from "fast-check";

import { minuteMs, instantOf } from "#shared/model/time.ts";
import { storeHistories } from "#shared/store/histories.ts";
import { goalId, itemId } from "#shared/testing/facts.ts";

import type { MemoryHub } from "../rig/memory-hub.ts";
import type { Step, StepOf } from "./history.ts";
import {
  accountStep,
  goalStep,
  itemStep,
  matchStep,
  personStep,
  removal,
  take,
  unitStep,
} from "./history.ts";

/*
 * Histories in which nearly everything is in a circle: three items and three goals that are each other's
 * parents and wait for each other, parents that are mostly never told of, and edits of a single field, for
 * whoever makes a record anew each time never sees what one small change does alone.
 */

const few = ["i1", "i2", "i3"];
const goals = ["g1", "g2", "g3"];
/** What is only heard of as gone sends its children to their further homes. */
const seldomTold = ["i4", "i5", "i6"];
const one = (names: readonly string[]) => fc.constantFrom(...names);
const maybe = (names: readonly string[]) => fc.option(one(names), { nil: undefined, freq: 3 });
const status = fc.constantFrom("in-progress" as const, "todo" as const, "done" as const);
const edition = fc.constantFrom("", "moved");
const team = maybe(["t1", "T2", "Reds"]);
const parent = maybe([...few, ...seldomTold]);
const blockers = fc.subarray(few, { maxLength: 2 });
const serves = fc.subarray(goals, { maxLength: 2 });

const knot = {
  id: one([...few, ...few, ...seldomTold]),
  other: one(few),
  team: fc.option(team, { nil: undefined, freq: 2 }),
};
const knottedItem = fc
  .tuple(itemStep, fc.record({ ...knot, parent, status, blockers }))
  .map(([any, tied]) => ({ ...any, ...tied, links: [] }));
const knottedGoal = fc
  .tuple(goalStep, fc.record({ parent: maybe(goals), serves }))
  .map(([any, tied]) => ({ ...any, ...tied, supports: [] }));

/** One field of a record that was told of before, the latest or some before it. */
const itemEdit = fc.record({
  kind: fc.constant("item" as const),
  fields: fc.oneof(
    { arbitrary: fc.record({ edition }), weight: 2 },
    fc.record({ status }),
    fc.record({ parent }),
    fc.record({ other: maybe(few) }),
    fc.record({ blockers }),
    fc.record({ team }),
    fc.record({ assignee: maybe(["p1", "p2", "p3"]) }),
    fc.record({ dueOn: fc.constantFrom("2026-04-01" as const, "2026-05-01" as const, undefined) }),
  ),
});
const goalEdit = fc.record({
  kind: fc.constant("goal" as const),
  fields: fc.oneof(
    fc.record({ edition }),
    fc.record({ parent: maybe(goals) }),
    fc.record({ serves }),
    fc.record({ team }),
  ),
});
const editStep = fc.record({
  kind: fc.constant("edit" as const),
  back: fc.nat({ max: 3 }),
  edit: fc.oneof({ arbitrary: itemEdit, weight: 2 }, goalEdit),
});

/** The tool tells since when an item waits for others. */
const waitingSinceStep = fc.record({
  kind: fc.constant("waiting-since" as const),
  id: one(few),
  since: fc.tuple(...few.map((to) => fc.record({ to: fc.constant(to), minute: fc.nat(90) }))),
});
type WaitingSince = StepOf<typeof waitingSinceStep>;

export type CourseStep = Step | WaitingSince;

const removedOne = fc
  .tuple(
    removal,
    fc.constantFrom(...[...few, ...seldomTold, ...seldomTold].map(itemId), ...goals.map(goalId)),
  )
  .map(([any, id]) => ({ ...any, id }));

/** Somebody's parent goes, which closes a circle by the further home, and may come back, which opens it. */
const homeless = fc
  .record({
    item: itemStep,
    gone: one(seldomTold),
    child: one(few),
    home: one(few),
    comesBack: fc.boolean(),
  })
  .map(({ item, gone, child, home, comesBack }) => {
    const open = { ...item, links: [], blockers: [], status: "todo" as const };
    return [
      { ...open, id: child, parent: gone, other: home },
      { ...open, id: home, parent: child },
      { kind: "removal" as const, id: itemId(gone) },
      ...(comesBack ? [{ ...open, id: gone, parent: undefined }] : []),
    ];
  });

const tangledStep = fc.oneof(
  { arbitrary: knottedItem, weight: 8 },
  { arbitrary: knottedGoal, weight: 4 },
  { arbitrary: editStep, weight: 18 },
  { arbitrary: removedOne, weight: 5 },
  { arbitrary: waitingSinceStep, weight: 4 },
  { arbitrary: fc.oneof(personStep, accountStep, unitStep, matchStep), weight: 8 },
);
const scene = fc.oneof(
  { arbitrary: tangledStep.map((step) => [step]), weight: 15 },
  { arbitrary: homeless, weight: 1 },
);

/** Edits become the whole records that a source would tell. */
export const tangledSteps: fc.Arbitrary<readonly CourseStep[]> = fc
  .array(scene, { maxLength: 35, size: "max" })
  .map((scenes) => {
    const told: CourseStep[] = [];
    for (const step of scenes.flat()) {
      const whole = step.kind === "edit" ? edited(told, step) : step;
      if (whole) told.push(whole);
    }
    return told;
  });

function edited(
  told: readonly CourseStep[],
  { back, edit }: StepOf<typeof editStep>,
): CourseStep | undefined {
  const latest = new Map<string, StepOf<typeof itemStep> | StepOf<typeof goalStep>>();
  for (const step of told.toReversed()) {
    if (step.kind !== "item" && step.kind !== "goal") continue;
    if (step.kind === edit.kind && !latest.has(step.id)) latest.set(step.id, step);
  }
  const found = [...latest.values()].at(back % Math.max(latest.size, 1));
  // Both are of the one kind: it was looked for.
  return found && ({ ...found, ...edit.fields } as Step);
}

/** Lets one step of either kind of history happen. */
export async function takeOf(hub: MemoryHub, given: CourseStep, turn: number): Promise<void> {
  if (given.kind !== "waiting-since") return take(hub, given, turn);
  const transitions = given.since
    .toSorted((a, b) => a.minute - b.minute)
    .map(({ to, minute }) => ({
      what: "blocked-by" as const,
      at: instantOf(minute * minuteMs),
      to: itemId(to),
    }));
  const history = { itemId: itemId(given.id), transitions, isCut: false };
  await storeHistories(hub.table, [{ ...history, sourceVersion: turn, readAt: hub.clock.now() }]);
}
