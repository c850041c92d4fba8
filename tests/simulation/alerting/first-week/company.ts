import type { AssertedEdge, Change } from "#shared/model/change.ts";
import type { WorkItem } from "#shared/model/facts.ts";
import type { GoalId, OrgUnitId, PersonId, WorkItemId } from "#shared/model/ids.ts";
import { CalendarDate } from "#shared/model/time.ts";
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
  testEpochMs,
  unitId,
  upserted,
  workItem,
} from "#shared/testing/facts.ts";

import type { Random } from "../../engine/random.ts";
import { between, pick } from "../../engine/random.ts";

/** 556 people: a chief, 3 divisions, 12 departments, 60 teams of nine with their leads. */
const size = { divisions: 3, departments: 4, teams: 5, perTeam: 9 };
const unlinked = 5000;
const linked = 400;
const blocked = 200;

/** Where people work; a team works in one place. */
export const places = [
  { location: "Berlin", timeZone: "Europe/Berlin" },
  { location: "New York", timeZone: "America/New_York" },
  { location: "San Francisco", timeZone: "America/Los_Angeles" },
  { location: "Singapore", timeZone: "Asia/Singapore" },
] as const;

export interface Team {
  readonly unitId: OrgUnitId;
  readonly leadId: PersonId;
  readonly accounts: readonly string[];
}

interface Held {
  readonly name: string;
  readonly assignee: string;
  readonly edges: readonly AssertedEdge[];
  readonly status: WorkItem["status"];
}

/** A company in its tools; what it does next is drawn from `random`. */
export class FirstWeekCompany {
  readonly people: Change[] = [];
  readonly goals: Change[] = [];
  readonly work: Change[] = [];
  readonly teams: Team[] = [];
  readonly divisions: OrgUnitId[] = [];
  readonly leaders = new Map<PersonId, string>();
  readonly #random: Random;
  readonly #keyResults: GoalId[] = [];
  readonly #items = new Map<WorkItemId, Held>();
  #count = 0;

  constructor(random: Random) {
    this.#random = random;
    this.#found();
    this.#setGoals();
    const ids = Array.from({ length: unlinked }, () => this.#newItem([]));
    for (let at = 0; at < linked; at += 1) this.#newItem([this.#aGoal()]);
    for (let at = 0; at < blocked; at += 1) this.#block(ids, at);
    for (const held of this.#items.values()) this.work.push(this.#said(held, 0));
  }

  #found(): void {
    this.#unit("company", undefined, "company", 0);
    this.#person("chief", "company", undefined, "Berlin");
    this.leaders.set(personId("chief"), "Berlin");
    for (let division = 0; division < size.divisions; division += 1) {
      const name = `division-${division}`;
      this.divisions.push(this.#unit(name, "company", "division", 1));
      this.#lead(`head-${name}`, name, "chief", "Berlin");
      for (let at = 0; at < size.departments; at += 1) this.#department(name, at);
    }
  }

  #department(division: string, at: number): void {
    const name = `department-${division.slice(-1)}${at}`;
    this.#unit(name, division, "department", 2);
    const { location } = places[at % places.length] ?? places[0];
    this.#lead(`head-${name}`, name, `head-${division}`, location);
    for (let team = 0; team < size.teams; team += 1) this.#team(name, team);
  }

  #team(department: string, at: number): void {
    const name = `team-${department.slice(-2)}${at}`;
    const unit = this.#unit(name, department, "team", 3);
    const { location } = places[(this.teams.length * 7) % places.length] ?? places[0];
    this.#lead(`lead-${name}`, name, `head-${department}`, location);
    const members = Array.from({ length: size.perTeam - 1 }, (_, one) => `${name}-${one}`);
    for (const member of members) this.#person(member, name, `lead-${name}`, location);
    this.teams.push({ unitId: unit, leadId: personId(`lead-${name}`), accounts: members });
    for (const member of members) this.work.push(upserted(account(member)));
  }

  #unit(name: string, parent: string | undefined, originalKind: string, level: number): OrgUnitId {
    const above = parent === undefined ? {} : { parentId: unitId(parent) };
    this.people.push(upserted(orgUnit(name, { originalKind, level, ...above })));
    return unitId(name);
  }

  #lead(name: string, of: string, manager: string, location: string): void {
    this.leaders.set(personId(name), location);
    this.#person(name, of, manager, location);
  }

  #person(name: string, of: string, manager: string | undefined, location: string): void {
    const above = manager === undefined ? {} : { managerId: personId(manager) };
    this.people.push(upserted(person(name, { name, location, unitId: unitId(of), ...above })));
  }

  /** Themes with objectives with key results; some of each serve nothing. */
  #setGoals(): void {
    const startOn = CalendarDate.parse("2026-01-01");
    const dueOn = CalendarDate.parse("2026-06-30");
    const add = (name: string, kind: "theme" | "objective" | "key-result", parent?: GoalId) => {
      const edges = parent === undefined ? [] : [linkTo(goalId(name), parent)];
      this.goals.push(upserted(goal(name, { kind, startOn, dueOn }), edges));
      return goalId(name);
    };
    const themes = Array.from({ length: 6 }, (_, at) => add(`theme-${at}`, "theme"));
    for (let at = 0; at < 80; at += 1) {
      const above = at % 8 === 0 ? undefined : themes[at % themes.length];
      const objective = add(`objective-${at}`, "objective", above);
      for (let result = 0; result < 3; result += 1) {
        this.#keyResults.push(add(`result-${at}-${result}`, "key-result", objective));
      }
    }
  }

  #aGoal(): GoalId {
    return pick(this.#random, this.#keyResults) ?? goalId("result-0-0");
  }

  #newItem(goals: readonly GoalId[]): WorkItemId {
    const name = `w${(this.#count += 1)}`;
    const team = pick(this.#random, this.teams);
    const assignee = pick(this.#random, team?.accounts ?? []) ?? "";
    const edges = goals.map((one) => linkTo(itemId(name), one));
    this.#items.set(itemId(name), { name, assignee, edges, status: "in-progress" });
    return itemId(name);
  }

  /** The next item of another team's stands in its way. */
  #block(ids: readonly WorkItemId[], at: number): void {
    const [id, others] = [ids[at], ids.slice(blocked)];
    const held = id && this.#items.get(id);
    if (!held) return;
    const teamOf = (name: string) => name.split("-").slice(0, 2).join("-");
    const other = others.slice(at * 20).find((one) => {
      return teamOf(this.#items.get(one)?.assignee ?? "") !== teamOf(held.assignee);
    });
    if (!other) return;
    this.#items.set(id, { ...held, edges: [...held.edges, blockedBy(id, other)] });
  }

  #said({ name, assignee, edges, status }: Held, version: number): Change {
    const fields = { assigneeId: accountId(assignee), status, version };
    return upserted(workItem(name, { ...fields, title: `Work ${name}` }), edges);
  }

  /** One thing that people do at work: something new, a link, or an end. */
  change(nowMs: number): Change {
    const version = nowMs - testEpochMs;
    const draw = this.#random();
    if (draw < 0.4) {
      const id = this.#newItem(this.#random() < 0.2 ? [this.#aGoal()] : []);
      return this.#said(this.#held(id), version);
    }
    const id = this.#anyOpen();
    const held = this.#held(id);
    const isLinked = draw < 0.8;
    const next: Held = isLinked
      ? { ...held, edges: [...held.edges, linkTo(id, this.#aGoal())] }
      : { ...held, status: "done" };
    this.#items.set(id, next);
    return this.#said(next, version);
  }

  #held(id: WorkItemId): Held {
    const held = this.#items.get(id);
    if (!held) throw new Error("There is no such item");
    return held;
  }

  #anyOpen(): WorkItemId {
    for (;;) {
      const id = itemId(`w${between(this.#random, 1, this.#count)}`);
      const { status, edges } = this.#held(id);
      if (status === "in-progress" && edges.every(({ type }) => type !== "link")) return id;
    }
  }
}
