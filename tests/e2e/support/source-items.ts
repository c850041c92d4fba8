import type { AsanaState, Task } from "#connectors/asana/simulator/state.ts";
import type { Issue, JiraState } from "#connectors/jira/simulator/state.ts";
import { ConnectionId, factId } from "#shared/model/ids.ts";

import type { HubApi } from "./hub-api.ts";

/** A work item as far as a tool and the hub must agree on it. */
export interface AgreedItem {
  readonly title: string;
  readonly status: string;
  /** The topmost ancestor in its tool: moves with any parent on the way. */
  readonly anchor: string;
}
type Items = ReadonlyMap<string, AgreedItem>;

/** What the simulated Jira holds as work: everything but the types that the connection calls goals. */
export function itemsOfJira(state: JiraState, connectionId: string): Items {
  const idOf = idsOf("jira", connectionId);
  const isGoal = (issue: Issue) => state.typeOf(issue).name === "Initiative";
  const parentOf = (issue: Issue): Issue | undefined => {
    const parent = issue.parentId === undefined ? undefined : state.issue(issue.parentId);
    return parent && !isGoal(parent) ? parent : undefined;
  };
  const work = [...state.issues.values()].filter((issue) => !isGoal(issue));
  return new Map(
    work.map((issue) => {
      const status = state.statusOf(issue).name;
      const anchor = idOf(topmost(issue, parentOf).id);
      return [idOf(issue.id), { title: issue.summary, status, anchor }];
    }),
  );
}

/** What the simulated Asana holds as work: tasks of every depth, and projects. */
export function itemsOfAsana(state: AsanaState, connectionId: string): Items {
  const idOf = idsOf("asana", connectionId);
  const anchorOf = (task: Task): string => {
    const top = topmost(task, (one) =>
      one.parent === undefined ? undefined : state.find("task", one.parent),
    );
    return idOf(top.memberships[0]?.project ?? top.gid);
  };
  const tasks = state.list("task").map((task): [string, AgreedItem] => {
    const status = task.completed ? "completed" : "open";
    return [idOf(task.gid), { title: task.name, status, anchor: anchorOf(task) }];
  });
  const projects = state.list("project").map(({ gid, name, completed }): [string, AgreedItem] => {
    const status = completed === true ? "completed" : "open";
    return [idOf(gid), { title: name, status, anchor: idOf(gid) }];
  });
  return new Map([...tasks, ...projects]);
}

/** What the hub holds now, in the words of its tools. Asana knows complete and incomplete only. */
export async function itemsOfHub(api: HubApi): Promise<Items> {
  const items = await api.workItemsOfNow({});
  return new Map(
    items.map(({ id, title, originalStatus, anchorId }) => {
      const isAsana = id.startsWith("asana:");
      const status = isAsana && originalStatus !== "completed" ? "open" : originalStatus;
      return [id, { title, status, anchor: anchorId }];
    }),
  );
}

/** Where two pictures differ, in words for the one who reads a failure. */
export function differences(tool: Items, hub: Items): readonly string[] {
  const found: string[] = [];
  for (const [id, item] of tool) {
    const other = hub.get(id);
    if (JSON.stringify(item) === JSON.stringify(other)) continue;
    found.push(`${id}: tool ${JSON.stringify(item)}, hub ${JSON.stringify(other) ?? "nothing"}`);
  }
  for (const id of hub.keys()) if (!tool.has(id)) found.push(`${id}: only the hub has it`);
  return found;
}

function idsOf(connector: string, connectionId: string): (nativeId: string) => string {
  const connection = ConnectionId.parse(connectionId);
  return (nativeId) => factId("work-item", connector, connection, nativeId);
}

function topmost<T>(start: T, parentOf: (one: T) => T | undefined): T {
  let top = start;
  for (let next = parentOf(top); next !== undefined; next = parentOf(top)) top = next;
  return top;
}
