import { levelUnits } from "#shared/kit/level-units.ts";
import { shortText } from "#shared/model/facts.ts";
import type { OrgUnit } from "#shared/model/facts.ts";
import type { ConnectionId } from "#shared/model/ids.ts";
import type { Instant } from "#shared/model/time.ts";

import type { Level } from "./levels.ts";

/** What people were read under. */
export interface Circumstances {
  readonly connectionId: ConnectionId;
  readonly levels: readonly Level[];
  /** Name of the topmost unit. */
  readonly companyName: string;
  readonly readAt: Instant;
}

/**
 * The topmost unit, then one for each level that is filled in. HiBob has no records of units: they are
 * what the level fields hold, ids of list items where the field is a list. So a department that is renamed
 * stays the unit that it was, and a team of one name in two departments is two.
 */
export function unitsOf(
  values: ReadonlyMap<string, unknown>,
  where: Circumstances,
): readonly OrgUnit[] {
  const filled = where.levels.flatMap((level, at) => {
    const key = itemOf(values.get(level.id), level);
    if (key === undefined) return [];
    return [{ key, name: level.names.get(key) ?? key, kind: level.title, level: at + 1 }];
  });
  return levelUnits({ ...where, connector: "hibob" }, filled);
}

/**
 * The id of a value in its list. The documents leave open whether rows of the work table hold ids, as the
 * people do, or names: both are understood, and the same unit.
 */
function itemOf(value: unknown, { names }: Level): string | undefined {
  const given = text(value);
  if (given === undefined || names.has(given)) return given;
  const found = [...names].find(([, name]) => name === given);
  return found?.[0] ?? given;
}

/** Text of a field; undefined for what is missing, null or empty. Numbers are ids. */
export function text(value: unknown): string | undefined {
  return shortText(typeof value === "number" ? String(value) : value);
}
