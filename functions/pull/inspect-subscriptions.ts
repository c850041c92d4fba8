import { HubError } from "#shared/errors.ts";
import type { Source, SubscriptionReport } from "#shared/kit/connector.ts";
import type { Connection, Subscription } from "#shared/model/connection.ts";
import { epochMsOf, minuteMs } from "#shared/model/time.ts";
import { listSubscriptions, saveSubscription } from "#shared/store/connection-parts.ts";

import type { PullDeps } from "./deps.ts";
import { requestOf } from "./subscription-request.ts";

interface Inspecting {
  readonly connection: Connection;
  readonly source: Source;
}

type Standing = "standing" | "dead";

/**
 * Asks the source what became of the registrations that we believe to be active, and how long each has
 * been silent where the source sends heartbeats. A source that cannot be asked now says nothing: what we
 * believed stays. Registrations of ours that nobody knows are removed on the way.
 */
export async function inspect(
  deps: PullDeps,
  { connection, source }: Inspecting,
  known: readonly Subscription[],
): Promise<ReadonlyMap<string, Standing>> {
  // All that we know of, also what is being registered right now: the rest are strays.
  const report = await ask(deps, { connection, source }, known);
  if (report && report.strays.length > 0) {
    await removeStrays(deps, { connection, source }, { known, strays: report.strays });
  }
  const standing = new Map<string, Standing>();
  for (const one of known.filter((each) => isActive(deps, each))) {
    const death = causeOfDeath(deps, connection, { one, report });
    standing.set(one.id, death === undefined ? "standing" : "dead");
    if (death !== undefined) {
      deps.logger.warn("subscription.dead", {
        connectionId: connection.id,
        subscriptionId: one.id,
        cause: death,
      });
    } else if (report) await noteChecked(deps, one, report);
  }
  return standing;
}

function isActive(deps: PullDeps, { state, publicUrl }: Subscription): boolean {
  return state === "active" && publicUrl === deps.publicUrl;
}

async function ask(
  deps: PullDeps,
  { connection, source }: Inspecting,
  known: readonly Subscription[],
): Promise<SubscriptionReport | undefined> {
  try {
    return await source.inspectSubscriptions?.(
      known.map((one) => requestOf(deps, connection, one)),
    );
  } catch (error) {
    const code = error instanceof HubError ? error.code : "unexpected";
    deps.logger.warn("subscription.not-inspected", { connectionId: connection.id, code });
    return undefined;
  }
}

/**
 * Another run may have registered some between our list and the source's. Each is written here before it
 * is made there, so whatever is new on our list now explains what looks like a stray: next time, then.
 */
async function removeStrays(
  deps: PullDeps,
  { connection, source }: Inspecting,
  {
    known,
    strays,
  }: { readonly known: readonly Subscription[]; readonly strays: readonly string[] },
): Promise<void> {
  const before = new Set(known.map(({ id }) => id));
  const now = await listSubscriptions(deps.table, connection.id);
  if (now.some(({ id }) => !before.has(id))) return;
  for (const nativeId of strays) {
    try {
      await source.unsubscribe?.(nativeId);
      deps.logger.info("subscription.stray-removed", { connectionId: connection.id });
    } catch (error) {
      const code = error instanceof HubError ? error.code : "unexpected";
      deps.logger.warn("subscription.stray-remains", { connectionId: connection.id, code });
    }
  }
}

function causeOfDeath(
  deps: PullDeps,
  connection: Connection,
  { one, report }: { readonly one: Subscription; readonly report: SubscriptionReport | undefined },
): "gone" | "failing" | "expired" | "silent" | undefined {
  const found = report?.found.get(one.id);
  if (report && !found) return "gone";
  if (found?.isWorking === false) return "failing";
  const nowMs = deps.clock.nowMs();
  const expiresAt = found?.expiresAt ?? one.expiresAt;
  if (expiresAt !== undefined && epochMsOf(expiresAt) <= nowMs) return "expired";
  return isSilent(deps, connection, one) ? "silent" : undefined;
}

function isSilent(deps: PullDeps, { connector }: Connection, one: Subscription): boolean {
  const quietMinutesMax = deps.registry.find(connector)?.quietMinutesMax;
  if (quietMinutesMax === undefined) return false;
  const heardAtMs = Math.max(epochMsOf(one.heardAt ?? one.createdAt), epochMsOf(one.createdAt));
  return deps.clock.nowMs() - heardAtMs > quietMinutesMax * minuteMs;
}

/** The source's own word on when it ends, where it differs from what we hold. */
async function noteChecked(
  deps: PullDeps,
  one: Subscription,
  report: SubscriptionReport,
): Promise<void> {
  const found = report.found.get(one.id);
  if (!found || (found.expiresAt === one.expiresAt && found.nativeId === one.nativeId)) return;
  const { expiresAt, nativeId } = found;
  await saveSubscription(deps.table, {
    ...one,
    nativeId,
    checkedAt: deps.clock.now(),
    ...(expiresAt !== undefined && { expiresAt }),
  });
}
