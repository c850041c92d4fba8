import type { AssertedEdge, Change, Upsert } from "#shared/model/change.ts";
import type { Account, Fact, Goal, OrgUnit, Person, WorkItem } from "#shared/model/facts.ts";
import type {
  AccountId,
  ConnectionId,
  FactId,
  GoalId,
  OrgUnitId,
  PersonId,
  WorkItemId,
} from "#shared/model/ids.ts";
import { connectionId, factId } from "#shared/model/ids.ts";
import type { Instant } from "#shared/model/time.ts";
import { instantOf } from "#shared/model/time.ts";

/*
 * Real-shaped facts for tests; a test states only what matters to it. Source and native ids are
 * short words, so that a failing test reads well.
 */

export const workConnection: ConnectionId = connectionId("work000001");
export const goalConnection: ConnectionId = connectionId("goals00001");
export const peopleConnection: ConnectionId = connectionId("people0001");

export const itemId = (name: string): WorkItemId =>
  factId("work-item", "tool", workConnection, name);
export const goalId = (name: string): GoalId => factId("goal", "tool", goalConnection, name);
export const personId = (name: string): PersonId => factId("person", "hr", peopleConnection, name);
export const accountId = (name: string): AccountId =>
  factId("account", "tool", workConnection, name);
export const unitId = (name: string): OrgUnitId => factId("org-unit", "hr", peopleConnection, name);

/** The instant from which test versions count. */
export const testEpochMs = Date.parse("2026-03-02T08:00:00.000Z");

function origin(connection: ConnectionId, version: number) {
  const readAt: Instant = instantOf(testEpochMs + version);
  return { connectionId: connection, sourceVersion: testEpochMs + version, readAt };
}

type Given<T> = Partial<Omit<T, "type" | "id">> & { readonly version?: number };

export function workItem(name: string, given: Given<WorkItem> = {}): WorkItem {
  const { version = 0, ...fields } = given;
  return {
    type: "work-item",
    id: itemId(name),
    ...origin(workConnection, version),
    kind: "epic",
    originalKind: "Epic",
    key: name.toUpperCase(),
    title: `Work ${name}`,
    url: `https://tool.example/${name}`,
    status: "in-progress",
    originalStatus: "In Progress",
    canHoldGoal: true,
    ...fields,
  };
}

export function goal(name: string, given: Given<Goal> = {}): Goal {
  const { version = 0, ...fields } = given;
  return {
    type: "goal",
    id: goalId(name),
    ...origin(goalConnection, version),
    kind: "objective",
    originalKind: "goal",
    title: `Goal ${name}`,
    status: "in-progress",
    originalStatus: "green",
    ...fields,
  };
}

export function person(name: string, given: Given<Person> = {}): Person {
  const { version = 0, ...fields } = given;
  return {
    type: "person",
    id: personId(name),
    ...origin(peopleConnection, version),
    name: `Person ${name}`,
    workEmail: `${name}@company.example`,
    employmentStatus: "active",
    ...fields,
  };
}

export function account(name: string, given: Given<Account> = {}): Account {
  const { version = 0, ...fields } = given;
  return {
    type: "account",
    id: accountId(name),
    ...origin(workConnection, version),
    displayName: `Account ${name}`,
    workEmail: `${name}@company.example`,
    kind: "human",
    isActive: true,
    ...fields,
  };
}

export function orgUnit(name: string, given: Given<OrgUnit> = {}): OrgUnit {
  const { version = 0, ...fields } = given;
  return {
    type: "org-unit",
    id: unitId(name),
    ...origin(peopleConnection, version),
    name,
    originalKind: "team",
    level: 3,
    ...fields,
  };
}

export function upserted(record: Fact, edges: readonly AssertedEdge[] = []): Upsert {
  return { kind: "upserted", record, edges: [...edges] };
}

export function removed(id: FactId, version: number): Change {
  return {
    kind: "removed",
    id,
    sourceVersion: testEpochMs + version,
    readAt: instantOf(testEpochMs + version),
  };
}

export function linkTo(from: WorkItemId | GoalId, to: GoalId): AssertedEdge {
  return { type: "link", fromId: from, toId: to, source: "native", confidence: 1 };
}

export function blockedBy(blocked: WorkItemId, blocking: WorkItemId): AssertedEdge {
  return { type: "dependency", blockedId: blocked, blockingId: blocking, source: "native" };
}
