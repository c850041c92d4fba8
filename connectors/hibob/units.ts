import { createHash } from "node:crypto";

import { shortText } from "#shared/model/facts.ts";
import type { OrgUnit } from "#shared/model/facts.ts";
import { factId } from "#shared/model/ids.ts";
import type { ConnectionId, OrgUnitId } from "#shared/model/ids.ts";
import { epochMsOf } from "#shared/model/time.ts";
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
  { connectionId, levels, companyName, readAt }: Circumstances,
): readonly OrgUnit[] {
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
    name: companyName,
    originalKind: "company",
    level: 0,
  };
  const units: OrgUnit[] = [root];
  const way: string[] = [];
  for (const [at, level] of levels.entries()) {
    const value = itemOf(values.get(level.id), level);
    if (value === undefined) continue;
    way.push(value);
    units.push({
      ...shared,
      id: unitIdOf(connectionId, way),
      name: level.names.get(value) ?? value,
      originalKind: level.title,
      level: at + 1,
      parentId: units.at(-1)?.id ?? root.id,
    });
  }
  return units;
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

/** Ids hold 300 characters at most; longer ways end in a digest instead. */
const nativeIdLengthMax = 250;

function unitIdOf(connectionId: ConnectionId, way: readonly string[]): OrgUnitId {
  // A slash, a percent sign or white space in a value must not be taken for the way's own.
  const escaped = way.map((value) => value.replace(/[/%\s]/gu, (part) => encodeURIComponent(part)));
  const full = `/${escaped.join("/")}`;
  const native =
    full.length <= nativeIdLengthMax
      ? full
      : `/~${createHash("sha256").update(full).digest("hex").slice(0, 40)}`;
  return factId("org-unit", "hibob", connectionId, native);
}

/** Text of a field; undefined for what is missing, null or empty. Numbers are ids. */
export function text(value: unknown): string | undefined {
  return shortText(typeof value === "number" ? String(value) : value);
}
