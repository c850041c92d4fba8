import { assertAddition, sumOf } from "#shared/adapters/dynamodb/addition.ts";
import { holds } from "#shared/adapters/dynamodb/condition.ts";
import { itemBytes } from "#shared/adapters/dynamodb/item-size.ts";
import { assertQuery, assertScan } from "#shared/adapters/dynamodb/page-request.ts";
import {
  readQueryToken,
  readScanToken,
  writePageToken,
} from "#shared/adapters/dynamodb/page-token.ts";
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
import { HubError } from "#shared/errors.ts";
import { indexes } from "#shared/ports/table.ts";
import type {
  Item,
  Key,
  Page,
  QueryRequest,
  Table,
  TransactOutcome,
  Write,
  WriteOutcome,
} from "#shared/ports/table.ts";

import { createItemStore } from "./item-store.ts";
import type { ItemStore } from "./item-store.ts";
import type { Entry } from "./sorted-entries.ts";

/** DynamoDB ends a page with the item that takes it to this size. */
const pageBytesMax = 1024 * 1024;

interface MemoryTableOptions {
  /**
   * The stream: called in order, within the write, once for each item that changed. Sequence
   * numbers count up from 1. A write that changes nothing makes no record.
   */
  readonly onRecord?: (change: ItemChange) => void;
}

/** The hub table in memory, for tests: the same promises, units and page tokens as DynamoDB's. */
export function createMemoryTable(options: MemoryTableOptions = {}): Table {
  const store = createItemStore();
  const meter = createUnitMeter();
  const emit = createStream(options.onRecord);

  const change = (key: Key, after: Item | undefined, factor = 1): (() => void) => {
    const before = store.get(key);
    meter.countWrite(factor * writeUnits(before, after), indexWriteUnits(before, after));
    store.set(key, after);
    return () => emit(before, after);
  };

  return {
    get: async (key) => {
      const item = store.get(storableKey(key));
      meter.countRead(readUnits(sizeOf(item), true));
      return item;
    },
    batchGet: async (keys) => {
      const wanted = new Map(
        keys.map((key) => [JSON.stringify([key.pk, key.sk]), storableKey(key)]),
      );
      return [...wanted.values()].flatMap((key) => {
        const item = store.get(key);
        meter.countRead(readUnits(sizeOf(item), true));
        return item === undefined ? [] : [item];
      });
    },
    query: async (request) => {
      const { page, bytes } = queryStore(store, request);
      meter.countRead(readUnits(bytes, request.consistent === true));
      return page;
    },
    scan: async (request) => {
      const { page, bytes } = scanStore(store, request);
      meter.countRead(readUnits(bytes, false));
      return page;
    },
    write: async (write): Promise<WriteOutcome> => {
      const { key, after } = targetOf(write);
      const current = store.get(key);
      const applied = holds(write.condition, current);
      if (write.kind === "check") {
        meter.countRead(readUnits(sizeOf(current), true));
        return applied ? { applied } : { applied, current };
      }
      if (!applied) {
        meter.countWrite(writeUnits(current, after), 0);
        return { applied, current };
      }
      change(key, after)();
      return { applied };
    },
    transact: async (writes): Promise<TransactOutcome> => {
      const storables = storableWrites(writes);
      const failed = storables.flatMap((write, index) => {
        const current = store.get(targetOf(write).key);
        return holds(write.condition, current) ? [] : [{ index, current }];
      });
      if (failed.length > 0) {
        meter.countWrite(failedTransactUnits(storables, failed), 0);
        return { applied: false, failed };
      }
      const records = storables.map((write) => {
        const { key, after } = targetOf(write);
        if (write.kind !== "check") return change(key, after, transactFactor);
        meter.countWrite(transactFactor * writeUnits(store.get(key), undefined), 0);
        return () => undefined;
      });
      for (const record of records) record();
      return { applied: true };
    },
    add: async (key, amounts, set = {}) => {
      assertAddition(key, amounts, set);
      change(storableKey(key), added(store.get(key), storableKey(key), amounts, set))();
    },
    usage: meter.usage,
  };
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

interface Collected {
  readonly page: Page;
  readonly bytes: number;
}

function queryStore(store: ItemStore, request: QueryRequest): Collected {
  assertQuery(request);
  const after = readQueryToken(request);
  const index = request.index === undefined ? undefined : indexes[request.index];
  const sort = index?.sort ?? "sk";
  const entries = store
    .partition(request.index, request.partition)
    ?.walk(
      request.sortPrefix ?? "",
      request.descending === true,
      after && { sort: after[sort] ?? "", pk: after["pk"] ?? "", sk: after["sk"] ?? "" },
    );
  return collect(entries ?? [], request.limit, (item) => ({
    pk: item.pk,
    sk: item.sk,
    ...(index && { [index.partition]: request.partition, [index.sort]: String(item[index.sort]) }),
  }));
}

function scanStore(store: ItemStore, request: Parameters<Table["scan"]>[0]): Collected {
  assertScan(request);
  const after = readScanToken(request.after);
  const from = after && { pk: after["pk"] ?? "", sk: after["sk"] ?? "" };
  return collect(store.walkAll(request.segment, request.segments, from), undefined, (item) => ({
    pk: item.pk,
    sk: item.sk,
  }));
}

function collect(
  entries: Iterable<Entry>,
  limit: number | undefined,
  tokenOf: (item: Item) => Readonly<Record<string, string>>,
): Collected {
  const items: Item[] = [];
  let bytes = 0;
  for (const { item } of entries) {
    items.push(item);
    bytes += itemBytes(item);
    if (items.length === limit || bytes >= pageBytesMax) {
      return { page: { items, next: writePageToken(tokenOf(item)) }, bytes };
    }
  }
  return { page: { items }, bytes };
}

function sizeOf(item: Item | undefined): number {
  return item === undefined ? 0 : itemBytes(item);
}

/** Numbers the changes; one that a reader's own write causes comes after those already waiting. */
function createStream(onRecord: (change: ItemChange) => void = () => undefined) {
  const waiting: ItemChange[] = [];
  let sequence = 0;
  let draining = false;
  return (before: Item | undefined, after: Item | undefined): void => {
    if (sameJson(before, after)) return;
    sequence += 1;
    waiting.push({
      sequenceNumber: String(sequence),
      ...(before && { before }),
      ...(after && { after }),
    });
    if (draining) return;
    draining = true;
    try {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) onRecord(next);
    } finally {
      draining = false;
    }
  };
}
