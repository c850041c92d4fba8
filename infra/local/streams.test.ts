import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { DynamoDBRecord } from "aws-lambda";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";

import { createDynamoClient } from "#shared/adapters/dynamodb/client.ts";
import { createDynamoTable } from "#shared/adapters/dynamodb/table.ts";
import { systemClock } from "#shared/adapters/system-clock.ts";
import { compilePattern } from "#shared/kit/event-pattern/compile-pattern.ts";
import type { Clock } from "#shared/ports/clock.ts";
import type { Table } from "#shared/ports/table.ts";

import { Checkpoints } from "./checkpoints.ts";
import { startDatabase, type Database } from "./database/start-database.ts";
import type { InvocationOutcome } from "./invoker.ts";
import { openJournal, type Journal } from "./journal.ts";
import { silentLogger } from "./logger.ts";
import type { StreamReaderOptions } from "./stream-reader.ts";
import { openStreamSource, type StreamSource } from "./stream-source.ts";
import { StreamConsumer } from "./streams.ts";

let folder: string;
let database: Database;
let table: Table;
let source: StreamSource;
let journal: Journal;
let consumer: StreamConsumer | undefined;
let round = 0;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "throughline-streams-"));
  database = await startDatabase({ dataDir: folder, clock: systemClock, logger: silentLogger });
  table = createDynamoTable({
    client: createDynamoClient(database),
    tableName: database.tableName,
    clock: systemClock,
  });
});

afterAll(async () => {
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

beforeEach(async () => {
  round += 1;
  journal = openJournal(join(folder, `checkpoints-${round}.db`));
  source = await openStreamSource(database);
});

afterEach(async () => {
  await consumer?.stop();
  source.close();
  journal.close();
});

const ok: InvocationOutcome = { ok: true, value: undefined };

/** Reads this test's own items only: all tests share one table. */
async function consume(options: Partial<StreamReaderOptions>): Promise<StreamConsumer> {
  consumer = new StreamConsumer({
    functionName: "detect",
    filters: [compilePattern({ dynamodb: { Keys: { pk: { S: [`round-${round}`] } } } })],
    batchSize: 10,
    retryAttempts: 1,
    maxRecordAgeHours: 24,
    source,
    checkpoints: new Checkpoints(journal),
    clock: systemClock,
    logger: silentLogger,
    invoke: () => Promise.resolve(ok),
    giveUp: () => Promise.resolve(),
    ...options,
  });
  await consumer.start();
  return consumer;
}

async function put(
  sk: string,
  fields: Readonly<Record<string, string | number>> = {},
): Promise<void> {
  const item = { pk: `round-${round}`, sk, ...fields };
  await table.write({ kind: "put", item, condition: [] });
}

const keyOf = (record: DynamoDBRecord) => record.dynamodb?.Keys?.["sk"]?.S ?? "";
const keys = (count: number) => Array.from({ length: count }, (_, index) => `${index}`);

test("a record has the shape that Lambda gives it, with both images", async () => {
  const seen: DynamoDBRecord[] = [];
  const invoke = (records: readonly DynamoDBRecord[]) => {
    seen.push(...records);
    return Promise.resolve(ok);
  };
  await put("a", { title: "old", points: 1 });
  await put("a", { title: "new", points: 2 });
  await table.write({ kind: "delete", key: { pk: `round-${round}`, sk: "a" }, condition: [] });
  await (await consume({ invoke })).settle();
  expect(seen.map(({ eventName }) => eventName)).toEqual(["INSERT", "MODIFY", "REMOVE"]);
  expect(seen[1]).toEqual({
    eventID: expect.any(String),
    eventName: "MODIFY",
    eventVersion: expect.any(String),
    eventSource: "aws:dynamodb",
    awsRegion: "local",
    dynamodb: {
      ApproximateCreationDateTime: expect.any(Number),
      Keys: { pk: { S: `round-${round}` }, sk: { S: "a" } },
      OldImage: {
        pk: { S: `round-${round}` },
        sk: { S: "a" },
        title: { S: "old" },
        points: { N: "1" },
      },
      NewImage: {
        pk: { S: `round-${round}` },
        sk: { S: "a" },
        title: { S: "new" },
        points: { N: "2" },
      },
      SequenceNumber: expect.any(String),
      SizeBytes: expect.any(Number),
      StreamViewType: "NEW_AND_OLD_IMAGES",
    },
    eventSourceARN: source.streamArn,
  });
});

test("records come in the order of the writes, in batches no larger than allowed", async () => {
  const batches: string[][] = [];
  const invoke = (records: readonly DynamoDBRecord[]) => {
    batches.push(records.map(keyOf));
    return Promise.resolve(ok);
  };
  for (const key of keys(35)) await put(key);
  await (await consume({ invoke })).settle();
  expect(batches.flat()).toEqual(keys(35));
  expect(Math.max(...batches.map(({ length }) => length))).toBe(10);
});

test("a filter lets through only what it names, by the image before a deletion, too", async () => {
  const seen: string[] = [];
  const own = { Keys: { pk: { S: [`round-${round}`] } } };
  const filters = [
    compilePattern({ dynamodb: { ...own, NewImage: { type: { S: ["goal"] } } } }),
    compilePattern({
      eventName: ["REMOVE"],
      dynamodb: { ...own, OldImage: { type: { S: ["goal"] } } },
    }),
  ];
  const invoke = (records: readonly DynamoDBRecord[]) => {
    seen.push(...records.map((record) => `${record.eventName} ${keyOf(record)}`));
    return Promise.resolve(ok);
  };
  await put("a", { type: "goal" });
  await put("b", { type: "person" });
  await table.write({ kind: "delete", key: { pk: `round-${round}`, sk: "a" }, condition: [] });
  await table.write({ kind: "delete", key: { pk: `round-${round}`, sk: "b" }, condition: [] });
  await (await consume({ invoke, filters })).settle();
  expect(seen).toEqual(["INSERT a", "REMOVE a"]);
});

test("a new reader goes on where the last one had succeeded, and repeats what had not", async () => {
  for (const key of keys(25)) await put(key);
  const first: string[] = [];
  const stopped = Promise.withResolvers<void>();
  await consume({
    invoke: async (records) => {
      first.push(...records.map(keyOf));
      if (first.length < 20) return ok;
      stopped.resolve();
      return { ok: false, reason: "Error: no", timedOut: false };
    },
  });
  await stopped.promise;
  await consumer?.stop();
  const second: string[] = [];
  const invoke = (records: readonly DynamoDBRecord[]) => {
    second.push(...records.map(keyOf));
    return Promise.resolve(ok);
  };
  await (await consume({ invoke })).settle();
  expect(second).toEqual(keys(25).slice(10));
});

test("one poison record is given up with its content, and everything else passes once, in order", async () => {
  for (const key of keys(30)) await put(key);
  const passed: string[] = [];
  const givenUp: string[] = [];
  const reader = await consume({
    invoke: (records) => {
      if (records.some((record) => keyOf(record) === "13")) {
        return Promise.resolve({ ok: false, reason: "Error: poison", timedOut: false });
      }
      passed.push(...records.map(keyOf));
      return Promise.resolve(ok);
    },
    giveUp: (record, reason, attempts) => {
      givenUp.push(`${keyOf(record)} ${reason} ${attempts}`);
      return Promise.resolve();
    },
  });
  await reader.settle();
  expect(givenUp).toEqual(["13 Error: poison 2"]);
  expect(passed).toEqual(keys(30).filter((key) => key !== "13"));
});

test("a record that cannot be put aside is not skipped", async () => {
  await put("poison");
  let refusals = 0;
  const kept: string[] = [];
  const reader = await consume({
    invoke: () => Promise.resolve({ ok: false, reason: "Error: poison", timedOut: false }),
    giveUp: (record) => {
      refusals += 1;
      if (refusals < 3) return Promise.reject(new Error("disk full"));
      kept.push(keyOf(record));
      return Promise.resolve();
    },
  });
  await reader.settle();
  expect(kept).toEqual(["poison"]);
});

test("a poke is enough to bring a record: no time has to pass", async () => {
  const standingClock: Clock = {
    ...systemClock,
    sleep: (_ms, signal) =>
      new Promise((_resolve, reject) => {
        signal?.addEventListener("abort", () => reject(signal.reason));
      }),
  };
  const seen: string[] = [];
  let arrived: () => void = () => undefined;
  const reader = await consume({
    clock: standingClock,
    invoke: (records) => {
      seen.push(...records.map(keyOf));
      arrived();
      return Promise.resolve(ok);
    },
  });
  await reader.settle();
  for (const key of keys(20)) {
    const here = Promise.withResolvers<void>();
    arrived = here.resolve;
    await put(key);
    reader.poke();
    await here.promise;
  }
  expect(seen).toEqual(keys(20));
});

test("two functions read the same stream, each at its own pace", async () => {
  for (const key of keys(12)) await put(key);
  const slow: string[] = [];
  const fast: string[] = [];
  const gate = Promise.withResolvers<void>();
  const other = await consume({
    functionName: "relay",
    invoke: (records) => {
      fast.push(...records.map(keyOf));
      return Promise.resolve(ok);
    },
  });
  const detect = await consume({
    invoke: async (records) => {
      await gate.promise;
      slow.push(...records.map(keyOf));
      return ok;
    },
  });
  await other.settle();
  expect([fast.length, slow.length]).toEqual([12, 0]);
  gate.resolve();
  await detect.settle();
  expect(slow).toEqual(fast);
  expect(detect.position()).toBe(other.position());
  await other.stop();
});

test("a database that is away for a moment costs a delay, no record", async () => {
  const seen: string[] = [];
  let refused = 0;
  const flaky: StreamSource = {
    streamArn: source.streamArn,
    shards: () => source.shards(),
    close: () => undefined,
    read: (shard, after, since) => {
      refused += 1;
      return refused % 2 === 1
        ? Promise.reject(new Error("ECONNREFUSED"))
        : source.read(shard, after, since);
    },
  };
  for (const key of keys(15)) await put(key);
  const reader = await consume({
    source: flaky,
    invoke: (records) => {
      seen.push(...records.map(keyOf));
      return Promise.resolve(ok);
    },
  });
  await reader.settle();
  await vi.waitFor(() => expect(seen).toEqual(keys(15)));
});
