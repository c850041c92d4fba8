import { assertAddition, sumOf } from "#shared/adapters/dynamodb/addition.ts";
import { holds } from "#shared/adapters/dynamodb/condition.ts";
import { distinct } from "#shared/adapters/dynamodb/distinct-keys.ts";
import { measured, storableKey } from "#shared/adapters/dynamodb/storable.ts";
import type { Measured } from "#shared/adapters/dynamodb/storable.ts";
import type { ItemChange } from "#shared/adapters/dynamodb/stream-image.ts";
import {
  failedTransactUnits,
  storableWrite,
  storableWrites,
} from "#shared/adapters/dynamodb/transact-rules.ts";
import type { StorableWrite } from "#shared/adapters/dynamodb/transact-rules.ts";
import {
  createUnitMeter,
  readUnits,
  sameJson,
  transactFactor,
  unitsOfBytes,
} from "#shared/adapters/dynamodb/units.ts";
import type { UnitMeter } from "#shared/adapters/dynamodb/units.ts";
import { HubError } from "#shared/errors.ts";
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
import { indexWriteUnits, Row } from "./row.ts";

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
  for (const item of options.held?.items ?? []) {
    store.set(item, new Row(item, undefined, undefined));
  }
  const count = ({ page, bytes }: BilledPage, consistent: boolean): Page => {
    meter.countRead(readUnits(bytes, consistent));
    return page;
  };
  // Async, so that a refusal is a rejection here too; each runs to its end without a pause.
  return {
    get: async (key) => read(memory, storableKey(key)),
    batchGet: async (keys) => distinct(keys).flatMap((key) => read(memory, key) ?? []),
    query: async (request) => count(queryStore(store, request), request.consistent === true),
    scan: async (request) => count(scanStore(store, request), false),
    write: async (one) => write(memory, one),
    transact: async (writes) => transact(memory, writes),
    add: async (key, amounts, set = {}) => {
      assertAddition(key, amounts, set);
      const target = storableKey(key);
      change(memory, target, measured(added(store.get(target)?.item, target, amounts, set)));
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
function change(memory: Memory, key: Key, put: Measured | undefined, factor = 1): void {
  const before = memory.store.get(key);
  const units = factor * unitsOfBytes(Math.max(before?.bytes ?? 0, put?.bytes ?? 0));
  if (sameJson(before?.item, put?.item)) {
    memory.meter.countWrite(units, 0);
    return;
  }
  const after = put && new Row(put.item, put.bytes, before);
  memory.meter.countWrite(units, indexWriteUnits(before, after));
  memory.store.set(key, after);
  memory.stream.append(before?.item, after?.item);
}

function read({ store, meter }: Memory, key: Key): Item | undefined {
  const row = store.get(key);
  meter.countRead(readUnits(row?.bytes ?? 0, true));
  return row?.item;
}

function write(memory: Memory, one: Write): WriteOutcome {
  if (one.kind === "check") {
    const current = read(memory, storableKey(one.key));
    return holds(one.condition, current) ? { applied: true } : { applied: false, current };
  }
  const storable = storableWrite(one);
  const { key } = storable;
  const row = memory.store.get(key);
  if (!holds(one.condition, row?.item)) {
    memory.meter.countWrite(unitsOfBytes(Math.max(row?.bytes ?? 0, storable.bytes)), 0);
    return { applied: false, current: row?.item };
  }
  change(memory, key, putOf(storable));
  memory.stream.flush();
  return { applied: true };
}

function transact(memory: Memory, writes: readonly Write[]): TransactOutcome {
  const { store, meter, stream } = memory;
  const storables = storableWrites(writes);
  const failed = storables.flatMap((one, index) => {
    const current = store.get(one.key)?.item;
    return holds(one.condition, current) ? [] : [{ index, current }];
  });
  if (failed.length > 0) {
    meter.countWrite(failedTransactUnits(storables, failed), 0);
    return { applied: false, failed };
  }
  for (const one of storables) {
    if (one.kind === "check") {
      meter.countWrite(transactFactor * unitsOfBytes(store.get(one.key)?.bytes ?? 0), 0);
    } else change(memory, one.key, putOf(one), transactFactor);
  }
  stream.flush();
  return { applied: true };
}

/** Undefined for a write that leaves nothing there. */
function putOf(write: StorableWrite): Measured | undefined {
  return write.kind === "put" ? write : undefined;
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
  return { ...current, ...Object.fromEntries(sums), ...set, ...key };
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
