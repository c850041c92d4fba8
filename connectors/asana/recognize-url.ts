import type { ConnectionId, GoalId, WorkItemId } from "#shared/model/ids.ts";
import { factId } from "#shared/model/ids.ts";

/** Addresses of people begin here, whatever the API's address is. */
const webHost = "app.asana.com";

/**
 * The task, project, portfolio or goal of this connection that an address shows. Both generations of
 * Asana's addresses: `/1/{workspace}/project/{gid}/task/{gid}`, as in the examples of `permalink_url`
 * at https://developers.asana.com/reference/gettask (read 2026-11-21), and the older
 * `/0/{project}/{task}`. The old form names no workspace: with several Asana connections the first
 * one takes it.
 */
export function recognizeUrl(
  url: URL,
  connection: { readonly id: ConnectionId; readonly settings: Readonly<Record<string, unknown>> },
): WorkItemId | GoalId | undefined {
  const { baseUrl, workspaces } = connection.settings;
  const ownHost = typeof baseUrl === "string" ? URL.parse(baseUrl)?.host : undefined;
  const usesAsana = ownHost === undefined || ownHost === webHost;
  if (url.host !== (usesAsana ? webHost : ownHost)) return undefined;
  const [, generation, ...path] = url.pathname
    .split("/")
    .filter((part, at) => at === 0 || part !== "");
  const shown =
    generation === "1" ? readNew(path, workspaces) : generation === "0" ? readOld(path) : undefined;
  if (!shown) return undefined;
  return factId(shown.type, "asana", connection.id, shown.gid);
}

interface Shown {
  readonly type: "goal" | "work-item";
  readonly gid: string;
}

function readNew([workspace, ...rest]: readonly string[], known: unknown): Shown | undefined {
  const isOurs = Array.isArray(known) && known.includes(workspace);
  if (!isOurs) return undefined;
  for (const [kind, type] of [
    ["task", "work-item"],
    ["goal", "goal"],
    ["portfolio", "work-item"],
    ["project", "work-item"],
  ] as const) {
    const at = rest.indexOf(kind);
    const gid = at === -1 ? undefined : rest[at + 1];
    if (gid !== undefined && isGid(gid)) return { type, gid };
  }
  return undefined;
}

function readOld([first, second]: readonly string[]): Shown | undefined {
  if (first === undefined) return undefined;
  const isNamed = first === "goal" || first === "goals" || first === "portfolio";
  if (isNamed) {
    if (!isGid(second)) return undefined;
    return { type: first === "portfolio" ? "work-item" : "goal", gid: second };
  }
  if (!isGid(first)) return undefined;
  // `/0/{project}/list` shows the project, `/0/{project}/{task}` the task.
  return { type: "work-item", gid: isGid(second) ? second : first };
}

function isGid(text: string | undefined): text is string {
  return text !== undefined && /^\d{1,20}$/u.test(text);
}
