import { sourceState } from "#shared/graph/sources.ts";
import type { Connector } from "#shared/kit/connector.ts";
import { staleAfterMinutes } from "#shared/model/connection.ts";
import type {
  Connection,
  CoverageGap,
  Cursor,
  Quarantined,
  Subscription,
} from "#shared/model/connection.ts";
import type { Grant } from "#shared/model/grant.ts";
import type { FactType } from "#shared/model/ids.ts";
import { epochMsOf } from "#shared/model/time.ts";
import type { DeliveryCounts } from "#shared/store/delivery-counts.ts";

import { isFirstReading } from "../onboarding/cancel-first-reading.ts";
import type { BudgetAnswer, ConnectionAnswer } from "./connection-answers.ts";
import { describeAccess } from "./describe-access.ts";
import { isShrinkRefused, paceOf } from "./pace.ts";

/** All that hangs in one connection's partition, read. */
export interface ConnectionParts {
  readonly connection: Connection;
  readonly connector: Connector | undefined;
  readonly cursors: readonly Cursor[];
  readonly gaps: readonly CoverageGap[];
  readonly quarantined: readonly Quarantined[];
  readonly subscriptions: readonly Subscription[];
  readonly deliveries: readonly DeliveryCounts[];
  readonly facts: Readonly<Partial<Record<FactType, number>>>;
  readonly grant: Grant | undefined;
  readonly budget: BudgetAnswer | undefined;
}

type Collection = ConnectionAnswer["collections"][number];

export function describeConnection(
  parts: ConnectionParts,
  { nowMs, publicUrl }: { readonly nowMs: number; readonly publicUrl: string },
): ConnectionAnswer {
  const { connection, connector } = parts;
  const { isReady, isStale, freshAt } = sourceState(connection, false, nowMs);
  const reads = connector?.source !== undefined;
  const collections = (connector?.collections ?? []).map((collection) =>
    describeCollection(parts, collection, nowMs),
  );
  const percent = reads && !isReady ? overallPercent(collections) : undefined;
  return {
    id: connection.id,
    connector: connection.connector,
    connectorTitle: connector?.title ?? connection.connector,
    name: connection.name,
    reads,
    tells: connector?.notifier !== undefined,
    status: connection.status,
    health: healthOf(connection, { reads, isReady, isStale }),
    problem: connection.problem,
    identity: connection.identity,
    ...describeAccess(parts, nowMs),
    settings: connection.settings,
    isReady: !reads || isReady,
    freshness: {
      freshAt,
      ageSeconds: ageSeconds(freshAt, nowMs),
      isStale,
      staleAfterMinutes,
    },
    percent,
    mayCancelFirst: mayCancelFirst(parts, collections),
    collections,
    ...describeParts(parts),
    ...(connector?.webhook && {
      webhookUrl: `${publicUrl}/webhooks/${connection.connector}/${connection.id}`,
    }),
    createdAt: connection.createdAt,
    updatedAt: connection.updatedAt,
  };
}

/** Reading again that can be given up comes first: that takes nothing away. */
function mayCancelFirst(
  { connection, connector }: ConnectionParts,
  collections: readonly Collection[],
): boolean {
  if (!connector?.source || connector.sendsTo !== undefined || connector.files) return false;
  return isFirstReading(connection) && !collections.some(({ mayCancel }) => mayCancel);
}

function ageSeconds(freshAt: Connection["freshAt"], nowMs: number): number | undefined {
  return freshAt === undefined
    ? undefined
    : Math.max(0, Math.round((nowMs - epochMsOf(freshAt)) / 1000));
}

function describeParts({ facts, gaps, quarantined, subscriptions, deliveries }: ConnectionParts) {
  return {
    facts: { ...facts },
    gaps: gaps.map(({ what, why, at }) => ({ what, why, at })),
    quarantined: quarantined.length,
    subscriptions: subscriptions.map(
      ({ resource, state, problem, heardAt, expiresAt, checkedAt }) => ({
        resource,
        state,
        problem,
        heardAt,
        expiresAt,
        checkedAt,
      }),
    ),
    deliveries: deliveries.map(({ day, counts }) => ({ day, counts: { ...counts } })),
  };
}

function healthOf(
  { status }: Connection,
  is: { readonly reads: boolean; readonly isReady: boolean; readonly isStale: boolean },
): ConnectionAnswer["health"] {
  if (status !== "active") return status;
  if (!is.reads) return "healthy";
  if (!is.isReady) return "reading";
  return is.isStale ? "stale" : "healthy";
}

function describeCollection(
  { cursors, quarantined }: ConnectionParts,
  { name, title }: { readonly name: string; readonly title: string },
  nowMs: number,
): Collection {
  const own = cursors.filter(({ collection }) => collection === name);
  const pull = own.find(isOfMode("backfill", "poll"));
  const reconcile = own.find(isOfMode("reconcile"));
  const aside = quarantined.filter(({ collection }) => collection === name).length;
  // Connected a moment ago, or by an older release that did not know the collection.
  if (!pull) return { name, title, ...notBegun, quarantined: aside };
  // A reconcile under way is what people wait for; else the pull tells.
  const shown = reconcile?.state === "running" ? reconcile : pull;
  const { mode, state, recordsRead, recordsTotal, changesApplied, recordsRejected } = shown;
  return {
    name,
    title,
    mode,
    state,
    recordsRead,
    recordsTotal,
    percent: percentOf(shown),
    changesApplied,
    recordsRejected,
    ...paceOf(shown, nowMs),
    mayCancel: pull.mode === "backfill" && pull.positionBefore !== undefined,
    mayAcceptShrink: isShrinkRefused(reconcile),
    quarantined: aside,
    backfilledAt: pull.backfilledAt,
    completedAt: pull.completedAt,
    reconciledAt: reconcile?.completedAt,
    dueAt: pull.dueAt,
    problem: pull.problem ?? reconcile?.problem,
  };
}

function isOfMode<M extends Cursor["mode"]>(...modes: readonly M[]) {
  const wanted: readonly Cursor["mode"][] = modes;
  return (cursor: Cursor): cursor is Cursor & { readonly mode: M } => wanted.includes(cursor.mode);
}

const notBegun = {
  mode: "backfill",
  state: "waiting",
  recordsRead: 0,
  percent: 0,
  changesApplied: 0,
  recordsRejected: 0,
  mayCancel: false,
  mayAcceptShrink: false,
} as const;

function percentOf({ state, mode, recordsRead, recordsTotal, backfilledAt }: Cursor) {
  if (state === "idle" || (mode === "poll" && state === "waiting")) return 100;
  if (state === "waiting" && recordsRead === 0) return 0;
  if (recordsTotal === undefined) return mode === "backfill" && !backfilledAt ? undefined : 100;
  if (recordsTotal === 0) return 100;
  return Math.min(100, Math.floor((100 * recordsRead) / recordsTotal));
}

/** Every collection counts alike: what is not known yet counts as nothing. */
function overallPercent(collections: readonly Collection[]): number | undefined {
  if (collections.length === 0) return undefined;
  const sum = collections.reduce(
    (total, { backfilledAt, percent }) => total + (backfilledAt ? 100 : (percent ?? 0)),
    0,
  );
  return Math.min(99, Math.floor(sum / collections.length));
}
