import { HubError } from "#shared/errors.ts";
import type { Source } from "#shared/kit/connector.ts";
import { secretName } from "#shared/kit/registry.ts";
import type { Connection, Subscription } from "#shared/model/connection.ts";
import type { PullMessage } from "#shared/model/pull.ts";
import { dayMs, epochMsOf } from "#shared/model/time.ts";
import { listSubscriptions, saveSubscription } from "#shared/store/connection-parts.ts";

import type { PullDeps } from "./deps.ts";
import { inspect } from "./inspect-subscriptions.ts";
import { requestOf } from "./subscription-request.ts";

interface Subscribing {
  readonly connection: Connection;
  readonly source: Source;
}

/** A registration that ends by itself is renewed this long before: a few lost runs do no harm. */
const renewBeforeMs = 10 * dayMs;

/**
 * Keeps the webhooks of a connection right: registers what has none, renews what ends, makes anew what
 * the source has dropped or let fall silent, and removes strays. After a webhook was dead, what it would
 * have told is read. A failure is kept with its reason and tried again the next time.
 */
export async function subscribe(deps: PullDeps, subscribing: Subscribing): Promise<void> {
  const { connection, source } = subscribing;
  if (!source.subscriptionResources) return;
  const resources = await source.subscriptionResources();
  const known = await listSubscriptions(deps.table, connection.id);
  const standing = await inspect(deps, subscribing, known);
  let wasAnyDead = false;
  for (const resource of resources) {
    const one = known.find((candidate) => candidate.resource === resource);
    const state = one && standing.get(one.id);
    if (one && state === "standing") await renewInTime(deps, source, one);
    else {
      if (one?.nativeId !== undefined) await source.unsubscribe?.(one.nativeId);
      await register(deps, subscribing, one ?? newSubscription(deps, connection, resource));
      wasAnyDead ||= state === "dead";
    }
  }
  if (wasAnyDead) await readMissed(deps, connection);
}

async function renewInTime(deps: PullDeps, source: Source, one: Subscription): Promise<void> {
  const { expiresAt, nativeId } = one;
  if (expiresAt === undefined || nativeId === undefined || !source.renewSubscription) return;
  if (epochMsOf(expiresAt) - deps.clock.nowMs() > renewBeforeMs) return;
  const { connectionId, id: subscriptionId } = one;
  try {
    const renewed = await source.renewSubscription(nativeId);
    await saveSubscription(deps.table, { ...one, expiresAt: renewed });
    deps.logger.info("subscription.renewed", { connectionId, subscriptionId });
  } catch (error) {
    // It stands until it ends; the next look, long before that, tries again.
    const code = error instanceof HubError ? error.code : "unexpected";
    deps.logger.warn("subscription.not-renewed", { connectionId, subscriptionId, code });
  }
}

/** What happened while nobody told us: changes by the pulls, what is gone by the reconciles. */
async function readMissed(deps: PullDeps, connection: Connection): Promise<void> {
  const { id: connectionId } = connection;
  const { collections } = deps.registry.get(connection.connector);
  deps.logger.warn("subscription.resync", { connectionId });
  for (const { name: collection, reconcileEveryMinutes } of collections) {
    const messages: PullMessage[] = [{ kind: "pull", connectionId, collection }];
    if (reconcileEveryMinutes !== undefined && connection.readyAt !== undefined) {
      messages.push({ kind: "reconcile", connectionId, collection });
    }
    for (const message of messages) await deps.pulls.send(JSON.stringify(message));
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

/**
 * The subscription is written before the source is asked, because the source may call back within the
 * request and its secret exists only then.
 */
async function register(
  deps: PullDeps,
  { connection, source }: Subscribing,
  known: Subscription,
): Promise<void> {
  const { problem: _problem, nativeId: _nativeId, expiresAt: _expiresAt, ...rest } = known;
  const now = deps.clock.now();
  const pending: Subscription = {
    ...rest,
    state: "pending",
    publicUrl: deps.publicUrl,
    createdAt: now,
  };
  await saveSubscription(deps.table, pending);
  const where = { connectionId: connection.id, subscriptionId: known.id };
  try {
    const made = await source.subscribe?.(requestOf(deps, connection, known));
    if (!made) return;
    if (made.secret !== undefined) {
      await deps.secrets.merge(secretName(connection.id), { [known.id]: made.secret });
    }
    const { nativeId, expiresAt } = made;
    await saveSubscription(deps.table, {
      ...pending,
      state: "active",
      nativeId,
      ...(expiresAt !== undefined && { expiresAt }),
    });
    deps.logger.info("subscription.active", where);
  } catch (error) {
    const problem =
      error instanceof HubError ? error.message : "Registering failed in a way we did not foresee";
    await saveSubscription(deps.table, {
      ...pending,
      state: "failed",
      problem: problem.slice(0, 500),
    });
    const code = error instanceof HubError ? error.code : "unexpected";
    deps.logger.warn("subscription.failed", { ...where, code });
  }
}
