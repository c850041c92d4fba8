import { join } from "node:path";

import { createDynamoClient } from "#shared/adapters/dynamodb/client.ts";
import type { DynamoEndpoint, DynamoSender } from "#shared/adapters/dynamodb/client.ts";
import { ensureTable } from "#shared/adapters/dynamodb/ensure-table.ts";
import { createLocalDynamoClient } from "#shared/adapters/dynamodb/local-client.ts";
import type { Clock } from "#shared/ports/clock.ts";
import type { Logger } from "#shared/ports/logger.ts";

import { findDatabaseBinary } from "./binary.ts";
import { openDataDir } from "./data-dir.ts";
import { startHousekeeping } from "./housekeeping.ts";
import { lockDataDir } from "./instance-lock.ts";
import { killLeftovers } from "./leftovers.ts";
import { openStreamRows } from "./stream-rows.ts";
import { superviseServer } from "./supervised-server.ts";

/** Where the hub's table is, ready for use. */
export interface Database extends DynamoEndpoint {
  readonly tableName: string;
  /** For `createDynamoTable`; ended by `close`. */
  readonly client: DynamoSender;
  /** Of the embedded server; undefined when somebody else runs the server. */
  pid(): number | undefined;
  /**
   * Deletes stream records that are old and consumed; also runs by itself. Returns how many. A
   * server that others run does this and the sweep by itself.
   */
  trim(): Promise<number>;
  /** Deletes items whose time to live has passed; also runs by itself. Returns how many. */
  sweepExpired(): Promise<number>;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  readonly dataDir: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly tableName?: string;
  /** URL of a server that others run (`DYNAMODB_ENDPOINT`); nothing is started then. */
  readonly endpoint?: string;
  /** Region and credentials for `endpoint`; servers on one machine take any. */
  readonly region?: string;
  readonly credentials?: DynamoEndpoint["credentials"];
  /**
   * Sequence number up to which every stream reader has consumed; undefined keeps all records.
   * Without this option age alone decides, as in DynamoDB.
   */
  readonly consumedUpTo?: () => string | undefined;
}

const localAccess = {
  region: "us-east-1",
  // The embedded database takes any; DynamoDB Local only letters and digits.
  credentials: { accessKeyId: "local", secretAccessKey: "local" },
} as const;

/**
 * Starts the embedded database on a data directory that only this process may use, or connects to
 * `endpoint`, and makes sure that the table is there. Errors say in one sentence what to do.
 */
export async function startDatabase(options: DatabaseOptions): Promise<Database> {
  const tableName = options.tableName ?? "throughline";
  return options.endpoint === undefined
    ? await startEmbedded({ ...options, tableName })
    : await connect({ ...options, tableName, endpoint: options.endpoint });
}

type Named<T> = DatabaseOptions & { readonly tableName: string } & T;

async function connect(options: Named<{ readonly endpoint: string }>): Promise<Database> {
  const access: DynamoEndpoint = {
    endpoint: options.endpoint,
    region: options.region ?? localAccess.region,
    credentials: options.credentials ?? localAccess.credentials,
  };
  const client = createDynamoClient(access);
  await ensureTable(client, options.tableName, pauseOf(options.clock));
  return {
    ...access,
    tableName: options.tableName,
    client,
    pid: () => undefined,
    // Both are the server's own work, as at DynamoDB and DynamoDB Local.
    trim: () => Promise.resolve(0),
    sweepExpired: () => Promise.resolve(0),
    close: () => {
      client.destroy();
      return Promise.resolve();
    },
  };
}

async function startEmbedded(options: Named<unknown>): Promise<Database> {
  const { clock, logger, tableName } = options;
  const binary = findDatabaseBinary(process.platform, process.arch);
  const dataDir = openDataDir(options.dataDir);
  const file = join(dataDir, "throughline.db");
  // Undone in reverse, also when a later step fails.
  const undo: (() => Promise<void> | void)[] = [];
  const close = async (): Promise<void> => {
    for (let step = undo.pop(); step !== undefined; step = undo.pop()) await step();
  };
  try {
    const lock = lockDataDir(dataDir, process.pid);
    undo.push(() => lock.release());
    await killLeftovers(file, clock, logger);
    const server = await superviseServer({ binary, file, clock, logger });
    undo.push(() => server.close());
    const access = { endpoint: `http://127.0.0.1:${String(server.port)}`, ...localAccess };
    const client = createLocalDynamoClient(access.endpoint);
    undo.push(() => client.destroy());
    await ensureTable(client, tableName, pauseOf(clock));
    const rows = openStreamRows(file);
    undo.push(() => rows.close());
    const housekeeping = startHousekeeping({ ...options, client, rows });
    undo.push(() => housekeeping.close());
    logger.info("database.started", { port: server.port, pid: server.pid() });
    return {
      ...access,
      tableName,
      client,
      pid: () => server.pid(),
      trim: housekeeping.trim,
      sweepExpired: housekeeping.sweepExpired,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function pauseOf(clock: Clock) {
  return { clock, random: Math.random };
}
