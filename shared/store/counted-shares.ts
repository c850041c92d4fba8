import * as z from "zod";

import { OrgUnitId } from "#shared/model/ids.ts";
import type { RuleName } from "#shared/model/ids.ts";
import { Instant } from "#shared/model/time.ts";
import type { Item, Key, Table } from "#shared/ports/table.ts";

import { ruleSettingsKey } from "./keys.ts";
import { queryAll } from "./list.ts";
import { SetAside } from "./set-aside.ts";

const prefix = "share#";

/** How much of a unit's work a rule had found when everything was last looked at. */
const Counted = z.object({
  unitId: OrgUnitId,
  looked: z.int().nonnegative(),
  found: z.int().nonnegative(),
  asOf: Instant,
});
export type Counted = z.infer<typeof Counted>;

/** Beside the settings that state the share. */
function shareKey(rule: RuleName, unitId: OrgUnitId): Key {
  return { pk: ruleSettingsKey(rule).pk, sk: `${prefix}${unitId}` };
}

export async function readCountedShares(
  table: Table,
  rule: RuleName,
): Promise<ReadonlyMap<OrgUnitId, Counted>> {
  const { pk } = ruleSettingsKey(rule);
  const items = await queryAll(table, { partition: pk, sortPrefix: prefix });
  const counted = items.flatMap(
    (item) => new SetAside().read(item, (one) => Counted.parse(one)) ?? [],
  );
  return new Map(counted.map((one) => [one.unitId, one]));
}

export async function saveCountedShare(
  table: Table,
  rule: RuleName,
  counted: Counted,
): Promise<void> {
  const item: Item = { ...shareKey(rule, counted.unitId), type: "counted-share", ...counted };
  await table.write({ kind: "put", item, condition: [] });
}
