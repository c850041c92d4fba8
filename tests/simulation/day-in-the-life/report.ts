import type { Ended } from "./run-day.ts";
import { play, shuffledTwice } from "./run-day.ts";
import { recordDay, thoughtBetterOf } from "./work-day.ts";

export interface DayRun {
  readonly clean: Ended;
  readonly replayed: Ended;
  /** Records that the evening's reading mended though they never came back to what they had said before. */
  readonly surprises: readonly string[];
  /** Its figures, one a line. */
  readonly report: readonly string[];
}

/** Records a day, plays it in order, then twice at once in any order through crashes. */
export async function runDay(given: { seed: number; changes: number }): Promise<DayRun> {
  const startedMs = performance.now();
  const day = recordDay(given);
  const inOrder = day.log.map(({ change }) => change);
  const clean = await play(day, { deliveries: inOrder, hasCrashes: false, seed: given.seed });
  const cleanMs = performance.now() - startedMs;
  const deliveries = shuffledTwice(day, given.seed);
  const replayed = await play(day, { deliveries, hasCrashes: true, seed: given.seed });
  const back: ReadonlySet<string> = thoughtBetterOf(day);
  const report = [
    `a day in the life: seed ${given.seed}, ${day.before.length} records, ${day.log.length} changes`,
    `  in order: ${told(clean)}, ${seconds(cleanMs)}`,
    `  ${deliveries.length} in any order: ${told(replayed)}, ${seconds(performance.now() - startedMs - cleanMs)}`,
    `  crashes: ${crashesOf(replayed)}`,
  ];
  const surprises = replayed.mended.filter((id) => !back.has(id));
  return { clean, replayed, surprises, report };
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

function told({ signals, alerts, mended, counts }: Ended): string {
  const names = Object.entries(counts).map(([name, count]) => `${name} ${count}`);
  const stands = `${signals.length} signals open, ${alerts.length} alerts standing`;
  return `${stands}, ${mended.length} records mended by the last reading, ${names.join(", ")}`;
}

function crashesOf({ crashes }: Ended): string {
  const total = [...crashes.values()].reduce((sum, count) => sum + count, 0);
  const places = [...crashes].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return [total, ...places.map(([place, count]) => `${place} ${count}`)].join(", ");
}
