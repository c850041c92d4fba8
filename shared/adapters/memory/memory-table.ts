import { assertAddition, sumOf } from "#shared/adapters/dynamodb/addition.ts";
import { holds } from "#shared/adapters/dynamodb/condition.ts";
import { distinct } from "#shared/adapters/dynamodb/distinct-keys.ts";
import { storable, storableKey } from "#shared/adapters/dynamodb/storable.ts";
import type { ItemChange } from "#shared/adapters/dynamodb/stream-image.ts";
import { failedTransactUnits, storableWrites } from "#shared/adapters/dynamodb/transact-rules.ts";
import {
  createUnitMeter,
  indexWriteUnits,
  readUnits,
  sameJson,
  transactFactor,
  writeUnits,
} from "#shared/adapters/dynamodb/units.ts";
import type { UnitMeter } from "#shared/adapters/dynamodb/units.ts";
import { HubError } from "#shared/errors.ts";
import { itemBytes } from "#shared/ports/item-size.ts";
import type {
  Item,
  Key,
  Page,
  Table,
  TransactOutcome,
  Write,
  WriteOutcome,
} from "#shared/ports/table.ts";

import { createItemStore } from "./item-store.ts";
import type { ItemStore } from "./item-store.ts";
import { queryStore, scanStore } from "./memory-pages.ts";
import type { BilledPage } from "./memory-pages.ts";

interface MemoryTableOptions {
  /**
   * The stream: called in order, within the write, once for each item that changed. Sequence
   * numbers count up from 1. A write that changes nothing makes no record.
   */
  readonly onRecord?: (change: ItemChange) => void;
  /** What another table held; nobody is told of it, and nobody paid for it here. */
  readonly held?: HeldItems | undefined;
}

/** Everything in a table in memory, at one moment. */
export interface HeldItems {
  /** As the table itself handed them out: frozen, and shared from then on. */
  readonly items: readonly Item[];
  /** Of its stream's latest record: the next one counts on from there. */
  readonly sequenceNumber: string;
}

/** The hub table in memory, for tests: the same promises, units and page tokens as DynamoDB's. */
export function createMemoryTable(options: MemoryTableOptions = {}): Table {
  const memory: Memory = {
    store: createItemStore(),
    meter: createUnitMeter(),
    stream: createStream(options.onRecord, Number(options.held?.sequenceNumber ?? 0)),
  };
  const { meter, store } = memory;
  for (const item of options.held?.items ?? []) store.set({ pk: item.pk, sk: item.sk }, item);
  const count = ({ page, bytes }: BilledPage, consistent: boolean): Page => {
    meter.countRead(readUnits(bytes, consistent));
    return page;
  };
  // Async, so that a refusal is a rejection here too; each runs to its end without a pause.
  return {
    get: async (key) => read(memory, key),
    batchGet: async (keys) => distinct(keys).flatMap((key) => read(memory, key) ?? []),
    query: async (request) => count(queryStore(store, request), request.consistent === true),
    scan: async (request) => count(scanStore(store, request), false),
    write: async (one) => write(memory, one),
    transact: async (writes) => transact(memory, writes),
    add: async (key, amounts, set = {}) => {
      assertAddition(key, amounts, set);
      const target = storableKey(key);
      change(memory, target, added(store.get(target), target, amounts, set));
      memory.stream.flush();
    },
    usage: () => meter.usage(),
  };
}

interface Memory {
  readonly store: ItemStore;
  readonly meter: UnitMeter;
  readonly stream: Stream;
}

/** Changes one item; the stream tells of it when flushed. */
function change(memory: Memory, key: Key, after: Item | undefined, factor = 1): void {
  const before = memory.store.get(key);
  memory.meter.countWrite(factor * writeUnits(before, after), indexWriteUnits(before, after));
  memory.store.set(key, after);
  memory.stream.append(before, after);
}

function read({ store, meter }: Memory, key: Key): Item | undefined {
  const item = store.get(storableKey(key));
  meter.countRead(readUnits(item === undefined ? 0 : itemBytes(item), true));
  return item;
}

function write(memory: Memory, one: Write): WriteOutcome {
  if (one.kind === "check") {
    const current = read(memory, one.key);
    return holds(one.condition, current) ? { applied: true } : { applied: false, current };
  }
  const { key, after } = targetOf(one);
  const current = memory.store.get(key);
  if (!holds(one.condition, current)) {
    memory.meter.countWrite(writeUnits(current, after), 0);
    return { applied: false, current };
  }
  change(memory, key, after);
  memory.stream.flush();
  return { applied: true };
}

function transact(memory: Memory, writes: readonly Write[]): TransactOutcome {
  const { store, meter, stream } = memory;
  const storables = storableWrites(writes);
  const failed = storables.flatMap((one, index) => {
    const current = store.get(targetOf(one).key);
    return holds(one.condition, current) ? [] : [{ index, current }];
  });
  if (failed.length > 0) {
    meter.countWrite(failedTransactUnits(storables, failed), 0);
    return { applied: false, failed };
  }
  for (const one of storables) {
    const { key, after } = targetOf(one);
    if (one.kind === "check") {
      meter.countWrite(transactFactor * writeUnits(store.get(key), undefined), 0);
    } else change(memory, key, after, transactFactor);
  }
  stream.flush();
  return { applied: true };
}

function targetOf(write: Write): { readonly key: Key; readonly after: Item | undefined } {
  if (write.kind !== "put") return { key: storableKey(write.key), after: undefined };
  const item = storable(write.item);
  return { key: { pk: item.pk, sk: item.sk }, after: item };
}

function added(
  current: Item | undefined,
  key: Key,
  amounts: Parameters<Table["add"]>[1],
  set: NonNullable<Parameters<Table["add"]>[2]>,
): Item {
  const sums = Object.entries(amounts).map(([name, amount]) => {
    const stored = current?.[name] ?? 0;
    if (current?.[name] !== undefined && typeof stored !== "number") {
      throw new HubError("invariant.broken", `Attribute ${name} is not a number to add to`);
    }
    return [name, sumOf(Number(stored), amount)] as const;
  });
  return storable({ ...current, ...Object.fromEntries(sums), ...set, ...key });
}

interface Stream {
  append(before: Item | undefined, after: Item | undefined): void;
  flush(): void;
}

/** Numbers the changes; one that a reader's own write causes comes after those already waiting. */
function createStream(
  onRecord: (change: ItemChange) => void = () => undefined,
  latest = 0,
): Stream {
  const waiting: ItemChange[] = [];
  let sequence = latest;
  let flushing = false;
  return {
    append: (before, after) => {
      if (sameJson(before, after)) return;
      sequence += 1;
      waiting.push({
        sequenceNumber: String(sequence),
        ...(before && { before }),
        ...(after && { after }),
      });
    },
    flush: () => {
      if (flushing) return;
      flushing = true;
      try {
        for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) onRecord(next);
      } finally {
        flushing = false;
      }
    },
  };
}
