import * as z from "zod";

import type { MatchRate } from "#shared/graph/match-rate.ts";
import { isSameRate } from "#shared/graph/match-rate.ts";
import type { Item, Key, Table } from "#shared/ports/table.ts";

import { orgVersionKey } from "./keys.ts";

/** Beside the version of the organisation, with which it is read. */
export const matchRateKey: Key = { pk: orgVersionKey.pk, sk: "match-rate" };

const Stored = z.object({ accounts: z.int().nonnegative(), matched: z.int().nonnegative() });

/** Read with the organisation; undefined where nobody has counted yet, or nobody can read what was counted. */
export function matchRateIn(item: Item | undefined): MatchRate | undefined {
  return Stored.safeParse(item).data;
}

/**
 * Keeps what a pass over everything counted, where it is another count than its scan saw kept. A scan may be
 * a moment behind: what it kept from being written then, the next pass writes.
 */
export async function saveMatchRate(
  table: Table,
  rate: MatchRate,
  seen: Item | undefined,
): Promise<void> {
  if (isSameRate(matchRateIn(seen), rate)) return;
  const item: Item = { ...matchRateKey, type: "match-rate", ...rate };
  await table.write({ kind: "put", item, condition: [] });
}
