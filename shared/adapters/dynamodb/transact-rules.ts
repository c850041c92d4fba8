import { HubError } from "#shared/errors.ts";
import { itemBytes } from "#shared/ports/item-size.ts";
import type { Item, Write } from "#shared/ports/table.ts";

import { storable, storableKey } from "./storable.ts";
import { transactFactor, writeUnits } from "./units.ts";

/** DynamoDB's limits of one transaction. */
const transactWritesMax = 100;
const transactBytesMax = 4 * 1024 * 1024;

/**
 * The writes as the table keeps them. Throws `invariant.broken` for none, too many or two on one
 * item, `input.too-large` when their items exceed 4 MB together.
 */
export function storableWrites(writes: readonly Write[]): readonly Write[] {
  if (writes.length === 0 || writes.length > transactWritesMax) {
    throw new HubError(
      "invariant.broken",
      `A transaction has 1 to ${String(transactWritesMax)} writes, not ${String(writes.length)}`,
    );
  }
  const seen = new Set<string>();
  let bytes = 0;
  const storables = writes.map((write): Write => {
    const { pk, sk } = write.kind === "put" ? write.item : write.key;
    seen.add(JSON.stringify([pk, sk]));
    if (write.kind !== "put") return { ...write, key: storableKey(write.key) };
    const item = storable(write.item);
    bytes += itemBytes(item);
    return { ...write, item };
  });
  if (seen.size < writes.length) {
    throw new HubError("invariant.broken", "A transaction has two writes on one item");
  }
  if (bytes > transactBytesMax) {
    throw new HubError("input.too-large", "A transaction holds more than 4 MB: split it", {
      details: { bytes, bytesMax: transactBytesMax },
    });
  }
  return storables;
}

/** A cancelled transaction is billed as far as its sizes are known: what was sent, what stood there. */
export function failedTransactUnits(
  writes: readonly Write[],
  failed: readonly { readonly index: number; readonly current: Item | undefined }[],
): number {
  const currents = new Map(failed.map(({ index, current }) => [index, current]));
  return writes.reduce((units, write, index) => {
    const after = write.kind === "put" ? write.item : undefined;
    return units + transactFactor * writeUnits(currents.get(index), after);
  }, 0);
}
