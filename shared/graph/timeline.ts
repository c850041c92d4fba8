import type { CalendarDate, Instant } from "#shared/model/time.ts";

/** A row of a timeline: what `T` says holds from `validFrom`, up to and without `validTo`. */
export type Row<T> = T & {
  readonly validFrom: CalendarDate;
  readonly validTo?: CalendarDate | undefined;
  readonly knownSince?: Instant | undefined;
};

/** Whether the row holds on the day. */
export function holdsOn(
  row: {
    readonly validFrom?: CalendarDate | undefined;
    readonly validTo?: CalendarDate | undefined;
  },
  day: CalendarDate,
): boolean {
  return (
    (row.validFrom === undefined || row.validFrom <= day) &&
    (row.validTo === undefined || day < row.validTo)
  );
}

/** The row that holds on the day; rows never overlap, so there is at most one. */
export function rowOn<T>(rows: readonly Row<T>[], day: CalendarDate): Row<T> | undefined {
  return rows.findLast((row) => holdsOn(row, day));
}

/** The row that holds on the day, else the last one before it: where a leaver was. */
export function lastRowUntil<T>(rows: readonly Row<T>[], day: CalendarDate): Row<T> | undefined {
  return rows.findLast((row) => row.validFrom <= day);
}

/**
 * Rows as sources give them, made a timeline: by day, of two rows of one day the later in the list, each
 * ending where the next begins at the latest, rows of no length and repeats of the row before left out.
 */
export function ordered<T>(
  rows: readonly Row<T>[],
  isSame: (a: T, b: T) => boolean,
): readonly Row<T>[] {
  const byDay = new Map(rows.map((row) => [row.validFrom, row]));
  const sorted = [...byDay.values()].toSorted((a, b) => (a.validFrom < b.validFrom ? -1 : 1));
  const line: Row<T>[] = [];
  for (const [at, row] of sorted.entries()) {
    const next = sorted[at + 1]?.validFrom;
    const validTo =
      next !== undefined && (row.validTo === undefined || next < row.validTo) ? next : row.validTo;
    if (validTo !== undefined && validTo <= row.validFrom) continue;
    const last = line.at(-1);
    const continues = last?.validTo === row.validFrom && isSame(last, row);
    if (last && continues) line.splice(-1, 1, until(last, validTo));
    else line.push(until(row, validTo));
  }
  return line;
}

/** The row with another end. */
export function until<T>(row: Row<T>, validTo: CalendarDate | undefined): Row<T> {
  const { validTo: _validTo, ...rest } = row;
  // The rest is the row without its end, which is put back or stays open.
  return { ...rest, ...(validTo !== undefined && { validTo }) } as Row<T>;
}

/** Said rows, each known since the hub first heard the same row; `heardAt` for those it hears now. */
export function known<T>(
  said: readonly Row<T>[],
  held: readonly Row<T>[],
  { heardAt, isSame }: { readonly heardAt: Instant; readonly isSame: (a: T, b: T) => boolean },
): readonly Row<T>[] {
  return said.map((row) => {
    const before = held.find((one) => one.validFrom === row.validFrom && isSame(one, row));
    return { ...row, knownSince: before?.knownSince ?? heardAt };
  });
}

/**
 * The timeline after a source that knows only today said what holds `today`: unchanged if that is what
 * the timeline says, else the row of today ends and a new one begins. Rows of the future, which such a
 * source cannot know, end with it: what it says holds until further notice.
 */
export function observed<T>(
  held: readonly Row<T>[],
  said: T,
  at: {
    readonly today: CalendarDate;
    /** The day on which the first row begins, where nothing is known yet. */
    readonly firstDay: CalendarDate;
    readonly heardAt: Instant;
    readonly isSame: (a: T, b: T) => boolean;
  },
): readonly Row<T>[] {
  const { today, firstDay, heardAt, isSame } = at;
  const now = rowOn(held, today);
  if (now && now.validTo === undefined && isSame(now, said)) return held;
  const validFrom = held.length === 0 ? firstDay : today;
  const before = held
    .filter((row) => row.validFrom < validFrom)
    .map((row) =>
      row.validTo === undefined || row.validTo > validFrom ? until(row, validFrom) : row,
    );
  return ordered<T>([...before, { ...said, validFrom, knownSince: heardAt }], isSame);
}
