import { HubError } from "#shared/errors.ts";
import type { Outline } from "#shared/kit/outline.ts";
import type { Change } from "#shared/model/change.ts";
import type { Cursor } from "#shared/model/connection.ts";
import type { HeldFact } from "#shared/model/held-fact.ts";
import type { FactId } from "#shared/model/ids.ts";
import type { Instant } from "#shared/model/time.ts";
import { instantOf, minuteMs } from "#shared/model/time.ts";
import { applyChanges } from "#shared/store/apply-changes.ts";
import {
  getGap,
  quarantine,
  removeGap,
  saveGaps,
  saveGapsOf,
} from "#shared/store/connection-parts.ts";
import { readFacts } from "#shared/store/held.ts";
import { SetAside } from "#shared/store/set-aside.ts";

import { refuseRemoved } from "./bury-if-removed.ts";
import { danglingRecords, inTurn } from "./dangling.ts";
import type { PullDeps } from "./deps.ts";
import { editedSince, nothingTold } from "./edited-since.ts";
import {
  heldFacts,
  idsIn,
  planReconcile,
  type Reconciling,
  reconcilePosition,
} from "./plan-reconcile.ts";
import { startOver } from "./read-again.ts";
import { changeReconcileCursor, openReconcileCursor } from "./reconcile-cursor.ts";
import { withParents } from "./with-parents.ts";

interface Run extends Reconciling {
  /** An admin has said that the source truly shrank. */
  readonly acceptsShrink: boolean;
}

export interface Reconciled {
  readonly enumerated: number;
  readonly added: number;
  readonly removed: number;
  readonly hidden: number;
}

/** Of what we hold, at most this share may vanish at once before we believe our eyes. */
const shrinkShareMax = 0.3;
/** …unless it is only a handful. */
const shrinkCountMin = 20;
const idsPerRead = 100;
/** The function's own limit, after which a silent run is dead. */
const reconcileMsMax = 15 * minuteMs;

/**
 * Enumerates a collection and mends what pulls and webhooks missed: records we lack are read, records
 * that are gone are buried after confirmation one by one. Missing is "gone or hidden" until confirmed;
 * an abrupt shrink is refused as a lost permission, and nothing is removed.
 */
export async function reconcileCollection(deps: PullDeps, run: Run): Promise<Reconciled> {
  const startedMs = deps.clock.nowMs();
  const { cursor, wasInterrupted } = await begin(deps, run);
  const plan = await planReconcile(deps, run, cursor.position);
  const seen = await enumerate(run, plan.parts);
  // Read after the enumeration: what was created meanwhile is in the store and unseen, and is confirmed.
  const all = plan.parts?.length === 0 ? [] : await heldFacts(deps, run);
  const held = idsIn(run, all, plan.parts);
  const missing = all.filter(({ id }) => held.has(id) && !seen.has(id));
  const lacking = [...seen.keys()].filter((id) => !held.has(id));
  const edited = await editedSince(deps, { facts: all, seen, since: plan.wholeBefore });
  const added = await readLacking(deps, run, [...lacking, ...edited]);
  if (isAbruptShrink(run, all.length, missing.length)) {
    await remember(deps, cursor, { ...plan, hidden: missing.length });
    throw abruptShrink(run, all.length, missing.length);
  }
  // Whoever looks at everything looks here, too: of two runs at once the last one's count is kept.
  const mayBeGap = wasInterrupted || plan.hiddenBefore !== 0 || plan.parts === undefined;
  const { removed, hidden } = await bury(deps, run, { missing, mayBeGap });
  if (plan.parts === undefined) {
    const dangling = await danglingRecords(deps, run, seen);
    await readLacking(deps, run, inTurn(dangling, deps.clock.nowMs()));
  }
  const result = { enumerated: seen.size, added, removed, hidden };
  // Before it is written down that they are back: a run that dies in between must do it again.
  if (hidden < (plan.hiddenBefore ?? 0))
    await startOver(deps, run.connection.id, run.collection.name);
  await finish(deps, run, { ...result, cursor, wholeAt: plan.wholeAt });
  deps.logger.info("reconcile.done", {
    connectionId: run.connection.id,
    collection: run.collection.name,
    ...result,
    durationMs: deps.clock.nowMs() - startedMs,
  });
  return result;
}

/** What the source shows, and what its lists tell of each. */
async function enumerate(
  { source, collection }: Run,
  parts: readonly string[] | undefined,
): Promise<ReadonlyMap<FactId, Outline>> {
  const seen = new Map<FactId, Outline>();
  if (parts === undefined && source.enumerateOutlines) {
    for await (const page of source.enumerateOutlines(collection.name)) {
      for (const [id, outline] of page) seen.set(id, { ...seen.get(id), ...outline });
    }
    return seen;
  }
  for (const part of parts ?? [undefined]) {
    const pages =
      part === undefined
        ? source.enumerate(collection.name)
        : source.enumerate(collection.name, part);
    for await (const ids of pages) for (const id of ids) seen.set(id, nothingTold);
  }
  return seen;
}

async function readLacking(deps: PullDeps, run: Run, ids: readonly FactId[]): Promise<number> {
  let added = 0;
  for (let start = 0; start < ids.length; start += idsPerRead) {
    const reading = await run.source.readByIds(
      run.collection.name,
      ids.slice(start, start + idsPerRead),
    );
    const { applied, refused } = await applyChanges(deps, reading.changes);
    await refuseRemoved(deps, run.connection.id, reading.changes);
    added += applied;
    const where = {
      connectionId: run.connection.id,
      collection: run.collection.name,
      at: deps.clock.now(),
    };
    await quarantine(deps.table, where, [...reading.rejected, ...refused]);
    await saveGapsOf(deps.table, where, reading.gaps ?? []);
  }
  return added;
}

function isAbruptShrink({ acceptsShrink }: Run, held: number, missing: number): boolean {
  return !acceptsShrink && missing >= shrinkCountMin && missing > held * shrinkShareMax;
}

function abruptShrink({ collection }: Run, held: number, missing: number): HubError {
  return new HubError(
    "connector.shrunk",
    `${missing} of ${held} ${collection.title} can no longer be seen. That looks like a lost permission, ` +
      "so nothing was removed: check what the account may read, then reconcile again",
    { details: { held, missing } },
  );
}

/**
 * What was out of sight may have changed there, longer ago than any pull looks back: once some of it is
 * back in sight, the collection is read whole.
 */
async function remember(
  deps: PullDeps,
  cursor: Cursor,
  { wholeAt, hidden }: { readonly wholeAt: Instant; readonly hidden: number },
): Promise<void> {
  const position = reconcilePosition({ wholeAt, hidden });
  await changeReconcileCursor(deps, cursor, (current) => ({ ...current, position }));
}

async function bury(
  deps: PullDeps,
  run: Run,
  { missing, mayBeGap }: { readonly missing: readonly HeldFact[]; readonly mayBeGap: boolean },
): Promise<{ readonly removed: number; readonly hidden: number }> {
  const what = `${run.collection.title} that became invisible`;
  const before = mayBeGap ? await getGap(deps.table, run.connection.id, what) : undefined;
  let removed = 0;
  let hidden = 0;
  for (let start = 0; start < missing.length; start += idsPerRead) {
    const ids = missing.slice(start, start + idsPerRead).map(({ id }) => id);
    // The index may still show what a webhook has buried meanwhile.
    const unread = new SetAside();
    const known = await readFacts(deps.table, ids, unread);
    // Of what cannot be read the source is asked like of the rest: it may be gone all the same.
    const asked = ids.filter((id) => known.has(id) || unread.partitions.has(id));
    const around = await withParents(deps.table, known);
    const presence = await run.source.confirm(run.collection.name, asked, around);
    const gone = asked.filter((id) => presence.get(id) === "gone");
    // There, but in no list that the source has: nobody else would tell of its changes.
    const unlisted = asked.filter((id) => presence.get(id) === "present");
    await readLacking(deps, run, unlisted);
    hidden += asked.filter((id) => presence.get(id) === "hidden").length;
    const readAt = deps.clock.now();
    const removals = gone.map((id): Change => ({
      kind: "removed",
      id,
      sourceVersion: deps.clock.nowMs(),
      readAt,
    }));
    removed += (await applyChanges(deps, removals)).applied;
  }
  if (hidden === 0) {
    if (before) await removeGap(deps.table, before);
  } else {
    const why =
      `${hidden} records that we hold can no longer be seen by the connection's account: hidden from it, ` +
      "or deleted where the tool does not say which. They are kept as they were";
    await saveGaps(deps.table, run.connection.id, deps.clock.now(), [{ what, why }]);
  }
  return { removed, hidden };
}

interface Begun {
  readonly cursor: Cursor;
  /** The last run did not come to its end, or there was none, or one is still at it. */
  readonly wasInterrupted: boolean;
}

async function begin(deps: PullDeps, { connection, collection }: Run): Promise<Begun> {
  const found = await openReconcileCursor(deps, connection.id, collection);
  const now = deps.clock.now();
  // The problem stays until this run has come to its end: nobody says "well" too soon.
  const cursor = await changeReconcileCursor(deps, found, (current) => ({
    ...current,
    state: "running",
    startedAt: now,
    updatedAt: now,
    // Should this run die without a word, the clock takes it up again then.
    dueAt: instantOf(deps.clock.nowMs() + reconcileMsMax),
  }));
  return { cursor, wasInterrupted: found.state !== "idle" };
}

async function finish(
  deps: PullDeps,
  run: Run,
  result: Reconciled & { readonly cursor: Cursor; readonly wholeAt: Instant },
): Promise<void> {
  const now = deps.clock.now();
  const everyMinutes = run.collection.reconcileEveryMinutes ?? 24 * 60;
  await changeReconcileCursor(deps, result.cursor, ({ problem: _problem, ...cursor }) => ({
    ...cursor,
    position: reconcilePosition({ wholeAt: result.wholeAt, hidden: result.hidden }),
    state: "idle",
    recordsRead: result.enumerated,
    recordsTotal: result.enumerated,
    changesApplied: result.added + result.removed,
    updatedAt: now,
    completedAt: now,
    dueAt: instantOf(deps.clock.nowMs() + everyMinutes * minuteMs),
  }));
}
