import { expect, test } from "vitest";

import { account, disturbances, messagesPerLeader } from "./first-week/check-first-week.ts";
import type { FirstWeek } from "./first-week/run-first-week.ts";
import { runFirstWeek } from "./first-week/run-first-week.ts";

const messagesMax = 10;
const reportsMax = 3;

test("the first week of a company with 5,000 unlinked items: one report, ten messages a leader, none lost", async () => {
  const week = await runFirstWeek({ seed: 1, startAt: "2026-03-02T08:00:00.000Z", days: 8 });
  const { world } = week;
  expect(world.unforeseen).toEqual([]);
  const baselines = world.channels.shown.filter(({ message: { kind } }) => kind === "baseline");
  expect(baselines).toHaveLength(1);
  const found = Number(/^[\d,]+/u.exec(baselines[0]?.message.sentence ?? "")?.[0].replace(",", ""));
  const alerts = await world.alerts();
  expect(found).toBeGreaterThan(5000);
  expect(found).toBeLessThanOrEqual(alerts.filter(({ isBaseline }) => isBaseline === true).length);
  const { messages, reports, strangers } = messagesPerLeader(week);
  expect(strangers).toBe(0);
  expect(messages.at(-1)).toBeLessThanOrEqual(messagesMax);
  expect(reports.at(-1)).toBeLessThanOrEqual(reportsMax);
  expect(disturbances(week)).toEqual([]);
  const accounted = await account(week);
  expect(accounted.lost).toEqual([]);
  expect(accounted.inDigests).toBeGreaterThan(1000);
  process.stdout.write(
    tableOf(week, {
      "found by the first reading, in one report": found,
      "alerts by the end of the week": alerts.length,
      "of them resolved": alerts.filter(({ status }) => status === "resolved").length,
      "openings told in messages": accounted.inMessages,
      "openings told in digests": accounted.inDigests,
      "over before they were told": accounted.overBeforeTold,
      "for the next digest": accounted.forNextDigest,
      lost: accounted.lost.length,
    }),
  );
}, 300_000);

function tableOf(week: FirstWeek, rows: Readonly<Record<string, number>>): string {
  const { messages, reports } = messagesPerLeader(week);
  const middle = (all: readonly number[]) => all[Math.floor(all.length / 2)] ?? 0;
  const all = {
    leaders: messages.length,
    "changes of the week": week.changes,
    "messages a leader, median": middle(messages),
    "messages a leader, most": messages.at(-1) ?? 0,
    "digests and briefs a leader, most": reports.at(-1) ?? 0,
    ...rows,
  };
  return Object.entries(all)
    .map(([name, value]) => `${name.padEnd(44)}${value.toLocaleString("en").padStart(8)}`)
    .join("\n")
    .concat("\n");
}
