import * as z from "zod";

import { CalendarDate } from "#shared/model/time.ts";

import { next } from "../http/paging.ts";
import { PersonBrief } from "../people/people-answers.ts";

const count = z.int().nonnegative();

export const headcountField = count.optional().meta({
  description: "How many people; absent where that is one to four, 0 where it is nobody",
});

export const Named = z.strictObject({ id: z.string(), name: z.string() });
export type Named = z.input<typeof Named>;

export const UnitAnswer = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    kind: z.string().meta({ description: "The source's word for its level" }),
    people: headcountField,
    lead: PersonBrief.optional(),
    units: count.meta({ description: "Units right under it" }),
    deliveryTeams: count.meta({ description: "Delivery teams beside it" }),
  })
  .meta({ id: "OrgUnit" });
export type UnitAnswer = z.input<typeof UnitAnswer>;

export const dayField = CalendarDate.optional().meta({
  description: "Past or future; today without it",
});

export const OrgAnswer = z
  .strictObject({
    day: z.string(),
    today: z.string(),
    unit: UnitAnswer.optional().meta({ description: "The unit asked for" }),
    path: z.array(Named).meta({ description: "What lies above it, from the top" }),
    total: count,
    units: z.array(UnitAnswer).meta({ description: "Units right under it; tops without a unit" }),
    next,
    deliveryTeams: count.meta({ description: "How many delivery teams are beside it" }),
    placeless: headcountField.meta({ description: "People in no unit that is known; as `people`" }),
    problems: count.meta({ description: "What of the organisation does not add up that day" }),
    comingDays: z
      .array(z.string())
      .meta({ description: "The next days on which something changes" }),
  })
  .meta({ id: "OrgOfDay" });
export type OrgAnswer = z.input<typeof OrgAnswer>;

export const ProblemKind = z.enum([
  "reporting-cycle",
  "unit-cycle",
  "missing-manager",
  "missing-unit",
  "missing-parent",
  "shared-work-email",
  "stray-membership",
]);
export type ProblemKind = z.infer<typeof ProblemKind>;

export const ProblemAnswer = z
  .strictObject({
    id: z.string(),
    kind: ProblemKind,
    text: z.string(),
    people: z.array(PersonBrief).meta({ description: "At most ten of them" }),
    units: z.array(Named).meta({ description: "At most ten of them" }),
  })
  .meta({ id: "OrgProblem" });
export type ProblemAnswer = z.input<typeof ProblemAnswer>;
