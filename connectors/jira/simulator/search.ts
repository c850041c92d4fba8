import { boundsOf, countGenerated, generated, generatedInOrder } from "./bulk-search.ts";
import { type Caller, compileJql } from "./jql/evaluate.ts";
import { JqlError } from "./jql/jql-error.ts";
import { parseJql, type Query } from "./jql/parse.ts";
import { readToken, writeToken } from "./page-token.ts";
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
  /** Who asks and when, for dates. */
  readonly caller: Caller;
  /** The projects that are searched. */
  readonly projectIds: ReadonlySet<string>;
  /** Who may see which of their issues. */
  readonly isVisible: (issue: Issue) => boolean;
  /** Ids that are looked up as they are now, however far the index is behind. */
  readonly reconciled: ReadonlySet<string>;
}

/**
 * One page of `/search/jql`. The token holds the sort values of the last row, so a row whose sort value
 * changes meanwhile may be seen twice or never, as in Jira. Throws `JqlError`.
 */
export function searchPage(state: JiraState, request: SearchRequest): Found {
  const { jql, pageToken, limit, caller } = request;
  const query = parseJql(jql);
  const scope = { jql, nowMs: caller.nowMs, lives: state.pageTokens };
  const after = pageToken === undefined ? undefined : readToken(pageToken, scope);
  const page: Row[] = [];
  for (const row of rows(state, query, request, after)) {
    page.push(row);
    if (page.length > limit) break;
  }
  const issues = page.slice(0, limit).map(({ issue }) => issue);
  const last = page[limit - 1];
  if (page.length <= limit || !last) return { issues };
  return { issues, nextPageToken: writeToken(last.sort, scope) };
}

/** How many issues match. Jira calls its own answer approximate. */
export function countMatches(
  state: JiraState,
  request: Omit<SearchRequest, "limit" | "pageToken">,
): number {
  const { where, test } = restriction(state, parseJql(request.jql), request);
  let count = 0;
  for (const issue of indexed(state, request)) if (test(issue)) count += 1;
  const bounds = boundsOf(where, state, request.caller);
  const walk = { bounds, projectIds: request.projectIds };
  if (bounds.isExact) return count + countGenerated(state, walk);
  for (const issue of generated(state, walk)) if (test(issue)) count += 1;
  return count;
}

type Asking = Omit<SearchRequest, "limit" | "pageToken">;

interface Row {
  readonly issue: Issue;
  readonly sort: SortValues;
}

/** All matching rows after the given one, in order; generated ones only as far as they are drawn. */
function* rows(
  state: JiraState,
  query: Query,
  request: Asking,
  after: SortValues | undefined,
): Iterable<Row> {
  const { where, test } = restriction(state, query, request);
  const rowOf = (issue: Issue): Row => ({ issue, sort: sortValues(issue, query) });
  const isDue = ({ sort }: Row) => !after || compareRows(sort, after, query) > 0;
  const kept = [...indexed(state, request)].filter(test).map(rowOf).filter(isDue);
  const walk = {
    bounds: boundsOf(where, state, request.caller),
    projectIds: request.projectIds,
  };
  const stream = generatedInOrder(state, query, walk, after);
  if (!stream) for (const issue of generated(state, walk)) if (test(issue)) kept.push(rowOf(issue));
  const waiting = kept.filter(isDue).toSorted((a, b) => compareRows(a.sort, b.sort, query));
  let next = 0;
  for (const issue of stream ?? []) {
    if (!test(issue)) continue;
    const row = rowOf(issue);
    if (!isDue(row)) continue;
    for (let first = waiting[next]; first; first = waiting[next]) {
      if (compareRows(first.sort, row.sort, query) > 0) break;
      yield first;
      next += 1;
    }
    yield row;
  }
  yield* waiting.slice(next);
}

/** The kept issues that may be found at all. */
function* indexed(state: JiraState, asking: Asking): Iterable<Issue> {
  const { projectIds, reconciled, caller, isVisible } = asking;
  for (const issue of state.store.indexed(caller.nowMs, reconciled)) {
    const isFindable = projectIds.has(issue.projectId) && issue.archived !== true;
    if (isFindable && isVisible(issue)) yield issue;
  }
}

function restriction(state: JiraState, { where }: Query, { caller }: Asking) {
  if (where) return { where, test: compileJql(where, state, caller) };
  throw new JqlError(
    "Unbounded JQL queries are not allowed here. Please add a search restriction to your query.",
  );
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
