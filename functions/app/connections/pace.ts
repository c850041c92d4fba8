import type { Cursor } from "#shared/model/connection.ts";
import { epochMsOf } from "#shared/model/time.ts";

interface Pace {
  readonly recordsPerSecond?: number;
  readonly secondsLeft?: number;
}

/** Before this long, and so many records, a rate is a guess that jumps about. */
const secondsMin = 2;
const recordsMin = 10;

/** How fast a run goes, and when it will be over at that rate, where the source says how much there is. */
export function paceOf(
  { state, startedAt, updatedAt, recordsRead, recordsTotal }: Cursor,
  nowMs: number,
): Pace {
  if (state !== "running" || startedAt === undefined) return {};
  const seconds = (epochMsOf(updatedAt) - epochMsOf(startedAt)) / 1000;
  if (seconds < secondsMin || recordsRead < recordsMin) return {};
  const recordsPerSecond = recordsRead / seconds;
  const rate = { recordsPerSecond: Math.round(recordsPerSecond * 10) / 10 };
  if (recordsTotal === undefined || recordsTotal <= recordsRead) return rate;
  const sincePage = Math.max(0, (nowMs - epochMsOf(updatedAt)) / 1000);
  const secondsLeft = (recordsTotal - recordsRead) / recordsPerSecond - sincePage;
  return { ...rate, secondsLeft: Math.max(0, Math.round(secondsLeft)) };
}

/** A reconcile saw so much less than we hold that it took it for a lost permission. */
export function isShrinkRefused(reconcile: Cursor | undefined): boolean {
  const { state, problem } = reconcile ?? {};
  return state === "failed" && problem?.code === "connector.shrunk";
}
