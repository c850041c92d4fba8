import { runLimited, pointsPerHour } from "./b5/limited-run.ts";
import type { LimitedOutcome, LimitedRun } from "./b5/limited-run.ts";
import type { Bench, Check } from "./bench.ts";
import { amount } from "./report.ts";
import { median, percentile } from "./statistics.ts";

const usual: readonly LimitedRun[] = [
  { issues: 100_000, linkEventsPerMinute: 0 },
  { issues: 200_000, linkEventsPerMinute: 5 },
];
const large: LimitedRun = { issues: 1_000_000, linkEventsPerMinute: 0 };

export const backfillLimited: Bench = {
  id: "B5",
  title: `Backfill by consent at ${amount(pointsPerHour)} points an hour: pull, ingest, sweep and one budget on a virtual clock`,
  async run({ isFull }) {
    const checks: Check[] = [];
    const notes: string[] = [];
    for (const run of isFull ? [...usual, large] : usual) {
      const outcome = await runLimited(run);
      if (outcome.recordsRead < run.issues) {
        throw new Error(`${outcome.recordsRead} of ${run.issues} issues were read`);
      }
      checks.push(...judge(run, outcome));
      notes.push(...notesOn(run, outcome));
    }
    return { checks, notes };
  },
};

/** A page of a hundred is a request and a hundred objects; a link event a request and two. */
function pointsNeeded({ issues }: LimitedRun, { linkEventsRead }: LimitedOutcome): number {
  return issues + Math.ceil(issues / 100) + 3 * linkEventsRead;
}

function judge(run: LimitedRun, outcome: LimitedOutcome): readonly Check[] {
  const what = nameOf(run);
  return [
    {
      what: `hours' worth of points, ${what}`,
      measured: outcome.hoursOfPoints,
      limit: pointsNeeded(run, outcome) / pointsPerHour,
      limitName: "points that cannot be avoided ÷ points an hour",
      unit: "h",
      target: { atMost: 1.05 },
    },
    {
      what: `requests that Jira did not refuse, ${what}`,
      measured: outcome.requests - outcome.throttled,
      limit: outcome.requests,
      limitName: "requests",
      unit: "requests",
      target: { atLeast: 1 },
    },
  ];
}

function notesOn(run: LimitedRun, outcome: LimitedOutcome): readonly string[] {
  const { points, requests, throttled, elapsedHours, linkWaitMinutes } = outcome;
  const needed = pointsNeeded(run, outcome);
  const minutes = (value: number) => `${value.toFixed(1)} min`;
  const lines = [
    `${nameOf(run)}: ${amount(points)} points charged, ${amount(needed)} needed; ${amount(requests)} requests, ${throttled} refused`,
    `  on the clock ${elapsedHours.toFixed(2)} h; at least ${Math.ceil(needed / pointsPerHour) - 1} h, since each full hour brings its points at once`,
  ];
  if (linkWaitMinutes.length === 0) return lines;
  return [
    ...lines,
    `  ${linkWaitMinutes.length} link events read meanwhile, from the event to its issues: ` +
      `p50 ${minutes(median(linkWaitMinutes))}, p99 ${minutes(percentile(linkWaitMinutes, 0.99))}`,
  ];
}

function nameOf({ issues, linkEventsPerMinute }: LimitedRun): string {
  const alone = `${amount(issues)} issues`;
  return linkEventsPerMinute === 0
    ? alone
    : `${alone} and ${linkEventsPerMinute} link events a minute`;
}
