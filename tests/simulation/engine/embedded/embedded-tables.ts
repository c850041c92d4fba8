import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { findDatabaseBinary } from "#infra/local/database/binary.ts";
import { startDatabase } from "#infra/local/database/start-database.ts";
import { silentLogger } from "#infra/local/logger.ts";
import { openStreamSource } from "#infra/local/stream-source.ts";
import { ensureTable } from "#shared/adapters/dynamodb/ensure-table.ts";
import { createDynamoTable } from "#shared/adapters/dynamodb/table.ts";
import { systemClock } from "#shared/adapters/system-clock.ts";
import { HubError } from "#shared/errors.ts";
import { instantOf } from "#shared/model/time.ts";
import type { Clock } from "#shared/ports/clock.ts";

import type { CreateTable } from "../host/host.ts";
import { streamedTable } from "./streamed-table.ts";

/**
 * The database's own time begins in 1970: its housekeeping runs beside the company's virtual year, and must
 * neither sweep what the hub still counts on nor trim what was not read.
 */
const longAgo: Clock = {
  nowMs: () => performance.now(),
  now: () => instantOf(Math.floor(performance.now())),
  sleep: (ms, signal) => systemClock.sleep(ms, signal),
};

/** One embedded database for many runs, each on a table of its own. */
export interface EmbeddedTables {
  next(): Promise<{ readonly createTable: CreateTable; readonly close: () => void }>;
  close(): Promise<void>;
}

/** Why no embedded database can be had on this machine; undefined: it can. */
export function whyNoDatabase(): string | undefined {
  try {
    findDatabaseBinary(process.platform, process.arch);
    return undefined;
  } catch (error) {
    if (error instanceof HubError) return error.message;
    throw error;
  }
}

export async function startEmbeddedTables(): Promise<EmbeddedTables> {
  const dataDir = mkdtempSync(join(tmpdir(), "simulator-"));
  const database = await startDatabase({ dataDir, clock: longAgo, logger: silentLogger });
  let tables = 0;
  return {
    next: async () => {
      tables += 1;
      const tableName = `company-${tables}`;
      const pause = { clock: systemClock, random: Math.random };
      await ensureTable(database.client, tableName, pause);
      const source = await openStreamSource({ ...database, tableName });
      const [shard, ...others] = await source.shards();
      if (!shard || others.length > 0) throw new Error("The embedded stream has not one shard");
      const table = createDynamoTable({ client: database.client, tableName, clock: systemClock });
      return {
        createTable: ({ onRecord }) =>
          streamedTable(
            table,
            (after) => source.read(shard.id, after, performance.now()),
            onRecord,
          ),
        close: () => source.close(),
      };
    },
    close: async () => {
      await database.close();
      rmSync(dataDir, { recursive: true });
    },
  };
}
