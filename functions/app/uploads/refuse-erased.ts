import { HubError } from "#shared/errors.ts";
import type { FileTable } from "#shared/kit/file-intake.ts";
import { factId } from "#shared/model/ids.ts";
import { readErasures } from "#shared/store/erasures.ts";

import type { AppContext } from "../app-deps.ts";
import type { UploadPlace } from "./upload-place.ts";

const issuesMax = 100;

/**
 * Refuses a file that names people who were erased, before any of it is written anywhere: the graph
 * would keep them out, but the rows would be kept. Throws `input.invalid` with each line and column.
 */
export async function refuseErased(
  { table: hubTable }: AppContext,
  { connection }: UploadPlace,
  { table, columns }: { readonly table: FileTable; readonly columns: readonly number[] },
): Promise<void> {
  const erased = await readErasures(hubTable);
  const names = (cell: string) =>
    erased.has(cell) || erased.has(factId("person", connection.connector, connection.id, cell));
  const issues = table.lines.flatMap(({ line, cells }) =>
    columns.flatMap((column) => {
      const cell = cells[column]?.trim() ?? "";
      if (cell === "" || !names(cell)) return [];
      const path = `line ${line}, column ${column + 1}`;
      const message = "Names somebody who was erased on request: take it out, or let them in again";
      return [{ path, message }];
    }),
  );
  if (issues.length === 0) return;
  throw new HubError("input.invalid", "The file names people who were erased on request", {
    issues: issues.slice(0, issuesMax),
  });
}
