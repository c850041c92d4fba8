import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { systemClock } from "#shared/adapters/system-clock.ts";

import { openJournal, type Journal } from "./journal.ts";
import { silentLogger } from "./logger.ts";
import { QueueConsumer, type QueueConsumerOptions } from "./queue-consumer.ts";
import type { ReceivedMessage } from "./queue-store.ts";
import { LocalQueues } from "./queues.ts";

let folder: string;
let journal: Journal;
let queues: LocalQueues;
const consumers: QueueConsumer[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "throughline-consumer-"));
  journal = openJournal(join(folder, "queues.sqlite"));
  queues = await LocalQueues.open(journal, systemClock, {
    work: { visibilityTimeoutSeconds: 0.02, maxReceiveCount: 2, retentionDays: 1 },
  });
});

afterEach(async () => {
  await Promise.all(consumers.splice(0).map((consumer) => consumer.stop()));
  journal.close();
  rmSync(folder, { recursive: true, force: true });
});

type Deliver = QueueConsumerOptions["deliver"];

function consume(deliver: Deliver, options: Partial<QueueConsumerOptions> = {}): QueueConsumer {
  const consumer = new QueueConsumer({
    queue: "work",
    batchSize: 10,
    batchWindowSeconds: 0,
    maxConcurrency: 2,
    queues,
    clock: systemClock,
    logger: silentLogger,
    deliver,
    ...options,
  });
  consumers.push(consumer);
  consumer.start();
  return consumer;
}

const sendAll = (bodies: readonly string[]) =>
  queues.sendAll(bodies.map((body) => ({ queue: "work", body })));
const noFailures: ReadonlyMap<number, string> = new Map();

test("only the messages that failed come back, and die with the reason given", async () => {
  const seen: string[][] = [];
  const consumer = consume((messages) => {
    seen.push(messages.map(({ body }) => body));
    const bad = messages.filter(({ body }) => body === "bad");
    return Promise.resolve(new Map(bad.map(({ id }) => [id, "bad body"])));
  });
  await sendAll(["good", "bad", "fine"]);
  await vi.waitFor(async () => expect((await queues.depths())["work"]?.dead).toBe(1));
  expect(seen).toEqual([["good", "bad", "fine"], ["bad"]]);
  expect(consumer.isIdle()).toBe(true);
  expect(await queues.deadLetters("work", 5)).toMatchObject([{ body: "bad", reason: "bad body" }]);
});

test("a redrive is delivered again without waiting", async () => {
  const seen: string[] = [];
  consume((messages) => {
    seen.push(...messages.map(({ body }) => body));
    return Promise.resolve(noFailures);
  });
  await queues.bury({ queue: "work", body: "again", reason: "r", receiveCount: 2 });
  await queues.redrive("work");
  await vi.waitFor(() => expect(seen).toEqual(["again"]));
});

test("no more batches run at once than allowed, and none is larger than allowed", async () => {
  let running = 0;
  let most = 0;
  const sizes: number[] = [];
  const delivered: string[] = [];
  const deliver = async (messages: readonly ReceivedMessage[]) => {
    running += 1;
    most = Math.max(most, running);
    sizes.push(messages.length);
    await systemClock.sleep(2);
    delivered.push(...messages.map(({ body }) => body));
    running -= 1;
    return noFailures;
  };
  const bodies = Array.from({ length: 50 }, (_, index) => `${index}`);
  await sendAll(bodies);
  consume(deliver, { batchSize: 4, maxConcurrency: 3 });
  await vi.waitFor(() => expect(delivered).toHaveLength(50));
  expect(new Set(delivered)).toEqual(new Set(bodies));
  expect(most).toBe(3);
  expect(Math.max(...sizes)).toBe(4);
});

test("a batching window gathers what trickles in", async () => {
  const sizes: number[] = [];
  const deliver: Deliver = (messages) => {
    sizes.push(messages.length);
    return Promise.resolve(noFailures);
  };
  consume(deliver, { batchWindowSeconds: 0.05, batchSize: 3 });
  await sendAll(["a"]);
  await sendAll(["b"]);
  await vi.waitFor(() => expect(sizes).toEqual([2]));
});

test("a batching window ends as soon as a batch is full", async () => {
  const sizes: number[] = [];
  const deliver: Deliver = (messages) => {
    sizes.push(messages.length);
    return Promise.resolve(noFailures);
  };
  consume(deliver, { batchWindowSeconds: 300, batchSize: 3 });
  await sendAll(["a", "b"]);
  await sendAll(["c"]);
  await vi.waitFor(() => expect(sizes).toEqual([3]));
});

test("stopping waits for what is in flight and takes nothing more", async () => {
  let finish: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const started: string[] = [];
  const consumer = consume(
    async (messages) => {
      started.push(...messages.map(({ body }) => body));
      await gate;
      return noFailures;
    },
    { batchSize: 1, maxConcurrency: 1 },
  );
  await sendAll(["first", "second"]);
  await vi.waitFor(() => expect(started).toEqual(["first"]));
  const stopped = consumer.stop();
  finish();
  await stopped;
  expect(started).toEqual(["first"]);
  expect((await queues.depths())["work"]?.waiting).toBe(1);
});
