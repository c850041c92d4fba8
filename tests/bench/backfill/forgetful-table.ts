import { createMemoryTable } from "#shared/adapters/memory/memory-table.ts";
import { readFactId } from "#shared/model/ids.ts";
import type { Table, Write } from "#shared/ports/table.ts";

/**
 * A table in memory that takes facts with their edges and forgets them, so that what is left of a
 * backfill in memory is the hub's own. Documents, such as cursors, are kept.
 */
export function createForgetfulTable(): Table {
  const inner = createMemoryTable();
  const applied = { applied: true } as const;
  return {
    ...inner,
    batchGet: (keys) => inner.batchGet(keys.filter(({ pk }) => !isFact(pk))),
    write: async (write) => (isFact(partitionOf(write)) ? applied : inner.write(write)),
    transact: async (writes) => {
      // A fact is the first write of the transaction that its edges are in.
      const [first] = writes;
      return first && isFact(partitionOf(first)) ? applied : inner.transact(writes);
    },
  };
}

function partitionOf(write: Write): string {
  return write.kind === "put" ? write.item.pk : write.key.pk;
}

function isFact(partition: string): boolean {
  return readFactId(partition) !== undefined;
}
