import type { SubscriptionRequest } from "#shared/kit/connector.ts";
import type { Connection, Subscription } from "#shared/model/connection.ts";

import type { PullDeps } from "./deps.ts";

/** Where the source shall send what it says of one subscription. */
export function requestOf(
  deps: Pick<PullDeps, "publicUrl">,
  connection: Connection,
  { id, resource }: Pick<Subscription, "id" | "resource">,
): SubscriptionRequest {
  const path = `/webhooks/${connection.connector}/${connection.id}?subscription=${id}`;
  return { id, targetUrl: `${deps.publicUrl}${path}`, resource };
}
