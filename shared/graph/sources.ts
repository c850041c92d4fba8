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
  readonly isReady: boolean;
  readonly isStale: boolean;
  readonly freshAt: Instant | undefined;
  readonly readyAt?: Instant | undefined;
  /** When it was connected. */
  readonly createdAt?: Instant | undefined;
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
  };
}

/**
 * Why absence of a link proves nothing now; undefined when it does prove something. The item's own
 * source must be read whole and fresh, and so must every source that may hold goals or links.
 */
export function incompleteBecause(
  sources: SourceStates,
  connectionId: ConnectionId,
): "no-goals-connected" | "source-not-read-yet" | "source-stale" | undefined {
  const relevant = [...sources.values()].filter(
    (source) => source.providesGoals || source.id === connectionId,
  );
  if (!relevant.some((source) => source.providesGoals)) return "no-goals-connected";
  if (!sources.has(connectionId) || relevant.some((source) => !source.isReady)) {
    return "source-not-read-yet";
  }
  return relevant.some((source) => source.isStale) ? "source-stale" : undefined;
}
