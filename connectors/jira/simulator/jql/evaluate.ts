import { epochMsOf } from "#shared/model/time.ts";

import type { Issue, JiraState } from "../state.ts";
import { jqlDateMs } from "./jql-date.ts";
import { JqlError } from "./jql-error.ts";
import type { Clause, Operator } from "./parse.ts";

/** Who asks, and when: dates in JQL are the caller's. */
export interface Caller {
  readonly timeZone: string;
  readonly nowMs: number;
  /** The projects that may be named at all; undefined: any of the site. */
  readonly projectIds?: ReadonlySet<string> | undefined;
}

type Test = (issue: Issue) => boolean;

/** Turns a clause into a test; throws `JqlError` on fields, values and operators that Jira would refuse. */
export function compileJql(clause: Clause, state: JiraState, caller: Caller): Test {
  if (clause.kind === "test") {
    return dateFields.has(clause.field)
      ? compileDate(clause, caller)
      : compileSet(clause, state, caller);
  }
  if (clause.kind === "not") {
    const test = compileJql(clause.clause, state, caller);
    return (issue) => !test(issue);
  }
  const tests = clause.clauses.map((each) => compileJql(each, state, caller));
  return clause.kind === "and"
    ? (issue) => tests.every((test) => test(issue))
    : (issue) => tests.some((test) => test(issue));
}

type TestClause = Extract<Clause, { kind: "test" }>;
const dateFields = new Set(["updated", "updateddate", "created", "createddate"]);

const comparisons: Partial<Record<Operator, (a: number, b: number) => boolean>> = {
  ">=": (a, b) => a >= b,
  ">": (a, b) => a > b,
  "<=": (a, b) => a <= b,
  "<": (a, b) => a < b,
};

function compileDate({ field, operator, values }: TestClause, caller: Caller): Test {
  const compare = comparisons[operator];
  if (!compare) throw unsupported(operator, field);
  const limitMs = dateLimitMs({ field, values }, caller);
  return field.startsWith("updated")
    ? ({ updated, updatedMs }) => compare(updatedMs ?? epochMsOf(updated), limitMs)
    : ({ created, createdMs }) => compare(createdMs ?? epochMsOf(created), limitMs);
}

/** The moment that a test of a date field compares with. Throws `JqlError` on what is no date. */
export function dateLimitMs(
  { field, values }: Pick<TestClause, "field" | "values">,
  caller: Caller,
): number {
  return jqlDateMs(values[0] ?? "", caller, field);
}

function unsupported(operator: Operator, field: string): JqlError {
  return new JqlError(`The operator '${operator}' is not supported by the '${field}' field.`);
}

/** All fields whose value is one or several names: what an issue may be called by, and what is asked for. */
const setFields: Readonly<
  Record<string, (state: JiraState, issue: Issue) => readonly (string | undefined)[]>
> = {
  project: (state, issue) => state.namesOf(state.projectOf(issue)),
  issuekey: (_, issue) => [issue.key, issue.id],
  parent: (state, { parentId }) =>
    parentId === undefined ? [] : [parentId, state.issue(parentId)?.key],
  status: (state, issue) => [issue.statusId, state.statusOf(issue).name],
  statuscategory: (state, issue) => [state.statusOf(issue).category],
  issuetype: (state, issue) => [issue.typeId, state.typeOf(issue).name],
  assignee: (_, { assigneeId }) => [assigneeId],
  reporter: (_, { reporterId }) => [reporterId],
  labels: (_, { labels }) => labels,
  summary: (_, { summary }) => [summary],
};
const aliases: Readonly<Record<string, string>> = {
  key: "issuekey",
  id: "issuekey",
  issue: "issuekey",
  type: "issuetype",
};

function compileSet(clause: TestClause, state: JiraState, caller: Caller): Test {
  const { field, operator, values } = spelledOut(clause);
  const name = aliases[field] ?? field;
  const valuesOf = setFields[name];
  if (!valuesOf) {
    throw new JqlError(`Field '${field}' does not exist or you do not have permission to view it.`);
  }
  checkValues(name, { operator, values }, state, caller);
  const holds = setTests[operator];
  if (!holds) throw unsupported(operator, field);
  const wanted = values.map((value) => value.toLowerCase());
  return (issue) =>
    holds(
      valuesOf(state, issue).flatMap((value) => value?.toLowerCase() ?? []),
      wanted,
    );
}

/** `= null` is another way to write `is null`. */
function spelledOut(clause: TestClause): TestClause {
  const isEmpty = ["empty", "null"].includes(clause.values[0]?.toLowerCase() ?? "");
  if (!isEmpty) return clause;
  if (clause.operator === "=") return { ...clause, operator: "is" };
  return clause.operator === "!=" ? { ...clause, operator: "is not" } : clause;
}

type SetTest = (actual: readonly string[], wanted: readonly string[]) => boolean;
const overlaps: SetTest = (actual, wanted) => actual.some((value) => wanted.includes(value));
// As in Jira, a negative test does not find what has no value.
const isOther: SetTest = (actual, wanted) => actual.length > 0 && !overlaps(actual, wanted);

const setTests: Partial<Record<Operator, SetTest>> = {
  "=": overlaps,
  in: overlaps,
  "!=": isOther,
  "not in": isOther,
  is: (actual) => actual.length === 0,
  "is not": (actual) => actual.length > 0,
  "~": (actual, wanted) => actual.some((value) => wanted.some((part) => value.includes(part))),
};

/** Jira refuses names of projects and issues that do not exist, or that the caller may not see. */
function checkValues(
  field: string,
  { operator, values }: Pick<TestClause, "operator" | "values">,
  state: JiraState,
  { projectIds }: Caller,
): void {
  if (operator === "is" || operator === "is not") {
    if (["empty", "null"].includes(values[0]?.toLowerCase() ?? "")) return;
    throw new JqlError(`The operator '${operator}' only supports EMPTY and NULL.`);
  }
  if (field !== "project") return;
  const names = [...state.projects.values()]
    .filter(({ id }) => projectIds?.has(id) ?? true)
    .flatMap((project) => state.namesOf(project));
  const known = new Set(names.map((name) => name.toLowerCase()));
  const missing = values.find((value) => !known.has(value.toLowerCase()));
  if (missing !== undefined) {
    throw new JqlError(`The value '${missing}' does not exist for the field 'project'.`);
  }
}
