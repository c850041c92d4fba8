import * as z from "zod";

import { CustomRuleId, EventPattern } from "#shared/model/custom-rule.ts";
import { RuleSettings } from "#shared/model/signal.ts";

import { asOfDaysMax } from "../as-of/as-of-query.ts";

const count = z.int().nonnegative();

/** What is left out is as the rule is set today. */
export const BackTestRequest = z.strictObject({
  days: z.int().min(1).max(asOfDaysMax).default(asOfDaysMax).meta({ description: "How far back" }),
  options: z.record(z.string(), z.json()).optional(),
  graceMinutes: RuleSettings.shape.graceMinutes.optional(),
  holdDownMinutes: RuleSettings.shape.holdDownMinutes,
  scope: RuleSettings.shape.scope,
});
export type BackTestRequest = z.infer<typeof BackTestRequest>;

/** A custom rule: as it is saved, as it would be with another pattern, or one that nobody has saved yet. */
export const PatternBackTestRequest = BackTestRequest.omit({ options: true }).extend({
  id: CustomRuleId.optional().meta({
    description:
      "A custom rule: what is left out is as it is set, and it is what the answer is compared with",
  }),
  pattern: EventPattern.optional().meta({
    description: "The event pattern to try. Left out: the saved one",
  }),
});
export type PatternBackTestRequest = z.infer<typeof PatternBackTestRequest>;

const Summary = z
  .strictObject({
    raised: count,
    ofFirstReading: count.meta({
      description:
        "Of these, found by a first reading: they are in its report, not told one by one",
    }),
    waitedOut: count.meta({ description: "Findings that were over before anybody was told" }),
    clearedWithin: z
      .strictObject({ hour: count, day: count, twoDays: count, week: count })
      .meta({ description: "Alerts whose cause was gone so soon after they opened" }),
    cleared: count,
    standing: count,
    medianMinutesToClear: z.int().optional(),
    byWeek: z.array(z.strictObject({ from: z.string(), raised: count, matters: count })).meta({
      description:
        "`matters`: alerts that are told as one count once; nobody gets more messages than that",
    }),
  })
  .meta({ id: "RaisedSummary" });

export const BackTestAnswer = z
  .strictObject({
    rule: z.string(),
    from: z.string(),
    to: z.string().meta({ description: "Earlier than now where there was no time for more" }),
    headline: z.string(),
    wanted: Summary,
    byTeam: z
      .array(
        z.strictObject({
          teamId: z.string().optional(),
          name: z.string(),
          group: z.enum(["team", "small-teams", "no-team"]),
          raised: count,
        }),
      )
      .meta({
        description:
          "An alert about two teams counts for each; teams of fewer than five people are one line, or in no number at all",
      }),
    byRule: z
      .array(z.strictObject({ rule: z.string(), title: z.string(), raised: count }))
      .meta({ description: "By the rule that found it; of a shipped rule, itself" }),
    sample: z.array(
      z.strictObject({
        rule: z.string().meta({ description: "The rule that found it" }),
        subjectId: z.string(),
        isHeld: z.boolean().meta({ description: "Whether it is still there to be looked at" }),
        title: z.string(),
        sentence: z.string(),
        severity: z.string(),
        teams: z.array(z.string()),
        openedAt: z.string(),
        raisedAt: z.string(),
        clearedAt: z.string().optional(),
        clearedBecause: z.string().optional(),
      }),
    ),
    today: Summary.optional().meta({
      description: "The same by today's settings, where these are others",
    }),
    compared: z.strictObject({ both: count, onlyToday: count, onlyWanted: count }).optional(),
    notCompared: z.string().optional().meta({
      description: "Why there is no comparison, where the saved rule differs",
    }),
    notKnown: z.array(z.string()),
    tookMs: count,
  })
  .meta({ id: "BackTest" });
export type BackTestAnswer = z.input<typeof BackTestAnswer>;
