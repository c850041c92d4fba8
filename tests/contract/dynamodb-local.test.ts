import { tmpdir } from "node:os";

import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { startDatabase } from "#infra/local/database/start-database.ts";
import { openStreamSource } from "#infra/local/stream-source.ts";
import { createDynamoClient } from "#shared/adapters/dynamodb/client.ts";
import type { DynamoSender } from "#shared/adapters/dynamodb/client.ts";
import { ensureTable } from "#shared/adapters/dynamodb/ensure-table.ts";
import { readStreamRecord } from "#shared/adapters/dynamodb/stream-image.ts";
import { createDynamoTable } from "#shared/adapters/dynamodb/table.ts";
import { jsonLogger } from "#shared/adapters/json-logger.ts";
import { createMemoryTable } from "#shared/adapters/memory/memory-table.ts";
import { systemClock } from "#shared/adapters/system-clock.ts";
import type { Item, Table } from "#shared/ports/table.ts";
import { tableContract } from "#shared/testing/table-contract.ts";
import { runTableCommand, tableCommands } from "#shared/testing/table-contract/commands.ts";

import { findDynamoDbLocal, startDynamoDbLocal } from "./support/dynamodb-local.ts";
import type { DynamoDbLocal } from "./support/dynamodb-local.ts";

/*
 * Amazon's own DynamoDB Local, which the embedded database stands in for, is asked the same questions.
 * It is not shipped: CONTRIBUTING.md says where it comes from.
 */
// oxlint-disable-next-line node/no-process-env -- where the server is differs from machine to machine
const found = findDynamoDbLocal(process.env);
let server: DynamoDbLocal;
let client: DynamoSender;
let tables = 0;
/** Nothing is kept in the folder: the server is another one. */
const options = {
  dataDir: tmpdir(),
  clock: systemClock,
  logger: jsonLogger({ clock: systemClock, level: "warn" }),
};

beforeAll(async () => {
  if (!found) return;
  server = await startDynamoDbLocal(found);
  client = createDynamoClient(server.at);
}, 60_000);

afterAll(async () => {
  client?.destroy();
  await server?.stop();
});

async function makeTable(): Promise<Table> {
  tables += 1;
  const tableName = `contract-${String(tables)}`;
  await ensureTable(client, tableName, { clock: systemClock, random: Math.random });
  return createDynamoTable({ client, tableName, clock: systemClock });
}

describe.skipIf(!found)("Amazon's DynamoDB Local", () => {
  tableContract("DynamoDB Local", makeTable, { countsAsBilled: false });

  test("any history gives the same answers as in memory", async () => {
    await fc.assert(
      fc.asyncProperty(tableCommands, async (commands) => {
        const memory = createMemoryTable();
        const other = await makeTable();
        for (const command of commands) {
          expect(await runTableCommand(other, command)).toEqual(
            await runTableCommand(memory, command),
          );
        }
      }),
      { numRuns: 40 },
    );
  }, 60_000);

  test("its stream tells every write in order, with both images, in the shape that Lambda gives it", async () => {
    const tableName = "streamed";
    const database = await startDatabase({ ...options, tableName, endpoint: server.at.endpoint });
    const table = createDynamoTable({ client: database.client, tableName, clock: systemClock });
    const own = { pk: "p", sk: "s" };
    const changes: readonly Item[] = [
      { ...own, v: 1 },
      { ...own, v: 2, list: [1, { a: null }] },
    ];
    for (const item of changes) await table.write({ kind: "put", item, condition: [] });
    // Neither is a change: nobody is to hear of them.
    await table.write({ kind: "put", item: { ...own, v: 9 }, condition: [[["pk", "absent"]]] });
    await table.write({ kind: "put", item: { ...own, ...changes[1] }, condition: [] });
    await table.write({ kind: "delete", key: own, condition: [] });
    const source = await openStreamSource(database);
    try {
      const [shard] = await source.shards();
      const { records } = await source.read(shard?.id ?? "", undefined, performance.now());
      const told = records.map((record) => readStreamRecord(record));
      const images = told.map(({ before, after }) => [before, after]);
      expect(images).toEqual([
        [undefined, changes[0]],
        [changes[0], changes[1]],
        [changes[1], undefined],
      ]);
      expect(records.map(({ eventName }) => eventName)).toEqual(["INSERT", "MODIFY", "REMOVE"]);
    } finally {
      source.close();
      await database.close();
    }
  });
});
