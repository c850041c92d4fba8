import { type Caller, compileJql } from "./jql/evaluate.ts";
import { JqlError } from "./jql/jql-error.ts";
import { parseJql, type Query } from "./jql/parse.ts";
import type { Issue, JiraState } from "./state.ts";

interface Found {
  readonly issues: readonly Issue[];
  /** Absent on the last page. */
  readonly nextPageToken?: string;
}

export interface SearchRequest {
  readonly jql: string;
  readonly limit: number;
  readonly pageToken: string | undefined;
  readonly caller: Caller;
  readonly isVisible: (issue: Issue) => boolean;
}

/**
 * One page of `/search/jql`. The token holds the sort values of the last row, so a row whose sort value
 * changes meanwhile may be seen twice or never, as in Jira. Throws `JqlError`.
 */
export function searchPage(state: JiraState, request: SearchRequest): Found {
  const query = parseJql(request.jql);
  const rows = select(state, query, request)
    .map((issue) => ({ issue, sort: sortValues(issue, query) }))
    .toSorted((a, b) => compareRows(a.sort, b.sort, query));
  const after = request.pageToken === undefined ? undefined : readToken(request.pageToken, query);
  const rest = after ? rows.filter(({ sort }) => compareRows(sort, after, query) > 0) : rows;
  const page = rest.slice(0, request.limit);
  const last = page.at(-1);
  const issues = page.map(({ issue }) => issue);
  if (!last || rest.length <= page.length) return { issues };
  return { issues, nextPageToken: Buffer.from(JSON.stringify(last.sort)).toString("base64url") };
}

/** How many issues match. Jira calls its own answer approximate. */
export function countMatches(
  state: JiraState,
  request: Omit<SearchRequest, "limit" | "pageToken">,
): number {
  return select(state, parseJql(request.jql), request).length;
}

function select(
  state: JiraState,
  query: Query,
  request: Pick<SearchRequest, "caller" | "isVisible">,
): Issue[] {
  if (!query.where) {
    throw new JqlError(
      "Unbounded JQL queries are not allowed here. Please add a search restriction to your query.",
    );
  }
  const test = compileJql(query.where, state, request.caller);
  return [...state.issues.values()].filter((issue) => request.isVisible(issue) && test(issue));
}

/** Per field of ORDER BY one value, and the id at the end to make every order total. */
type SortValues = readonly (string | number)[];

function sortValues(issue: Issue, { orderBy }: Query): SortValues {
  return [...orderBy.map(({ field }) => sortValue(issue, field)), Number(issue.id)];
}

function sortValue(issue: Issue, field: string): string | number {
  switch (field) {
    case "updated":
    case "updateddate":
      return issue.updated;
    case "created":
    case "createddate":
      return issue.created;
    case "id":
      return Number(issue.id);
    case "key":
    case "issuekey": {
      const [project = "", number = ""] = issue.key.split("-");
      return `${project}-${number.padStart(8, "0")}`;
    }
    default:
      throw new JqlError(`Field '${field}' does not exist or you cannot sort by it.`);
  }
}

function compareRows(a: SortValues, b: SortValues, { orderBy }: Query): number {
  for (const [index, value] of a.entries()) {
    const other = b[index] ?? 0;
    if (value === other) continue;
    // Without ORDER BY Jira gives the newest first.
    const isDescending = orderBy[index]?.isDescending ?? orderBy.length === 0;
    return (value < other ? -1 : 1) * (isDescending ? -1 : 1);
  }
  return 0;
}

function readToken(token: string, { orderBy }: Query): SortValues {
  try {
    const values: unknown = JSON.parse(Buffer.from(token, "base64url").toString());
    if (Array.isArray(values) && values.length === orderBy.length + 1) return values;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new JqlError("The provided next page token is invalid or expired.");
}
