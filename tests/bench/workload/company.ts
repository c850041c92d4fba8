import type { Change } from "#shared/model/change.ts";
import type { Connection } from "#shared/model/connection.ts";
import type { Account, OrgUnit, Person } from "#shared/model/facts.ts";
import { connectionId, factId } from "#shared/model/ids.ts";
import type { OrgUnitId } from "#shared/model/ids.ts";
import type { Instant } from "#shared/model/time.ts";
import { epochMsOf } from "#shared/model/time.ts";

import type { BenchIssue } from "./jira-issue.ts";
import { jiraAccountId } from "./jira-issue.ts";

export const jiraConnection = connectionId("benchjira0");
const peopleConnection = connectionId("benchhr000");
export const slackConnection = connectionId("benchslack");
export const webhookSecret = "a secret of the benchmark only";

export const plan = {
  goals: 12,
  /** Epics that a relink sets off its goal, and back when all others have had their turn: more than B3 relinks. */
  epics: 800,
  /** Stories that nothing but a blocking link ever happens to, in pairs of two teams. */
  pairs: 800,
  /** Everything else happens to these, all under epics that keep their goal. */
  stories: 1500,
  people: 60,
  teams: 12,
} as const;

/** Who is in which team goes round. */
function teamOf(person: number): number {
  return person % plan.teams;
}

export interface Site {
  readonly goals: readonly BenchIssue[];
  readonly epics: readonly BenchIssue[];
  readonly stories: readonly BenchIssue[];
  /** Blocked ends; the blocking end of each is the one of the same place in `blockers`. */
  readonly blocked: readonly BenchIssue[];
  readonly blockers: readonly BenchIssue[];
}

/** The Jira site before anything happens: every epic serves a goal, nothing is blocked. */
export function createSite(startMs: number): Site {
  let id = 10_000;
  const issue = (level: BenchIssue["level"], given: Partial<BenchIssue> = {}): BenchIssue => {
    id += 1;
    const summary = `${level} ${id}: what this is about, in a line of common length`;
    const base = { id, level, summary, status: "doing", assignee: id % plan.people } as const;
    return { ...base, edits: 0, updatedMs: startMs, ...given };
  };
  const some = (count: number, make: (at: number) => BenchIssue) =>
    Array.from({ length: count }, (_, at) => make(at));
  const goals = some(plan.goals, () => issue("goal"));
  const epics = some(plan.epics, (at) => issue("epic", parentIn(goals, at)));
  // A further epic that stays linked holds what must raise no signal of its own.
  const steady = some(plan.goals, (at) => issue("epic", parentIn(goals, at)));
  const stories = some(plan.stories, (at) => issue("story", parentIn(steady, at)));
  const end = (first: number) => (at: number) =>
    issue("story", { ...parentIn(steady, at), assignee: first + (at % 2) * 2 });
  const blocked = some(plan.pairs, end(0));
  const blockers = some(plan.pairs, end(1));
  return { goals, epics: [...epics, ...steady], stories, blocked, blockers };
}

export function parentIn(above: readonly BenchIssue[], at: number): Partial<BenchIssue> {
  const parent = above[at % above.length];
  return parent ? { parent: { id: parent.id, level: parent.level } } : {};
}

/** Teams, people and their logins, as the HR system and Jira would have told of them. */
export function organisation(readAt: Instant): readonly Change[] {
  const version = { sourceVersion: epochMsOf(readAt), readAt };
  const hr = { connectionId: peopleConnection, ...version };
  const unit = (name: string) => factId("org-unit", "bamboohr", peopleConnection, name);
  const team = (at: number): OrgUnitId => unit(`team-${at}`);
  const common = { type: "org-unit", ...hr } as const;
  const company: OrgUnit = {
    ...common,
    id: unit("company"),
    name: "Bench Company",
    originalKind: "company",
    level: 0,
  };
  const teams = Array.from({ length: plan.teams }, (_, at): OrgUnit => ({
    ...common,
    id: team(at),
    name: `Team ${at}`,
    originalKind: "team",
    level: 1,
    parentId: company.id,
  }));
  const people = Array.from({ length: plan.people }, (_, at): Person => ({
    type: "person",
    id: factId("person", "bamboohr", peopleConnection, String(at)),
    ...hr,
    name: `Person ${at}`,
    workEmail: `person${at}@bench.example`,
    employmentStatus: "active",
    unitId: team(teamOf(at)),
  }));
  const accounts = people.map((_, at): Account => ({
    type: "account",
    id: factId("account", "jira", jiraConnection, jiraAccountId(at)),
    connectionId: jiraConnection,
    ...version,
    displayName: `Person ${at}`,
    workEmail: `person${at}@bench.example`,
    kind: "human",
    isActive: true,
  }));
  const records = [company, ...teams, ...people, ...accounts];
  return records.map((record) => ({ kind: "upserted", record, edges: [] }));
}

/** The three connections. Without `readyAt` nothing is concluded yet: the hub is being filled. */
export function connections(jiraUrl: string, now: Instant): readonly Connection[] {
  const base = {
    type: "connection",
    status: "active",
    createdAt: now,
    updatedAt: now,
    revision: 0,
  } as const;
  const ready = { readyAt: now, freshAt: now };
  return [
    {
      ...base,
      id: jiraConnection,
      connector: "jira",
      name: "Bench site",
      settings: {
        baseUrl: jiraUrl,
        email: "bench@bench.example",
        goalTypes: ["Initiative=initiative"],
      },
    },
    {
      ...base,
      ...ready,
      id: peopleConnection,
      connector: "bamboohr",
      name: "Bench HR",
      settings: {},
    },
    {
      ...base,
      ...ready,
      id: slackConnection,
      connector: "slack",
      name: "Bench channel",
      settings: {},
    },
  ];
}
