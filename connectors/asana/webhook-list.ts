import { epochMsOf, hourMs, readInstant } from "#shared/model/time.ts";

import { parsed } from "./client.ts";
import { isWithheld } from "./errors.ts";
import { collect, type ReaderDeps } from "./reader.ts";
import { WebhookWire } from "./wire.ts";

/** Asana sends a heartbeat every eight hours (webhooks guide, read 2026-11-21); one may be late. */
const quietMinutesMax = 9 * 60;

/** All webhooks of the token in the chosen workspaces. */
export async function listWebhooks({
  client,
  source,
}: ReaderDeps): Promise<readonly WebhookWire[]> {
  const lists = source.settings.workspaces.map(async (workspace) => {
    const records = await collect(client.every((page) => client.webhooks(workspace, page)));
    return records.map((record) => parsed(WebhookWire, record, "webhooks"));
  });
  return (await Promise.all(lists)).flat();
}

/** Whether a webhook sends to this connection, at whichever address the hub was then. */
export function isOurs({ source }: ReaderDeps, { target }: WebhookWire): boolean {
  const path = URL.parse(target)?.pathname ?? "";
  return path.endsWith(`/webhooks/asana/${source.connectionId}`);
}

/** Asana gives up on a webhook after a day of failures, and says beforehand when that will be. */
export function isStanding(webhook: WebhookWire): boolean {
  const isEnding =
    webhook.failure_deletion_timestamp !== undefined && webhook.failure_deletion_timestamp !== null;
  return webhook.active !== false && !isEnding;
}

/** Gids of what is watched by a webhook of this connection that was heard of lately. */
export async function watchedResources(deps: ReaderDeps): Promise<ReadonlySet<string>> {
  const heardSinceMs = deps.source.clock.nowMs() - quietMinutesMax * (hourMs / 60);
  const isHeard = ({ last_success_at }: WebhookWire) => {
    const heardAt = readInstant(last_success_at);
    return heardAt !== undefined && epochMsOf(heardAt) >= heardSinceMs;
  };
  try {
    const working = (await listWebhooks(deps)).filter(
      (webhook) => isOurs(deps, webhook) && isStanding(webhook) && isHeard(webhook),
    );
    return new Set(working.flatMap(({ resource }) => resource?.gid ?? []));
  } catch (error) {
    // A token without the scope has made none either.
    if (isWithheld(error)) return new Set();
    throw error;
  }
}
