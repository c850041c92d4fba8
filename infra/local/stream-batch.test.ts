import { expect, test } from "vitest";

import { instantOf } from "#shared/model/time.ts";

import type { InvocationOutcome } from "./invoker.ts";
import { processBatch, type StreamBatchOptions } from "./stream-batch.ts";
import type { StreamRecord } from "./stream-record.ts";

const nowMs = Date.parse("2026-11-21T08:00:00.000Z");

function recordsOf(...numbers: readonly number[]): readonly StreamRecord[] {
  return numbers.map((number) => ({
    eventName: "MODIFY",
    dynamodb: {
      SequenceNumber: String(number),
      ApproximateCreationDateTime: nowMs / 1_000 - 60,
    },
  }));
}

const numbersOf = (records: readonly StreamRecord[]) =>
  records.map((record) => Number(record.dynamodb.SequenceNumber));
const succeeded: InvocationOutcome = { ok: true, value: undefined };
const threw: InvocationOutcome = { ok: false, reason: "Error: no", timedOut: false };
const failedAt = (number: number): InvocationOutcome => ({
  ok: true,
  value: { batchItemFailures: [{ itemIdentifier: String(number) }] },
});

/** Runs a batch against a function and notes what it was given, how far it came, what it gave up. */
async function run(
  records: readonly StreamRecord[],
  answer: (numbers: readonly number[], call: number) => InvocationOutcome,
  options: Partial<StreamBatchOptions> = {},
) {
  const calls: number[][] = [];
  const advanced: number[] = [];
  const givenUp: (readonly [number, string, number])[] = [];
  const pauses: number[] = [];
  const finished = await processBatch(records, {
    retryAttempts: 2,
    maxRecordAgeHours: 24,
    clock: { nowMs: () => nowMs, now: () => instantOf(nowMs), sleep: () => Promise.resolve() },
    invoke: (batch) => {
      calls.push(numbersOf(batch));
      return Promise.resolve(answer(numbersOf(batch), calls.length));
    },
    advance: (record) => Promise.resolve(void advanced.push(...numbersOf([record]))),
    giveUp: (record, reason, attempts) => {
      givenUp.push([Number(record.dynamodb.SequenceNumber), reason, attempts]);
      return Promise.resolve();
    },
    pause: (ms) => {
      pauses.push(ms);
      return Promise.resolve(true);
    },
    ...options,
  });
  return { finished, calls, advanced, givenUp, pauses };
}

test("a batch that succeeds is one call and one step", async () => {
  const { calls, advanced, finished } = await run(recordsOf(1, 2, 3), () => succeeded);
  expect(calls).toEqual([[1, 2, 3]]);
  expect(advanced).toEqual([3]);
  expect(finished).toBe(true);
});

test("after a partial failure the batch resumes at the lowest failed record", async () => {
  const result = await run(recordsOf(1, 2, 3, 4), (_numbers, call) =>
    call === 1
      ? {
          ok: true,
          value: { batchItemFailures: [{ itemIdentifier: "4" }, { itemIdentifier: "3" }] },
        }
      : succeeded,
  );
  expect(result.calls).toEqual([
    [1, 2, 3, 4],
    [3, 4],
  ]);
  expect(result.advanced).toEqual([2, 4]);
  expect(result.givenUp).toEqual([]);
});

test("a record that always fails is given up after its attempts, and the others pass in order", async () => {
  const result = await run(recordsOf(1, 2, 3, 4, 5), (numbers) =>
    numbers.includes(3) ? failedAt(3) : succeeded,
  );
  expect(result.givenUp).toEqual([[3, "the function reported it as failed", 3]]);
  expect(result.calls.slice(0, 2)).toEqual([
    [1, 2, 3, 4, 5],
    [3, 4, 5],
  ]);
  const passed = result.calls.filter((numbers) => !numbers.includes(3)).flat();
  expect(passed).toEqual([4, 5]);
  expect(result.advanced).toEqual([2, 3, 4, 5]);
});

test("what only throws is found by halving, and only it is given up", async () => {
  const records = recordsOf(...Array.from({ length: 64 }, (_, index) => index));
  const result = await run(records, (numbers) => (numbers.includes(41) ? threw : succeeded));
  expect(result.givenUp).toEqual([[41, "Error: no", 3]]);
  const passed = result.calls.filter((numbers) => !numbers.includes(41)).flat();
  expect(passed).toEqual(numbersOf(records).filter((number) => number !== 41));
  expect(result.advanced).toEqual(result.advanced.toSorted((a, b) => a - b));
  expect(result.calls.length).toBeLessThan(30);
});

test("halving costs no attempts, so brief trouble gives up nothing", async () => {
  const records = recordsOf(...Array.from({ length: 16 }, (_, index) => index));
  const result = await run(records, (_numbers, call) => (call <= 6 ? threw : succeeded));
  expect(result.givenUp).toEqual([]);
  expect(result.advanced.at(-1)).toBe(15);
});

test("pauses between repeats grow up to a limit", async () => {
  const { pauses } = await run(recordsOf(1), () => threw, { retryAttempts: 12 });
  expect(pauses.slice(0, 4)).toEqual([25, 50, 100, 200]);
  expect(Math.max(...pauses)).toBe(10_000);
  expect(pauses).toHaveLength(12);
});

test("a failing record that is too old gets no further attempt", async () => {
  const { calls, givenUp } = await run(
    recordsOf(1, 2),
    (numbers) => (numbers.includes(1) ? failedAt(1) : succeeded),
    { maxRecordAgeHours: 0.01 },
  );
  expect(calls).toEqual([[1, 2], [2]]);
  expect(givenUp.map(([number]) => number)).toEqual([1]);
});

test("a response that names a record of another batch fails the whole", async () => {
  const { givenUp } = await run(recordsOf(1), () => failedAt(99));
  expect(givenUp).toEqual([[1, "its batch response names a record it was not given", 3]]);
});

test("a stop during a pause ends without giving anything up", async () => {
  const result = await run(recordsOf(1, 2), () => threw, { pause: () => Promise.resolve(false) });
  expect(result).toMatchObject({ finished: false, givenUp: [], advanced: [] });
});
