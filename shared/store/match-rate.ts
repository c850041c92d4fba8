import * as z from "zod";

import type { MatchRate } from "#shared/graph/match-rate.ts";
import { isSameRate } from "#shared/graph/match-rate.ts";
import type { Item, Table } from "#shared/ports/table.ts";

import { matchRateKey } from "./keys.ts";

const Stored = z.object({ accounts: z.int().nonnegative(), matched: z.int().nonnegative() });

/** Read with the organisation; undefined where nobody has counted yet. */
export function matchRateIn(item: Item | undefined): MatchRate | undefined {
  return item && Stored.parse(item);
}

/** Keeps what a pass over everything counted; one write where it is another count than before. */
export async function saveMatchRate(table: Table, rate: MatchRate): Promise<void> {
  if (isSameRate(matchRateIn(await table.get(matchRateKey)), rate)) return;
  const item: Item = { ...matchRateKey, type: "match-rate", ...rate };
  await table.write({ kind: "put", item, condition: [] });
}
