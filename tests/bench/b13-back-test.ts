import type { PastParts } from "#shared/graph/graph-as-of.ts";
import { backTest } from "#shared/kit/back-test/back-test.ts";
import type { BackTestResult } from "#shared/kit/back-test/look-back.ts";
import type { Rule } from "#shared/kit/rule.ts";
import { dayMs, instantOf } from "#shared/model/time.ts";
import { rules } from "#shared/rules/index.ts";

import { days, fromMs, itemCount, LargePast, toMs } from "./b13/large-past.ts";
import type { Bench, BenchResult } from "./bench.ts";

/** "In seconds": what somebody waits for a page of the app, reading included. */
const secondsMax = 10;

/** One that looks up and down, one about edges, one about goals: the others cost no more. */
const measuredRules = new Set([
  "unlinked-work",
  "blocked-across-boundary",
  "closed-goal-open-work",
]);

export const backTests: Bench = {
  id: "B13",
  title: `Back-test: ${days} days of ${itemCount.toLocaleString("en")} items`,
  async run(): Promise<BenchResult> {
    const past = new LargePast();
    const parts = past.parts();
    const some = rules.filter(({ name }) => measuredRules.has(name));
    const measured = some.map((rule) => measure(rule, parts));
    return {
      checks: measured.map(({ rule, seconds }) => ({
        what: `processor time of one back-test of ${rule}`,
        measured: seconds,
        limit: secondsMax,
        limitName: "what somebody waits for",
        unit: "s",
        target: { atMost: 1 },
      })),
      notes: [
        `${past.rows.toLocaleString("en")} changes of items`,
        ...measured.map(
          ({ rule, wallMs, result: { wanted } }) =>
            `${rule}: ${Math.round(wallMs).toLocaleString("en")} ms by the clock on the wall, ${wanted.raised.toLocaleString("en")} alerts, ${wanted.cleared.toLocaleString("en")} of them over`,
        ),
        `${(process.memoryUsage().rss / 2 ** 20).toFixed(0)} MiB of memory`,
      ],
    };
  },
};

interface Measured {
  readonly rule: string;
  readonly seconds: number;
  readonly wallMs: number;
  readonly result: BackTestResult;
}

/** As the page does it, without the reading of the table. */
function measure(rule: Rule, parts: PastParts): Measured {
  const { graceMinutes, delivery = "message" } = rule.defaults;
  const wanted = {
    options: rule.options.parse({}),
    scope: undefined,
    graceMinutes,
    holdDownMinutes: 60,
    delivery,
  };
  const [start, cpu] = [performance.now(), process.cpuUsage()];
  const result = backTest({
    parts,
    rule,
    wanted,
    from: instantOf(fromMs),
    to: instantOf(toMs),
    oldest: instantOf(fromMs - dayMs),
  });
  const { user, system } = process.cpuUsage(cpu);
  const wallMs = performance.now() - start;
  return { rule: rule.name, seconds: (user + system) / 1e6, wallMs, result };
}
