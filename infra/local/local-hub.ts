import { createServer } from "node:net";
import { join } from "node:path";

import { connectors } from "#connectors/index.ts";
import { topology } from "#infra/topology.ts";
import { createDynamoTable } from "#shared/adapters/dynamodb/table.ts";
import { Registry } from "#shared/kit/registry.ts";
import type { Clock } from "#shared/ports/clock.ts";
import type { Logger } from "#shared/ports/logger.ts";
import type { Table } from "#shared/ports/table.ts";

import { startDatabase } from "./database/start-database.ts";
import type { Database } from "./database/start-database.ts";
import { openFileSecrets } from "./file-secrets.ts";
import { createHandlers } from "./handlers.ts";
import { startHost } from "./host.ts";
import type { Host } from "./host.ts";

export interface LocalHubOptions {
  readonly dataDir: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly clock: Clock;
  readonly logger: Logger;
  /** A DynamoDB-compatible server to use instead of the embedded one. */
  readonly dynamoEndpoint?: string;
  /** Stands between host and functions, to see what they are given and when they are done. */
  readonly instrument?: (handlers: Handlers) => Handlers;
}

type Handlers = ReturnType<typeof createHandlers>;

export interface LocalHub {
  readonly url: string;
  readonly host: Host;
  readonly table: Table;
  /** Takes nothing new, finishes what is in flight, closes the database. */
  close(): Promise<void>;
}

/** Runs every function of the topology on this machine, over a database whose data stays. */
export async function startLocalHub(options: LocalHubOptions): Promise<LocalHub> {
  const { clock, logger } = options;
  const port = options.port === 0 ? await freePort() : options.port;
  const url = `http://127.0.0.1:${port}`;
  // The readers' positions decide what may be trimmed, and exist once the host runs.
  let host: Host | undefined;
  const database = await startDatabase({
    dataDir: options.dataDir,
    clock,
    logger,
    consumedUpTo: () => host?.consumedUpTo(),
    ...(options.dynamoEndpoint !== undefined && { endpoint: options.dynamoEndpoint }),
  });
  try {
    const table = tableOf(database, clock, () => host?.poke());
    const secrets = openFileSecrets(join(options.dataDir, "secrets.json"));
    const registry = new Registry(connectors);
    host = await startHost({
      topology,
      createHandlers: (ports) => {
        const parts = { table, clock, logger, secrets, registry, ports, publicUrl: url };
        return (options.instrument ?? unchanged)(createHandlers(parts));
      },
      dataDir: options.dataDir,
      port,
      clock,
      logger,
      database,
    });
    return { url, host, table, close: () => closeAll(host, database) };
  } catch (error) {
    await closeAll(host, database);
    throw error;
  }
}

function unchanged(handlers: Handlers): Handlers {
  return handlers;
}

function tableOf(database: Database, clock: Clock, onWrite: () => void): Table {
  const { client, tableName } = database;
  return createDynamoTable({ client, tableName, clock, onWrite });
}

async function closeAll(host: Host | undefined, database: Database): Promise<void> {
  await host?.stop();
  await database.close();
}

/** Webhooks are registered under the hub's address, so its port must be known before it listens. */
async function freePort(): Promise<number> {
  const server = createServer();
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  server.once("error", reject);
  server.listen(0, "127.0.0.1", () => {
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    server.close(() => resolve(port));
  });
  return promise;
}
