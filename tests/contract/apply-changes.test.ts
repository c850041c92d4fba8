import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, expect, test } from "vitest";

import { startDatabase } from "#infra/local/database/start-database.ts";
import type { Database } from "#infra/local/database/start-database.ts";
import { ensureTable } from "#shared/adapters/dynamodb/ensure-table.ts";
import { createDynamoTable } from "#shared/adapters/dynamodb/table.ts";
import { createMemoryTable } from "#shared/adapters/memory/memory-table.ts";
import { systemClock } from "#shared/adapters/system-clock.ts";
import type { AssertedEdge, Change } from "#shared/model/change.ts";
import type { Table } from "#shared/ports/table.ts";
import { applyChanges } from "#shared/store/apply-changes.ts";
import { scanAll } from "#shared/store/list.ts";
import {
  goalId,
  itemId,
  linkTo,
  person,
  removed,
  upserted,
  workItem,
} from "#shared/testing/facts.ts";
import { ManualClock } from "#shared/testing/manual-clock.ts";
import { createSilentLogger } from "#shared/testing/silent-logger.ts";
import { seededRandom } from "#shared/testing/simulator/seeded-random.ts";

import { faultySender } from "./support/faulty-sender.ts";
import type { FaultCounts } from "./support/faulty-sender.ts";

/*
 * Applying changes has its tests on the table in memory (shared/store/apply-changes.test.ts); here the
 * same histories run on the embedded database, and must end in the same items at the same price.
 */

const dataDir = mkdtempSync(join(tmpdir(), "apply-changes-"));
const clock = new ManualClock("2026-03-02T09:00:00.000Z");
let database: Database;
let tables = 0;

beforeAll(async () => {
  // It is killed on purpose, and its supervisor says so.
  const logger = createSilentLogger();
  database = await startDatabase({ dataDir, clock: systemClock, logger });
});
afterAll(async () => {
  await database.close();
  rmSync(dataDir, { recursive: true });
});

async function embeddedTable(client = database.client): Promise<Table> {
  tables += 1;
  const tableName = `apply-${String(tables)}`;
  await ensureTable(database.client, tableName, { clock: systemClock, random: Math.random });
  return createDynamoTable({ client, tableName, clock: systemClock });
}

const epic = itemId("epic");
const links = (count: number, from = 0): readonly AssertedEdge[] =>
  Array.from({ length: count }, (_, n) => linkTo(epic, goalId(`g${from + n}`)));
const version = (n: number, edges: readonly AssertedEdge[] = []) =>
  upserted(workItem("epic", { version: n, title: `Title ${n}` }), edges);

async function itemsOf(table: Table): Promise<readonly unknown[]> {
  const items = await scanAll(table);
  return items.toSorted((a, b) => (`${a.pk} ${a.sk}` < `${b.pk} ${b.sk}` ? -1 : 1));
}

test.each<[what: string, history: readonly Change[]]>([
  ["a change, its repeat and an older one", [version(2), version(2), version(1)]],
  ["edges that come, stay and go", [version(1, links(3)), version(2, links(2, 1)), version(3)]],
  [
    "a deletion, a late update, and the record's return",
    [removed(epic, 2), version(1), version(3)],
  ],
  ["two deletions", [version(1, links(2)), removed(epic, 2), removed(epic, 4), version(3)]],
  ["more edges than a transaction holds", [version(1, links(150)), version(2, links(150, 100))]],
  ["a large record that is deleted", [version(1, links(120)), removed(epic, 2)]],
  ["people, whose version counts", [upserted(person("ann")), upserted(person("ann"))]],
])("%s end the same in memory and in the database", async (_what, history) => {
  const [memory, embedded] = [createMemoryTable(), await embeddedTable()];
  for (const change of history) {
    const [one, other] = await Promise.all(
      [memory, embedded].map((table) => applyChanges({ table, clock }, [change])),
    );
    expect(other).toEqual(one);
  }
  expect(await itemsOf(embedded)).toEqual(await itemsOf(memory));
  expect(embedded.usage().writeUnits).toBe(memory.usage().writeUnits);
});

/** A hundred changes of a few records, with edges that come and go, in batches. */
function historyOf(random: () => number): readonly (readonly Change[])[] {
  const changes = Array.from({ length: 100 }, (_, n): Change => {
    const name = `item-${String(Math.floor(random() * 12))}`;
    if (random() < 0.1) return removed(itemId(name), n);
    const count = random() < 0.05 ? 120 : Math.floor(random() * 4);
    const edges = Array.from({ length: count }, (_edge, at) =>
      linkTo(itemId(name), goalId(`g${n + at}`)),
    );
    return upserted(workItem(name, { version: n, title: `Title ${String(n)}` }), edges);
  });
  return Array.from({ length: 10 }, (_, at) => changes.slice(at * 10, at * 10 + 10));
}

test("throttling, conflicts, lost answers, half batches and kills of the database change nothing", async () => {
  const met: FaultCounts = new Map();
  for (const seed of [1, 2]) {
    const random = seededRandom(seed);
    const memory = createMemoryTable();
    const embedded = await embeddedTable(faultySender(database.client, random, met));
    for (const [turn, batch] of historyOf(seededRandom(seed)).entries()) {
      await applyChanges({ table: memory, clock }, batch);
      const applying = applyChanges({ table: embedded, clock }, batch);
      const pid = database.pid();
      // Its supervisor starts it again while the requests are being repeated.
      if (turn % 4 === 3 && pid !== undefined) process.kill(pid, "SIGKILL");
      await applying;
    }
    expect(await itemsOf(embedded)).toEqual(await itemsOf(memory));
  }
  expect([...met.keys()].toSorted()).toEqual([
    "ProvisionedThroughputExceededException",
    "ThrottlingException",
    "TimeoutError",
    "TransactionCanceledException",
    "half a batch",
  ]);
}, 120_000);
