import * as z from "zod";

import type { Rule } from "#shared/kit/rule.ts";
import type { SelfCheck } from "#shared/model/self-check.ts";
import { epochMsOf, minuteMs } from "#shared/model/time.ts";

const count = z.int().nonnegative();

export const SelfCheckRun = z
  .strictObject({
    wantedAt: z.string(),
    startedBy: z.enum(["schedule", "person"]),
    state: z.enum(["wanted", "running", "done", "failed"]).meta({
      description: "A run that never came to its end has failed: it ran out of time or memory",
    }),
    startedAt: z.string().optional(),
    durationMs: count.optional(),
    problem: z.string().optional(),
    result: z
      .strictObject({
        subjects: count.meta({ description: "Findings that there may be, each looked at" }),
        opened: count,
        cleared: count,
        updated: count,
        drift: count.meta({
          description: "Findings that had to be mended though nothing explains it",
        }),
        driftByRule: z.array(
          z.strictObject({ rule: z.string(), ruleTitle: z.string(), drift: count }),
        ),
        expected: count.meta({
          description:
            "Findings that were put right because time had passed, or because the check came before the news of a change",
        }),
        remaining: z.int().positive().optional().meta({
          description:
            "Findings that differed and that the run had no time for; they are mended next",
        }),
        examples: z
          .array(
            z.strictObject({
              rule: z.string(),
              subjectId: z.string(),
              stored: z.enum(["open", "not-open"]),
              found: z.enum(["open", "not-open"]),
              because: z.string().optional(),
            }),
          )
          .meta({ description: "Up to five of those that had drifted" }),
        unreadable: count.meta({ description: "Stored items that the hub cannot read" }),
        unreadableNamed: z.array(
          z.strictObject({ key: z.string(), type: z.string(), reason: z.string() }),
        ),
      })
      .optional(),
  })
  .meta({ id: "SelfCheckRun" });
export type SelfCheckRun = z.input<typeof SelfCheckRun>;

/** So long a function may take, and once more: whoever says after that that it runs says nothing. */
const runMinutesMax = 12;

/** Whether a run may still come to its end. */
export function isUnderWay({ state, wantedAt, startedAt }: SelfCheck, nowMs: number): boolean {
  const isBegun = state === "wanted" || state === "running";
  return isBegun && nowMs - epochMsOf(startedAt ?? wantedAt) < runMinutesMax * minuteMs;
}

export function describeRun(
  check: SelfCheck,
  { rules, nowMs }: { readonly rules: readonly Rule[]; readonly nowMs: number },
): SelfCheckRun {
  const { wantedAt, startedBy, startedAt, durationMs, result } = check;
  const isLost =
    (check.state === "wanted" || check.state === "running") && !isUnderWay(check, nowMs);
  const titleOf = (rule: string) => rules.find(({ name }) => name === rule)?.title ?? rule;
  return {
    wantedAt,
    startedBy,
    state: isLost ? "failed" : check.state,
    startedAt,
    durationMs,
    problem: isLost ? "out-of-time" : check.problem,
    result: result && {
      ...result,
      driftByRule: Object.entries(result.driftByRule).map(([rule, drift]) => ({
        rule,
        ruleTitle: titleOf(rule),
        drift,
      })),
    },
  };
}
