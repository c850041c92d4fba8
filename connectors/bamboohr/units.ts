import { createHash } from "node:crypto";

import { shortText } from "#shared/model/facts.ts";
import type { OrgUnit } from "#shared/model/facts.ts";
import { factId } from "#shared/model/ids.ts";
import type { ConnectionId, OrgUnitId } from "#shared/model/ids.ts";
import { epochMsOf } from "#shared/model/time.ts";
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
  const { connectionId, readAt, companyName } = where;
  // Units have no version of their own: the later reading is the truer. Unchanged ones cost no write.
  const shared = {
    type: "org-unit" as const,
    connectionId,
    sourceVersion: epochMsOf(readAt),
    readAt,
  };
  const root: OrgUnit = {
    ...shared,
    id: unitIdOf(connectionId, []),
    name: shortText(companyName) ?? "company",
    originalKind: "company",
    level: 0,
  };
  const units: OrgUnit[] = [root];
  const path: string[] = [];
  for (const [at, field] of where.orgLevels.entries()) {
    const name = text(record[field]);
    if (name === undefined) continue;
    path.push(name);
    const parentId = units.at(-1)?.id ?? root.id;
    units.push({
      ...shared,
      id: unitIdOf(connectionId, path),
      name,
      originalKind: levelName(field),
      level: at + 1,
      parentId,
    });
  }
  return units;
}

/** `customTeam` is called team. */
function levelName(field: string): string {
  const bare = field.replace(/^custom_?/u, "");
  return bare === "" ? field : `${bare.charAt(0).toLowerCase()}${bare.slice(1)}`;
}

/** Ids hold 300 characters at most; longer paths end in a digest instead. */
const nativeIdLengthMax = 250;

/** The path of names from the top, so that two teams of one name in two departments are two. */
function unitIdOf(connectionId: ConnectionId, path: readonly string[]): OrgUnitId {
  const escaped = path.map((name) =>
    // A slash, a percent sign or white space in a name must not be taken for the path's own.
    name.replace(/[/%\s]/gu, (character) => encodeURIComponent(character)),
  );
  const full = `/${escaped.join("/")}`;
  const native =
    full.length <= nativeIdLengthMax
      ? full
      : `/~${createHash("sha256").update(full).digest("hex").slice(0, 40)}`;
  return factId("org-unit", "bamboohr", connectionId, native);
}

/** Text of a field; undefined for what is missing, null or empty. Numbers are ids. */
export function text(value: unknown): string | undefined {
  return shortText(typeof value === "number" ? String(value) : value);
}
