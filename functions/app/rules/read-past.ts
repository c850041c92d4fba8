import { getHeapStatistics } from "node:v8";

import { HubError } from "#shared/errors.ts";
import type { PastParts } from "#shared/graph/graph-as-of.ts";
import type { AskedTime } from "#shared/kit/back-test/look-back.ts";
import { dayMs, instantOf } from "#shared/model/time.ts";
import { routingKey } from "#shared/store/alerting-keys.ts";
import { readSourceStates } from "#shared/store/connections.ts";
import { getDocument } from "#shared/store/documents.ts";
import { readLinkRules } from "#shared/store/link-rules.ts";
import { loadWholePast } from "#shared/store/past-parts.ts";
import { routingSpec } from "#shared/store/specs.ts";

import type { AppContext } from "../app-deps.ts";
import { asOfDaysMax } from "../as-of/as-of-query.ts";
import { Deadline } from "../onboarding/deadline.ts";

/** A request of the app has 29 seconds. The past is read in so many of them, and the rest is for the replay. */
const readMs = 12_000;
const allMs = 22_000;
/** Of a record that changed twice: its past, and what a replay makes of it (docs/benchmarks.md, B13). */
const bytesOfRecord = 6_500;
/** Whatever memory there is, more are not replayed in the time. */
const recordsMax = 400_000;

/** The last days with all that a back-test needs to know of them. Throws `input.too-large`. */
export async function readPast(
  context: AppContext,
  { days, startMs }: { readonly days: number; readonly startMs: number },
): Promise<AskedTime> {
  const [parts, routing] = await Promise.all([
    readParts(context),
    getDocument(context.table, routingSpec, routingKey),
  ]);
  return {
    parts,
    from: instantOf(startMs - days * dayMs),
    to: instantOf(startMs),
    oldest: instantOf(startMs - asOfDaysMax * dayMs),
    baselineMinutes: routing?.baselineMinutes ?? 0,
    hidesFew: true,
    hasTime: () => context.clock.nowMs() - startMs < allMs,
  };
}

/** Whether so many records can be replayed in a heap of that size. Beyond it the process would end, and no answer come. */
export function isReplayable(records: number, heapBytes: number): boolean {
  return records <= Math.min(recordsMax, heapBytes / bytesOfRecord);
}

async function readParts(context: AppContext): Promise<PastParts> {
  const { table, clock, registry } = context;
  const deadline = new Deadline(clock, readMs);
  const heapBytes = getHeapStatistics().heap_size_limit;
  let isOver = false;
  // Whoever has had the answer needs no more pages, and what cannot be replayed must not fill the heap.
  const watch = (records: number) => {
    if (isOver || !isReplayable(records, heapBytes)) throw tooLarge();
  };
  try {
    const [sources, linkRules] = await Promise.all([
      readSourceStates(table, clock, registry),
      readLinkRules(table, clock.now()),
    ]);
    const read = await deadline.race(loadWholePast(table, { sources, linkRules }, watch));
    if (read === "time") throw tooLarge();
    return read.parts;
  } finally {
    isOver = true;
    deadline.end();
  }
}

function tooLarge(): HubError {
  return new HubError(
    "input.too-large",
    "The hub holds more than a page has the time or the memory to replay with all its past: a back-test of it is not possible here",
  );
}
