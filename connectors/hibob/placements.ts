import type { OrgUnit } from "#shared/model/facts.ts";
import type { PersonId } from "#shared/model/ids.ts";
import { placementsMax } from "#shared/model/org.ts";
import type { Placement } from "#shared/model/org.ts";
import type { CalendarDate } from "#shared/model/time.ts";
import { dateOf, dayAfter, readDate } from "#shared/model/time.ts";

import type { DatedRow } from "./client.ts";
import type { Employment } from "./employment.ts";
import type { Circumstances } from "./units.ts";
import { unitsOf } from "./units.ts";

interface DatedPlacements {
  readonly placements: readonly Placement[];
  /** Units that somebody is in from today on; a past row names its unit by id alone. */
  readonly units: readonly OrgUnit[];
}

interface Dated {
  readonly from: CalendarDate;
  readonly row: DatedRow;
}

/**
 * The rows of the work table as placements: each holds until the next begins, and nobody stands anywhere
 * after the last day. Undefined where they cannot say where somebody stands: no rows, an org level that
 * they do not hold or show, or none that holds today for somebody who works here. Then only today is known.
 */
export function placementsOf(
  rows: readonly DatedRow[],
  { employment, personIdOf, ...where }: Circumstances & Of,
): DatedPlacements | undefined {
  const today = dateOf(where.readAt);
  const dated = datedRows(rows);
  const isWhole = where.levels.every(
    (level) => level.column && dated.every(({ row }) => row.levels.has(level.id)),
  );
  const [first] = dated;
  if (!first || !isWhole) return undefined;
  if (first.from > today && employment.status !== "pending") return undefined;
  const { endOn } = employment;
  const end = endOn === undefined ? undefined : dayAfter(endOn);
  const placements = dated.flatMap(({ from, row }, at): readonly Placement[] => {
    if (end !== undefined && from >= end) return [];
    const next = dated[at + 1]?.from;
    const validTo = end !== undefined && (next === undefined || next > end) ? end : next;
    const unitId = unitsOf(row.levels, where).at(-1)?.id;
    return [
      {
        validFrom: from,
        ...(validTo !== undefined && { validTo }),
        ...(unitId !== undefined && { unitId }),
        ...(row.managerId !== undefined && { managerId: personIdOf(row.managerId) }),
      },
    ];
  });
  if (placements.length === 0) return undefined;
  const current = Math.max(
    0,
    dated.findLastIndex(({ from }) => from <= today),
  );
  return {
    placements: placements.slice(-placementsMax),
    units: dated.slice(current).flatMap(({ row }) => unitsOf(row.levels, where)),
  };
}

interface Of {
  readonly employment: Employment;
  readonly personIdOf: (employeeId: string) => PersonId;
}

/** By day; of two rows of one day the later in the table counts. */
function datedRows(rows: readonly DatedRow[]): readonly Dated[] {
  const byDay = new Map<CalendarDate, Dated>();
  for (const row of rows) {
    const from = readDate(row.effectiveDate);
    if (from !== undefined) byDay.set(from, { from, row });
  }
  return [...byDay.values()].toSorted((a, b) => (a.from < b.from ? -1 : 1));
}
