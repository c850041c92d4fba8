import { HubError, isRetryable } from "#shared/errors.ts";
import type { CalendarDate } from "#shared/model/time.ts";
import { Instant, dateOf, epochMsOf, minuteMs } from "#shared/model/time.ts";
import type { Clock } from "#shared/ports/clock.ts";
import type { Logger } from "#shared/ports/logger.ts";
import type { Page, Table } from "#shared/ports/table.ts";
import { atMost } from "#shared/store/at-most.ts";
import type { Unversioned } from "#shared/store/documents.ts";
import { createDocument, readDocument, replaceDocument } from "#shared/store/documents.ts";
import { lists } from "#shared/store/keys.ts";
import { announceOrgChange } from "#shared/store/org-changes.ts";
import { reportSetAside, SetAside } from "#shared/store/set-aside.ts";
import { turnOfDayKey, turnProgressSpec } from "#shared/store/turn-progress.ts";
import type { TurnProgress } from "#shared/store/turn-progress.ts";

import { turnItem } from "./turn-item.ts";

interface TurnDeps {
  readonly table: Table;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** In this order: a unit has moved before the people who move with it. */
const turned = [lists.orgUnits, lists.people, lists.memberships] as const;
/**
 * When the second pass begins. It sees what was written across midnight by somebody whose clock said
 * yesterday, and what the index did not show yet.
 */
const againAfterMs = 15 * minuteMs;
/** One run stays well within its minute, and leaves the rest to the next. */
const runMsMax = 25_000;
const writesPerRunMax = 3000;
const concurrencyMax = 32;

/**
 * Brings people, units and memberships whose day has come to what they are as of today, once per UTC
 * day; after days of standstill at once. One write for each that becomes another. A run does what it
 * can and remembers where it stopped; any part of it may be repeated, and a statement that a source
 * makes meanwhile wins.
 */
export async function turnOfDay(deps: TurnDeps): Promise<void> {
  const startedMs = deps.clock.nowMs();
  let progress = await begin(deps);
  let writes = 0;
  while (progress && progress.pass !== "done") {
    const partition = turned[progress.list];
    if (partition === undefined) {
      progress = await move(deps, progress, ended(progress));
      continue;
    }
    if (deps.clock.nowMs() - startedMs > runMsMax || writes >= writesPerRunMax) return;
    const { after } = progress;
    const request = { index: "list", partition, limit: pageSize } as const;
    const page = await deps.table.query({ ...request, ...(after !== undefined && { after }) });
    const written = await turnPage(deps, page);
    writes += written;
    const next = nextAfter(progress, page);
    // A list of which nothing was to be written is sooner read again than noted as read.
    const isWorthNoting = written > 0 || page.next !== undefined;
    progress = isWorthNoting
      ? await move(deps, progress, next)
      : { ...next, revision: progress.revision };
  }
}

/** Per table, as a process saw it last: a pass that is over stays over, and is not asked for each minute. */
const lastSeen = new WeakMap<Table, TurnProgress>();

/** There is nothing to do now, today. */
function isAtRest({ clock }: TurnDeps, { day, pass }: TurnProgress): boolean {
  if (day < dateOf(clock.now())) return false;
  return pass === "done" || (pass === "again" && clock.nowMs() < againMs(day));
}

/** Items read between two looks at the time and the bound on writes. */
const pageSize = 1000;

/** Where to go on today; undefined where there is nothing to do now, or somebody else does it. */
async function begin(deps: TurnDeps): Promise<TurnProgress | undefined> {
  const known = lastSeen.get(deps.table);
  if (known && isAtRest(deps, known)) return undefined;
  const day = dateOf(deps.clock.now());
  const stored = await readProgress(deps);
  // The second pass alone, where its time has come already.
  const pass = deps.clock.nowMs() < againMs(day) ? "first" : "again";
  const first = { type: "turn-of-day", day, pass, list: 0 } as const;
  if (!stored) {
    const fresh = { ...first, revision: 0 };
    return (await createDocument(deps.table, turnProgressSpec, fresh)) ? fresh : undefined;
  }
  lastSeen.set(deps.table, stored);
  // What a standstill left undone, today's pass does as well: it makes everything as of today.
  if (stored.day < day) return { ...first, revision: stored.revision };
  return isAtRest(deps, stored) ? undefined : stored;
}

/** One that cannot be read is begun anew: any part of a day's turn may be repeated, and none may be left out. */
async function readProgress({ table, logger }: TurnDeps): Promise<TurnProgress | undefined> {
  const item = await table.get(turnOfDayKey);
  const unread = new SetAside();
  const read = item && unread.read(item, (one) => readDocument(turnProgressSpec, one));
  if (unread.count > 0) {
    reportSetAside(logger, [unread]);
    await table.write({ kind: "delete", key: turnOfDayKey, condition: [] });
  }
  return read;
}

function againMs(day: CalendarDate): number {
  return epochMsOf(Instant.parse(`${day}T00:00:00.000Z`)) + againAfterMs;
}

function nextAfter(progress: TurnProgress, page: Page): Unversioned<TurnProgress> {
  const { after: _after, ...rest } = progress;
  return page.next === undefined
    ? { ...rest, list: progress.list + 1 }
    : { ...rest, after: page.next };
}

/** The pass is over. The second one waits for its time, where that has not come. */
function ended(progress: TurnProgress): Unversioned<TurnProgress> {
  const pass = progress.pass === "first" ? "again" : "done";
  return { type: "turn-of-day", day: progress.day, pass, list: 0 };
}

/** Undefined where somebody else moved it meanwhile, or the next step's time has not come. */
async function move(
  deps: TurnDeps,
  before: TurnProgress,
  after: Unversioned<TurnProgress>,
): Promise<TurnProgress | undefined> {
  const moved = await replaceDocument(deps.table, turnProgressSpec, before, after);
  if (!moved) return undefined;
  lastSeen.set(deps.table, moved);
  if (moved.pass !== before.pass && before.pass !== "done") {
    deps.logger.info("turn-of-day.passed", { day: before.day, pass: before.pass });
  }
  return isAtRest(deps, moved) ? undefined : moved;
}

/** One item that cannot be read stays behind alone; that the table cannot be reached ends the run. */
function noteFailure({ logger }: TurnDeps, error: unknown): void {
  if (isRetryable(error) || !(error instanceof HubError)) throw error;
  logger.error("turn-of-day.item-failed", { code: error.code, ...error.details });
}

/** Writes what is another today, and tells the readers of the organisation; gives how many. */
async function turnPage(deps: TurnDeps, page: Page): Promise<number> {
  const inTurn = atMost(concurrencyMax);
  const outcomes = await Promise.allSettled(
    page.items.map((item) => inTurn(() => turnItem(deps, item))),
  );
  const keys = outcomes.flatMap((one) => (one.status === "fulfilled" && one.value) || []);
  // After a failure too: those that were written are not found again.
  await announceOrgChange(deps.table, deps.clock, keys);
  if (keys.length > 0) deps.logger.info("turn-of-day.turned", { items: keys.length });
  for (const one of outcomes) if (one.status === "rejected") noteFailure(deps, one.reason);
  return keys.length;
}
