import { expect, test } from "vitest";

import type { PastParts } from "#shared/graph/graph-as-of.ts";
import { backTestPattern } from "#shared/kit/back-test/back-test-pattern.ts";
import { limitsOf } from "#shared/kit/back-test/rule-limits.ts";
import type { EventPattern } from "#shared/model/custom-rule.ts";
import type { Instant } from "#shared/model/time.ts";
import { dayMs, epochMsOf, instantOf } from "#shared/model/time.ts";
import { rules } from "#shared/rules/index.ts";
import { personId, unitId } from "#shared/testing/facts.ts";

import { customDifferenceOf, pastOf } from "./compare-lives.ts";
import { liveDays } from "./live-days.ts";
import type { Lived, LivedCustomRule } from "./live-days.ts";

/*
 * The promise, for rules that ops admins write: a back-test of a pattern tells the alerts that it really made.
 * The days are lived by the real handlers with the patterns on the bus; what is told comes out of the records.
 */

const waits = { graceMinutes: 45, holdDownMinutes: 180 };
const testable = rules.filter((rule) => limitsOf(rule).impossible === undefined);

/** What the past does not tell of is asked for by none of them. */
const past = { rule: [{ "anything-but": ["stale-by-evidence", "owner-left"] }] };

const patterns: readonly EventPattern[] = [
  { detail: { rule: ["unlinked-work"], severity: ["warning"] } },
  { detail: { rule: ["unlinked-work"], severity: ["info"] } },
  { detail: { ...past, teamIds: [unitId("t1")] } },
  { detail: { ...past, leaderId: [personId("p1"), personId("p2"), personId("p3")] } },
  { detail: { ...past, title: [{ wildcard: "*I1*" }] } },
  {
    detail: {
      rule: [{ prefix: "circular-" }],
      evidence: { path: { label: [{ wildcard: "*I2*" }] } },
    },
  },
  {
    detail: {
      rule: ["blocked-across-boundary"],
      evidence: { facts: { boundary: [{ "anything-but": ["department"] }] } },
    },
  },
  {
    detail: {
      ...past,
      $or: [
        { severity: ["critical"] },
        { evidence: { path: { role: ["team"] } } },
        { teamIds: [unitId("t2")], severity: [{ "anything-but": "critical" }] },
      ],
    },
  },
  { detail: { ...past, leaderId: [{ exists: false }], severity: ["warning", "critical"] } },
];

const lastDays = 30;

function beginOf({ to }: Lived): Instant {
  return instantOf(epochMsOf(to) - lastDays * dayMs);
}

/** Alerts of the last days by the rule that found them, as the page tells them; whether it says that these are all. */
function toldCountsOf({ id, pattern }: LivedCustomRule, lived: Lived, parts: PastParts) {
  const { wanted, notKnown } = backTestPattern({
    parts,
    name: id,
    rules: rules.map((rule) => ({ rule, options: rule.options.parse({}), isEnabled: true })),
    wanted: { pattern, scope: undefined, delivery: "message", ...waits },
    from: beginOf(lived),
    to: lived.to,
    oldest: lived.from,
  });
  const isWhole = !notKnown.some((line) => /it is not known|had begun before/u.test(line));
  return { told: wanted.byRule, isWhole };
}

function livedCountsOf({ id }: LivedCustomRule, lived: Lived): ReadonlyMap<string, number> {
  const alerts = (lived.alerts.get(id) ?? []).filter(({ at }) => at >= beginOf(lived));
  const byRule = Map.groupBy(alerts, ({ foundBy }) => foundBy);
  return new Map([...byRule].map(([rule, some]) => [rule, some.length]));
}

/** Rules of which more alerts are told than there were; or fewer, though the page says that it knows all. */
function wronglyTold(rule: LivedCustomRule, lived: Lived, parts: PastParts): readonly string[] {
  const { told, isWhole } = toldCountsOf(rule, lived, parts);
  const happened = livedCountsOf(rule, lived);
  return [...new Set([...told.keys(), ...happened.keys()])].filter((name) => {
    const [one, other] = [told.get(name) ?? 0, happened.get(name) ?? 0];
    return one > other || (isWhole && one < other);
  });
}

test.each([1, 2])(
  "50 days with custom rules on raise and end the alerts that their back-tests tell (seed %i)",
  async (seed) => {
    const days = { seed, days: 50, itemCount: 300, removesGoals: false };
    const lived = await liveDays(days, waits, patterns);
    const parts = await pastOf(lived);
    const differences = lived.customRules.map((rule) =>
      customDifferenceOf(rule, lived, parts, { waits, rules: testable }),
    );
    const counts = differences.map(({ alerts, ends }) => `${alerts} alerts, ${ends} of them over`);
    process.stdout.write(`seed ${seed}, custom rules: ${counts.join("; ")}\n`);
    expect(differences.map(({ invented, missed }) => ({ invented, missed }))).toEqual(
      patterns.map(() => ({ invented: [], missed: [] })),
    );
    expect(differences.every(({ alerts }) => alerts > 0)).toBe(true);
    // Asked of a part of the days, the same: what stood before may become an alert's in them.
    for (const rule of lived.customRules) {
      expect(wronglyTold(rule, lived, parts)).toEqual([]);
    }
  },
  180_000,
);
