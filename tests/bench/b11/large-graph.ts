import { Org } from "#shared/graph/org.ts";
import { MemoryGraph } from "#shared/graph/view.ts";
import type { Dependency, Link } from "#shared/model/edges.ts";
import type { Goal, WorkItem } from "#shared/model/facts.ts";
import type { GoalId, WorkItemId } from "#shared/model/ids.ts";
import {
  account,
  accountId,
  goal,
  goalId,
  itemId,
  orgUnit,
  person,
  unitId,
  workItem,
} from "#shared/testing/facts.ts";
import { now, wholeSources } from "#shared/testing/graph.ts";

export const itemCount = 1_000_000;
const goalCount = 5_000;
const peopleCount = 2_000;
const teamCount = 200;
const departmentCount = 20;
/** Of a hundred items: an initiative, nine epics, forty stories, fifty pieces of them. */
const levels = [
  { kind: "initiative", from: 0, to: 10_000 },
  { kind: "epic", from: 10_000, to: 100_000 },
  { kind: "story", from: 100_000, to: 500_000 },
  { kind: "subtask", from: 500_000, to: itemCount },
] as const;

/** Numbers that look random and are the same on every run: mulberry32. */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** A whole number from 0 up to and without `sides`. */
  roll(sides: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * sides);
  }
}

/** One text for each id, however often it is named: a graph this large is read with shared texts. */
const itemIds = Array.from({ length: itemCount }, (_, n) => itemId(`i${n}`));
const goalIds = Array.from({ length: goalCount }, (_, n) => goalId(`g${n}`));
export const idOf = (n: number): WorkItemId => itemIds[n] ?? itemId(`i${n}`);
const goalIdOf = (n: number): GoalId => goalIds[n] ?? goalId(`g${n}`);

const statuses = ["todo", "in-progress", "done", "dropped"] as const;

/** An item somewhere in the level above, for an item of this number; none for the topmost. */
export function someParent(dice: Dice, n: number): WorkItemId | undefined {
  const level = levels.findIndex(({ to }) => n < to);
  const above = levels[level - 1];
  return above && idOf(above.from + dice.roll(above.to - above.from));
}

/** Facts that say what matters here, and share the texts that do not. */
export function newItem(dice: Dice, n: number): WorkItem {
  const { key: _key, ...item } = workItem("shared");
  const level = levels.find(({ to }) => n < to);
  // A tenth of the epics and stories have nobody above them yet.
  const isLoose = dice.roll(10) === 0;
  const parentId = isLoose ? undefined : someParent(dice, n);
  return {
    ...item,
    id: idOf(n),
    kind: level?.kind ?? "task",
    status: someStatus(dice),
    assigneeId: someone(dice),
    ...(parentId !== undefined && { parentId }),
  };
}

export function someStatus(dice: Dice): WorkItem["status"] {
  return statuses[dice.roll(statuses.length)] ?? "todo";
}

const people = Array.from({ length: peopleCount }, (_, n) => `p${n}`);
const accountIds = people.map((name) => accountId(name));

export function someone(dice: Dice): (typeof accountIds)[number] {
  return accountIds[dice.roll(peopleCount)] ?? accountId("p0");
}

export function someGoal(dice: Dice, given: Partial<Goal> = {}): Goal {
  const n = dice.roll(goalCount);
  const parentId = n === 0 ? undefined : goalIdOf(Math.floor(n / 8));
  return goal(`g${n}`, { ...(parentId !== undefined && { parentId }), ...given });
}

export function someLink(dice: Dice): Link {
  const isHigh = dice.roll(4) > 0;
  return {
    type: "link",
    fromId: idOf(isHigh ? dice.roll(100_000) : dice.roll(500_000)),
    toId: goalIdOf(dice.roll(goalCount)),
    source: "native",
    confidence: 1,
    createdAt: now,
  };
}

export function someDependency(dice: Dice): Dependency {
  return {
    type: "dependency",
    blockedId: idOf(10_000 + dice.roll(490_000)),
    blockingId: idOf(10_000 + dice.roll(490_000)),
    source: "native",
    createdAt: now,
  };
}

/** A company of two thousand with a million items, half of what is high up linked to a goal. */
export function largeGraph(dice: Dice): MemoryGraph {
  const graph = new MemoryGraph(organisation(), new Map(wholeSources.map((one) => [one.id, one])));
  for (let n = 0; n < goalCount; n += 1) {
    const parentId = n === 0 ? undefined : goalIdOf(Math.floor(n / 8));
    graph.addGoal(goal(`g${n}`, { ...(parentId !== undefined && { parentId }) }));
  }
  for (let n = 0; n < itemCount; n += 1) graph.addItem(newItem(dice, n));
  for (let n = 0; n < 80_000; n += 1) graph.addLink(someLink(dice));
  for (let n = 0; n < 50_000; n += 1) graph.addDependency(someDependency(dice));
  return graph;
}

function organisation(): Org {
  const units = [
    ...Array.from({ length: departmentCount }, (_, n) =>
      orgUnit(`d${n}`, { originalKind: "department", level: 2 }),
    ),
    ...Array.from({ length: teamCount }, (_, n) =>
      orgUnit(`t${n}`, { parentId: unitId(`d${n % departmentCount}`) }),
    ),
  ];
  return new Org({
    units,
    people: people.map((name, n) => person(name, { unitId: unitId(`t${n % teamCount}`) })),
    accounts: people.map((name) => account(name)),
    matches: [],
  });
}
