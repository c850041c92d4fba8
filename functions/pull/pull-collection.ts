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
import { replaceDocument } from "#shared/store/documents.ts";
import { cursorSpec } from "#shared/store/specs.ts";

import { beginPull, runMsMax } from "./begin-pull.ts";
import { buryIfRemoved } from "./bury-if-removed.ts";
import type { PullDeps } from "./deps.ts";
import type { Seen } from "./freshness.ts";
import { listCursors, markFresh, noteProblem } from "./freshness.ts";
import { readAhead } from "./read-ahead.ts";
import { readWaiting } from "./read-waiting.ts";
import { ensureReconcileCursor } from "./reconcile-cursor.ts";

interface Run {
  readonly connection: Connection;
  readonly collection: Collection;
  readonly source: Source;
}

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
  const begun = await beginPull(deps, run);
  if (!begun) return;
  let { cursor, seen } = begun;
  const wasBackfill = cursor.mode === "backfill";
  const startedMs = deps.clock.nowMs();
  try {
    for await (const page of readAhead(run.source.pull(run.collection.name, cursor.position))) {
      const rejected = await storePage(deps, { ...run, cursor }, page);
      const next = afterPage(deps, { cursor, page, rejected, run });
      const moved: Cursor | undefined = await replaceDocument(deps.table, cursorSpec, cursor, next);
      // Somebody else moved the cursor: this page is stored, which is harmless, and theirs goes on.
      if (!moved) return void (await buryIfRemoved(deps, run.connection.id, page.changes));
      cursor = moved;
      if (page.isLast) return await finish(deps, { ...run, cursor, wasBackfill, seen: seen?.() });
      seen = undefined;
      if (deps.clock.nowMs() - startedMs > runMsMax) return await handOver(deps, run);
    }
  } catch (error) {
    await recordFailure(deps, cursor, error);
  }
}

interface EndedRun extends Run {
  readonly cursor: Cursor;
  /** Everything was read, since the run's start. */
  readonly wasBackfill: boolean;
  /** All cursors as they stood at its start, where it has but read a page since. */
  readonly seen: readonly Cursor[] | undefined;
}

async function finish(deps: PullDeps, ended: EndedRun): Promise<void> {
  const { connection, collection, cursor, wasBackfill, seen } = ended;
  if (wasBackfill && cursor.startedAt !== undefined) {
    const read = { collection: collection.name, since: cursor.startedAt };
    await retireGaps(deps.table, connection.id, read);
    await retireQuarantined(deps.table, connection.id, read);
  }
  const isSettled =
    seen !== undefined && (await settle(deps, ended, { cursors: seen, connection }));
  if (!isSettled) await settle(deps, ended, { cursors: await listCursors(deps, connection.id) });
  await readWaiting(deps, ended);
}

/** False where the connection is another by now than it was seen to be. */
async function settle(
  deps: PullDeps,
  { connection, collection }: Run,
  { cursors, connection: seen }: Seen,
): Promise<boolean> {
  const isReconciled = cursors.some(
    (one) => one.mode === "reconcile" && one.collection === collection.name,
  );
  // A refused write is billed like any other: it is not tried where the cursor is seen to stand.
  if (!isReconciled) await ensureReconcileCursor(deps, connection.id, collection);
  return markFresh(deps, connection.id, { cursors, connection: seen });
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
  const { problem: _problem, sentSince: _sent, positionBefore, ...rest } = cursor;
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
  const failed = await replaceDocument(deps.table, cursorSpec, cursor, {
    ...withPosition(cursor, known),
    state: "failed",
    updatedAt: now,
    dueAt: retryAt(deps, cursor, error),
    problem: { ...problemOf(known), since: cursor.problem?.since ?? now },
  });
  // Whoever has the cursor now reads on, or starts over: this run's failure says nothing of theirs.
  if (!failed) return;
  await noteProblem(deps, cursor.connectionId, known);
  await sendAgain(deps, failed);
}

function problemOf(error: HubError | undefined): Omit<NonNullable<Cursor["problem"]>, "since"> {
  const message = "Reading failed in a way we did not foresee; it will be tried again";
  if (!error) return { code: "invariant.broken", message };
  return { code: error.code, message: error.message.slice(0, 500) };
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
