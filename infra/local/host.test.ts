import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type {
  APIGatewayProxyEventV2,
  DynamoDBStreamEvent,
  EventBridgeEvent,
  SQSEvent,
} from "aws-lambda";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";

import type { Topology } from "#infra/topology.ts";
import { createDynamoClient } from "#shared/adapters/dynamodb/client.ts";
import { createDynamoTable } from "#shared/adapters/dynamodb/table.ts";
import { systemClock } from "#shared/adapters/system-clock.ts";
import type { HubEvent } from "#shared/model/events.ts";
import { GoalId } from "#shared/model/ids.ts";
import type { Table } from "#shared/ports/table.ts";

import { startDatabase, type Database } from "./database/start-database.ts";
import { startHost, type Host, type HostOptions } from "./host.ts";
import type { Handler } from "./invoker.ts";
import { silentLogger } from "./logger.ts";

/** Each of these does nearly nothing: even a machine that is busy elsewhere needs no longer. */
const base = { summary: "", rights: [], timeoutSeconds: 2, memoryMb: 256 };

/** A hub in small: a request is queued, stored, read from the stream, published, noted. */
const topology = {
  functions: {
    receive: { ...base, triggers: [{ kind: "http", routes: ["POST /things/{id}"] }] },
    ingest: {
      ...base,
      triggers: [
        { kind: "queue", queue: "inbox", batchSize: 10, batchWindowSeconds: 0, maxConcurrency: 2 },
      ],
    },
    relay: {
      ...base,
      triggers: [
        {
          kind: "stream",
          filters: [{ dynamodb: { NewImage: { type: { S: ["thing"] } } } }],
          batchSize: 10,
          retryAttempts: 1,
          maxRecordAgeHours: 24,
        },
      ],
    },
    notify: { ...base, triggers: [{ kind: "rule", rule: "tell-people" }] },
    sweep: { ...base, triggers: [{ kind: "schedule", everyMinutes: 1 }] },
  },
  queues: {
    // Longer than a function may take, as in earnest: what is in hand is not handed out again.
    inbox: { visibilityTimeoutSeconds: 2.5, maxReceiveCount: 2, retentionDays: 1 },
    pulls: { visibilityTimeoutSeconds: 1, maxReceiveCount: 2, retentionDays: 1 },
  },
  rules: { "tell-people": { summary: "", pattern: { detail: { change: ["upserted"] } } } },
} as const satisfies Topology;

/** Two attempts with the queue's wait between them, on a machine that is busy elsewhere. */
const deadWithinMs = 15_000;

let folder: string;
let database: Database;
let table: Table;
let host: Host | undefined;
let told: string[] = [];
let ticks = 0;
/** Bodies that `ingest` refuses, keys that `relay` throws on, ids that `notify` throws on. */
let refused = new Set<string>();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "throughline-host-"));
  database = await startDatabase({ dataDir: folder, clock: systemClock, logger: silentLogger });
  const client = createDynamoClient(database);
  const { tableName } = database;
  const onWrite = () => host?.poke();
  table = createDynamoTable({ client, tableName, clock: systemClock, onWrite });
});

afterEach(async () => {
  await host?.stop();
  host = undefined;
  told = [];
  ticks = 0;
  refused = new Set();
});

afterAll(async () => {
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

const eventOf = (thing: string): HubEvent => ({
  id: thing,
  type: "goal.changed.v1",
  at: systemClock.now(),
  detail: { goalId: GoalId.parse(`asana:goal:conn_0123456789:${thing}`), change: "upserted" },
});

const createHandlers: HostOptions["createHandlers"] = (ports) => ({
  receive: async (event: APIGatewayProxyEventV2) => {
    await ports.queue("inbox").send(event.pathParameters?.["id"] ?? "");
    return { statusCode: 202 };
  },
  ingest: async (event: SQSEvent) => {
    const failed = event.Records.filter(({ body }) => refused.has(`ingest ${body}`));
    for (const record of event.Records) {
      if (failed.includes(record)) continue;
      const item = { pk: "thing", sk: record.body, type: "thing", at: systemClock.nowMs() };
      await table.write({ kind: "put", item, condition: [] });
    }
    return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
  },
  relay: async (event: DynamoDBStreamEvent) => {
    const things = event.Records.map(({ dynamodb }) => dynamodb?.Keys?.["sk"]?.S ?? "");
    if (things.some((thing) => refused.has(`relay ${thing}`))) throw new Error("relay is broken");
    await ports.bus.publish(things.map(eventOf));
  },
  notify: (event: EventBridgeEvent<string, unknown>) => {
    const [thing = ""] = event.resources;
    if (refused.has(`notify ${thing}`)) throw new Error("notify is broken");
    told.push(thing);
  },
  sweep: () => void (ticks += 1),
});

/** All but the database, which is started before the first test. */
const options = {
  topology,
  createHandlers,
  dataDir: "",
  port: 0,
  clock: systemClock,
  logger: silentLogger,
  eventRetryDelaysSeconds: [0.01],
} satisfies HostOptions;

async function start(overrides: Partial<HostOptions> = {}): Promise<Host> {
  host = await startHost({ ...options, dataDir: folder, database, ...overrides });
  return host;
}

const post = (id: string) => fetch(`${host?.url}/things/${id}`, { method: "POST" });

test("a request goes through queue, table, stream, bus and rule, and settle waits for all of it", async () => {
  const { settle, stats } = await startBound();
  const ids = Array.from({ length: 20 }, (_, index) => `a${index}`);
  const answers = await Promise.all(ids.map(post));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
  await settle();
  expect(told.toSorted()).toEqual(ids.toSorted());
  expect(ticks).toBe(1);
  expect(stats()).toMatchObject({
    receive: { invocations: 20, failures: 0, inFlight: 0 },
    notify: { invocations: 20, failures: 0 },
    sweep: { invocations: 1 },
  });
});

async function startBound() {
  const running = await start();
  return {
    settle: () => running.settle(),
    stats: () => running.stats(),
    admin: running.queueAdmin,
  };
}

test("what no function could process waits among the dead letters and comes back on a redrive", async () => {
  const { settle, admin } = await startBound();
  refused = new Set(["ingest b1", "relay b2", "notify b3"]);
  await Promise.all(["b1", "b2", "b3", "b4"].map(post));
  await expect
    .poll(
      async () => {
        const depths = Object.entries(await admin.depths());
        return depths.flatMap(([name, { dead }]) => (dead > 0 ? [`${name} ${dead}`] : []));
      },
      { timeout: deadWithinMs },
    )
    .toEqual(["inbox 1", "rule.tell-people.notify 1", "stream.relay 1"]);
  await settle();
  expect(told).toEqual(["b4"]);
  const [letter] = await admin.deadLetters("stream.relay", 5);
  expect(letter).toMatchObject({ reason: "Error: relay is broken", receiveCount: 2 });

  refused = new Set();
  for (const queue of ["inbox", "rule.tell-people.notify", "stream.relay"]) {
    expect(await admin.redrive(queue)).toBe(1);
  }
  await settle();
  expect(told.toSorted()).toEqual(["b1", "b2", "b3", "b4"]);
});

test("what was queued or unread when the hub stopped is done by the next one, nothing twice", async () => {
  await start();
  refused = new Set(["relay c1"]);
  await post("c1");
  await host?.settle().catch(() => undefined);
  await host?.stop();
  host = undefined;
  await table.write({
    kind: "put",
    item: { pk: "thing", sk: "c2", type: "thing", at: 1 },
    condition: [],
  });
  refused = new Set();
  const { settle, admin } = await startBound();
  await admin.redrive("stream.relay");
  await settle();
  expect(told.toSorted()).toEqual(["c1", "c2"]);
});

test("a function that hangs fails at its timeout and holds up nobody else", async () => {
  const hanging: Handler = () => new Promise(() => undefined);
  const running = await start({
    createHandlers: async (ports) => ({ ...(await createHandlers(ports)), sweep: hanging }),
  });
  await post("d1");
  await running.settle();
  expect(told).toEqual(["d1"]);
  expect(running.stats()["sweep"]).toMatchObject({ timeouts: 1, failures: 1 });
});

test("a stop that takes too long is cut off, and its work is done at the next start", async () => {
  const started = Promise.withResolvers<void>();
  const stuck: Handler = () => {
    started.resolve();
    return new Promise(() => undefined);
  };
  const running = await start({
    shutdownSeconds: 0.05,
    createHandlers: async (ports) => ({ ...(await createHandlers(ports)), ingest: stuck }),
  });
  await running.queue("inbox").send("e1");
  await started.promise;
  await running.stop();
  host = undefined;
  await (await start()).settle();
  expect(told).toEqual(["e1"]);
});

test("a mistake in the wiring stops the start and leaves nothing open", async () => {
  const { sweep: _without, ...others } = await createHandlers(await start());
  await host?.stop();
  await expect(start({ createHandlers: () => others })).rejects.toThrow("sweep has no handler");
  const withoutDatabase = startHost({ ...options, dataDir: folder });
  await expect(withoutDatabase).rejects.toThrow("needs the database");
  await start();
  expect((await post("f1")).status).toBe(202);
  await host?.settle();
});

test("the readers' progress tells how much of the stream may be trimmed", async () => {
  const running = await start();
  await post("g1");
  await running.settle();
  const before = Number(running.consumedUpTo());
  await post("g2");
  await running.settle();
  expect(Number(running.consumedUpTo())).toBeGreaterThan(before);
});
