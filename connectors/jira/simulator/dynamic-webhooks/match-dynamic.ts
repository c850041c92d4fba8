import type { Instant } from "#shared/model/time.ts";

import { projectsSeenBy } from "../access.ts";
import type { DynamicWebhook } from "../entities.ts";
import { passesJql } from "../jql/filter.ts";
import type { JiraEvent } from "../moment.ts";
import type { JiraState } from "../state.ts";

/** Who gets one delivery: an app, in the name of one user, at its one URL. */
export interface Receiver {
  readonly clientId: string;
  readonly accountId: string;
  readonly url: string;
}

/** The webhooks whose 30 days are not over. */
export function livingWebhooks(state: JiraState, at: Instant): readonly DynamicWebhook[] {
  return [...state.dynamicWebhooks.values()].filter(({ expiresAt }) => expiresAt > at);
}

/** Whom to tell of an event, and which of their webhooks match it: one delivery names them all. */
export function matchDynamic(
  state: JiraState,
  event: JiraEvent,
  at: Instant,
): readonly { readonly receiver: Receiver; readonly ids: readonly number[] }[] {
  const matching = livingWebhooks(state, at).filter(
    (webhook) => matches(state, webhook, event) && mayDeliver(state, webhook),
  );
  const groups = Map.groupBy(matching, ({ clientId, accountId }) => `${clientId} ${accountId}`);
  return [...groups.values()].flatMap((group) => {
    const [receiver] = group;
    return receiver ? [{ receiver, ids: group.map(({ id }) => id) }] : [];
  });
}

function matches(state: JiraState, webhook: DynamicWebhook, event: JiraEvent): boolean {
  // Links have no dynamic webhooks.
  if (!("issue" in event) || !webhook.events.includes(event.name)) return false;
  const { fieldIdsFilter, issuePropertyKeysFilter } = webhook;
  if (fieldIdsFilter && "history" in event) {
    const changed = event.history.items.map(({ fieldId, field }) => fieldId ?? field);
    if (!changed.some((field) => fieldIdsFilter.includes(field))) return false;
  }
  if (issuePropertyKeysFilter && "property" in event) {
    if (!issuePropertyKeysFilter.includes(event.property.key)) return false;
  }
  if (!passesJql(state, webhook.jqlFilter, event.issue)) return false;
  const { projectKeys } = state.accountAccess(webhook.accountId);
  return projectsSeenBy(state, webhook.accountId, projectKeys).has(event.issue.projectId);
}

/** A private app is told only of what its owner registered; one that was thrown out, of nothing. */
function mayDeliver(state: JiraState, { clientId, accountId }: DynamicWebhook): boolean {
  const owner = state.oauthApps.find((app) => app.clientId === clientId)?.ownerAccountId;
  return state.oauth.isAllowed(clientId, accountId) && (owner ?? accountId) === accountId;
}
