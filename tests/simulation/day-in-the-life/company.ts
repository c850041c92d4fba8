import type { AssertedEdge } from "#shared/model/change.ts";
import type { Account, Goal, OrgUnit, Person, WorkItem } from "#shared/model/facts.ts";
import type { AccountId, GoalId, OrgUnitId, PersonId, WorkItemId } from "#shared/model/ids.ts";
import { factId } from "#shared/model/ids.ts";
import { seededRandom } from "#shared/testing/simulator/seeded-random.ts";

import type { Recorded, SourceName } from "./ledger.ts";
import { Ledger, sources } from "./ledger.ts";

/** Sixty units, four hundred people with a login in both tools, sixty goals, about three thousand work items. */
const size = {
  divisions: 5,
  departments: 14,
  teams: 40,
  perTeam: 10,
  epicsPerTeam: 7,
  perEpic: 10,
};
const goalsOf = { themes: 3, objectives: 12, keyResults: 30, initiatives: 15 };
export type Tool = "tracker" | "planner";

export interface Team {
  readonly unitId: OrgUnitId;
  readonly name: string;
  readonly tool: Tool;
  readonly people: readonly string[];
  /** Epics of the tracker, projects of the planner. */
  readonly epics: WorkItemId[];
  readonly stories: WorkItemId[];
}

const pad = (at: number) => String(at).padStart(3, "0");
const unitId = (name: string): OrgUnitId => factId("org-unit", "staff", sources.staff, name);
export const personId = (name: string): PersonId => factId("person", "staff", sources.staff, name);
const goalId = (name: string): GoalId => factId("goal", "aims", sources.aims, name);
const itemId = (tool: Tool, name: string): WorkItemId =>
  factId("work-item", tool, sources[tool], name);
export const accountId = (tool: Tool, name: string): AccountId =>
  factId("account", tool, sources[tool], name);

export function linkTo(fromId: WorkItemId, toId: GoalId): AssertedEdge {
  return { type: "link", fromId, toId, source: "native", confidence: 1 };
}

/** A company in its tools, on the evening before the day. */
export class Company {
  readonly log: Recorded[] = [];
  readonly teams: Team[] = [];
  readonly goalIds: GoalId[] = [];
  readonly departments: OrgUnitId[] = [];
  readonly random: () => number;
  nowMs: number;
  readonly people = this.#ledger<Person>("staff");
  readonly units = this.#ledger<OrgUnit>("staff");
  readonly goals = this.#ledger<Goal>("aims");
  readonly work = {
    tracker: this.#ledger<WorkItem>("tracker"),
    planner: this.#ledger<WorkItem>("planner"),
  };
  readonly accounts = {
    tracker: this.#ledger<Account>("tracker"),
    planner: this.#ledger<Account>("planner"),
  };
  #items = 0;

  constructor(seed: number, startMs: number) {
    this.random = seededRandom(seed);
    this.nowMs = startMs;
    this.#foundUnits();
    this.#hire();
    this.#setGoals();
    for (const team of this.teams) {
      for (let n = 0; n < size.epicsPerTeam; n += 1) {
        const epic = this.addEpic(team, this.chance(0.7));
        for (let story = 0; story < size.perEpic; story += 1) this.addStory(team, epic);
      }
    }
  }

  chance(share: number): boolean {
    return this.random() < share;
  }

  pick<T>(values: readonly T[]): T | undefined {
    return values[Math.floor(this.random() * values.length)];
  }

  ledgerOf(id: WorkItemId): Ledger<WorkItem> {
    return id.startsWith("tracker:") ? this.work.tracker : this.work.planner;
  }

  item(id: WorkItemId) {
    return this.ledgerOf(id).read(id);
  }

  addEpic(team: Team, isLinked: boolean): WorkItemId {
    const name = this.#nextName(team);
    const id = itemId(team.tool, name);
    const goal = isLinked ? this.pick(this.goalIds) : undefined;
    const kind = team.tool === "tracker" ? "epic" : "project";
    this.work[team.tool].say(
      { ...this.#newItem(id, name, kind), title: `${team.name} ${name}`, teamName: team.name },
      goal === undefined ? [] : [linkTo(id, goal)],
    );
    team.epics.push(id);
    return id;
  }

  addStory(team: Team, parentId: WorkItemId): WorkItemId {
    const name = this.#nextName(team);
    const id = itemId(team.tool, name);
    const kind = team.tool === "planner" ? "task" : this.chance(0.2) ? "bug" : "story";
    const person = this.pick(team.people);
    const isTaken = person !== undefined && this.chance(0.5);
    this.work[team.tool].say({
      ...this.#newItem(id, name, kind),
      parentId,
      ...(isTaken && { assigneeId: accountId(team.tool, person) }),
    });
    team.stories.push(id);
    return id;
  }

  #newItem(id: WorkItemId, name: string, kind: WorkItem["kind"]) {
    return {
      type: "work-item",
      id,
      kind,
      originalKind: kind,
      key: name,
      title: `Work ${name}`,
      url: `https://tool.example/${name}`,
      status: "todo",
      originalStatus: "To do",
      canHoldGoal: true,
    } as const;
  }

  #nextName(team: Team): string {
    this.#items += 1;
    return `${team.tool === "tracker" ? "T" : "P"}-${this.#items}`;
  }

  /** No two things are read at the same moment. */
  #nextMs(): number {
    this.nowMs += 1;
    return this.nowMs;
  }

  #ledger<T extends Person | OrgUnit | Goal | WorkItem | Account>(source: SourceName): Ledger<T> {
    return new Ledger<T>(source, this.log, () => this.#nextMs());
  }

  #foundUnits(): void {
    const found = (name: string, originalKind: string, level: number, parent?: OrgUnitId) => {
      const home = parent !== undefined && { parentId: parent };
      this.units.say({ type: "org-unit", id: unitId(name), name, originalKind, level, ...home });
      return unitId(name);
    };
    const company = found("Company", "company", 0);
    const divisions = Array.from({ length: size.divisions }, (_, n) =>
      found(`Division-${n}`, "division", 1, company),
    );
    for (let n = 0; n < size.departments; n += 1) {
      this.departments.push(
        found(`Department-${n}`, "department", 2, divisions[n % divisions.length]),
      );
    }
    for (let n = 0; n < size.teams; n += 1) {
      const name = `Team-${pad(n)}`;
      const home = this.departments[n % this.departments.length];
      const people = Array.from({ length: size.perTeam }, (_, p) => `p${pad(n)}-${p}`);
      const tool: Tool = n % 3 === 2 ? "planner" : "tracker";
      this.teams.push({
        unitId: found(name, "team", 3, home),
        name,
        tool,
        people,
        epics: [],
        stories: [],
      });
    }
  }

  #hire(): void {
    for (const team of this.teams) {
      for (const name of team.people) {
        const workEmail = `${name}@company.example`;
        const lead = team.people[0];
        const manager = name === lead ? this.teams[0]?.people[0] : lead;
        this.people.say({
          type: "person",
          id: personId(name),
          name: `Person ${name}`,
          workEmail,
          employmentStatus: "active",
          unitId: team.unitId,
          ...(manager !== undefined && manager !== name && { managerId: personId(manager) }),
        });
        for (const tool of ["tracker", "planner"] as const) {
          const account = { displayName: name, workEmail, kind: "human", isActive: true } as const;
          this.accounts[tool].say({ type: "account", id: accountId(tool, name), ...account });
        }
      }
    }
  }

  #setGoals(): void {
    const set = (kind: Goal["kind"], count: number, parents: readonly GoalId[]): GoalId[] =>
      Array.from({ length: count }, (_, n) => {
        const id = goalId(`${kind}-${n}`);
        const parentId = parents[n % Math.max(1, parents.length)];
        this.goals.say({
          type: "goal",
          id,
          kind,
          originalKind: kind,
          title: `Goal ${kind} ${n}`,
          status: "in-progress",
          originalStatus: "on track",
          ...(parentId !== undefined && { parentId }),
        });
        return id;
      });
    const themes = set("theme", goalsOf.themes, []);
    const objectives = set("objective", goalsOf.objectives, themes);
    const results = set("key-result", goalsOf.keyResults, objectives);
    const initiatives = set("initiative", goalsOf.initiatives, results);
    this.goalIds.push(...objectives, ...results, ...initiatives);
  }
}
