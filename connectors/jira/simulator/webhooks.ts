import { createHash, createHmac } from "node:crypto";

import { minuteMs } from "#shared/model/time.ts";
import type { Clock } from "#shared/ports/clock.ts";
import { seededRandom } from "#shared/testing/simulator/seeded-random.ts";
import type { RetryPlan, WebhookSender } from "#shared/testing/simulator/webhook-sender.ts";

import type { Effect } from "./apply-operation.ts";
import { bearerOf } from "./dynamic-webhooks/bearer.ts";
import { matchDynamic } from "./dynamic-webhooks/match-dynamic.ts";
import type { Webhook } from "./entities.ts";
import { passesJql } from "./jql/filter.ts";
import type { JiraEvent } from "./moment.ts";
import type { JiraState } from "./state.ts";
import { webhookPayload } from "./webhook-payload.ts";

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

/** What sending needs of the site. */
interface Sending {
  readonly state: JiraState;
  readonly sender: WebhookSender;
  readonly clock: Clock;
}

/** Sends the webhooks of what happened to everyone registered for it. */
export function sendWebhooks({ state, sender, clock }: Sending, effect: Effect): void {
  for (const [index, event] of effect.events.entries()) {
    // What an operation brings along counts as secondary.
    const flow = index === 0 ? "Primary" : "Secondary";
    for (const webhook of state.webhooks.values()) {
      if (!webhook.events.includes(event.name) || !passesFilter(state, webhook, event)) continue;
      const content = JSON.stringify(webhookPayload(state, event, effect));
      const body = webhook.excludeBody ? "" : content;
      const id = deliveryId(`${state.siteName} ${webhook.id} ${effect.at} ${index} ${content}`);
      const signature = webhook.secret !== undefined && {
        [signatureHeader]: sign(webhook.secret, body),
      };
      const headers = { ...deliveryHeaders(id, flow), ...signature };
      sender.send({ id, event: event.name, url: webhook.url, headers, body });
    }
    for (const { receiver, ids } of matchDynamic(state, event, effect.at)) {
      const matched = { ...webhookPayload(state, event, effect), matchedWebhookIds: ids };
      const body = JSON.stringify(matched);
      const id = deliveryId(`${state.siteName} ${receiver.url} ${effect.at} ${index} ${body}`);
      const freshHeaders = () => bearerOf(state, receiver, id, clock);
      const headers = deliveryHeaders(id, flow);
      sender.send({ id, event: event.name, url: receiver.url, headers, freshHeaders, body });
    }
  }
}

function deliveryHeaders(id: string, flow: "Primary" | "Secondary"): Record<string, string> {
  return {
    "content-type": "application/json; charset=UTF-8",
    "user-agent": "Atlassian Webhook HTTP Client",
    "X-Atlassian-Webhook-Identifier": id,
    "X-Atlassian-Webhook-Flow": flow,
    "X-Atlassian-Webhook-Trace": id.replaceAll("-", ""),
  };
}

function sign(secret: string, body: string): string {
  return `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;
}

/** Only issue events are filtered; a link event goes to everyone registered for it. */
function passesFilter(state: JiraState, { filter }: Webhook, event: JiraEvent): boolean {
  return !filter || !("issue" in event) || passesJql(state, filter, event.issue);
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
