import type { Collection } from "#shared/kit/connector.ts";
import type { Connection } from "#shared/model/connection.ts";
import { Cursor } from "#shared/model/connection.ts";
import { epochMsOf, instantOf, minuteMs } from "#shared/model/time.ts";
import { fromItem } from "#shared/store/codec.ts";
import type { Unversioned } from "#shared/store/documents.ts";
import { replaceDocument } from "#shared/store/documents.ts";
import { cursorKey } from "#shared/store/keys.ts";
import { cursorSpec } from "#shared/store/specs.ts";

import type { PullDeps } from "./deps.ts";
import { readCursors } from "./freshness.ts";

/** A run hands over to a new message after this long, well before the function's own limit. */
export const runMsMax = 10 * minuteMs;
/** A poll that was first sent longer ago came to no end: the clock sends it again after this. */
const lateMs = 5 * minuteMs;

export interface Begun {
  readonly cursor: Cursor;
  /**
   * All cursors of the connection as they stood, where the run is one poll among many: nothing was
   * written then, and a run that ends with its first page need not look again.
   */
  readonly seen: (() => readonly Cursor[]) | undefined;
}

/**
 * Takes up a collection's cursor. Mostly that is a poll, over with its first page, for which one write
 * at its end is enough. Everything else says that it has begun: what takes long, what has failed, and
 * a poll of which an earlier try was lost, so that one that dies time and again is noticed.
 */
export async function beginPull(
  deps: PullDeps,
  { connection, collection }: { readonly connection: Connection; readonly collection: Collection },
): Promise<Begun | undefined> {
  const items = await readCursors(deps, connection.id);
  const { sk } = cursorKey(connection.id, collection.name, "pull");
  const own = items.find((item) => item.sk === sk);
  if (!own) return undefined;
  const found = fromItem(Cursor, own);
  const begun = beginRun(deps, found);
  if (!isWell(connection) || !isFirstTry(deps, found)) {
    const cursor = await replaceDocument(deps.table, cursorSpec, found, begun);
    return cursor && { cursor, seen: undefined };
  }
  return {
    cursor: { ...begun, revision: found.revision },
    seen: () => items.map((item) => fromItem(Cursor, item)),
  };
}

/** One that has a problem already would not change where another collection meets the same once more. */
function isWell({ readyAt, status, problem }: Connection): boolean {
  return readyAt !== undefined && status === "active" && !problem;
}

/** The poll that follows one that ended well, and no earlier one of it was lost. */
function isFirstTry(deps: PullDeps, { mode, state, sentSince, problem }: Cursor): boolean {
  if (mode !== "poll" || state !== "idle" || problem) return false;
  return sentSince === undefined || deps.clock.nowMs() - epochMsOf(sentSince) < lateMs;
}

const diedSilently = {
  code: "invariant.broken",
  message: "Reading stopped without a word, perhaps for want of time or memory; it is tried again",
} as const;

/** Every page says that a run is alive. Until one comes, nobody may take what it reads for fresh. */
function hasDied(deps: PullDeps, { state, updatedAt }: Cursor): boolean {
  return state === "running" && deps.clock.nowMs() - epochMsOf(updatedAt) >= runMsMax;
}

function beginRun(deps: PullDeps, cursor: Cursor): Unversioned<Cursor> {
  const now = deps.clock.now();
  const isResuming = cursor.state === "running" || cursor.state === "failed";
  const fresh = { recordsRead: 0, changesApplied: 0, recordsRejected: 0, startedAt: now };
  // The problem stays until a page proves it over: waits grow by it, and nobody says "fresh" too soon.
  const { recordsTotal: _total, ...rest } = cursor;
  return {
    ...rest,
    ...(isResuming && cursor.startedAt !== undefined ? {} : fresh),
    ...(isResuming && cursor.recordsTotal !== undefined && { recordsTotal: cursor.recordsTotal }),
    ...(hasDied(deps, cursor) && {
      problem: { ...diedSilently, since: rest.problem?.since ?? now },
    }),
    state: "running",
    // If this run dies without a word, the clock takes it up again then.
    dueAt: instantOf(deps.clock.nowMs() + runMsMax),
    updatedAt: now,
  };
}
