import { randomBytes } from "node:crypto";

import { HubError } from "#shared/errors.ts";
import type {
  MadeSubscription,
  SubscriptionReport,
  SubscriptionRequest,
} from "#shared/kit/connector.ts";
import type { Instant } from "#shared/model/time.ts";

import { createDynamic, dynamicId, listDynamic, renewDynamic } from "./dynamic-subscriptions.ts";
import type { JiraSession } from "./session.ts";
import {
  type Registered,
  reportOn,
  sendsToConnection,
  wantedFilter,
} from "./subscription-report.ts";
import { usedEvents } from "./webhook.ts";
import { issueFilterSection, type WireWebhook } from "./wire-webhooks.ts";

/** One registration for the whole site, where the account or the app may make it. */
export async function subscriptionResources(session: JiraSession): Promise<readonly string[]> {
  if (!session.context.tokens) {
    const held = await session.client.heldPermissions(["ADMINISTER"]);
    return held.has("ADMINISTER") ? ["*"] : [];
  }
  try {
    await session.webhooks.dynamic();
    return ["*"];
  } catch (error) {
    // The consent lacks the scope, which the probe says.
    if (error instanceof HubError && error.code === "connector.forbidden") return [];
    throw error;
  }
}

/** Registers what the connection may: an app's webhook on a consent, else an administrator's. */
export function subscribe(
  session: JiraSession,
  request: SubscriptionRequest,
): Promise<MadeSubscription> {
  return session.context.tokens
    ? createDynamic(session, session.context.tokens.app, request)
    : createAdmin(session, request);
}

/**
 * Registers an administrator's webhook with a new secret. Jira never shows a secret again, so a
 * registration found for this connection is replaced: whoever made it did not live to save its secret.
 */
async function createAdmin(
  { webhooks, context }: JiraSession,
  { id, targetUrl }: SubscriptionRequest,
): Promise<MadeSubscription> {
  for (const { self, url } of await webhooks.admin()) {
    if (sendsToConnection(url, targetUrl)) await webhooks.deleteAdmin(idOf(self));
  }
  const secret = randomBytes(32).toString("base64url");
  const { self } = await webhooks.createAdmin({
    name: `Throughline ${id}`,
    url: targetUrl,
    events: usedEvents,
    excludeBody: false,
    secret,
    // Moves out of these projects come as events of the new one, which reconciling finds.
    filters: { [issueFilterSection]: wantedFilter(context.settings.projects) },
  });
  return { nativeId: idOf(self), secret };
}

/** Removes a registration of either kind, whatever the connection rests on now. */
export function unsubscribe({ webhooks }: JiraSession, nativeId: string): Promise<void> {
  const id = dynamicId(nativeId);
  return id === undefined ? webhooks.deleteAdmin(nativeId) : webhooks.deleteDynamic([id]);
}

/** Gives an app's webhook thirty more days. Throws `connector.not-found` when Jira has it no longer. */
export function renewSubscription(session: JiraSession, nativeId: string): Promise<Instant> {
  const id = dynamicId(nativeId);
  if (id !== undefined) return renewDynamic(session, id);
  throw new HubError("invariant.broken", "An administrator's webhook does not end by itself");
}

/** What Jira has of the registrations that send to this connection. */
export async function inspectSubscriptions(
  session: JiraSession,
  known: readonly SubscriptionRequest[],
): Promise<SubscriptionReport> {
  const { webhooks, context } = session;
  const registered: readonly Registered[] = context.tokens
    ? await listDynamic(session)
    : (await webhooks.admin()).map((each) => readAdmin(each, context.settings.projects));
  return reportOn(known, registered);
}

function readAdmin(webhook: WireWebhook, projects: readonly string[]): Registered {
  const { self, url, enabled, events, filters } = webhook;
  const filter = filters?.[issueFilterSection] ?? undefined;
  const nativeId = idOf(self);
  if (enabled === false) return { nativeId, url, problem: "It is switched off in Jira" };
  if (events && usedEvents.some((event) => !events.includes(event))) {
    return { nativeId, url, problem: "It no longer sends all the events that the hub needs" };
  }
  if (filter !== undefined && filter !== wantedFilter(projects)) {
    return { nativeId, url, problem: "Its filter is not that of the projects in the settings" };
  }
  return { nativeId, url };
}

/** Jira names a webhook by the address of its own resource. */
function idOf(self: string): string {
  return self.split("/").at(-1) ?? self;
}
