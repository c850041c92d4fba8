import { hourMs } from "#shared/model/time.ts";
import type { Clock } from "#shared/ports/clock.ts";

import { readBatchResponse } from "./batch-response.ts";
import type { InvocationOutcome } from "./invoker.ts";
import type { StreamRecord } from "./stream-record.ts";

export interface StreamBatchOptions {
  /** Further attempts for a record that fails alone. */
  readonly retryAttempts: number;
  /** A record that fails and is older than this gets no further attempt. */
  readonly maxRecordAgeHours: number;
  readonly clock: Clock;
  invoke(records: readonly StreamRecord[]): Promise<InvocationOutcome>;
  /** All records up to this one are done with. */
  advance(record: StreamRecord): Promise<void>;
  /** The record is given up; it must be durable elsewhere when this resolves. */
  giveUp(record: StreamRecord, reason: string, attempts: number): Promise<void>;
  /** Waits before a repeat; false if the reader is to stop instead. */
  pause(ms: number): Promise<boolean>;
}

/** The first pause before a repeat; doubles up to the longest. */
const firstPauseMs = 25;
const longestPauseMs = 10_000;

/**
 * Brings one batch through its function in order, with the rules of a stream mapping that reports
 * batch item failures and bisects: resume at the lowest record reported as failed, halve a batch that
 * failed whole, retry what fails alone, then put it aside, so that one bad record never holds the
 * others. Returns false if the reader was stopped before the end.
 */
export async function processBatch(
  records: readonly StreamRecord[],
  options: StreamBatchOptions,
): Promise<boolean> {
  let rest = records;
  // How much of the rest to try next: all, until something in it fails.
  let size = rest.length;
  // Failures in a row, and how many of them were certainly the first record's own.
  let failures = 0;
  let attempts = 0;
  for (let [first] = rest; first !== undefined; [first] = rest) {
    const batch = rest.slice(0, size);
    const result = resultOf(await options.invoke(batch), batch);
    const done = batch[result.done - 1];
    if (done !== undefined) {
      await options.advance(done);
      rest = rest.slice(result.done);
      [failures, attempts] = [0, 0];
    }
    if (result.reason === undefined) {
      // What failed together has passed apart: grow again, carefully.
      size = size * 2;
      continue;
    }
    const culprit = rest[0] ?? first;
    const failedSize = batch.length - result.done;
    failures += 1;
    if (result.isPartial || failedSize === 1) attempts += 1;
    if (attempts > 0 && isSpent(culprit, attempts, options)) {
      await options.giveUp(culprit, result.reason, attempts);
      await options.advance(culprit);
      rest = rest.slice(1);
      [failures, attempts] = [0, 0];
      continue;
    }
    size = nextSize(failedSize, result.isPartial, attempts);
    const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** (failures - 1));
    if (!(await options.pause(pauseMs))) return false;
  }
  return true;
}

interface BatchResult {
  /** How many records from the start succeeded. */
  readonly done: number;
  /** Why the next one failed; undefined if none did. */
  readonly reason: string | undefined;
  /** The function named the record, so there is no need to search for it. */
  readonly isPartial: boolean;
}

function resultOf(outcome: InvocationOutcome, batch: readonly StreamRecord[]): BatchResult {
  if (!outcome.ok) return { done: 0, reason: outcome.reason, isPartial: false };
  const numbers = batch.map((record) => record.dynamodb.SequenceNumber);
  const response = readBatchResponse(outcome.value, new Set(numbers));
  if (response.kind === "failed") {
    return { done: 0, reason: response.reason, isPartial: false };
  }
  if (response.kind === "succeeded") {
    return { done: batch.length, reason: undefined, isPartial: false };
  }
  const done = numbers.findIndex((number) => response.failed.has(number));
  return { done, reason: "the function reported it as failed", isPartial: true };
}

/**
 * A named record is tried once more with all that follows it, in case the trouble was brief, and then
 * alone. A batch that failed whole is halved.
 */
function nextSize(failedSize: number, isPartial: boolean, attempts: number): number {
  if (!isPartial) return Math.max(1, Math.floor(failedSize / 2));
  return attempts === 1 ? failedSize : 1;
}

function isSpent(record: StreamRecord, attempts: number, options: StreamBatchOptions): boolean {
  if (attempts > options.retryAttempts) return true;
  const createdAtSeconds = record.dynamodb.ApproximateCreationDateTime;
  if (createdAtSeconds === undefined) return false;
  const ageMs = options.clock.nowMs() - createdAtSeconds * 1_000;
  return ageMs > options.maxRecordAgeHours * hourMs;
}
