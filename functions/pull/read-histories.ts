import { openSource } from "#shared/access/open-source.ts";
import type { AllConnections } from "#shared/access/open-source.ts";
import { HubError, isRetryable } from "#shared/errors.ts";
import type { HistoryPage } from "#shared/kit/history-page.ts";
import { historyReserve } from "#shared/model/budget.ts";
import type { Connection } from "#shared/model/connection.ts";
import { Cursor } from "#shared/model/connection.ts";
import type { PullMessage } from "#shared/model/pull.ts";
import type { Instant } from "#shared/model/time.ts";
import { dateOf, instantOf, minuteMs } from "#shared/model/time.ts";
import { fromItem } from "#shared/store/codec.ts";
import type { Unversioned } from "#shared/store/documents.ts";
import { getDocument, replaceDocument } from "#shared/store/documents.ts";
import { eraseHistories, storeHistories } from "#shared/store/histories.ts";
import { historyCursorKey } from "#shared/store/history-cursor.ts";
import { queryAll } from "#shared/store/list.ts";
import { cursorSpec } from "#shared/store/specs.ts";

import { isStanding } from "./bury-if-removed.ts";
import type { PullDeps } from "./deps.ts";
import { eraseOfRemoved } from "./erase-histories.ts";
import { wantedHistories } from "./wanted-histories.ts";

interface Run {
  readonly connection: Connection;
  readonly connections: AllConnections;
}

/** A run hands over to a new message after this long, well before the function's own limit. */
const runMsMax = 10 * minuteMs;
/** While the connection is read whole, the past is not in its way. */
const busyMs = 15 * minuteMs;
const retryMs = 30 * minuteMs;

/**
 * Reads on in the past of a connection, page by page, as `pullCollection` reads collections: a page is
 * stored before the cursor moves. It comes after everything else: it waits for first readings, and takes
 * of the budget only what half of it leaves. What fails is noted at the cursor alone: that the past is
 * not known makes nothing wrong that the hub says of now.
 */
export async function readHistories(deps: PullDeps, run: Run): Promise<void> {
  const found = await getDocument(deps.table, cursorSpec, historyCursorKey(run.connection.id));
  if (!found) return;
  if (await isBeingReadWhole(deps, run.connection)) {
    await move(deps, found, { ...found, dueAt: after(deps, busyMs) });
    return;
  }
  const begun = await move(deps, found, beginRun(deps, found));
  if (begun) await readOn(deps, run, begun);
}

async function isBeingReadWhole(deps: PullDeps, { id }: Connection): Promise<boolean> {
  const request = { partition: id, sortPrefix: "cursor#pull#", consistent: true };
  const cursors = (await queryAll(deps.table, request)).map((item) => fromItem(Cursor, item));
  return cursors.some(({ mode }) => mode === "backfill");
}

function beginRun(deps: PullDeps, cursor: Cursor): Unversioned<Cursor> {
  const isResuming = cursor.state === "running" || cursor.state === "failed";
  const fresh = { recordsRead: 0, changesApplied: 0, startedAt: deps.clock.now() };
  return {
    ...cursor,
    ...(isResuming && cursor.startedAt !== undefined ? {} : fresh),
    state: "running",
    // If this run dies without a word, the clock takes it up again then.
    dueAt: after(deps, runMsMax),
  };
}

async function readOn(deps: PullDeps, run: Run, begun: Cursor): Promise<void> {
  let cursor = begun;
  const startedMs = deps.clock.nowMs();
  try {
    const source = await openSource(deps, { ...run, reserve: historyReserve });
    const wanted = () => wantedHistories(deps, run.connection.id);
    const pages = source.pullHistories?.(cursor.position, wanted);
    // A release that has gone back to not reading them.
    if (!pages) return void (await move(deps, cursor, ended(deps, run, cursor)));
    for await (const page of pages) {
      const stored = await storePage(deps, run, page);
      const next = afterPage(deps, { run, cursor, page, stored });
      const moved = await move(deps, cursor, next);
      if (!moved) return await eraseIfRemoved(deps, run, page);
      if (page.isLast) return await eraseDaily(deps, run, cursor);
      cursor = moved;
      if (deps.clock.nowMs() - startedMs > runMsMax) return await handOver(deps, run);
    }
  } catch (error) {
    await noteFailure(deps, cursor, error);
  }
}

/** Returns how many histories said something new. */
async function storePage(
  deps: PullDeps,
  { connection }: Run,
  { histories, recordsRead }: HistoryPage,
): Promise<number> {
  const counts = await storeHistories(deps.table, histories);
  deps.logger.info("histories.page-stored", {
    connectionId: connection.id,
    records: recordsRead,
    ...counts,
  });
  return counts.stored;
}

interface AfterPage {
  readonly run: Run;
  readonly cursor: Cursor;
  readonly page: HistoryPage;
  readonly stored: number;
}

function afterPage(deps: PullDeps, { run, cursor, page, stored }: AfterPage): Unversioned<Cursor> {
  const { problem: _problem, ...rest } = cursor;
  const next = {
    ...rest,
    position: page.position,
    recordsRead: cursor.recordsRead + page.recordsRead,
    changesApplied: cursor.changesApplied + stored,
  };
  return page.isLast ? ended(deps, run, next) : { ...next, dueAt: after(deps, runMsMax) };
}

function ended(
  deps: PullDeps,
  { connection }: Run,
  cursor: Unversioned<Cursor>,
): Unversioned<Cursor> {
  const { historiesEveryMinutes = 24 * 60 } = deps.registry.get(connection.connector);
  const now = deps.clock.now();
  return {
    ...cursor,
    state: "idle",
    completedAt: now,
    backfilledAt: cursor.backfilledAt ?? now,
    dueAt: after(deps, historiesEveryMinutes * minuteMs),
  };
}

function after(deps: PullDeps, ms: number): Instant {
  return instantOf(deps.clock.nowMs() + ms);
}

/** Undefined where somebody else has moved it meanwhile: theirs goes on. */
function move(
  deps: PullDeps,
  cursor: Cursor,
  next: Unversioned<Cursor>,
): Promise<Cursor | undefined> {
  return replaceDocument(deps.table, cursorSpec, cursor, { ...next, updatedAt: deps.clock.now() });
}

/** A connection that was taken away meanwhile must not keep what has just been stored of it. */
async function eraseIfRemoved(
  deps: PullDeps,
  { connection }: Run,
  { histories }: HistoryPage,
): Promise<void> {
  if (await isStanding(deps, connection.id)) return;
  await eraseHistories(
    deps.table,
    histories.map(({ itemId }) => itemId),
  );
}

/** Once a day, when a run ends. `before` is the cursor as it was until then. */
async function eraseDaily(deps: PullDeps, { connection }: Run, before: Cursor): Promise<void> {
  const { completedAt } = before;
  const isDone = completedAt !== undefined && dateOf(completedAt) === dateOf(deps.clock.now());
  if (isDone) return;
  const erased = await eraseOfRemoved(deps.table, connection.id);
  deps.logger.info("histories.erased", { connectionId: connection.id, erased });
}

async function handOver(deps: PullDeps, { connection }: Run): Promise<void> {
  const message: PullMessage = { kind: "histories", connectionId: connection.id };
  await deps.pulls.send(JSON.stringify(message));
}

/** The cursor keeps its place; a position that the source no longer takes begins anew. */
async function noteFailure(deps: PullDeps, cursor: Cursor, error: unknown): Promise<void> {
  const { code, message, retryAfterMs } = asHubError(error);
  const { connectionId, position, ...rest } = cursor;
  deps.logger.warn("histories.failed", { connectionId, code });
  const waitMs = retryAfterMs ?? (isRetryable(error) ? busyMs : retryMs);
  await move(deps, cursor, {
    ...rest,
    connectionId,
    ...(position !== undefined && code !== "connector.cursor-expired" && { position }),
    state: "failed",
    dueAt: after(deps, waitMs),
    problem: {
      code,
      message: message.slice(0, 500),
      since: cursor.problem?.since ?? deps.clock.now(),
    },
  });
}

function asHubError(error: unknown): HubError {
  if (error instanceof HubError) return error;
  const name = error instanceof Error ? error.name : typeof error;
  const message = `Reading the past failed in a way we did not foresee (${name})`;
  return new HubError("invariant.broken", message, { cause: error });
}
