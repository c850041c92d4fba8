import type {
  Company,
  SampleAccount,
  SampleGoal,
  SampleItem,
  SampleProject,
  SampleUnit,
} from "#infra/local/sample/company.ts";
import type { AssertedEdge, Change } from "#shared/model/change.ts";
import type { Fact, WorkItem } from "#shared/model/facts.ts";
import type { AccountId, GoalId, OrgUnitId, PersonId, WorkItemId } from "#shared/model/ids.ts";
import { factId } from "#shared/model/ids.ts";
import { epochMsOf } from "#shared/model/time.ts";
import { goalConnection, peopleConnection, workConnection } from "#shared/testing/facts.ts";

/*
 * The sample company as the changes that its tools would have sent, without any server between: so
 * that pages can be looked at with real-looking content in a second.
 */

const connectionOf = { jira: workConnection, asana: goalConnection } as const;

const unitId = (id: string): OrgUnitId => factId("org-unit", "bamboohr", peopleConnection, id);
const personId = (id: string): PersonId => factId("person", "bamboohr", peopleConnection, id);
const accountId = ({ tool, id }: SampleAccount): AccountId =>
  factId("account", tool, connectionOf[tool], id);
const goalId = ({ tool, id }: SampleGoal): GoalId => factId("goal", tool, connectionOf[tool], id);
const itemId = ({ tool, id }: SampleItem): WorkItemId =>
  factId("work-item", tool, connectionOf[tool], id);

/** What every tool of the company holds, in an order in which parents come first. */
export function companyChanges(company: Company): readonly Change[] {
  return [
    ...orgFacts(company).map((record) => upserted(record)),
    ...goalChanges(company),
    ...itemChanges(company),
  ];
}

function upserted(record: Fact, edges: readonly AssertedEdge[] = []): Change {
  return { kind: "upserted", record, edges: [...edges] };
}

function originOf(company: Company, connectionId: Fact["connectionId"]) {
  return { connectionId, sourceVersion: epochMsOf(company.asOf), readAt: company.asOf };
}

function orgFacts(company: Company): readonly Fact[] {
  const origin = originOf(company, peopleConnection);
  const levels = ["company", "division", "department", "team"];
  return [
    ...company.units.map(({ id, name, level, parentId }) => ({
      type: "org-unit" as const,
      id: unitId(id),
      ...origin,
      name,
      originalKind: level,
      level: levels.indexOf(level),
      ...(parentId !== undefined && { parentId: unitId(parentId) }),
    })),
    ...company.people.map((person) => ({
      type: "person" as const,
      id: personId(person.id),
      ...origin,
      name: `${person.firstName} ${person.lastName}`,
      workEmail: person.workEmail,
      unitId: unitId(person.unitId),
      ...(person.managerId !== undefined && { managerId: personId(person.managerId) }),
      employmentStatus: person.leftOn === undefined ? ("active" as const) : ("inactive" as const),
    })),
    ...company.accounts.map((account) => ({
      type: "account" as const,
      id: accountId(account),
      ...originOf(company, connectionOf[account.tool]),
      displayName: account.displayName,
      ...(!account.isEmailHidden && { workEmail: account.email }),
      kind: account.kind === "bot" ? ("app" as const) : account.kind,
      isActive: account.isActive,
    })),
  ];
}

function goalChanges(company: Company): readonly Change[] {
  const byId = new Map(company.goals.map((goal) => [goal.id, goal]));
  return company.goals.map((goal) => {
    const parent = goal.parentId === undefined ? undefined : byId.get(goal.parentId);
    const isNative = parent !== undefined && parent.tool === goal.tool;
    const record: Fact = {
      type: "goal",
      id: goalId(goal),
      ...originOf(company, connectionOf[goal.tool]),
      kind: goal.kind,
      originalKind: goal.kind,
      title: goal.title,
      url: `https://${goal.tool}.example/goals/${goal.id}`,
      status: goal.status === "achieved" ? "done" : "in-progress",
      originalStatus: goal.status,
      ...(isNative && { parentId: goalId(parent) }),
      startOn: goal.startOn,
      dueOn: goal.dueOn,
    };
    const across: AssertedEdge[] =
      parent === undefined || isNative ? [] : [link(goalId(goal), goalId(parent), "field")];
    return upserted(record, across);
  });
}

function link(
  fromId: WorkItemId | GoalId,
  toId: GoalId,
  source: "native" | "field",
): Extract<AssertedEdge, { type: "link" }> {
  return { type: "link", fromId, toId, source, confidence: 1 };
}

function itemChanges(company: Company): readonly Change[] {
  const lookup = {
    items: new Map(company.items.map((item) => [item.id, item])),
    goals: new Map(company.goals.map((goal) => [goal.id, goal])),
    accounts: new Map(company.accounts.map((account) => [account.id, account])),
    projects: new Map(company.projects.map((project) => [project.id, project])),
    units: new Map(company.units.map((unit) => [unit.id, unit])),
  };
  return company.items.map((item) =>
    upserted(itemFact(company, lookup, item), [
      ...goalLinks(lookup, item),
      ...waits(company, lookup, item),
    ]),
  );
}

interface Lookup {
  readonly items: ReadonlyMap<string, SampleItem>;
  readonly goals: ReadonlyMap<string, SampleGoal>;
  readonly accounts: ReadonlyMap<string, SampleAccount>;
  readonly projects: ReadonlyMap<string, SampleProject>;
  readonly units: ReadonlyMap<string, SampleUnit>;
}

function itemFact(company: Company, lookup: Lookup, item: SampleItem): WorkItem {
  return {
    type: "work-item",
    id: itemId(item),
    ...originOf(company, connectionOf[item.tool]),
    kind: item.kind,
    originalKind: item.kind.charAt(0).toUpperCase() + item.kind.slice(1),
    title: item.title,
    url: `https://${item.tool}.example/items/${item.id}`,
    status: item.status === "in-review" ? "in-progress" : item.status,
    originalStatus: item.status,
    labels: [...item.labels],
    canHoldGoal: true,
    ...places(lookup, item),
    ...people(lookup, item),
    ...(item.dueOn !== undefined && { dueOn: item.dueOn }),
  };
}

function places({ items, projects }: Lookup, item: SampleItem): Partial<WorkItem> {
  const parent = items.get(item.parentId ?? "");
  const { key, name } = projects.get(item.projectId) ?? { key: undefined, name: "Inbox" };
  return {
    container: key ?? name,
    ...(key !== undefined && { key: `${key}-${item.id.replaceAll(/\D/gu, "")}` }),
    ...(parent && { parentId: itemId(parent) }),
  };
}

function people({ accounts, units }: Lookup, item: SampleItem): Partial<WorkItem> {
  const assignee = accounts.get(item.assigneeAccountId ?? "");
  const teamName = item.tool === "jira" ? units.get(item.teamId)?.name : undefined;
  return {
    ...(assignee && { assigneeId: accountId(assignee) }),
    ...(teamName !== undefined && { teamName }),
  };
}

/** Jira's epics name their initiative; Asana's projects their goals, for every task at their top. */
function goalLinks({ goals, projects }: Lookup, item: SampleItem): readonly AssertedEdge[] {
  const ofProject = item.parentId === undefined ? projects.get(item.projectId)?.goalIds : undefined;
  return [item.goalId ?? "", ...(ofProject ?? [])].flatMap((id) => {
    const goal = goals.get(id);
    return goal ? [link(itemId(item), goalId(goal), "native")] : [];
  });
}

function waits(company: Company, { items }: Lookup, item: SampleItem): readonly AssertedEdge[] {
  return company.dependencies
    .filter(({ blockedId }) => blockedId === item.id)
    .flatMap(({ blockingId }): AssertedEdge[] => {
      const blocking = items.get(blockingId);
      if (!blocking) return [];
      const ends = { blockedId: itemId(item), blockingId: itemId(blocking) };
      return [{ type: "dependency", ...ends, source: "native" }];
    });
}
