import { compileJql } from "../jql/evaluate.ts";
import { JqlError } from "../jql/jql-error.ts";
import { type Clause, parseJql } from "../jql/parse.ts";
import type { JiraState } from "../state.ts";

// `cf[…]` and `issue.property` are allowed by Jira too; the simulator has nothing to match them with.
const fields = new Set([
  "issuekey",
  "key",
  "project",
  "issuetype",
  "type",
  "status",
  "assignee",
  "reporter",
]);
const operators = new Set(["=", "!=", "in", "not in"]);

/**
 * Why a dynamic webhook may not have this filter, in Jira's words; empty if it may. Only a part of JQL
 * is taken and a filter is needed; `project != null` is how to ask for everything
 * (https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-webhooks/, 2026-11).
 */
export function filterProblems(
  state: JiraState,
  jqlFilter: string,
  projectIds: ReadonlySet<string>,
): readonly string[] {
  try {
    const { where, orderBy } = parseJql(jqlFilter);
    if (!where) return ["The JQL filter must not be empty"];
    if (orderBy.length > 0) return ["The ORDER BY clause is unsupported"];
    const problems = clauseProblems(where);
    if (problems.length === 0)
      compileJql(where, state, { timeZone: "Etc/UTC", nowMs: 0, projectIds });
    return problems;
  } catch (error) {
    if (error instanceof JqlError) return [error.message];
    throw error;
  }
}

function clauseProblems(clause: Clause): readonly string[] {
  if (clause.kind === "not") return clauseProblems(clause.clause);
  if (clause.kind !== "test") return clause.clauses.flatMap(clauseProblems);
  if (!fields.has(clause.field)) return [`The clause ${clause.field} is unsupported`];
  return operators.has(clause.operator) ? [] : [`Operator ${clause.operator} is unsupported`];
}
