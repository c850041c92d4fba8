import type { Upsert } from "#shared/model/change.ts";
import { readFactId } from "#shared/model/ids.ts";
import type { FactId } from "#shared/model/ids.ts";

import type { Presence, Reading } from "./connector.ts";

/*
 * For sources whose units are what their people's fields say: they have no endpoint of their own, so
 * whoever asks for one reads everybody.
 */

/** Every unit that somebody is in, as far as everybody could be read. */
export interface UnitsSeen {
  readonly units: readonly Upsert[];
  /** False when somebody could not be read, who may be in a unit that nobody else is in. */
  readonly isWhole: boolean;
}

export function unitsIn({ changes }: Pick<Reading, "changes">): readonly Upsert[] {
  return changes.filter(
    (change): change is Upsert => change.kind === "upserted" && change.record.type === "org-unit",
  );
}

/** The units in a reading of everybody, page by page. */
export async function unitsSeen(
  pages: AsyncIterable<{ readonly reading: Pick<Reading, "changes"> & { isWhole: boolean } }>,
): Promise<UnitsSeen> {
  const units: Upsert[] = [];
  let isWhole = true;
  for await (const { reading } of pages) {
    units.push(...unitsIn(reading));
    if (!reading.isWhole) isWhole = false;
  }
  return { units, isWhole };
}

/** The source's own ids of the people among these. */
export function nativePeopleIds(ids: readonly FactId[]): readonly string[] {
  return ids.flatMap((id) => {
    const parts = readFactId(id);
    return parts?.type === "person" ? [parts.nativeId] : [];
  });
}

function isUnitId(id: FactId): boolean {
  return readFactId(id)?.type === "org-unit";
}

/** A reading of people, and before them the units among `ids`; everybody is read only for these. */
export async function withUnits(
  people: Reading,
  ids: readonly FactId[],
  seeUnits: () => Promise<UnitsSeen>,
): Promise<Reading> {
  const wanted = new Set<FactId>(ids.filter(isUnitId));
  if (wanted.size === 0) return people;
  const { units } = await seeUnits();
  const found = units.filter(({ record }) => wanted.has(record.id));
  return { ...people, changes: [...found, ...people.changes] };
}

/** What is under the ids of units among these. */
export async function presenceOfUnits(
  ids: readonly FactId[],
  seeUnits: () => Promise<UnitsSeen>,
): Promise<ReadonlyMap<FactId, Presence>> {
  const unitIds = ids.filter(isUnitId);
  if (unitIds.length === 0) return new Map();
  const { units, isWhole } = await seeUnits();
  const found = new Set<FactId>(units.map(({ record }) => record.id));
  return new Map(
    unitIds.map((id) => [id, found.has(id) ? "present" : isWhole ? "gone" : "hidden"] as const),
  );
}
