import type { Clock } from "#shared/ports/clock.ts";
import type { Table } from "#shared/ports/table.ts";

import type { DynamoSender } from "./client.ts";
import { getMany, getOne } from "./read-keys.ts";
import { queryPage, scanPage } from "./read-pages.ts";
import { transactAll } from "./transact.ts";
import { createUnitMeter } from "./units.ts";
import type { UnitMeter } from "./units.ts";
import { addAmounts, writeOne } from "./write.ts";

/** What every operation of the adapter works with. */
export interface DynamoContext {
  readonly client: DynamoSender;
  readonly tableName: string;
  readonly clock: Clock;
  readonly random: () => number;
  readonly meter: UnitMeter;
  readonly applied: () => void;
}

interface DynamoTableOptions {
  /** Of `createDynamoClient` or `createLocalDynamoClient`: the table retries by itself. */
  readonly client: DynamoSender;
  readonly tableName: string;
  /** Waits between retries. */
  readonly clock: Clock;
  /** Jitter, 0 (included) to 1. */
  readonly random?: () => number;
  /** Called after each applied write, so that a local host can poke its stream readers. */
  readonly onWrite?: () => void;
}

/** The hub table in DynamoDB, or in a server that speaks its protocol. */
export function createDynamoTable(options: DynamoTableOptions): Table {
  const meter = createUnitMeter();
  const context: DynamoContext = {
    client: options.client,
    tableName: options.tableName,
    clock: options.clock,
    random: options.random ?? Math.random,
    meter,
    applied: options.onWrite ?? (() => undefined),
  };
  return {
    get: (key) => getOne(context, key),
    batchGet: (keys) => getMany(context, keys),
    query: (request) => queryPage(context, request),
    scan: (request) => scanPage(context, request),
    write: (write) => writeOne(context, write),
    transact: (writes) => transactAll(context, writes),
    add: (key, amounts, set) => addAmounts(context, key, amounts, set),
    usage: () => meter.usage(),
  };
}
