import { epochMsOf } from "#shared/model/time.ts";

import type { Effect } from "./apply-operation.ts";
import { issueBean } from "./beans.ts";
import type { HistoryItem } from "./entities.ts";
import type { JiraEvent } from "./moment.ts";
import { userBean } from "./part-beans.ts";
import type { JiraState, Link } from "./state.ts";

/** The body of a webhook, as Jira words it. */
export function webhookPayload(
  state: JiraState,
  event: JiraEvent,
  { at, actorId }: Effect,
): object {
  const timestamp = epochMsOf(at);
  if ("project" in event) {
    const { id, key, name } = event.project;
    const self = `${state.baseUrl}/rest/api/2/project/${id}`;
    return { timestamp, webhookEvent: event.name, project: { self, id: Number(id), key, name } };
  }
  if (!("issue" in event)) {
    return { timestamp, webhookEvent: event.name, issueLink: linkPayload(state, event.link) };
  }
  const actor = state.users.get(actorId);
  const user = actor && { ...userBean(state, actor), emailAddress: undefined };
  const issue =
    event.name === "jira:issue_deleted"
      ? event.body
      : issueBean(state, event.issue, { version: 2 });
  if ("property" in event) {
    const { id, key } = event.issue;
    const self = `${state.baseUrl}/rest/api/2/issue/${id}`;
    const { property } = event;
    return { timestamp, webhookEvent: event.name, user, issue: { id, self, key }, property };
  }
  const common = { timestamp, webhookEvent: event.name, user, issue };
  if (event.name === "jira:issue_updated") {
    const { id, items } = event.history;
    const issue_event_type_name = eventTypeOf(items);
    return { ...common, issue_event_type_name, changelog: { id, items } };
  }
  return event.name === "jira:issue_created"
    ? { ...common, issue_event_type_name: "issue_created" }
    : common;
}

function eventTypeOf(items: readonly HistoryItem[]): string {
  const fields = new Set(items.map(({ field }) => field));
  if (fields.size === 0) return "issue_commented";
  if (fields.has("Key")) return "issue_moved";
  if (fields.has("status")) return "issue_generic";
  return fields.has("assignee") ? "issue_assigned" : "issue_updated";
}

/** Ids only, no keys: as recorded from Jira Cloud. */
function linkPayload(state: JiraState, link: Link): object {
  const { id, name, inward, outward } = state.linkTypeOf(link);
  return {
    id: Number(link.id),
    sourceIssueId: Number(link.sourceId),
    destinationIssueId: Number(link.destinationId),
    issueLinkType: {
      id: Number(id),
      name,
      outwardName: outward,
      inwardName: inward,
      isSubTaskLinkType: false,
      isSystemLinkType: false,
    },
    systemLink: false,
  };
}
