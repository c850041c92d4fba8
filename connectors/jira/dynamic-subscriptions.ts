import { HubError } from "#shared/errors.ts";
import type { MadeSubscription, SubscriptionRequest } from "#shared/kit/connector.ts";
import type { OAuthApp } from "#shared/kit/oauth.ts";
import { epochMsOf, type Instant, readInstant } from "#shared/model/time.ts";

import type { JiraSession } from "./session.ts";
import { gatewayOf } from "./settings.ts";
import { type Registered, sendsToConnection, wantedFilter } from "./subscription-report.ts";
import { appSecretText } from "./webhook-token.ts";
import { usedEvents } from "./webhook.ts";
import type { WireDynamic } from "./wire-webhooks.ts";

/** Links are not told to apps (swagger v3, 2026-11): they come with the issue's own update or a pull. */
const dynamicEvents = usedEvents.filter((event) => event.startsWith("jira:"));

const prefix = "dynamic/";

/** Numbers of both kinds of webhooks may coincide. */
function dynamicNativeId(id: number): string {
  return `${prefix}${id}`;
}

/** Undefined for an administrator's webhook. */
export function dynamicId(nativeId: string): number | undefined {
  return nativeId.startsWith(prefix) ? Number(nativeId.slice(prefix.length)) : undefined;
}

/**
 * Registers an app's webhook, or finds the one made before. What else sends to this connection goes
 * first: Jira takes a single address from an app. Its deliveries are proven by the app's own secret.
 */
export async function createDynamic(
  session: JiraSession,
  { clientId, clientSecret }: Pick<OAuthApp, "clientId" | "clientSecret">,
  { targetUrl }: SubscriptionRequest,
): Promise<MadeSubscription> {
  const { webhooks, context } = session;
  const cloudId = gatewayOf(context.settings.baseUrl)?.cloudId;
  const secret = appSecretText({
    clientId,
    clientSecret,
    ...(cloudId !== undefined && { cloudId }),
  });
  const own = (await webhooks.dynamic()).filter(({ url }) => sendsToConnection(url, targetUrl));
  const kept = own.find((each) => each.url === targetUrl && problemOf(session, each) === undefined);
  const others = own.filter((each) => each !== kept).map(({ id }) => id);
  if (others.length > 0) await webhooks.deleteDynamic(others);
  if (kept) {
    const expiresAt = await renewDynamic(session, kept.id);
    return { nativeId: dynamicNativeId(kept.id), secret, expiresAt };
  }
  const jqlFilter = await filterOf(session);
  const id = await webhooks.createDynamic(targetUrl, { events: dynamicEvents, jqlFilter });
  return { nativeId: dynamicNativeId(id), secret, expiresAt: await endOf(session, id) };
}

/** Refreshing passes over ids that are gone in silence, so the end is read from the list. */
export async function renewDynamic(session: JiraSession, id: number): Promise<Instant> {
  await session.webhooks.refreshDynamic([id]);
  return endOf(session, id);
}

async function endOf({ webhooks }: JiraSession, id: number): Promise<Instant> {
  const found = (await webhooks.dynamic()).find((each) => each.id === id);
  const expiresAt = found && readInstant(found.expirationDate);
  if (expiresAt !== undefined) return expiresAt;
  throw new HubError("connector.not-found", "Jira no longer has this webhook of the app");
}

export async function listDynamic(session: JiraSession): Promise<readonly Registered[]> {
  return (await session.webhooks.dynamic()).map((webhook) => {
    const { id, url, expirationDate } = webhook;
    const problem = problemOf(session, webhook);
    const expiresAt = readInstant(expirationDate);
    return {
      nativeId: dynamicNativeId(id),
      url,
      ...(expiresAt !== undefined && { expiresAt }),
      ...(problem !== undefined && { problem }),
    };
  });
}

function problemOf({ context }: JiraSession, webhook: WireDynamic): string | undefined {
  const expiresAt = readInstant(webhook.expirationDate);
  if (expiresAt !== undefined && epochMsOf(expiresAt) <= context.clock.nowMs()) {
    return "Its thirty days are over";
  }
  if (dynamicEvents.some((event) => !webhook.events.includes(event))) {
    return "It no longer sends all the events that the hub needs";
  }
  const { projects } = context.settings;
  const isRight =
    projects.length === 0
      ? everything.test(webhook.jqlFilter)
      : webhook.jqlFilter === wantedFilter(projects);
  return isRight ? undefined : "Its filter is not that of the projects in the settings";
}

/** What `filterOf` writes for all projects, of whichever key. */
const everything = /^project = "(\w+)" OR project != "\1"$/u;

/**
 * A filter is needed, and only parts of JQL are taken
 * (https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-webhooks/, 2026-11). What is
 * true of every issue is said with a project that exists, since no word for "all" is documented.
 */
async function filterOf({ client, context }: JiraSession): Promise<string> {
  const { projects } = context.settings;
  if (projects.length > 0) return wantedFilter(projects);
  const key = await client.firstProjectKey();
  if (key !== undefined) return `project = "${key}" OR project != "${key}"`;
  throw new HubError("connector.forbidden", "The account that consented can browse no project");
}
