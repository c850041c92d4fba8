import { HubError } from "#shared/errors.ts";
import type { Source } from "#shared/kit/connector.ts";
import { secretName } from "#shared/kit/registry.ts";
import type { Connection, Subscription } from "#shared/model/connection.ts";
import { listSubscriptions, saveSubscription } from "#shared/store/connection-parts.ts";

import type { PullDeps } from "./deps.ts";

/**
 * Registers a webhook for every resource that has none, one after the other. The subscription is
 * written before the source is asked, because the source may call back within the request and its
 * secret exists only then. A failure is kept with its reason and tried again the next time.
 */
export async function subscribe(
  deps: PullDeps,
  { connection, source }: { readonly connection: Connection; readonly source: Source },
): Promise<void> {
  const resources = (await source.subscriptionResources?.()) ?? [];
  const existing = await listSubscriptions(deps.table, connection.id);
  for (const resource of resources) {
    const known = existing.find((candidate) => candidate.resource === resource);
    if (known?.state === "active" && known.publicUrl === deps.publicUrl) continue;
    if (known?.nativeId !== undefined) await source.unsubscribe?.(known.nativeId);
    await register(
      deps,
      { connection, source },
      known ?? newSubscription(deps, connection, resource),
    );
  }
}

function newSubscription(deps: PullDeps, connection: Connection, resource: string): Subscription {
  return {
    type: "subscription",
    id: `sub_${deps.random(10)}`,
    connectionId: connection.id,
    resource,
    state: "pending",
    publicUrl: deps.publicUrl,
    createdAt: deps.clock.now(),
  };
}

async function register(
  deps: PullDeps,
  { connection, source }: { readonly connection: Connection; readonly source: Source },
  known: Subscription,
): Promise<void> {
  const { problem: _problem, nativeId: _nativeId, ...rest } = known;
  const pending: Subscription = { ...rest, state: "pending", publicUrl: deps.publicUrl };
  await saveSubscription(deps.table, pending);
  try {
    const targetUrl = `${deps.publicUrl}/webhooks/${connection.connector}/${connection.id}?subscription=${known.id}`;
    const made = await source.subscribe?.({ id: known.id, targetUrl, resource: known.resource });
    if (!made) return;
    if (made.secret !== undefined) {
      await deps.secrets.merge(secretName(connection.id), { [known.id]: made.secret });
    }
    await saveSubscription(deps.table, { ...pending, state: "active", nativeId: made.nativeId });
    deps.logger.info("subscription.active", {
      connectionId: connection.id,
      subscriptionId: known.id,
    });
  } catch (error) {
    const problem =
      error instanceof HubError ? error.message : "Registering failed in a way we did not foresee";
    await saveSubscription(deps.table, {
      ...pending,
      state: "failed",
      problem: problem.slice(0, 500),
    });
    deps.logger.warn("subscription.failed", {
      connectionId: connection.id,
      subscriptionId: known.id,
      code: error instanceof HubError ? error.code : "unexpected",
    });
  }
}
