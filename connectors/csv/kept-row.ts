import type { KeptRow } from "#shared/kit/uploaded-files.ts";

import type { AccountRow, PersonRow, TeamRow, UnitRow } from "./file-rows.ts";

/** A row as it is kept: texts, booleans, lists and maps, without anything undefined, so it is JSON. */
export function keptRow(row: PersonRow | UnitRow | TeamRow | AccountRow): KeptRow {
  return row as unknown as KeptRow;
}
