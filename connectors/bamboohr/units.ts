import { levelUnits } from "#shared/kit/level-units.ts";
import { shortText } from "#shared/model/facts.ts";
import type { OrgUnit } from "#shared/model/facts.ts";
import type { ConnectionId } from "#shared/model/ids.ts";
import type { Instant } from "#shared/model/time.ts";

/** What an employee was read under. */
export interface Circumstances {
  readonly connectionId: ConnectionId;
  readonly orgLevels: readonly string[];
  /** Name of the topmost unit. */
  readonly companyName: string;
  readonly readAt: Instant;
}

/**
 * The topmost unit, then one for each level field of the record or row that is filled in. Org units are
 * what the level fields say: BambooHR has no records of them that carry a parent.
 */
export function unitsOf(
  record: Readonly<Record<string, unknown>>,
  where: Circumstances,
): readonly OrgUnit[] {
  const filled = where.orgLevels.flatMap((field, at) => {
    const name = text(record[field]);
    return name === undefined ? [] : [{ key: name, name, kind: levelName(field), level: at + 1 }];
  });
  const companyName = shortText(where.companyName) ?? "company";
  return levelUnits({ ...where, connector: "bamboohr", companyName }, filled);
}

/** `customTeam` is called team. */
function levelName(field: string): string {
  const bare = field.replace(/^custom_?/u, "");
  return bare === "" ? field : `${bare.charAt(0).toLowerCase()}${bare.slice(1)}`;
}

/** Text of a field; undefined for what is missing, null or empty. Numbers are ids. */
export function text(value: unknown): string | undefined {
  return shortText(typeof value === "number" ? String(value) : value);
}
