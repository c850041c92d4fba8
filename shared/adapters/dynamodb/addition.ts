import { HubError } from "#shared/errors.ts";
import type { Key, Table } from "#shared/ports/table.ts";

import { storable, storableKey } from "./storable.ts";

/** Throws `invariant.broken` for an addition that DynamoDB would refuse whatever stands there. */
export function assertAddition(
  key: Key,
  amounts: Parameters<Table["add"]>[1],
  set: NonNullable<Parameters<Table["add"]>[2]>,
): void {
  const names = [...Object.keys(amounts), ...Object.keys(set)];
  if (names.length === 0) throw new HubError("invariant.broken", "An addition adds nothing");
  const clash = names.find(
    (name, at) => name === "pk" || name === "sk" || names.indexOf(name) !== at,
  );
  if (clash !== undefined) {
    throw new HubError(
      "invariant.broken",
      `An addition cannot change ${clash} in two ways or as a key`,
    );
  }
  storable({ ...amounts, ...set, ...storableKey(key) });
}

/** A number attribute after an addition: fractions as in decimal arithmetic, which DynamoDB uses. */
export function sumOf(stored: number, amount: number): number {
  const sum = stored + amount;
  return Number.isInteger(sum) ? sum : Number(sum.toPrecision(15));
}
