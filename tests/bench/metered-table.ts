import type { Item, Table, Write } from "#shared/ports/table.ts";

/** What was written to one kind of item. `operations`: calls; a transaction of several items is one. */
export interface Written {
  readonly operations: number;
  readonly writeUnits: number;
  readonly indexWriteUnits: number;
}

/**
 * A table in memory that tells what each kind of item cost. Its operations run to their end before
 * they return, so what the table counted between the two readings belongs to the one operation.
 */
export class MeteredTable {
  readonly table: Table;
  readonly #inner: Table;
  readonly #written = new Map<string, Written>();

  constructor(inner: Table) {
    this.#inner = inner;
    this.table = {
      ...inner,
      write: (write) => this.#measure([write], () => inner.write(write)),
      transact: (writes) => this.#measure(writes, () => inner.transact(writes)),
      add: (key, amounts, set) =>
        this.#count(String(set?.["type"] ?? key.pk), () => inner.add(key, amounts, set)),
    };
  }

  /** Everything written since the last call, by type of item. */
  take(): ReadonlyMap<string, Written> {
    const taken = new Map(this.#written);
    this.#written.clear();
    return taken;
  }

  #measure<T>(writes: readonly Write[], run: () => T): T {
    // An edge is written in its record's transaction, which is named after the record.
    const type = writes.map(typeOf).find((type) => type !== undefined) ?? "deletion";
    return this.#count(writes.length > 1 ? `${type} and its edges` : type, run);
  }

  #count<T>(type: string, run: () => T): T {
    const before = this.#inner.usage();
    const outcome = run();
    const after = this.#inner.usage();
    const sum = this.#written.get(type) ?? nothingWritten;
    this.#written.set(type, {
      operations: sum.operations + 1,
      writeUnits: sum.writeUnits + after.writeUnits - before.writeUnits,
      indexWriteUnits: sum.indexWriteUnits + after.indexWriteUnits - before.indexWriteUnits,
    });
    return outcome;
  }
}

export const nothingWritten: Written = { operations: 0, writeUnits: 0, indexWriteUnits: 0 };

export function sumOf(written: Iterable<Written>): Written {
  let sum = nothingWritten;
  for (const one of written) {
    sum = {
      operations: sum.operations + one.operations,
      writeUnits: sum.writeUnits + one.writeUnits,
      indexWriteUnits: sum.indexWriteUnits + one.indexWriteUnits,
    };
  }
  return sum;
}

function typeOf(write: Write): string | undefined {
  const type = write.kind === "put" ? (write.item satisfies Item)["type"] : undefined;
  return typeof type === "string" ? type : undefined;
}
