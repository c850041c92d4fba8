import { HubError, isRetryable } from "#shared/errors.ts";
import type { Collection, PulledPage, Source } from "#shared/kit/connector.ts";
import type { Connection, Cursor } from "#shared/model/connection.ts";
import type { PullMessage } from "#shared/model/pull.ts";
import type { Instant } from "#shared/model/time.ts";
import { epochMsOf, instantOf, minuteMs } from "#shared/model/time.ts";
import { applyChanges } from "#shared/store/apply-changes.ts";
import {
  quarantine,
  retireGaps,
  retireQuarantined,
  saveGapsOf,
} from "#shared/store/connection-parts.ts";
import type { Unversioned } from "#shared/store/documents.ts";
import { getDocument, replaceDocument, updateDocument } from "#shared/store/documents.ts";
import { cursorKey } from "#shared/store/keys.ts";
import { cursorSpec } from "#shared/store/specs.ts";

import { buryIfRemoved } from "./bury-if-removed.ts";
import type { PullDeps } from "./deps.ts";
import { listCursors, markFresh, noteProblem } from "./freshness.ts";
import { readAhead } from "./read-ahead.ts";
import { readWaiting } from "./read-waiting.ts";
import { ensureReconcileCursor } from "./reconcile-cursor.ts";

interface Run {
  readonly connection: Connection;
  readonly collection: Collection;
  readonly source: Source;
}

/** A run hands over to a new message after this long, well before the function's own limit. */
const runMsMax = 10 * minuteMs;
/** First wait after a failure that may pass by itself; doubles up to half an hour. */
const retryMsMin = 2000;
/** The longest delay that a queue can give a message; longer waits are the clock's. */
const delayMsMax = 15 * minuteMs;
const retryMsMax = 30 * minuteMs;

/**
 * Reads a collection on from its cursor, page by page: a page is stored before the cursor moves, so
 * a crash repeats a page but never skips one. Another run on the same cursor makes this one stop.
 */
export async function pullCollection(deps: PullDeps, run: Run): Promise<void> {
  const key = cursorKey(run.connection.id, run.collection.name, "pull");
  const found = await getDocument(deps.table, cursorSpec, key);
  const begun =
    found && (await replaceDocument(deps.table, cursorSpec, found, beginRun(deps, found)));
  if (!begun) return;
  let cursor: Cursor = begun;
  const wasBackfill = begun.mode === "backfill";
  const startedMs = deps.clock.nowMs();
  try {
    for await (const page of readAhead(run.source.pull(run.collection.name, cursor.position))) {
      const rejected = await storePage(deps, { ...run, cursor }, page);
      const next = afterPage(deps, { cursor, page, rejected, run });
      const moved: Cursor | undefined = await replaceDocument(deps.table, cursorSpec, cursor, next);
      // Somebody else moved the cursor: this page is stored, which is harmless, and theirs goes on.
      if (!moved) return void (await buryIfRemoved(deps, run.connection.id, page.changes));
      cursor = moved;
      if (page.isLast) return await finish(deps, { ...run, cursor, wasBackfill });
      if (deps.clock.nowMs() - startedMs > runMsMax) return await handOver(deps, run);
    }
  } catch (error) {
    await recordFailure(deps, cursor, error);
  }
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

interface EndedRun extends Run {
  readonly cursor: Cursor;
  /** Everything was read, since the run's start. */
  readonly wasBackfill: boolean;
}

async function finish(deps: PullDeps, ended: EndedRun): Promise<void> {
  const { connection, collection, cursor, wasBackfill } = ended;
  if (wasBackfill && cursor.startedAt !== undefined) {
    const read = { collection: collection.name, since: cursor.startedAt };
    await retireGaps(deps.table, connection.id, read);
    await retireQuarantined(deps.table, connection.id, read);
  }
  const cursors = await listCursors(deps, connection.id);
  const isReconciled = cursors.some(
    (one) => one.mode === "reconcile" && one.collection === collection.name,
  );
  // A refused write is billed like any other: it is not tried where the cursor is seen to stand.
  if (!isReconciled) await ensureReconcileCursor(deps, connection.id, collection);
  await markFresh(deps, connection.id, cursors);
  await readWaiting(deps, ended);
}

/** Returns how many records were quarantined. */
async function storePage(
  deps: PullDeps,
  run: Run & { readonly cursor: Cursor },
  page: PulledPage,
): Promise<number> {
  const now = deps.clock.now();
  const connectionId = run.connection.id;
  const { refused, ...counts } = await applyChanges(deps, page.changes);
  const rejected = [...page.rejected, ...refused];
  const where = { connectionId, collection: run.collection.name, at: now };
  await quarantine(deps.table, where, rejected);
  const { mode, startedAt } = run.cursor;
  const isFull = mode === "backfill" && startedAt !== undefined;
  await saveGapsOf(
    deps.table,
    { ...where, ...(isFull && { fullReadFrom: startedAt }) },
    page.gaps ?? [],
  );
  deps.logger.info("pull.page-stored", {
    connectionId,
    collection: run.collection.name,
    records: page.recordsRead,
    rejected: rejected.length,
    ...counts,
  });
  return rejected.length;
}

interface PageContext {
  readonly cursor: Cursor;
  readonly page: PulledPage;
  readonly rejected: number;
  readonly run: Run;
}

function afterPage(
  deps: PullDeps,
  { cursor, page, rejected, run }: PageContext,
): Unversioned<Cursor> {
  const now = deps.clock.now();
  const { problem: _problem, positionBefore, ...rest } = cursor;
  const next = {
    ...rest,
    position: page.position,
    recordsRead: cursor.recordsRead + page.recordsRead,
    changesApplied: cursor.changesApplied + page.changes.length,
    recordsRejected: cursor.recordsRejected + rejected,
    ...(page.recordsTotal !== undefined && { recordsTotal: page.recordsTotal }),
    updatedAt: now,
  };
  if (!page.isLast) {
    // Where it stood before it was read again, for as long as that may be taken back.
    const before = positionBefore === undefined ? {} : { positionBefore };
    return { ...next, ...before, dueAt: instantOf(deps.clock.nowMs() + runMsMax) };
  }
  return {
    ...next,
    mode: "poll",
    state: "idle",
    completedAt: now,
    backfilledAt: cursor.backfilledAt ?? now,
    dueAt: instantOf(deps.clock.nowMs() + run.collection.pullEveryMinutes * minuteMs),
  };
}

async function handOver(deps: PullDeps, { connection, collection }: Run): Promise<void> {
  const message: PullMessage = {
    kind: "pull",
    connectionId: connection.id,
    collection: collection.name,
  };
  await deps.pulls.send(JSON.stringify(message));
}

/** The cursor keeps its position; the clock tries again when the source said, or after growing waits. */
async function recordFailure(deps: PullDeps, cursor: Cursor, error: unknown): Promise<void> {
  const now = deps.clock.now();
  const known = error instanceof HubError ? error : undefined;
  deps.logger.warn("pull.failed", {
    connectionId: cursor.connectionId,
    collection: cursor.collection,
    code: known?.code ?? "unexpected",
    ...(known === undefined && error instanceof Error && { errorName: error.name }),
  });
  let isOvertaken = false;
  const failed = await updateDocument(
    deps.table,
    cursorSpec,
    cursorKeyOf(cursor),
    (current): Unversioned<Cursor> | undefined => {
      // Whoever has the cursor now reads on, or starts over: this run's failure says nothing of theirs.
      isOvertaken = current.revision !== cursor.revision;
      if (isOvertaken) return undefined;
      return {
        ...withPosition(current, known),
        state: "failed",
        updatedAt: now,
        dueAt: retryAt(deps, current, error),
        problem: {
          code: known?.code ?? "invariant.broken",
          message: (
            known?.message ?? "Reading failed in a way we did not foresee; it will be tried again"
          ).slice(0, 500),
          since: current.problem?.since ?? now,
        },
      };
    },
  );
  if (isOvertaken) return;
  await noteProblem(deps, cursor.connectionId, known);
  await sendAgain(deps, failed);
}

/** Short waits are the queue's: the clock, which looks once a minute, would make a second a minute. */
async function sendAgain(
  deps: PullDeps,
  { connectionId, collection, dueAt }: Cursor,
): Promise<void> {
  const waitMs = epochMsOf(dueAt) - deps.clock.nowMs();
  if (waitMs > delayMsMax) return;
  const message: PullMessage = { kind: "pull", connectionId, collection };
  await deps.pulls.send(JSON.stringify(message), { delaySeconds: Math.ceil(waitMs / 1000) });
}

function cursorKeyOf(cursor: Cursor) {
  return cursorKey(cursor.connectionId, cursor.collection, "pull");
}

/** A position that the source no longer takes is dropped: the next run reads the collection whole. */
function withPosition(cursor: Cursor, error: HubError | undefined): Cursor {
  if (error?.code !== "connector.cursor-expired") return cursor;
  const { position: _position, ...rest } = cursor;
  return { ...rest, mode: "backfill" };
}

function retryAt(deps: PullDeps, cursor: Cursor, error: unknown): Instant {
  const nowMs = deps.clock.nowMs();
  if (error instanceof HubError && error.retryAfterMs !== undefined) {
    return instantOf(nowMs + error.retryAfterMs);
  }
  if (!isRetryable(error)) return instantOf(nowMs + retryMsMax);
  const failingForMs = cursor.problem ? nowMs - epochMsOf(cursor.problem.since) : 0;
  return instantOf(nowMs + Math.min(retryMsMax, Math.max(retryMsMin, failingForMs)));
}
