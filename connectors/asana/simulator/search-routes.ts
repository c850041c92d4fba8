import { type Context, Hono } from "hono";

import { badLimit, refs } from "./answers.ts";
import type { Api } from "./api.ts";
import { requireFeature } from "./plan.ts";
import type { AsanaState, Task } from "./state.ts";
import { badRequest } from "./vendor-error.ts";
import { askingUser } from "./viewer.ts";

const resultsMax = 100;
/** What Asana shows when `limit` is not given. */
const resultsUsual = 20;

/**
 * Search over the tasks of a workspace: paid plans only, never a second page, and blind to what
 * changed a moment ago (https://developers.asana.com/reference/searchtasksforworkspace, read 2026-11-21).
 */
export function searchRoutes({ state, answers, clock, searchLagMs }: Api): Hono {
  const app = new Hono();
  app.get("/workspaces/:gid/tasks/search", (c) => {
    const { gid } = state.get("workspace", c.req.param("gid"));
    requireFeature(state, gid, "search");
    if (c.req.query("offset") !== undefined) {
      throw badRequest("offset: Search results cannot be paginated");
    }
    const limit = Number(c.req.query("limit") ?? resultsUsual);
    if (!Number.isInteger(limit) || limit < 1 || limit > resultsMax) throw badLimit();
    const indexedUntilMs = clock.nowMs() - searchLagMs;
    const predicate = searchPredicate(state, c);
    const passes = (task: Task) =>
      task.workspace === gid && Date.parse(task.touchedAt) <= indexedUntilMs && predicate(task);
    const order = ordering(c);
    const found = [
      ...state.list("task").filter(passes),
      ...bulkMatches(state, { passes, window: windowOf(c), order, limit }),
    ];
    const sorted = found.toSorted((a, b) => order.compare(a, b)).slice(0, limit);
    return answers.unpaged(c, refs("task", sorted));
  });
  return app;
}

interface BulkSearch {
  readonly passes: Predicate;
  readonly window: { readonly afterMs: number; readonly beforeMs: number };
  readonly order: { readonly isAscending: boolean };
  readonly limit: number;
}

/** The first matches in order of creation, which for computed tasks is every order there is. */
function bulkMatches(state: AsanaState, wanted: BulkSearch): Task[] {
  const { bulk } = state;
  const found: Task[] = [];
  if (!bulk) return found;
  const { window, order, limit, passes } = wanted;
  for (let step = 0; step < bulk.count && found.length < limit; step += 1) {
    const index = order.isAscending ? step : bulk.count - 1 - step;
    const { createdMs } = bulk.glimpse(index);
    if (createdMs <= window.afterMs || createdMs >= window.beforeMs) continue;
    const task = state.seen("task", bulk.gidAt(index));
    if (task && !state.isKept(task.gid) && passes(task)) found.push(task);
  }
  return found;
}

/** When computed tasks that match were made; they are changed by nobody, so both moments are one. */
function windowOf(c: Context): { afterMs: number; beforeMs: number } {
  const bounds = (name: string) =>
    ["created_at", "modified_at"].flatMap((field) => {
      const boundMs = Date.parse(c.req.query(`${field}.${name}`) ?? "");
      return Number.isNaN(boundMs) ? [] : [boundMs];
    });
  return {
    afterMs: Math.max(-Infinity, ...bounds("after")),
    beforeMs: Math.min(Infinity, ...bounds("before")),
  };
}

function ordering(c: Context) {
  const by = c.req.query("sort_by") ?? "modified_at";
  const keyOf = (task: Task): string => {
    if (by === "created_at") return task.created_at;
    if (by === "completed_at") return task.completed_at ?? "";
    if (by === "due_date") return task.due_on ?? "";
    return task.modified_at;
  };
  const isAscending = c.req.query("sort_ascending") === "true";
  const sign = isAscending ? 1 : -1;
  return {
    isAscending,
    compare: (a: Task, b: Task) => sign * keyOf(a).localeCompare(keyOf(b)),
  };
}

type Predicate = (task: Task) => boolean;

/** What every parameter that the hub may use means; others are refused rather than ignored. */
function searchPredicate(state: AsanaState, c: Context): Predicate {
  const predicates: Predicate[] = [];
  for (const [name, value] of Object.entries(c.req.query())) {
    if (neutral.has(name)) continue;
    const predicate = moment(name, value) ?? plain(state, name, value);
    if (!predicate) throw badRequest(`${name}: The simulated search does not know this parameter`);
    predicates.push(predicate);
  }
  return (task) => predicates.every((predicate) => predicate(task));
}

const neutral = new Set(["opt_fields", "opt_pretty", "limit", "sort_by", "sort_ascending"]);

/** `created_at.after`, `due_on.before` and their like; bounds are not part of the range. */
function moment(name: string, value: string): Predicate | undefined {
  const match = /^(created_at|modified_at|completed_at|due_on|start_on)\.(after|before)$/u.exec(
    name,
  );
  if (!match) return undefined;
  const limitMs = Date.parse(value);
  if (Number.isNaN(limitMs)) throw badRequest(`${name}: Not a valid date: ${value}`);
  const field = match[1] as "created_at" | "modified_at" | "completed_at" | "due_on" | "start_on";
  return (task) => {
    const text = task[field];
    if (text === undefined) return false;
    return match[2] === "after" ? Date.parse(text) > limitMs : Date.parse(text) < limitMs;
  };
}

function plain(state: AsanaState, name: string, value: string): Predicate | undefined {
  const gids = new Set(value.split(","));
  const words = value.toLowerCase().split(/\s+/u);
  const users = new Set([...gids].map((gid) => (gid === "me" ? askingUser(state.me) : gid)));
  const isIn = (task: Task) => task.memberships.some(({ project }) => gids.has(project));
  const teamOf = (project: string) => state.find("project", project)?.team ?? "";
  const known: Readonly<Record<string, Predicate>> = {
    text: (task) =>
      words.every((word) => `${task.name} ${task.notes ?? ""}`.toLowerCase().includes(word)),
    completed: (task) => String(task.completed) === value,
    is_subtask: (task) => String(task.parent !== undefined) === value,
    resource_subtype: (task) => task.resource_subtype === value,
    "assignee.any": (task) => task.assignee !== null && users.has(task.assignee),
    "assignee.not": (task) => task.assignee === null || !users.has(task.assignee),
    "projects.any": isIn,
    "projects.not": (task) => !isIn(task),
    "sections.any": (task) =>
      task.memberships.some(({ section }) => section !== null && gids.has(section)),
    "teams.any": (task) => task.memberships.some(({ project }) => gids.has(teamOf(project))),
    "portfolios.any": (task) =>
      task.memberships.some(({ project }) =>
        state.find("project", project)?.portfolios.some((portfolio) => gids.has(portfolio)),
      ),
  };
  return known[name];
}
