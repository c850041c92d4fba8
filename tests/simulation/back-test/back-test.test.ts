import { expect, test } from "vitest";

import { backTest } from "#shared/kit/back-test/back-test.ts";
import { limitsOf } from "#shared/kit/back-test/rule-limits.ts";
import { rules } from "#shared/rules/index.ts";

import { differenceOf, pastOf } from "./compare-lives.ts";
import type { Difference } from "./compare-lives.ts";
import { liveDays } from "./live-days.ts";

/*
 * The promise: a back-test tells what really happens when the same days are lived with the rule on. The days
 * are lived by the real handlers; what is told comes out of the records that they leave.
 */

const waits = { graceMinutes: 45, holdDownMinutes: 180 };
const testable = rules.filter((rule) => limitsOf(rule).impossible === undefined);

/** Rules that read of goals what removed ones do not keep, their dates, teams and ages, or what is below them. */
const readGoals = new Set([
  "horizon-mismatch",
  "too-many-objectives",
  "floating-goal",
  "goal-without-work",
  "owner-left",
  // What it finds is so; but it may have been so before, by work that has forgotten what it served.
  "closed-goal-open-work",
]);

function agreesWith(differences: readonly Difference[]): void {
  const wrong = differences.map(({ episodes: _e, alerts: _a, forgotten: _f, ...rest }) => rest);
  const none = { invented: [], missed: [], inventedAlerts: [], missedAlerts: [] };
  expect(wrong).toEqual(differences.map(({ rule }) => ({ rule, ...none })));
}

function print(name: string, differences: readonly Difference[]): void {
  const counts = differences.map(
    ({ rule, episodes, alerts, forgotten }) =>
      `${rule} ${episodes} openings, ${alerts} alerts, ${forgotten} forgotten`,
  );
  process.stdout.write(`${name}: ${counts.join("; ")}\n`);
}

test.each([1, 2])(
  "90 days with every rule on open, clear and raise what their back-tests tell (seed %i)",
  async (seed) => {
    const lived = await liveDays({ seed, days: 90, itemCount: 300, removesGoals: false }, waits);
    const parts = await pastOf(lived);
    const differences = testable.map((rule) => differenceOf(rule, lived, parts, waits));
    print(`seed ${seed}`, differences);
    agreesWith(differences);
    const told = differences.reduce((sum, { episodes }) => sum + episodes, 0);
    expect(told).toBeGreaterThan(100);
  },
  180_000,
);

test("where records forget how they stood and goals go, nothing is told that did not happen", async () => {
  const lived = await liveDays({ seed: 7, days: 40, itemCount: 20, removesGoals: true }, waits);
  const parts = await pastOf(lived);
  expect(parts.records.some(({ past }) => past.isCut)).toBe(true);
  const differences = testable
    .filter(({ name }) => !readGoals.has(name))
    .map((rule) => differenceOf(rule, lived, parts, waits));
  print("seed 7, forgetful", differences);
  expect(differences.map(({ rule, invented }) => [rule, invented])).toEqual(
    differences.map(({ rule }) => [rule, []]),
  );
}, 120_000);

test("a rule whose past nobody remembers says so instead of giving a number", () => {
  const impossible = rules.filter((rule) => limitsOf(rule).impossible !== undefined);
  expect(impossible.map(({ name }) => name)).toEqual(
    expect.arrayContaining(["connection-degraded"]),
  );
  for (const rule of impossible) {
    const set = { options: rule.options.parse({}), scope: undefined, ...waits };
    const ask = () =>
      backTest({
        parts: {} as never,
        rule,
        wanted: { ...set, delivery: "message" },
        from: "2026-03-01T00:00:00.000Z" as never,
        to: "2026-03-02T00:00:00.000Z" as never,
        oldest: "2026-03-01T00:00:00.000Z" as never,
      });
    expect(ask).toThrow("nobody can tell");
  }
});
