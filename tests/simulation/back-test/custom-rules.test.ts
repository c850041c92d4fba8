import { expect, test } from "vitest";

import { limitsOf } from "#shared/kit/back-test/rule-limits.ts";
import type { EventPattern } from "#shared/model/custom-rule.ts";
import { rules } from "#shared/rules/index.ts";
import { personId, unitId } from "#shared/testing/facts.ts";

import { customDifferenceOf, pastOf } from "./compare-lives.ts";
import { liveDays } from "./live-days.ts";

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
  { detail: { rule: [{ prefix: "circular-" }], evidence: { path: { label: [{ suffix: "2" }] } } } },
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
  },
  180_000,
);
