import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import * as fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";

import { startDatabase } from "#infra/local/database/start-database.ts";
import type { Database } from "#infra/local/database/start-database.ts";
import { createDynamoClient } from "#shared/adapters/dynamodb/client.ts";
import type { DynamoSender } from "#shared/adapters/dynamodb/client.ts";
import { ensureTable } from "#shared/adapters/dynamodb/ensure-table.ts";
import { createDynamoTable } from "#shared/adapters/dynamodb/table.ts";
import { jsonLogger } from "#shared/adapters/json-logger.ts";
import { createMemoryTable } from "#shared/adapters/memory/memory-table.ts";
import { systemClock } from "#shared/adapters/system-clock.ts";
import type { Table } from "#shared/ports/table.ts";
import { tableContract } from "#shared/testing/table-contract.ts";
import { runTableCommand, tableCommands } from "#shared/testing/table-contract/commands.ts";

const dataDir = mkdtempSync(join(tmpdir(), "table-contract-"));
const logger = jsonLogger({ clock: systemClock, level: "warn" });
let database: Database;
let sdkClient: DynamoSender;
let tables = 0;

beforeAll(async () => {
  database = await startDatabase({ dataDir, clock: systemClock, logger });
  sdkClient = createDynamoClient(database);
});

afterAll(async () => {
  sdkClient.destroy();
  await database.close();
  rmSync(dataDir, { recursive: true });
});

async function makeEmbeddedTable(client: DynamoSender): Promise<Table> {
  tables += 1;
  const tableName = `contract-${String(tables)}`;
  await ensureTable(client, tableName, { clock: systemClock, random: Math.random });
  return createDynamoTable({ client, tableName, clock: systemClock });
}

tableContract("memory", () => Promise.resolve(createMemoryTable()));
tableContract("embedded database", () => makeEmbeddedTable(database.client));
tableContract("embedded database through the SDK", () => makeEmbeddedTable(sdkClient));

test("any history gives the same answers and the same units in memory and in the database", async () => {
  await fc.assert(
    fc.asyncProperty(tableCommands, async (commands) => {
      const memory = createMemoryTable();
      const embedded = await makeEmbeddedTable(database.client);
      for (const command of commands) {
        const [inMemory, inDatabase] = await Promise.all([
          runTableCommand(memory, command),
          runTableCommand(embedded, command),
        ]);
        expect(inMemory).toEqual(inDatabase);
        expect(memory.usage()).toEqual(embedded.usage());
      }
    }),
    { numRuns: 40 },
  );
}, 60_000);
