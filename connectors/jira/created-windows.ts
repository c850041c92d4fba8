import { minuteMs } from "#shared/model/time.ts";

import { inParallel } from "./in-parallel.ts";

/** A span of time in which issues were created, the end left out, and how many. */
export interface CreatedWindow {
  readonly fromMs: number;
  readonly toMs: number;
  readonly count: number;
}

interface Splitting {
  /** How many were created in a window, roughly. */
  readonly count: (window: Pick<CreatedWindow, "fromMs" | "toMs">) => Promise<number>;
  /** Windows with more than this are halved… */
  readonly countMax: number;
  /** …until there are so many of them. */
  readonly windowsMax: number;
}

const countsAtOnce = 8;
/** JQL knows no seconds. */
const widthMsMin = 2 * minuteMs;

/**
 * Halves a window where it holds too much. Each round asks for the counts of all left halves at once;
 * a right half has the rest.
 */
export async function splitByCreated(
  whole: CreatedWindow,
  { count, countMax, windowsMax }: Splitting,
): Promise<readonly CreatedWindow[]> {
  let windows: readonly CreatedWindow[] = [whole];
  for (;;) {
    const room = windowsMax - windows.length;
    const large = windows
      .filter((each) => each.count > countMax && each.toMs - each.fromMs >= widthMsMin)
      .toSorted((a, b) => b.count - a.count)
      .slice(0, room);
    if (large.length === 0) return windows;
    const lefts = await inParallel(large, countsAtOnce, async ({ fromMs, toMs }) => {
      const left = { fromMs, toMs: middleOf(fromMs, toMs) };
      return { ...left, count: await count(left) };
    });
    const leftOf = new Map(large.map((each, index) => [each, lefts[index]]));
    windows = windows.flatMap((each) => {
      const left = leftOf.get(each);
      if (!left) return [each];
      const rest = Math.max(0, each.count - left.count);
      return [left, { fromMs: left.toMs, toMs: each.toMs, count: rest }];
    });
  }
}

function middleOf(fromMs: number, toMs: number): number {
  return Math.floor((fromMs + toMs) / 2 / minuteMs) * minuteMs;
}

/**
 * The moments that cut these windows into `parts` of about equal size, as if issues were created evenly
 * within each window.
 */
export function equalCuts(windows: readonly CreatedWindow[], parts: number): readonly number[] {
  const total = windows.reduce((sum, { count }) => sum + count, 0);
  const cuts: number[] = [];
  let before = 0;
  for (const { fromMs, toMs, count } of windows) {
    while (cuts.length < parts - 1) {
      const wanted = (total * (cuts.length + 1)) / parts - before;
      if (wanted > count || count === 0) break;
      cuts.push(fromMs + ((toMs - fromMs) * wanted) / count);
    }
    before += count;
  }
  return cuts;
}
