import type { Connection } from "#shared/model/connection.ts";
import { staleAfterMinutes } from "#shared/model/connection.ts";
import type { ConnectionId } from "#shared/model/ids.ts";
import type { Instant } from "#shared/model/time.ts";
import { epochMsOf, minuteMs } from "#shared/model/time.ts";

/** What the kernel must know of one connection before it may conclude anything from absence. */
export interface SourceState {
  readonly id: ConnectionId;
  readonly name: string;
  readonly providesGoals: boolean;
  /** Whether it may hold work; absent: it may. */
  readonly providesWork?: boolean | undefined;
  readonly isReady: boolean;
  readonly isStale: boolean;
  readonly freshAt: Instant | undefined;
  readonly readyAt?: Instant | undefined;
  /** When it was connected. */
  readonly createdAt?: Instant | undefined;
  /** Why it does not work, and since when; absent: it works, or an admin has paused it. */
  readonly problem?: { readonly code: string; readonly since: Instant } | undefined;
}

export type SourceStates = ReadonlyMap<ConnectionId, SourceState>;

/** A connection stands still when its last success is too old; before the first, it is not ready. */
export function sourceState(
  connection: Connection,
  providesGoals: boolean,
  nowMs: number,
): SourceState {
  const ageMs = connection.freshAt === undefined ? 0 : nowMs - epochMsOf(connection.freshAt);
  return {
    id: connection.id,
    name: connection.name,
    providesGoals,
    isReady: connection.readyAt !== undefined,
    isStale: ageMs > staleAfterMinutes * minuteMs,
    freshAt: connection.freshAt,
    readyAt: connection.readyAt,
    createdAt: connection.createdAt,
    problem: problemOf(connection),
  };
}

/** A problem of a connection that goes on reading (a refused reconcile) is one as well. */
function problemOf({ status, problem, updatedAt }: Connection): SourceState["problem"] {
  if (status !== "degraded" && (status !== "active" || !problem)) return undefined;
  return { code: problem?.code ?? "unknown", since: problem?.since ?? updatedAt };
}

/**
 * Why absence of a link proves nothing now; undefined when it does prove something. The item's own
 * source must be read whole and fresh, and so must every source that may hold goals or links.
 */
export function incompleteBecause(
  sources: SourceStates,
  connectionId: ConnectionId,
): "no-goals-connected" | "source-not-read-yet" | "source-stale" | undefined {
  let [isAnyOfGoals, isUnread, isStale] = [false, !sources.has(connectionId), false];
  for (const source of sources.values()) {
    if (!source.providesGoals && source.id !== connectionId) continue;
    isAnyOfGoals ||= source.providesGoals;
    isUnread ||= !source.isReady;
    isStale ||= source.isStale;
  }
  if (!isAnyOfGoals) return "no-goals-connected";
  if (isUnread) return "source-not-read-yet";
  return isStale ? "source-stale" : undefined;
}
