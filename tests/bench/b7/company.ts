import type { Upsert } from "#shared/model/change.ts";
import type { Account, Fact, Person } from "#shared/model/facts.ts";
import { CalendarDate } from "#shared/model/time.ts";
import {
  account,
  accountId,
  blockedBy,
  itemId,
  orgUnit,
  person,
  personId,
  unitId,
  upserted,
  workItem,
} from "#shared/testing/facts.ts";

/** People come ten to a team, ten teams to a department, ten departments to a division. */
export const peopleCount = 100_000;
const teamCount = peopleCount / 10;
/** The last teams leave together, member by member as the sync comes to them. */
const movingTeams = 500;
/** One person each of the first teams leaves for the next team. */
const movingAlone = 5000;
export const movedCount = movingTeams * 10 + movingAlone;

const nameOf = (at: number) => `p${at}`;
const teamName = (at: number) => `team-${at}`;
const teamOfPerson = (at: number) => at % teamCount;
/** Of the second ten thousand, so never a lead. */
const aloneIn = (team: number) => team + 2 * teamCount;
const member = (team: number, nth: number) => team + nth * teamCount;

function managerOf(at: number): number | undefined {
  if (at >= teamCount) return at % teamCount;
  if (at >= teamCount / 10) return at % (teamCount / 10);
  if (at >= teamCount / 100) return at % (teamCount / 100);
  return at === 0 ? undefined : 0;
}

function personIn(at: number, team: number, version: number): Person {
  const manager = managerOf(at);
  return person(nameOf(at), {
    version,
    name: `Firstname${at} Lastname${at}`,
    employeeNumber: `E${at}`,
    location: `Site ${at % 40}`,
    startOn: CalendarDate.parse(`20${10 + (at % 15)}-0${1 + (at % 9)}-15`),
    unitId: unitId(teamName(team)),
    ...(manager !== undefined && { managerId: personId(nameOf(manager)) }),
  });
}

/** Units, people and an account for each of them. */
export function* company(): Generator<Fact> {
  yield orgUnit("company", { originalKind: "company", level: 0 });
  for (let at = 0; at < teamCount / 100; at += 1) {
    const parentId = unitId("company");
    yield orgUnit(`division-${at}`, { originalKind: "division", level: 1, parentId });
  }
  for (let at = 0; at < teamCount / 10; at += 1) {
    const parentId = unitId(`division-${at % (teamCount / 100)}`);
    yield orgUnit(`department-${at}`, { originalKind: "department", level: 2, parentId });
  }
  for (let at = 0; at < teamCount; at += 1) {
    yield orgUnit(teamName(at), { parentId: unitId(`department-${at % (teamCount / 10)}`) });
  }
  for (let at = 0; at < peopleCount; at += 1) yield personIn(at, teamOfPerson(at), 1);
  for (let at = 0; at < peopleCount; at += 1) yield accountOf(at);
}

function accountOf(at: number): Account {
  return account(nameOf(at), { displayName: `Firstname${at} Lastname${at}` });
}

/** The sync: whoever moved, in the order of employee numbers, as HR systems list them. */
export function moves(): readonly Upsert[] {
  const together = Array.from({ length: movingTeams }, (_, nth) => teamCount - 1 - nth);
  const moved = [
    ...together.flatMap((team) =>
      Array.from({ length: 10 }, (_, nth) => ({
        at: member(team, nth),
        to: team - movingTeams,
      })),
    ),
    ...Array.from({ length: movingAlone }, (_, team) => ({ at: aloneIn(team), to: team + 1 })),
  ];
  return moved.toSorted((a, b) => a.at - b.at).map(({ at, to }) => upserted(personIn(at, to, 2)));
}

export type Kind = "moves together" | "left behind" | "arrives" | "at home" | "across";

/** Who waits on whom; each kind says what the move makes of it. */
function dependencies(): readonly (readonly [Kind, number, number])[] {
  const list = (kind: Kind, count: number, pair: (nth: number) => readonly [number, number]) =>
    Array.from({ length: count }, (_, nth) => [kind, ...pair(nth)] as const);
  return [
    // Two of one team that moves: never across teams but while one has moved and the other has not.
    ...list("moves together", 1000, (nth) => {
      const team = teamCount - 1 - (nth % movingTeams);
      return [member(team, nth < movingTeams ? 1 : 2), member(team, nth < movingTeams ? 8 : 9)];
    }),
    // Across teams from now on.
    ...list("left behind", 2000, (team) => [aloneIn(team), member(team, 3)]),
    // Across teams until now.
    ...list("arrives", 500, (nth) => [aloneIn(3000 + nth), member(3001 + nth, 4)]),
    ...list("at home", 5000, (nth) => [member(nth % 9000, 5), member(nth % 9000, 6)]),
    ...list("across", 1500, (nth) => [member(nth, 7), member(nth + 4000, 7)]),
  ];
}

/** Both items of each dependency, open and assigned. */
export function* work(): Generator<Upsert> {
  for (const [nth, [, waits, onWhom]] of dependencies().entries()) {
    const [blocked, blocking] = [`a${nth}`, `b${nth}`];
    const item = (name: string, who: number) =>
      workItem(name, { kind: "task", assigneeId: accountId(nameOf(who)) });
    yield upserted(item(blocking, onWhom));
    yield upserted(item(blocked, waits), [blockedBy(itemId(blocked), itemId(blocking))]);
  }
}

/** The kind of the dependency that a signal or alert is about. */
export function kindOf(subjectId: string): Kind | undefined {
  const nth = /:a(\d+)=>/u.exec(subjectId)?.[1];
  return nth === undefined ? undefined : dependencyKinds[Number(nth)];
}

const dependencyKinds = dependencies().map(([kind]) => kind);
