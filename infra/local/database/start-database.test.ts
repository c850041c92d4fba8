import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

import { DescribeTableCommand } from "@aws-sdk/client-dynamodb";
import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
} from "@aws-sdk/client-dynamodb-streams";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { readStreamRecord } from "#shared/adapters/dynamodb/stream-image.ts";
import type { ItemChange } from "#shared/adapters/dynamodb/stream-image.ts";
import { createDynamoTable } from "#shared/adapters/dynamodb/table.ts";
import { systemClock } from "#shared/adapters/system-clock.ts";
import type { HubError } from "#shared/errors.ts";
import { dayMs, hourMs } from "#shared/model/time.ts";
import type { Clock } from "#shared/ports/clock.ts";
import type { Item, Table } from "#shared/ports/table.ts";
import { createSilentLogger } from "#shared/testing/silent-logger.ts";
import type { LogLine } from "#shared/testing/silent-logger.ts";

import { findDatabaseBinary } from "./binary.ts";
import { startDatabase } from "./start-database.ts";
import type { Database, DatabaseOptions } from "./start-database.ts";

let dataDir: string;
let started: Database[];
let lines: LogLine[];

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "throughline-database-"));
  started = [];
  lines = [];
});

afterEach(async () => {
  for (const database of started) await database.close();
  rmSync(dataDir, { recursive: true });
});

async function start(options: Partial<DatabaseOptions> = {}): Promise<Database> {
  const database = await startDatabase({
    dataDir,
    clock: systemClock,
    logger: createSilentLogger(lines),
    ...options,
  });
  started.push(database);
  return database;
}

const events = (): readonly string[] => lines.map(({ event }) => event);

function tableOf({ client, tableName }: Database): Table {
  return createDynamoTable({ client, tableName, clock: systemClock });
}

const put = async (table: Table, item: Item): Promise<void> => {
  expect(await table.write({ kind: "put", item, condition: [] })).toEqual({ applied: true });
};

/** A clock that runs ahead, so that what was just made is old. */
const clockAhead = (ms: number): Clock => ({
  ...systemClock,
  nowMs: () => systemClock.nowMs() + ms,
});

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await systemClock.sleep(5);
}

/** A killed process whose parent is gone may stay listed, without its command line, for a while. */
function isRunning(pid: number | undefined): boolean {
  try {
    if (pid === undefined || !process.kill(pid, 0)) return false;
    return process.platform !== "linux" || readFileSync(`/proc/${String(pid)}/cmdline`).length > 0;
  } catch (error) {
    if (error instanceof Error) return false;
    throw error;
  }
}

async function readStream({
  endpoint,
  region,
  credentials,
  client,
  tableName,
}: Database): Promise<readonly ItemChange[]> {
  const streams = new DynamoDBStreamsClient({ endpoint, region, credentials });
  const { Table: table } = await client.send(new DescribeTableCommand({ TableName: tableName }));
  const StreamArn = table?.LatestStreamArn;
  const { StreamDescription: stream } = await streams.send(
    new DescribeStreamCommand({ StreamArn }),
  );
  const ShardId = stream?.Shards?.[0]?.ShardId;
  const { ShardIterator } = await streams.send(
    new GetShardIteratorCommand({ StreamArn, ShardId, ShardIteratorType: "TRIM_HORIZON" }),
  );
  const { Records: records = [] } = await streams.send(new GetRecordsCommand({ ShardIterator }));
  streams.destroy();
  return records.map(readStreamRecord);
}

describe("starting and stopping", () => {
  test("data and stream survive a restart, and no process or lock is left behind", async () => {
    const first = await start();
    const pid = first.pid();
    await put(tableOf(first), { pk: "a", sk: "s", v: 1 });
    await first.close();
    expect(isRunning(pid)).toBe(false);

    const second = await start();
    expect(await tableOf(second).get({ pk: "a", sk: "s" })).toEqual({ pk: "a", sk: "s", v: 1 });
    await put(tableOf(second), { pk: "a", sk: "s", v: 2 });
    expect(await readStream(second)).toEqual([
      { sequenceNumber: "1", after: { pk: "a", sk: "s", v: 1 } },
      {
        sequenceNumber: "2",
        before: { pk: "a", sk: "s", v: 1 },
        after: { pk: "a", sk: "s", v: 2 },
      },
    ]);
  });

  test("a second hub on the same data is refused with the first one's process id", async () => {
    await start();
    const refusal = expect.objectContaining({
      code: "entity.conflict",
      message: expect.stringContaining(`process ${String(process.pid)}`) as string,
    }) as HubError;
    await expect(start()).rejects.toEqual(refusal);
    await expect(start({ tableName: "another" })).rejects.toEqual(refusal);
  });

  test("a stale pid file of a reused pid does not keep a hub from starting", async () => {
    writeFileSync(join(dataDir, "hub.pid"), `${String(process.ppid)}\n`);
    const database = await start();
    expect(isRunning(database.pid())).toBe(true);
  });

  test("a directory that cannot be written is named", async () => {
    const file = join(dataDir, "a-file");
    writeFileSync(file, "");
    await expect(start({ dataDir: join(file, "data") })).rejects.toThrow(
      /cannot be written \(ENOTDIR\)/u,
    );
  });

  test("a file that is no database is named, and nothing stays locked", async () => {
    const file = join(dataDir, "throughline.db");
    writeFileSync(file, Buffer.alloc(8192, 7));
    await expect(start()).rejects.toThrow(/could not open .*throughline\.db/u);
    rmSync(file);
    await start();
  });

  test("a table of another version is refused, not used", async () => {
    const database = await start();
    await database.close();
    const file = new DatabaseSync(join(dataDir, "throughline.db"));
    file.exec(`UPDATE _tables SET gsi_definitions = replace(gsi_definitions, '"list"', '"other"')`);
    file.close();
    await expect(start()).rejects.toThrow(/exists with another set of indexes/u);
  });

  test("where no program fits, one sentence says what to do", () => {
    expect(() => findDatabaseBinary("plan9", "mips")).toThrow(
      /No embedded database is installed for plan9-mips: run "npm install .*@dynoxide\/plan9-mips@.*" .*or set DYNAMODB_ENDPOINT/u,
    );
  });

  test("with an endpoint nothing is started and the table is created there", async () => {
    const server = await start();
    const { endpoint } = server;
    const connected = await start({ endpoint, tableName: "elsewhere", dataDir: "/nowhere" });
    expect(connected.pid()).toBeUndefined();
    await put(tableOf(connected), { pk: "a", sk: "s" });
    expect(await tableOf(connected).get({ pk: "a", sk: "s" })).toEqual({ pk: "a", sk: "s" });
    expect(await tableOf(server).get({ pk: "a", sk: "s" })).toBeUndefined();
  });
});

describe("a crash of the server", () => {
  test("is reported and repaired on the same port, and writers only notice a pause", async () => {
    const database = await start();
    const table = tableOf(database);
    const pid = database.pid();
    const done = new AbortController();
    let acknowledged = 0;
    const writers = Array.from({ length: 4 }, async (_, lane) => {
      for (let n = 0; !done.signal.aborted; n += 1) {
        await put(table, { pk: `lane#${String(lane)}`, sk: String(n) });
        acknowledged += 1;
      }
    });
    await until(() => acknowledged > 50);
    if (pid !== undefined) process.kill(pid, "SIGKILL");
    const before = acknowledged;
    await until(() => acknowledged > before + 50);
    done.abort();
    await Promise.all(writers);

    expect(database.pid()).not.toBe(pid);
    expect(events()).toEqual(expect.arrayContaining(["database.crashed", "database.restarted"]));
    const lanes = await Promise.all(
      Array.from({ length: 4 }, (_, lane) => table.query({ partition: `lane#${String(lane)}` })),
    );
    expect(lanes.flatMap(({ items }) => items)).toHaveLength(acknowledged);
  });
});

/** A hub of its own process: writes as fast as it can and says what was acknowledged. */
const writer = `
  import { writeSync } from "node:fs";
  import { systemClock } from ${JSON.stringify(import.meta.resolve("#shared/adapters/system-clock.ts"))};
  import { createDynamoTable } from ${JSON.stringify(import.meta.resolve("#shared/adapters/dynamodb/table.ts"))};
  import { startDatabase } from ${JSON.stringify(import.meta.resolve("./start-database.ts"))};
  const [dataDir, mode] = process.argv.slice(-2);
  const nothing = () => {};
  const logger = { debug: nothing, info: nothing, warn: nothing, error: nothing, with: () => logger };
  const database = await startDatabase({ dataDir, clock: systemClock, logger });
  const { client, tableName } = database;
  const table = createDynamoTable({ client, tableName, clock: systemClock });
  writeSync(1, "pid " + database.pid() + "\\n");
  async function write(lane) {
    for (let n = 0; ; n += 1) {
      const key = { pk: "lane#" + lane, sk: String(n) };
      await table.transact([
        { kind: "put", item: { ...key, text: "x".repeat(500) }, condition: [[["pk", "absent"]]] },
        { kind: "put", item: { pk: "twin#" + lane, sk: key.sk }, condition: [] },
      ]);
      writeSync(1, "ack " + lane + " " + n + "\\n");
    }
  }
  if (mode === "throw") setTimeout(() => { throw new Error("uncaught, on purpose"); }, 20);
  if (mode === "exit") setTimeout(() => process.exit(0), 20);
  if (mode !== "idle") for (let lane = 0; lane < 8; lane += 1) void write(lane).catch(nothing);
`;

function runHub(mode: "write" | "idle" | "throw" | "exit") {
  const args = ["--no-warnings", "--input-type=module-typescript", "--eval", writer, dataDir, mode];
  const hub = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "ignore"] });
  const closed = once(hub, "close");
  const lines: string[] = [];
  let rest = "";
  hub.stdout.setEncoding("utf8").on("data", (text: string) => {
    const parts = (rest + text).split("\n");
    rest = parts.pop() ?? "";
    lines.push(...parts);
  });
  const pid = async (): Promise<number> => {
    await until(() => lines.length > 0);
    return Number(lines[0]?.split(" ")[1]);
  };
  return { hub, closed, lines, pid };
}

describe("the end of the hub", () => {
  test("by kill -9 under load loses nothing acknowledged, tears nothing, and the leftover server is ended", async () => {
    const { hub, closed, lines, pid } = runHub("write");
    await until(() => lines.length > 300);
    const serverPid = await pid();
    hub.kill("SIGKILL");
    await closed;
    expect(isRunning(serverPid)).toBe(true);

    const database = await start();
    expect(events()).toContain("database.leftover-killed");
    await until(() => !isRunning(serverPid));
    const table = tableOf(database);
    const acknowledged = lines.slice(1).map((line) => {
      const [, lane, n] = line.split(" ");
      return { pk: `lane#${String(lane)}`, sk: String(n) };
    });
    expect(await table.batchGet(acknowledged)).toHaveLength(acknowledged.length);
    for (let lane = 0; lane < 8; lane += 1) {
      const first = await table.query({ partition: `lane#${String(lane)}` });
      const twins = await table.query({ partition: `twin#${String(lane)}` });
      expect(first.items.map(({ sk }) => sk)).toEqual(twins.items.map(({ sk }) => sk));
    }
  });

  test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
    "by %s takes the server with it",
    async (signal) => {
      const { hub, closed, pid } = runHub("idle");
      const serverPid = await pid();
      hub.kill(signal);
      expect((await closed)[1]).toBe(signal);
      await until(() => !isRunning(serverPid));
      expect(isRunning(serverPid)).toBe(false);
    },
  );

  test.each(["throw", "exit"] as const)("by itself (%s) takes the server with it", async (mode) => {
    const { closed, pid } = runHub(mode);
    const serverPid = await pid();
    await closed;
    await until(() => !isRunning(serverPid));
    expect(isRunning(serverPid)).toBe(false);
  });

  test("leaves processes alone that only mention the file", async () => {
    const file = join(dataDir, "throughline.db");
    const bystander = spawn(
      process.execPath,
      ["-e", "setInterval(() => {}, 1000)", "--", "--db-path", file],
      { stdio: "ignore" },
    );
    await start();
    expect(isRunning(bystander.pid)).toBe(true);
    bystander.kill("SIGKILL");
    await once(bystander, "close");
  });
});

describe("housekeeping", () => {
  test("deletes expired items, and only these, with a record of each in the stream", async () => {
    const database = await start();
    const table = tableOf(database);
    const nowSeconds = Math.floor(systemClock.nowMs() / 1_000);
    const expired = { pk: "expired", sk: "s", expiresAtEpochSeconds: nowSeconds - 1 };
    await put(table, expired);
    await put(table, { pk: "fresh", sk: "s", expiresAtEpochSeconds: nowSeconds + 3_600 });
    await put(table, { pk: "lasting", sk: "s" });
    await put(table, { pk: "text", sk: "s", expiresAtEpochSeconds: "0" });
    expect(await database.sweepExpired()).toBe(1);
    expect(await database.sweepExpired()).toBe(0);
    const left = await table.scan({ segment: 0, segments: 1 });
    expect(left.items.map(({ pk }) => pk).toSorted()).toEqual(["fresh", "lasting", "text"]);
    expect((await readStream(database)).at(-1)).toEqual({ sequenceNumber: "5", before: expired });
  });

  test("trims old stream records but the newest, and the numbers go on", async () => {
    const database = await start({ clock: clockAhead(dayMs + hourMs) });
    const table = tableOf(database);
    for (let n = 1; n <= 600; n += 1) await put(table, { pk: "p", sk: "s", n });
    expect(await database.trim()).toBe(599);
    expect(await database.trim()).toBe(0);
    await put(table, { pk: "p", sk: "s", n: 601 });
    const records = await readStream(database);
    expect(records.map(({ sequenceNumber }) => sequenceNumber)).toEqual(["600", "601"]);
  });

  test("keeps records that are younger than a day", async () => {
    const database = await start();
    const table = tableOf(database);
    for (let n = 1; n <= 10; n += 1) await put(table, { pk: "p", sk: "s", n });
    expect(await database.trim()).toBe(0);
  });

  test("keeps records that a reader has not consumed, however old", async () => {
    let consumedUpTo: string | undefined;
    const database = await start({
      clock: clockAhead(dayMs + hourMs),
      consumedUpTo: () => consumedUpTo,
    });
    const table = tableOf(database);
    for (let n = 1; n <= 10; n += 1) await put(table, { pk: "p", sk: "s", n });
    expect(await database.trim()).toBe(0);
    consumedUpTo = "4";
    expect(await database.trim()).toBe(4);
    expect((await readStream(database)).map(({ sequenceNumber }) => sequenceNumber)[0]).toBe("5");
    consumedUpTo = "10";
    expect(await database.trim()).toBe(5);
  });

  test("keeps the search of the stream's end on an index, so that a write costs the same after any history", async () => {
    const database = await start();
    await put(tableOf(database), { pk: "p", sk: "s" });
    const file = new DatabaseSync(join(dataDir, "throughline.db"), { readOnly: true });
    const plan = file
      .prepare(
        "EXPLAIN QUERY PLAN SELECT MAX(CAST(sequence_number AS INTEGER)) FROM _stream_records WHERE table_name = ?",
      )
      .all("throughline");
    file.close();
    expect(JSON.stringify(plan)).toContain("ix_stream_seq");
  });

  test("writers go on while records are trimmed beside them", async () => {
    const database = await start({ clock: clockAhead(dayMs + hourMs) });
    const table = tableOf(database);
    const done = new AbortController();
    let written = 0;
    const writers = Array.from({ length: 8 }, async (_, lane) => {
      while (!done.signal.aborted) {
        written += 1;
        await put(table, { pk: "p", sk: String(lane), written });
      }
    });
    let trimmed = 0;
    while (trimmed < 500) {
      await systemClock.sleep(20);
      trimmed += await database.trim();
    }
    done.abort();
    await Promise.all(writers);
    const records = await readStream(database);
    expect(Number(records[0]?.sequenceNumber)).toBe(trimmed + 1);
  });
});
