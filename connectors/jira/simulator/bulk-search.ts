import { epochMsOf, Instant } from "#shared/model/time.ts";

import type { BulkIssues } from "./bulk-issues.ts";
import { type Caller, dateLimitMs } from "./jql/evaluate.ts";
import type { Clause, Query } from "./jql/parse.ts";
import type { Issue, JiraState } from "./state.ts";

/** What a query says of project and creation; everything outside need not be looked at. */
export interface Bounds {
  /** Undefined: any. */
  readonly projectIds: ReadonlySet<string> | undefined;
  /** Created in here: from the first, before the second. */
  readonly fromMs: number;
  readonly toMs: number;
  /** The query says nothing else. */
  readonly isExact: boolean;
}

const everything: Bounds = {
  projectIds: undefined,
  fromMs: -Infinity,
  toMs: Infinity,
  isExact: false,
};

/** Reads the bounds from what all matches have to fulfil. */
export function boundsOf(clause: Clause, state: JiraState, caller: Caller): Bounds {
  if (clause.kind === "and") {
    return clause.clauses
      .map((each) => boundsOf(each, state, caller))
      .reduce(intersect, { ...everything, isExact: true });
  }
  if (clause.kind !== "test") return everything;
  if (clause.field === "project") return projectBounds(clause, state);
  return ["created", "createddate"].includes(clause.field)
    ? createdBounds(clause, caller)
    : everything;
}

type TestClause = Extract<Clause, { kind: "test" }>;

function projectBounds({ operator, values }: TestClause, state: JiraState): Bounds {
  if (operator !== "=" && operator !== "in") return everything;
  const wanted = new Set(values.map((value) => value.toLowerCase()));
  const named = [...state.projects.values()].filter(({ id, key, name }) =>
    [id, key, name].some((each) => wanted.has(each.toLowerCase())),
  );
  if (named.length === 0) return everything;
  return { ...everything, projectIds: new Set(named.map(({ id }) => id)), isExact: true };
}

function createdBounds(clause: TestClause, caller: Caller): Bounds {
  const limitMs = dateLimitMs(clause, caller);
  switch (clause.operator) {
    case ">=":
      return { ...everything, fromMs: limitMs, isExact: true };
    case ">":
      return { ...everything, fromMs: limitMs + 1, isExact: true };
    case "<":
      return { ...everything, toMs: limitMs, isExact: true };
    case "<=":
      return { ...everything, toMs: limitMs + 1, isExact: true };
    default:
      return everything;
  }
}

function intersect(a: Bounds, b: Bounds): Bounds {
  const common = a.projectIds && [...a.projectIds].filter((id) => b.projectIds?.has(id) ?? true);
  return {
    projectIds: common ? new Set(common) : b.projectIds,
    fromMs: Math.max(a.fromMs, b.fromMs),
    toMs: Math.min(a.toMs, b.toMs),
    isExact: a.isExact && b.isExact,
  };
}

interface Walk {
  readonly bounds: Bounds;
  /** The projects that the caller may search. */
  readonly projectIds: ReadonlySet<string>;
}

/** How many generated issues lie within exact bounds, without looking at each. */
export function countGenerated(state: JiraState, walk: Walk): number {
  const { bulk } = state.store;
  if (!bulk) return 0;
  const [from, to] = rangeOf(bulk, walk.bounds);
  const projects = projectsOf(bulk, walk);
  const size = bulk.projects.length;
  const upTo = (end: number, project: number) => Math.ceil(Math.max(0, end - project) / size);
  let count = 0;
  for (const project of projects) count += upTo(to, project) - upTo(from, project);
  for (const id of state.store.touched()) {
    const index = bulk.indexOfId(id) ?? -1;
    if (index >= from && index < to && projects.has(index % size)) count -= 1;
  }
  return count;
}

/** The generated issues within bounds, in the order of creation or against it. */
export function* generated(
  state: JiraState,
  walk: Walk,
  order: { readonly isDescending: boolean; readonly project?: number } = { isDescending: false },
): Iterable<Issue> {
  const { bulk } = state.store;
  if (!bulk) return;
  const projects = projectsOf(bulk, walk);
  const only = order.project ?? (projects.size === 1 ? [...projects][0] : undefined);
  if (only !== undefined && !projects.has(only)) return;
  const size = bulk.projects.length;
  const range = rangeOf(bulk, walk.bounds);
  for (const index of indexes(range, only, size, order.isDescending)) {
    if (projects.has(index % size) && state.store.isUntouched(bulk.idOf(index))) {
      yield bulk.at(index);
    }
  }
}

/** All of a range, or those of one project, which come every `size`. */
function* indexes(
  [from, to]: readonly [number, number],
  project: number | undefined,
  size: number,
  isDescending: boolean,
): Iterable<number> {
  const step = project === undefined ? 1 : size;
  const first = project === undefined ? from : from + ((project - (from % size) + size) % size);
  const last = first + Math.floor((to - 1 - first) / step) * step;
  if (isDescending) for (let index = last; index >= first; index -= step) yield index;
  else for (let index = first; index <= last; index += step) yield index;
}

/**
 * The generated issues in the order of a query, from a row on; undefined for an order that is neither
 * that of ids, of creation, nor of keys. `from` may be a little early: the caller skips.
 */
export function generatedInOrder(
  state: JiraState,
  query: Query,
  walk: Walk,
  from: readonly (string | number)[] | undefined,
): Iterable<Issue> | undefined {
  const [order] = query.orderBy;
  const isDescending = order?.isDescending ?? true;
  const field = order?.field ?? "id";
  if (field === "key" || field === "issuekey") return byKey(state, walk, isDescending);
  if (!["id", "created", "createddate"].includes(field)) return undefined;
  if (!from) return generated(state, walk, { isDescending });
  const { bulk } = state.store;
  const seekMs =
    typeof from[0] === "number" ? createdOf(bulk, from[0]) : epochMsOf(Instant.parse(from[0]));
  const { bounds } = walk;
  const narrowed = isDescending
    ? { ...bounds, toMs: Math.min(bounds.toMs, seekMs + 1) }
    : { ...bounds, fromMs: Math.max(bounds.fromMs, seekMs) };
  return generated(state, { ...walk, bounds: narrowed }, { isDescending });
}

function* byKey(state: JiraState, walk: Walk, isDescending: boolean): Iterable<Issue> {
  const lanes = [...(state.store.bulk?.projects ?? []).entries()]
    .map(([project, { key }]) => ({ project, key: `${key}-` }))
    .toSorted((a, b) => (a.key < b.key ? -1 : 1) * (isDescending ? -1 : 1));
  for (const { project } of lanes) yield* generated(state, walk, { isDescending, project });
}

/** When the one with an id was made; before all, or after all, where no generated one has it. */
function createdOf(bulk: BulkIssues | undefined, id: number): number {
  const index = bulk?.indexOfId(String(id));
  if (bulk && index !== undefined) return bulk.createdMs(index);
  return id > (bulk?.highestId ?? 0) ? Infinity : -Infinity;
}

function rangeOf(bulk: BulkIssues, { fromMs, toMs }: Bounds): readonly [number, number] {
  return [bulk.firstSince(fromMs), bulk.firstSince(toMs)];
}

function projectsOf(bulk: BulkIssues, { bounds, projectIds }: Walk): ReadonlySet<number> {
  const indexes = bulk.projects.flatMap(({ id }, index) =>
    projectIds.has(id) && (bounds.projectIds?.has(id) ?? true) ? [index] : [],
  );
  return new Set(indexes);
}
