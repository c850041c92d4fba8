import type { Change } from "#shared/model/change.ts";
import type { GoalId, WorkItemId } from "#shared/model/ids.ts";
import type { CalendarDate } from "#shared/model/time.ts";
import { dayMs, hourMs, minuteMs } from "#shared/model/time.ts";
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

import { Dice } from "../../bench/b11/large-graph.ts";

/*
 * Days of a small company, out of a seed. What the past does not remember stays as it is from the beginning:
 * owners, teams and dates of goals, addresses of people, names of units, accounts. Nobody moves twice on one
 * day: where they stood in between is not remembered.
 */

const named = (letter: string, count: number) =>
  Array.from({ length: count }, (_, n) => `${letter}${n + 1}`);

const goals = named("g", 30);
const people = named("p", 12);
const teams = named("t", 3);
const units = [...teams, "d1", "d2"];
const dueDays = ["2026-03-20", "2026-04-15", "2026-05-10", "2026-06-30"] as CalendarDate[];
/** Items that have to do with each other: circles and waiting are common. */
const nearCount = 5;

const teamOfGoal = (id: string) => teams[goals.indexOf(id) % 2] ?? "t1";
const dueOfGoal = (id: string) => dueDays[goals.indexOf(id) % dueDays.length];

export const beginning: readonly Change[] = [
  upserted(orgUnit("d1", { originalKind: "department", level: 2 })),
  upserted(orgUnit("d2", { originalKind: "department", level: 2 })),
  upserted(orgUnit("t1", { parentId: unitId("d1") })),
  upserted(orgUnit("t2", { parentId: unitId("d1") })),
  upserted(orgUnit("t3", { parentId: unitId("d2") })),
  ...people.map((id) => upserted(account(id))),
  ...people.map((id, n) => upserted(person(id, { unitId: unitId(teams[n % 3] ?? "t1") }))),
];

/** What happens: a change as a source tells it, or a link that a person states or takes back. */
export type Act =
  | { readonly kind: "change"; readonly change: Change }
  | {
      readonly kind: "link";
      readonly from: WorkItemId;
      readonly to: GoalId;
      readonly expiresInMs: number | undefined;
    }
  | { readonly kind: "unlink"; readonly from: WorkItemId; readonly to: GoalId };

export interface Timed {
  /** After the one before. */
  readonly afterMs: number;
  readonly act: Act;
}

export interface SomeDays {
  readonly seed: number;
  readonly days: number;
  /** With few, each changes so often that it forgets how it began. */
  readonly itemCount: number;
  /** Of goals that were removed neither team nor dates nor age are remembered. */
  readonly removesGoals: boolean;
  /** When they begin. Absent: at midnight. */
  readonly beginMs?: number;
}

/** A few acts each day. */
export function* someDays({
  seed,
  days,
  itemCount,
  removesGoals,
  beginMs = 0,
}: SomeDays): Iterable<Timed> {
  const dice = new Dice(seed);
  const someAct = new SomeAct(dice, named("i", itemCount), removesGoals);
  const endMs = days * 24 * hourMs;
  for (let ms = 0, version = 1; ms < endMs; version += 1) {
    const afterMs = (1 + dice.roll(8 * 60)) * minuteMs + dice.roll(minuteMs);
    ms += afterMs;
    if (ms < endMs)
      yield { afterMs, act: someAct.next(version, Math.floor((beginMs + ms) / dayMs)) };
  }
}

class SomeAct {
  readonly #dice: Dice;
  readonly #items: readonly string[];
  readonly #removesGoals: boolean;
  readonly #movedOn = new Map<string, number>();

  constructor(dice: Dice, items: readonly string[], removesGoals: boolean) {
    this.#dice = dice;
    this.#items = items;
    this.#removesGoals = removesGoals;
  }

  next(version: number, day: number): Act {
    const roll = this.#dice.roll(100);
    if (roll < 58) return told(this.#item(version));
    if (roll < 72) return told(this.#goal(version));
    if (roll < 79) return told(this.#person(version, day));
    if (roll < 81) return told(this.#unit(version, day));
    if (roll < 86) return told(removed(itemId(this.#pick(this.#items)), version));
    if (roll < 87 && this.#removesGoals) return told(removed(goalId(this.#pick(goals)), version));
    return this.#link();
  }

  #link(): Act {
    const [from, to] = [itemId(this.#pick(this.#items)), goalId(this.#pick(goals))];
    if (this.#dice.roll(3) === 0) return { kind: "unlink", from, to };
    const expiresInMs = this.#dice.roll(2) === 0 ? this.#dice.roll(20 * 24 * hourMs) : undefined;
    return { kind: "link", from, to, expiresInMs };
  }

  #item(version: number): Change {
    const first = this.#dice.roll(this.#items.length / nearCount) * nearCount;
    const near = this.#items.slice(first, first + nearCount);
    const name = this.#pick(near);
    const [parent, other] = [this.#maybe(near, 2), this.#dice.roll(6) === 0 && this.#pick(near)];
    const [assignee, team, dueOn] = [
      this.#maybe(people, 2),
      this.#maybe(teams, 3),
      this.#maybe(dueDays, 2),
    ];
    const links = this.#dice.roll(2) === 0 ? [goalId(this.#pick(goals))] : [];
    const blockers = this.#dice.roll(3) === 0 ? [itemId(this.#pick(near))] : [];
    const kind = this.#pick(["epic", "epic", "epic", "story", "task"] as const);
    const record = workItem(name, {
      version,
      kind,
      status: this.#pick(["todo", "in-progress", "in-progress", "done"] as const),
      canHoldGoal: this.#dice.roll(8) > 0,
      ...(parent !== undefined && { parentId: itemId(parent) }),
      ...(parent !== undefined && other !== false && { otherParentIds: [itemId(other)] }),
      ...(assignee !== undefined && { assigneeId: accountId(assignee) }),
      ...(team !== undefined && { teamName: team }),
      ...(dueOn !== undefined && { dueOn }),
    });
    const id = itemId(name);
    return upserted(record, [
      ...links.map((to) => linkTo(id, to)),
      ...blockers.map((one) => blockedBy(id, one)),
    ]);
  }

  #goal(version: number): Change {
    const name = this.#pick(goals);
    const [parent, dueOn] = [this.#maybe(goals, 3), dueOfGoal(name)];
    const below = this.#dice.roll(8) === 0 ? [itemId(this.#pick(this.#items))] : [];
    const above = this.#dice.roll(6) === 0 ? [goalId(this.#pick(goals))] : [];
    const record = goal(name, {
      version,
      teamName: teamOfGoal(name),
      status: this.#pick(["in-progress", "in-progress", "in-progress", "done", "dropped"] as const),
      ...(dueOn !== undefined && { dueOn }),
      ...(parent !== undefined && { parentId: goalId(parent) }),
    });
    return upserted(record, [
      ...below.map((from) => linkTo(from, goalId(name))),
      ...above.map((to) => linkTo(goalId(name), to)),
    ]);
  }

  #person(version: number, day: number): Change {
    const manager = this.#maybe(people, 2);
    const id = this.#pick(people);
    if (!this.#isFirstOf(day, id)) return this.#item(version);
    return upserted(
      person(id, {
        version,
        unitId: unitId(this.#pick(teams)),
        ...(manager !== undefined && { managerId: personId(manager) }),
      }),
    );
  }

  #unit(version: number, day: number): Change {
    const id = this.#pick(units);
    if (!this.#isFirstOf(day, id)) return this.#item(version);
    if (!id.startsWith("t")) {
      return upserted(orgUnit(id, { version, originalKind: "department", level: 2 }));
    }
    return upserted(orgUnit(id, { version, parentId: unitId(this.#pick(["d1", "d2"])) }));
  }

  #isFirstOf(day: number, id: string): boolean {
    const isFirst = this.#movedOn.get(id) !== day;
    this.#movedOn.set(id, day);
    return isFirst;
  }

  #pick<T>(values: readonly T[]): T {
    const value = values[this.#dice.roll(values.length)];
    if (value === undefined) throw new Error("There is something to pick from");
    return value;
  }

  /** Nothing once in so many times. */
  #maybe<T>(values: readonly T[], sides: number): T | undefined {
    return this.#dice.roll(sides) === 0 ? undefined : this.#pick(values);
  }
}

function told(change: Change): Act {
  return { kind: "change", change };
}
