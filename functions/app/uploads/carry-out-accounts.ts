import * as z from "zod";

import { HubError } from "#shared/errors.ts";
import { readShelf } from "#shared/kit/uploaded-files.ts";
import type { Generation, KeptRow } from "#shared/kit/uploaded-files.ts";
import { Exclusion, Match } from "#shared/model/edges.ts";
import { AccountId, PersonId } from "#shared/model/ids.ts";
import { fromItem } from "#shared/store/codec.ts";
import { matchKey } from "#shared/store/keys.ts";

import type { AppContext } from "../app-deps.ts";
import { detach, stateOwner } from "../people/decide-account.ts";
import { holdState, saveState } from "./generations.ts";
import type { UploadPlace } from "./upload-place.ts";

const Row = z.looseObject({
  accountId: AccountId,
  personId: PersonId.optional(),
  exclusion: Exclusion.optional(),
});
type Row = z.infer<typeof Row>;

const note = "From an uploaded file";

/**
 * States as an operator's word what the newest accounts file says, and takes back what only the former
 * one said. The file is in force since its state names it: repeating this after a crash goes on.
 */
export async function carryOutAccounts(
  context: AppContext,
  place: UploadPlace,
  kind: string,
): Promise<void> {
  const { state, record } = await holdState(place, kind);
  if (state.isCarriedOut) return;
  const current = await rowsOf(place, state.current);
  const former = await rowsOf(place, state.former);
  let left = 0;
  for (const row of current.values()) left += (await stateRow(context, row)) ? 0 : 1;
  for (const row of former.values()) {
    if (!current.has(row.accountId)) await takeBack(context, row);
  }
  context.snapshots.expire();
  await saveState(place, kind, { ...state, isCarriedOut: true }, record);
  if (left > 0) {
    context.logger.warn("upload.accounts-gone", { connectionId: place.connection.id, left });
  }
}

async function rowsOf(
  place: UploadPlace,
  generation: Generation | undefined,
): Promise<ReadonlyMap<AccountId, Row>> {
  const rows: readonly KeptRow[] = await readShelf(place.kept, generation, "accounts");
  const parsed = rows.flatMap((row) => Row.safeParse(row).data ?? []);
  return new Map(parsed.map((row) => [row.accountId, row]));
}

/** False where account or person are gone since the file was checked: then there is nothing to say. */
async function stateRow(context: AppContext, row: Row): Promise<boolean> {
  const { accountId, personId, exclusion } = row;
  const word = { personId: personId ?? null, ...(exclusion !== undefined && { exclusion }), note };
  try {
    await stateOwner(context, accountId, word);
    return true;
  } catch (error) {
    if (isGone(error)) return false;
    throw error;
  }
}

/** Unless somebody has said something else since. */
async function takeBack(context: AppContext, row: Row): Promise<void> {
  const item = await context.table.get(matchKey(row.accountId));
  const match = item && fromItem(Match, item);
  if (match?.personId !== row.personId || match?.exclusion !== row.exclusion) return;
  try {
    await detach(context, row.accountId, note);
  } catch (error) {
    if (!isGone(error)) throw error;
  }
}

function isGone(error: unknown): boolean {
  return (
    error instanceof HubError &&
    (error.code === "entity.not-found" || error.code === "input.invalid")
  );
}
