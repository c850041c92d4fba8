import type { Table } from "#shared/ports/table.ts";

/** What was asked of a table. */
export interface Asked {
  readonly calls: number;
  readonly writes: number;
  /** Turns of asking and waiting: calls that were under way at the same time are one round. */
  readonly rounds: number;
  /** As billed: see `Usage`. */
  readonly readUnits: number;
  readonly writeUnits: number;
}

const reads = ["get", "batchGet", "query", "scan"] as const;
const writes = ["write", "transact", "add"] as const;

/**
 * Counts calls, and rounds of them. Each call waits until all that can be asked before any answer has
 * been asked: then they are answered together.
 */
export class CountingTable {
  readonly table: Table;
  #calls = 0;
  #writes = 0;
  #rounds = 0;
  #open: Promise<void> | undefined;

  constructor(table: Table) {
    const counted = Object.fromEntries(
      [...reads, ...writes].map((name) => [name, this.#counted(table, name)]),
    );
    this.table = { ...table, ...counted };
  }

  #counted(table: Table, name: (typeof reads)[number] | (typeof writes)[number]) {
    // Whatever it takes and gives, it is passed on.
    const call = table[name] as (...args: unknown[]) => Promise<unknown>;
    const isWrite = (writes as readonly string[]).includes(name);
    return async (...args: unknown[]): Promise<unknown> => {
      this.#calls += 1;
      if (isWrite) this.#writes += 1;
      await this.#turn();
      return call(...args);
    };
  }

  async #turn(): Promise<void> {
    this.#open ??= this.#newRound();
    return this.#open;
  }

  async #newRound(): Promise<void> {
    this.#rounds += 1;
    // What is asked before this macrotask belongs to the same round.
    await new Promise((resolve) => setImmediate(resolve));
    this.#open = undefined;
  }

  /** What `work` asked. */
  async during(work: () => Promise<unknown>): Promise<Asked> {
    const [calls, written, rounds] = [this.#calls, this.#writes, this.#rounds];
    const before = this.table.usage();
    await work();
    const after = this.table.usage();
    return {
      calls: this.#calls - calls,
      writes: this.#writes - written,
      rounds: this.#rounds - rounds,
      readUnits: after.readUnits - before.readUnits,
      writeUnits: after.writeUnits - before.writeUnits,
    };
  }
}
