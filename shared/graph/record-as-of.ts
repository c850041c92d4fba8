import { Goal, WorkItem } from "#shared/model/facts.ts";
import type { FactId } from "#shared/model/ids.ts";
import { readFactId } from "#shared/model/ids.ts";
import type { PastField, RecordPast, PastRow } from "#shared/model/past.ts";
import type { Instant } from "#shared/model/time.ts";

/** A work item or goal as it is now, with what is remembered of it. */
export interface RememberedRecord {
  readonly past: RecordPast;
  /** Absent: it was removed. */
  readonly fact?: WorkItem | Goal;
  readonly sourceVersion: number;
}

interface StateThen {
  /** Undefined: no such record stood. */
  readonly fact: WorkItem | Goal | undefined;
  /** Something stood, and what is remembered of it does not make a record. */
  readonly isUnreadable: boolean;
}

/**
 * The record at a moment: what it is now, with every write since undone. It means something only from the
 * moment on from which its past is whole. Pure.
 */
export function recordAt(record: RememberedRecord, at: Instant): StateThen {
  const rows = undoneSince(record, at);
  let state: Fields | undefined = record.fact;
  for (const row of rows) state = before(row, state, record.past.id);
  const fact = parsed(state, rows.length > 0, record);
  return { fact, isUnreadable: state !== undefined && fact === undefined };
}

/** The writes since a moment, newest first. */
export function undoneSince({ past }: RememberedRecord, at: Instant): readonly PastRow[] {
  return past.rows.filter((row) => row.at > at).toReversed();
}

type Fields = Readonly<Record<string, unknown>>;

function before(row: PastRow, after: Fields | undefined, id: FactId): Fields | undefined {
  if (row.wasAbsent === true) return undefined;
  // A removal: its row tells all that there was.
  return withFields(after ?? buried(id), row.was);
}

function withFields(fields: Fields, was: ReadonlyMap<PastField, unknown>): Fields {
  const next: Record<string, unknown> = { ...fields };
  for (const [field, value] of was) {
    if (value === undefined) delete next[field];
    else next[field] = value;
  }
  return next;
}

/** Titles and addresses of what was removed are not remembered. */
function buried(id: FactId): Fields {
  const parts = readFactId(id);
  const common = {
    type: parts?.type,
    id,
    connectionId: parts?.connectionId,
    title: `${(parts?.nativeId ?? id).slice(0, 200)} (removed since)`,
    originalKind: "?",
    originalStatus: "?",
  };
  return parts?.type === "goal" ? common : { ...common, url: removedUrl };
}

/** Where a removed record leads: nowhere, by a name that is reserved for that (RFC 2606). */
export const removedUrl = "https://removed.invalid/";

/** What was put together is checked as what a source says would be; it is what it says, or nothing. */
function parsed(
  state: Fields | undefined,
  isOther: boolean,
  { fact, sourceVersion, past }: RememberedRecord,
): WorkItem | Goal | undefined {
  if (state === undefined) return undefined;
  if (!isOther) return fact;
  const whole = { sourceVersion, readAt: past.since, ...state };
  return state["type"] === "goal" ? Goal.safeParse(whole).data : WorkItem.safeParse(whole).data;
}
