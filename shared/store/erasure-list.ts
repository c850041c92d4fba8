import * as z from "zod";

import type { PersonId } from "#shared/model/ids.ts";
import { Instant } from "#shared/model/time.ts";
import type { Item, Table } from "#shared/ports/table.ts";

import { erasureRunKey, erasureSorts, erasuresKey } from "./erasure-keys.ts";
import { queryAll } from "./list.ts";

/** That an erasure was done, when, and how much of it; nothing of whom. */
const Receipt = z.looseObject({
  at: Instant,
  removed: z.int().nonnegative(),
  redacted: z.int().nonnegative(),
  left: z.int().nonnegative(),
});
export type ErasureReceipt = Pick<z.infer<typeof Receipt>, "at" | "removed" | "redacted" | "left">;

/**
 * Notes that somebody is to be erased, and by which ids and addresses they are known now, where the erasure
 * itself will look for it: their records may be gone when it begins. Asking twice is asking once.
 */
export async function noteErasureRequest(
  table: Table,
  personId: PersonId,
  identifiers: readonly string[],
): Promise<void> {
  const item: Item = {
    ...erasureRunKey(personId),
    type: "erasure-run",
    identifiers: [...identifiers],
  };
  await table.write({ kind: "put", item, condition: [[["pk", "absent"]]] });
}

export async function isErasureUnderWay(table: Table, personId: PersonId): Promise<boolean> {
  return (await table.get(erasureRunKey(personId))) !== undefined;
}

export interface Erasures {
  readonly underWay: number;
  /** The latest first. */
  readonly receipts: readonly ErasureReceipt[];
}

/** How many erasures are under way, and what those that are over came to. */
export async function listErasures(table: Table): Promise<Erasures> {
  const { pk: partition } = erasuresKey;
  const read = (sortPrefix: string) => queryAll(table, { partition, sortPrefix, consistent: true });
  const [runs, receipts] = await Promise.all([
    read(erasureSorts.runs),
    read(erasureSorts.receipts),
  ]);
  return {
    underWay: runs.length,
    receipts: receipts.map((item) => Receipt.parse(item)).toReversed(),
  };
}
