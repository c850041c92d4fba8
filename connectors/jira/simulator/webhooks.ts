import { createHash, createHmac } from "node:crypto";

import { epochMsOf, minuteMs } from "#shared/model/time.ts";
import { seededRandom } from "#shared/testing/simulator/seeded-random.ts";
import type { RetryPlan, WebhookSender } from "#shared/testing/simulator/webhook-sender.ts";

import type { Effect } from "./apply-operation.ts";
import { issueBean } from "./beans.ts";
import { compileJql } from "./jql/evaluate.ts";
import { parseJql } from "./jql/parse.ts";
import type { JiraEvent } from "./moment.ts";
import { userBean } from "./part-beans.ts";
import type { HistoryItem, JiraState, Link, Webhook } from "./state.ts";

/** The header that carries the signature; its value names the method: `sha256=…`. */
export const signatureHeader = "X-Hub-Signature";

/**
 * At most five retries, 5 to 15 minutes apart, on these answers and on none
 * (https://developer.atlassian.com/cloud/jira/platform/webhooks/, 2026-11).
 */
export function retryPlan(seed: number): RetryPlan {
  const random = seededRandom(seed);
  return {
    delayMs: (retry) => (retry <= 5 ? (5 + random() * 10) * minuteMs : undefined),
    isRetried: (status) =>
      status === undefined || status >= 500 || [408, 409, 425, 429].includes(status),
    headers: (retry) => ({ "X-Atlassian-Webhook-Retry": String(retry) }),
    timeoutMs: 20_000,
  };
}

/** Sends the webhooks of what happened to everyone registered for it. */
export function sendWebhooks(state: JiraState, sender: WebhookSender, effect: Effect): void {
  for (const [index, event] of effect.events.entries()) {
    for (const webhook of state.webhooks.values()) {
      if (!webhook.events.includes(event.name) || !passesFilter(state, webhook, event)) continue;
      const body = webhook.excludeBody ? "" : JSON.stringify(payload(state, event, effect));
      const id = deliveryId(`${state.siteName} ${webhook.id} ${effect.at} ${index} ${body}`);
      const headers = {
        "content-type": "application/json; charset=UTF-8",
        "user-agent": "Atlassian Webhook HTTP Client",
        "X-Atlassian-Webhook-Identifier": id,
        "X-Atlassian-Webhook-Flow": "Primary",
        ...(webhook.secret !== undefined && { [signatureHeader]: sign(webhook.secret, body) }),
      };
      sender.send({ id, event: event.name, url: webhook.url, headers, body });
    }
  }
}

function sign(secret: string, body: string): string {
  return `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;
}

/** Only issue events are filtered; a link event goes to everyone registered for it. */
function passesFilter(state: JiraState, webhook: Webhook, event: JiraEvent): boolean {
  const where = webhook.filter ? parseJql(webhook.filter).where : undefined;
  if (!where || !("issue" in event)) return true;
  const caller = { timeZone: "Etc/UTC", nowMs: epochMsOf(event.issue.updated) };
  return compileJql(where, state, caller)(event.issue);
}

function payload(state: JiraState, event: JiraEvent, { at, actorId }: Effect): object {
  const timestamp = epochMsOf(at);
  if (!("issue" in event)) {
    return { timestamp, webhookEvent: event.name, issueLink: linkPayload(state, event.link) };
  }
  const actor = state.users.get(actorId);
  const user = actor && { ...userBean(state, actor), emailAddress: undefined };
  const issue =
    event.name === "jira:issue_deleted"
      ? event.body
      : issueBean(state, event.issue, { version: 2 });
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

function deliveryId(text: string): string {
  const hex = createHash("sha256").update(text).digest("hex");
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20, 32),
  ].join("-");
}
