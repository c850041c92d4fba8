import type { Connection } from "#shared/model/connection.ts";
import type { ConnectionId } from "#shared/model/ids.ts";
import type { Instant } from "#shared/model/time.ts";
import { epochMsOf, instantOf, minuteMs } from "#shared/model/time.ts";

/** Connections that were first read so closely one after the other that one report tells of all of them. */
export interface BaselineWindow {
  /** In the order in which they were read. */
  readonly connectionIds: readonly ConnectionId[];
  /** When what they found is told of. */
  readonly endsAt: Instant;
}

/** The windows of first readings, oldest first. Zero minutes: there are none. */
export function baselineWindows(
  connections: readonly Pick<Connection, "id" | "readyAt">[],
  baselineMinutes: number,
): readonly BaselineWindow[] {
  if (baselineMinutes === 0) return [];
  const ready = connections
    .flatMap(({ id, readyAt }) => (readyAt === undefined ? [] : [{ id, atMs: epochMsOf(readyAt) }]))
    .toSorted((a, b) => a.atMs - b.atMs || (a.id < b.id ? -1 : 1));
  const windows: { connectionIds: ConnectionId[]; endsMs: number }[] = [];
  for (const { id, atMs } of ready) {
    const last = windows.at(-1);
    const endsMs = atMs + baselineMinutes * minuteMs;
    if (last && atMs <= last.endsMs) {
      last.connectionIds.push(id);
      last.endsMs = endsMs;
    } else {
      windows.push({ connectionIds: [id], endsMs });
    }
  }
  return windows.map(({ connectionIds, endsMs }) => ({ connectionIds, endsAt: instantOf(endsMs) }));
}

/** When a finding of a first reading is told of: when the last window of its sources is over. */
export function baselineEndOf(
  windows: readonly BaselineWindow[],
  connectionIds: readonly ConnectionId[],
): Instant | undefined {
  return windows
    .filter((window) => window.connectionIds.some((id) => connectionIds.includes(id)))
    .map(({ endsAt }) => endsAt)
    .toSorted()
    .at(-1);
}
