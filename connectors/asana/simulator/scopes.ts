import { AsanaRefusal } from "./vendor-error.ts";
import type { Viewer } from "./viewer.ts";

/** Which resource's scope a part of a path asks for, as Asana's document states per operation. */
const resourceOf: Readonly<Record<string, string>> = {
  users: "users",
  workspaces: "workspaces",
  teams: "teams",
  portfolios: "portfolios",
  items: "portfolios",
  projects: "projects",
  task_counts: "projects",
  tasks: "tasks",
  subtasks: "tasks",
  dependencies: "tasks",
  dependents: "tasks",
  search: "tasks",
  stories: "stories",
  custom_fields: "custom_fields",
  goals: "goals",
  parentGoals: "goals",
  webhooks: "webhooks",
};

/** These have no scope of their own (document, 2026-11-21): only a token with all scopes reaches them. */
const unscoped = new Set([
  "events",
  "sections",
  "status_updates",
  "goal_relationships",
  "time_periods",
  "workspace_memberships",
]);

/** The scope that a request needs: `tasks:read`; undefined where none but `default` suffices. */
function scopeFor(method: string, path: string): string | undefined {
  const parts = path.split("/");
  if (parts.some((part) => unscoped.has(part))) return undefined;
  const known = parts.findLast((part) => part in resourceOf);
  const resource = known === undefined ? undefined : resourceOf[known];
  if (resource === undefined || (resource === "goals" && method !== "GET")) return undefined;
  if (method === "GET") return `${resource}:read`;
  return `${resource}:${method === "DELETE" ? "delete" : "write"}`;
}

/** Throws 403 for a token of fewer scopes than the request needs. */
export function requireScope(viewer: Viewer, method: string, path: string): void {
  if (!viewer.scopes || viewer.scopes.includes("default")) return;
  const needed = scopeFor(method, path);
  if (needed !== undefined && viewer.scopes.includes(needed)) return;
  throw new AsanaRefusal(
    403,
    `Forbidden: this request needs the scope ${needed ?? "default"}, which the token does not have.`,
  );
}
