import { createHash } from "node:crypto";

import type { OrgUnit } from "#shared/model/facts.ts";
import { factId } from "#shared/model/ids.ts";
import type { ConnectionId, OrgUnitId } from "#shared/model/ids.ts";
import { epochMsOf } from "#shared/model/time.ts";
import type { Instant } from "#shared/model/time.ts";

/** A level of the organisation that is filled in for somebody: their division, department, team. */
export interface FilledLevel {
  /** What tells it from others on its level: its name, or the id that its source gives it. */
  readonly key: string;
  readonly name: string;
  /** The source's word for the level. */
  readonly kind: string;
  /** How deep it lies; the company is 0. */
  readonly level: number;
}

/** Whose units they are. */
export interface UnitsOf {
  readonly connector: string;
  readonly connectionId: ConnectionId;
  /** Name of the topmost unit. */
  readonly companyName: string;
  readonly readAt: Instant;
}

/**
 * The units on the way down to somebody's, the company first, of a source that keeps no records of
 * units: they are what its people's fields say. Pure.
 */
export function levelUnits(of: UnitsOf, levels: readonly FilledLevel[]): readonly OrgUnit[] {
  const { connectionId, readAt, companyName } = of;
  // Units have no version of their own: the later reading is the truer. Unchanged ones cost no write.
  const shared = {
    type: "org-unit" as const,
    connectionId,
    sourceVersion: epochMsOf(readAt),
    readAt,
  };
  const root: OrgUnit = {
    ...shared,
    id: unitIdOf(of, []),
    name: companyName,
    originalKind: "company",
    level: 0,
  };
  const units = [root];
  const way: string[] = [];
  for (const { key, name, kind, level } of levels) {
    way.push(key);
    const parentId = units.at(-1)?.id ?? root.id;
    units.push({ ...shared, id: unitIdOf(of, way), name, originalKind: kind, level, parentId });
  }
  return units;
}

/** Ids hold 300 characters at most; longer ways end in a digest instead. */
const nativeIdLengthMax = 250;

/** The way from the top, so that two teams of one name in two departments are two. */
function unitIdOf({ connector, connectionId }: UnitsOf, way: readonly string[]): OrgUnitId {
  // A slash, a percent sign or white space in a key must not be taken for the way's own.
  const escaped = way.map((key) => key.replace(/[/%\s]/gu, (part) => encodeURIComponent(part)));
  const full = `/${escaped.join("/")}`;
  const native =
    full.length <= nativeIdLengthMax
      ? full
      : `/~${createHash("sha256").update(full).digest("hex").slice(0, 40)}`;
  return factId("org-unit", connector, connectionId, native);
}
