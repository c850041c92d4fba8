import type { Context } from "hono";

import type { Features } from "./seed.ts";
import type { AsanaState } from "./state.ts";
import { paymentRequired } from "./vendor-error.ts";

const nameOf: Readonly<Record<keyof Features, string>> = {
  goals: "Goals",
  portfolios: "Portfolios",
  search: "Search",
  custom_fields: "Custom Fields",
};

/** Throws 402 where the plan of a workspace lacks something. */
export function requireFeature(
  state: AsanaState,
  workspace: string,
  feature: keyof Features,
): void {
  if (!state.featuresOf(workspace)[feature]) throw paymentRequired(nameOf[feature]);
}

const namedInQuery = ["supported_goal", "portfolio", "project", "task", "team"] as const;

/** The workspace that a request is about: the one it names, or that of an object it names. */
export function workspaceAsked(state: AsanaState, c: Context): string {
  const asked = c.req.query("workspace");
  if (asked !== undefined) return asked;
  const inPath = c.req.path.split("/").find((part) => /^\d+$/u.test(part));
  const gids = [inPath, ...namedInQuery.map((name) => c.req.query(name))];
  for (const gid of gids) {
    const workspace = gid === undefined ? undefined : workspaceOf(state, gid);
    if (workspace !== undefined) return workspace;
  }
  return state.firstWorkspace;
}

/** The workspace that an object of any kind is in. */
export function workspaceOf(state: AsanaState, gid: string): string | undefined {
  const kind = state.kindOf(gid);
  if (kind === "workspace") return gid;
  if (kind === "goal_relationship") {
    return workspaceOf(state, state.find(kind, gid)?.supported_goal ?? "");
  }
  const item = kind ? state.find(kind, gid) : undefined;
  return item && "workspace" in item ? item.workspace : undefined;
}
