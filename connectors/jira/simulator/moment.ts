import type { Instant } from "#shared/model/time.ts";

import type { History, HistoryItem } from "./entities.ts";
import { Refusal } from "./refusal.ts";
import type { Issue, JiraState, Link, Project } from "./state.ts";

/** What happened, for webhooks. A deleted issue is carried along, since the state no longer has it. */
export type JiraEvent =
  | { readonly name: "jira:issue_created"; readonly issue: Issue }
  | { readonly name: "jira:issue_updated"; readonly issue: Issue; readonly history: History }
  | { readonly name: "jira:issue_deleted"; readonly issue: Issue; readonly body: unknown }
  | {
      readonly name: "issue_property_set" | "issue_property_deleted";
      readonly issue: Issue;
      readonly property: { readonly key: string; readonly value?: unknown };
    }
  | {
      readonly name:
        | "project_archived"
        | "project_restored_archived"
        | "project_updated"
        | "project_deleted";
      readonly project: Project;
    }
  | { readonly name: "issuelink_created" | "issuelink_deleted"; readonly link: Link };

/** What an operation did: the thing it made or changed, and the events to tell of. */
export interface Done {
  readonly result: Readonly<Record<string, string | number | boolean>>;
  readonly events: readonly JiraEvent[];
}

/** The site, when, and by whom: what every operation is applied with. */
export interface Moment {
  readonly state: JiraState;
  readonly at: Instant;
  readonly actorId: string;
}

/** Writes a changelog entry and moves the issue's `updated`. */
export function writeHistory(
  { state, at, actorId }: Moment,
  issue: Issue,
  items: readonly HistoryItem[],
): History {
  const history = { id: state.nextId(), created: at, authorId: actorId, items };
  state.histories.set(issue.id, [...(state.histories.get(issue.id) ?? []), history]);
  state.store.change(issue, { updated: at }, at);
  return history;
}

/** An issue to change. Throws `Refusal` if there is none. */
export function loadIssue(state: JiraState, idOrKey: string): Issue {
  const issue = state.store.toChange(idOrKey);
  if (issue) return issue;
  throw new Refusal(404, "Issue does not exist or you do not have permission to see it.");
}
