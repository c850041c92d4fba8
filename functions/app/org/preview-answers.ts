import * as z from "zod";

import { PersonBrief } from "../people/people-answers.ts";
import { Named, headcountField } from "./org-answers.ts";

const total = z.int().nonnegative().meta({ description: "All of them, whatever `limit` is" });

/** One thing that would become another, told in a sentence. */
const told = z.string().meta({ description: "In plain words" });

export const GoalChangeAnswer = z
  .strictObject({
    id: z.string(),
    title: z.string(),
    change: z.enum(["loses-owner", "changes-team"]),
    because: z.enum(["owner-left", "owner-in-no-unit", "owner-unknown"]).optional(),
    teamBefore: Named.optional(),
    teamAfter: Named.optional(),
    sentence: told,
  })
  .meta({ id: "GoalChange" });
export type GoalChangeAnswer = z.input<typeof GoalChangeAnswer>;

const MeetingAnswer = z
  .strictObject({
    level: z.string().meta({ description: "`same-team`, the kind of the unit, or `none`" }),
    unit: Named.optional().meta({ description: "Where both teams' paths up meet" }),
    teams: z.array(Named),
  })
  .meta({ id: "TeamBoundary" });

export const DependencyChangeAnswer = z
  .strictObject({
    id: z.string(),
    change: z.enum(["becomes-cross-team", "ceases-cross-team"]),
    blocked: Named,
    blocking: Named,
    before: MeetingAnswer.optional().meta({ description: "Absent where a team is not known" }),
    after: MeetingAnswer.optional(),
    sentence: told,
  })
  .meta({ id: "DependencyChange" });
export type DependencyChangeAnswer = z.input<typeof DependencyChangeAnswer>;

const RouteAnswer = z
  .strictObject({ teams: z.array(Named), leader: Named.optional() })
  .meta({ id: "AlertRoute" });
export type RouteAnswer = z.input<typeof RouteAnswer>;

export const AlertChangeAnswer = z
  .strictObject({
    change: z.enum(["opens", "clears", "re-routes"]),
    rule: z.string(),
    ruleTitle: z.string(),
    subjectId: z.string(),
    itemId: z.string().optional().meta({ description: "The work, or the waiting end" }),
    alertId: z.string().optional().meta({ description: "Of one that stands today" }),
    title: z.string(),
    before: RouteAnswer.optional(),
    after: RouteAnswer.optional(),
    sentence: told,
  })
  .meta({ id: "AlertChange" });
export type AlertChangeAnswer = z.input<typeof AlertChangeAnswer>;

export const LeaversWorkAnswer = z
  .strictObject({
    team: Named.optional(),
    counts: z
      .array(z.strictObject({ connectionId: z.string(), name: z.string(), items: z.int() }))
      .optional()
      .meta({ description: "Absent where fewer than five of the team leave" }),
    work: z.array(
      z.strictObject({
        id: z.string(),
        name: z.string(),
        connection: z.string(),
        successor: PersonBrief.optional(),
        because: z.enum(["manager", "team-lead", "nobody-known"]),
        sentence: told,
      }),
    ),
    hasMore: z.boolean(),
  })
  .meta({ id: "OpenWorkOfLeavers" });
export type LeaversWorkAnswer = z.input<typeof LeaversWorkAnswer>;

export const PreviewAnswer = z
  .strictObject({
    day: z.string(),
    today: z.string(),
    comingDays: z
      .array(z.string())
      .meta({ description: "The next days on which something changes" }),
    isEmpty: z.boolean().meta({ description: "Nothing at all would become another" }),
    moves: z.strictObject({
      changeUnit: headcountField,
      join: headcountField,
      leave: headcountField,
      total,
      byUnit: z.array(
        z.strictObject({ unit: Named, arriving: headcountField, leaving: headcountField }),
      ),
    }),
    goals: z.strictObject({ total, changes: z.array(GoalChangeAnswer) }),
    dependencies: z.strictObject({ total, changes: z.array(DependencyChangeAnswer) }),
    alerts: z.strictObject({ total, changes: z.array(AlertChangeAnswer) }),
    leavers: z
      .array(LeaversWorkAnswer)
      .meta({ description: "Open work of those who leave, by the team whose work it is" }),
  })
  .meta({ id: "ReorgPreview" });
export type PreviewAnswer = z.input<typeof PreviewAnswer>;
