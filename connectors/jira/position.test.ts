import { expect, test } from "vitest";

import { dayMs, hourMs, instantOf, minuteMs } from "#shared/model/time.ts";

import { currentRun, positionAfter, readIssuesPosition } from "./position.ts";

const startMs = Date.UTC(2026, 10, 2, 8);

/** Runs to their end at these moments, in milliseconds after the start; answers how far back each looked. */
function lookBacks(momentsMs: readonly number[]): (number | undefined)[] {
  let text: string | undefined;
  return momentsMs.map((afterMs) => {
    const now = instantOf(startMs + afterMs);
    const position = readIssuesPosition(text, now);
    const run = currentRun(position, now);
    text = positionAfter(position, run, undefined);
    return run.from === undefined ? undefined : Date.parse(now) - Date.parse(run.from);
  });
}

test("a run looks back to the one before, and a few times a day a day further", () => {
  const moments = [0, 5 * minuteMs, 6 * hourMs, 6 * hourMs + 5 * minuteMs];
  expect(lookBacks(moments)).toEqual([
    undefined,
    15 * minuteMs,
    dayMs + 6 * hourMs - 5 * minuteMs,
    15 * minuteMs,
  ]);
});

test("what was caught up with after days of silence is read once more, hours later", () => {
  const backMs = 4 * dayMs;
  const moments = [0, backMs, backMs + 5 * minuteMs, backMs + 6 * hourMs, backMs + 12 * hourMs];
  expect(lookBacks(moments)).toEqual([
    undefined,
    backMs + dayMs,
    15 * minuteMs,
    // Part of it may have been out of sight, or late in Jira's index, when it was first read.
    backMs + dayMs + 6 * hourMs,
    dayMs + 6 * hourMs,
  ]);
});
