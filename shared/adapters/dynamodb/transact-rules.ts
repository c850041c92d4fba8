import { HubError } from "#shared/errors.ts";
import type { Item, Key, Write } from "#shared/ports/table.ts";

import { textOfKey } from "./distinct-keys.ts";
import { measured, storableKey } from "./storable.ts";
import { transactFactor, writeUnits } from "./units.ts";

/** DynamoDB's limits of one transaction. */
const transactWritesMax = 100;
const transactBytesMax = 4 * 1024 * 1024;

/** A write as the table keeps it, with the key of its item and the bytes of what it puts. */
export type StorableWrite = Write & { readonly key: Key; readonly bytes: number };

/**
 * The writes as the table keeps them. Throws `invariant.broken` for none, too many or two on one
 * item, `input.too-large` when their items exceed 4 MB together.
 */
export function storableWrites(writes: readonly Write[]): readonly StorableWrite[] {
  if (writes.length === 0 || writes.length > transactWritesMax) {
    throw new HubError(
      "invariant.broken",
      `A transaction has 1 to ${String(transactWritesMax)} writes, not ${String(writes.length)}`,
    );
  }
  const seen = new Set<string>();
  let bytes = 0;
  const storables = writes.map((write) => {
    const one = storableWrite(write);
    seen.add(textOfKey(one.key));
    bytes += one.bytes;
    return one;
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

/** Checked, copied and measured. */
export function storableWrite(write: Write): StorableWrite {
  if (write.kind !== "put") return { ...write, key: storableKey(write.key), bytes: 0 };
  const { item, bytes } = measured(write.item);
  return { ...write, item, bytes, key: { pk: item.pk, sk: item.sk } };
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
