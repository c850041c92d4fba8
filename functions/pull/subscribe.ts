import { createHash } from "node:crypto";

import { keepWebhookSecret } from "#shared/access/webhook-secrets.ts";
import { HubError } from "#shared/errors.ts";
import type { Source } from "#shared/kit/connector.ts";
import type { Connection, Subscription } from "#shared/model/connection.ts";
import type { ConnectionId } from "#shared/model/ids.ts";
import type { PullMessage } from "#shared/model/pull.ts";
import { dayMs, epochMsOf, hourMs, instantOf, minuteMs } from "#shared/model/time.ts";
import {
  claimSubscription,
  listSubscriptions,
  removeSubscription,
  saveSubscription,
} from "#shared/store/connection-parts.ts";
import { getDocument, updateDocument } from "#shared/store/documents.ts";
import { cursorKey } from "#shared/store/keys.ts";
import { cursorSpec } from "#shared/store/specs.ts";

import { isStanding } from "./bury-if-removed.ts";
import type { PullDeps } from "./deps.ts";
import { inspect } from "./inspect-subscriptions.ts";
import { requestOf } from "./subscription-request.ts";

interface Subscribing {
  readonly connection: Connection;
  readonly source: Source;
  /** Whether another run sent this one, having met what was being registered. */
  readonly isSecondLook: boolean;
}

/** A registration that ends by itself is renewed this long before: a few lost runs do no harm. */
const renewBeforeMs = 10 * dayMs;
/** Who said that it registers one has done so by then, or died: vendors' requests are given less. */
const claimMs = minuteMs;
const reconcileAgainMsMin = hourMs;

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
  const byResource = new Map(known.toReversed().map((one) => [one.resource, one]));
  const wanting: Subscription[] = [];
  for (const resource of resources) {
    const one = byResource.get(resource) ?? newSubscription(deps, connection, resource);
    if (standing.get(one.id) === "standing") await renewInTime(deps, source, one);
    else wanting.push(one);
  }
  await registerAll(deps, subscribing, { known, wanting });
  const wasAnyDead = wanting.some(({ id }) => standing.get(id) === "dead");
  if (wasAnyDead) await readMissed(deps, connection);
  const dead = known.filter(({ id }) => standing.get(id) === "dead");
  await forgetUnwanted(deps, dead, new Set(resources));
}

async function registerAll(
  deps: PullDeps,
  subscribing: Subscribing,
  { known, wanting }: Record<"known" | "wanting", readonly Subscription[]>,
): Promise<void> {
  const { id: connectionId } = subscribing.connection;
  const claimed = new Set<Subscription>();
  for (const one of wanting) {
    if (!(await isStanding(deps, connectionId))) return;
    const outcome = await register(deps, subscribing, one);
    if (outcome === "claimed") claimed.add(one);
    if (outcome === "stop") break;
  }
  await lookAgain(
    deps,
    subscribing,
    known.filter((one) => claimed.has(one)),
  );
}

/**
 * Whoever claimed them may have died, and nobody else would look for a quarter of an hour. A second look
 * sends no third: what it meets is claimed by one that runs at the same time, and of which the message
 * comes back should it die. Otherwise such runs would send each other on from minute to minute.
 */
async function lookAgain(
  deps: PullDeps,
  { connection, isSecondLook }: Subscribing,
  claimed: readonly Subscription[],
): Promise<void> {
  if (isSecondLook) return;
  const nowMs = deps.clock.nowMs();
  const leftMs = claimed
    .map(({ createdAt }) => epochMsOf(createdAt) + claimMs - nowMs)
    .filter((ms) => ms >= 0);
  if (leftMs.length === 0) return;
  const message: PullMessage = {
    kind: "subscribe",
    connectionId: connection.id,
    isSecondLook: true,
  };
  // A claim ends after its last millisecond, so a whole number of seconds must be one more.
  const delaySeconds = Math.floor(Math.max(...leftMs) / 1000) + 1;
  await deps.pulls.send(JSON.stringify(message), { delaySeconds });
}

/** Archived projects take their webhooks along; what nobody wants is nothing to look after for ever. */
async function forgetUnwanted(
  deps: PullDeps,
  dead: readonly Subscription[],
  wanted: ReadonlySet<string>,
): Promise<void> {
  for (const one of dead) {
    if (!wanted.has(one.resource)) await removeSubscription(deps.table, one);
  }
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

/**
 * What happened while nobody told us: changes by the pulls, what is gone by the reconciles. Those cost
 * much, so a webhook that dies again and again brings about one an hour.
 */
async function readMissed(deps: PullDeps, connection: Connection): Promise<void> {
  const { id: connectionId } = connection;
  const { collections } = deps.registry.get(connection.connector);
  deps.logger.warn("subscription.resync", { connectionId });
  for (const { name: collection, reconcileEveryMinutes } of collections) {
    await send(deps, { kind: "pull", connectionId, collection });
    if (reconcileEveryMinutes === undefined || connection.readyAt === undefined) continue;
    if (await isDueSoon(deps, connectionId, collection)) continue;
    await send(deps, { kind: "reconcile", connectionId, collection });
  }
}

async function send(deps: PullDeps, message: PullMessage): Promise<void> {
  await deps.pulls.send(JSON.stringify(message));
}

/** Whether it was reconciled within the hour: then the clock reconciles it again when the hour is over. */
async function isDueSoon(
  deps: PullDeps,
  connectionId: ConnectionId,
  collection: string,
): Promise<boolean> {
  const key = cursorKey(connectionId, collection, "reconcile");
  const startedAt = (await getDocument(deps.table, cursorSpec, key))?.startedAt;
  if (startedAt === undefined) return false;
  const againAtMs = epochMsOf(startedAt) + reconcileAgainMsMin;
  if (againAtMs <= deps.clock.nowMs()) return false;
  await updateDocument(deps.table, cursorSpec, key, (cursor) =>
    epochMsOf(cursor.dueAt) <= againAtMs ? undefined : { ...cursor, dueAt: instantOf(againAtMs) },
  );
  return true;
}

function newSubscription(deps: PullDeps, connection: Connection, resource: string): Subscription {
  return {
    type: "subscription",
    id: idFor(connection.id, resource),
    connectionId: connection.id,
    resource,
    state: "pending",
    publicUrl: deps.publicUrl,
    createdAt: deps.clock.now(),
  };
}

/** The same for whoever registers the resource, so that two who do so at once make one of it. */
function idFor(connectionId: ConnectionId, resource: string): string {
  const digest = createHash("sha256").update(`${connectionId} ${resource}`).digest("hex");
  return `sub_${BigInt(`0x${digest}`).toString(36).slice(-10)}`;
}

/**
 * The subscription is written before the source is asked, because the source may call back within the
 * request and its secret exists only then. `claimed`: another run is at it; `stop`: the source wants to be
 * asked nothing more now.
 */
async function register(
  deps: PullDeps,
  { connection, source }: Omit<Subscribing, "isSecondLook">,
  known: Subscription,
): Promise<"done" | "claimed" | "stop"> {
  const { problem: _problem, nativeId: deadId, expiresAt: _expiresAt, ...rest } = known;
  const now = deps.clock.now();
  const pending: Subscription = {
    ...rest,
    state: "pending",
    publicUrl: deps.publicUrl,
    createdAt: now,
  };
  const claimedBefore = instantOf(deps.clock.nowMs() - claimMs);
  if (!(await claimSubscription(deps.table, pending, claimedBefore))) return "claimed";
  const where = { connectionId: connection.id, subscriptionId: known.id };
  try {
    if (deadId !== undefined) await takeAway(deps, source, { ...known, nativeId: deadId });
    const made = await source.subscribe?.(requestOf(deps, connection, known));
    if (!made) return "done";
    if (!(await isStanding(deps, connection.id))) {
      await withdraw(deps, source, { ...pending, nativeId: made.nativeId });
      return "stop";
    }
    if (made.secret !== undefined) {
      await keepWebhookSecret(deps, known, made.secret);
    }
    const { nativeId, expiresAt } = made;
    await saveSubscription(deps.table, {
      ...pending,
      state: "active",
      nativeId,
      ...(expiresAt !== undefined && { expiresAt }),
    });
    deps.logger.info("subscription.active", where);
    return "done";
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
    return code === "connector.rate-limited" ? "stop" : "done";
  }
}

/** Its connection was taken away while it was being made. */
async function withdraw(
  deps: PullDeps,
  source: Source,
  one: Subscription & { readonly nativeId: string },
): Promise<void> {
  await removeSubscription(deps.table, one);
  await takeAway(deps, source, one).catch(() => undefined);
}

/** One that cannot be taken away is no reason to have none: as a stray it is tried again. */
async function takeAway(
  deps: PullDeps,
  source: Source,
  { connectionId, id, nativeId }: Subscription & { readonly nativeId: string },
): Promise<void> {
  try {
    await source.unsubscribe?.(nativeId);
  } catch (error) {
    const code = error instanceof HubError ? error.code : "unexpected";
    if (code === "connector.rate-limited") throw error;
    deps.logger.warn("subscription.remains", { connectionId, subscriptionId: id, code });
  }
}
