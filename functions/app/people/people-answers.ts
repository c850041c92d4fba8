import * as z from "zod";

import { Exclusion } from "#shared/model/edges.ts";
import { DecisionAction } from "#shared/model/identity.ts";
import { PersonId } from "#shared/model/ids.ts";

const count = z.int().nonnegative();

/** Enough to know somebody by, and no address. */
export const PersonBrief = z
  .strictObject({ id: z.string(), name: z.string(), unit: z.string().optional() })
  .meta({ id: "PersonBrief" });
export type PersonBrief = z.input<typeof PersonBrief>;

const Strength = z.enum(["strong", "fair", "weak"]);
const Reasons = z.array(
  z.strictObject({
    sign: z.string(),
    text: z.string(),
    isDoubt: z.boolean().meta({ description: "It speaks against, not for" }),
  }),
);

export const SuggestionAnswer = z
  .strictObject({
    person: PersonBrief,
    strength: Strength,
    reasons: Reasons,
    apart: z.string().meta({ description: "What tells the person from the others suggested" }),
  })
  .meta({ id: "MatchSuggestion" });
export type SuggestionAnswer = z.input<typeof SuggestionAnswer>;

const AccountState = z.enum(["bound", "excluded", "ambiguous", "unmatched"]);

export const AccountAnswer = z
  .strictObject({
    id: z.string(),
    connectionId: z.string(),
    connection: z.string(),
    displayName: z.string(),
    isActive: z.boolean(),
    state: AccountState,
    how: z.enum(["operator", "external-id", "work-email", "tool"]).optional(),
    because: z.string(),
    exclusion: z.enum([...Exclusion.options, "guest"]).optional(),
    person: PersonBrief.optional(),
    suggestions: z.array(SuggestionAnswer),
  })
  .meta({ id: "Account" });
export type AccountAnswer = z.input<typeof AccountAnswer>;

export const DecisionAnswer = z
  .strictObject({
    id: z.string(),
    subjectId: z.string(),
    subject: z.string(),
    action: DecisionAction,
    at: z.string(),
    by: z.string(),
    note: z.string().optional(),
    person: PersonBrief.optional(),
    exclusion: Exclusion.optional(),
    undoes: z.string().optional(),
    canUndo: z.boolean(),
  })
  .meta({ id: "IdentityDecision" });
export type DecisionAnswer = z.input<typeof DecisionAnswer>;

export const AccountDetail = z
  .strictObject({ account: AccountAnswer, decisions: z.array(DecisionAnswer) })
  .meta({ id: "AccountDetail" });
export type AccountDetail = z.input<typeof AccountDetail>;

export const PairAnswer = z
  .strictObject({
    person: PersonBrief,
    into: PersonBrief,
    connection: z.string(),
    intoConnection: z.string(),
    strength: Strength,
    reasons: Reasons,
    apart: z.string(),
    intoApart: z.string(),
  })
  .meta({ id: "LikelyPair" });
export type PairAnswer = z.input<typeof PairAnswer>;

export const PersonDetail = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    address: z.string().optional().meta({ description: "Its first letter and its domain" }),
    employmentStatus: z.enum(["active", "inactive", "pending"]),
    unit: z.string().optional(),
    manager: PersonBrief.optional(),
    teams: z.array(z.strictObject({ id: z.string(), name: z.string(), isPrimary: z.boolean() })),
    records: z
      .array(
        z.strictObject({
          id: z.string(),
          name: z.string(),
          connection: z.string(),
          speaks: z.boolean().meta({ description: "Its fields are those shown" }),
          joinedBy: z.enum(["operator", "work-email"]).optional(),
        }),
      )
      .meta({ description: "What the HR systems hold of this human" }),
    accounts: z.array(AccountAnswer),
    likely: z.array(PairAnswer).meta({ description: "Other people who may be this one" }),
    decisions: z
      .array(DecisionAnswer)
      .meta({ description: "About the records and the accounts of this human" }),
  })
  .meta({ id: "PersonDetail" });
export type PersonDetail = z.input<typeof PersonDetail>;

export const TeamRate = z
  .strictObject({ people: count, matched: count, percent: count })
  .meta({ id: "TeamMatchRate", description: "Of a team of five people and more" });
export type TeamRate = z.input<typeof TeamRate>;

export const PeopleSummary = z
  .strictObject({
    people: count.meta({ description: "Humans, leavers left out" }),
    withoutAccount: count,
    accounts: count,
    matched: count,
    excluded: count,
    unmatched: count,
    ambiguous: count,
    matchPercent: z.number().optional().meta({ description: "Of accounts that are not excluded" }),
    likelyPairs: count,
    byTeam: z.array(z.strictObject({ teamId: z.string(), name: z.string(), rate: TeamRate })),
    byConnection: z.array(
      z.strictObject({
        connectionId: z.string(),
        name: z.string(),
        matched: count,
        unmatched: count,
        ambiguous: count,
        excluded: count,
      }),
    ),
  })
  .meta({ id: "PeopleSummary" });
export type PeopleSummary = z.input<typeof PeopleSummary>;

const note = z
  .string()
  .trim()
  .max(300)
  .optional()
  .meta({ description: "Kept with the decision; name nobody in it" });

export const MatchChange = z.strictObject({
  personId: PersonId.nullable().meta({
    description: "null: the account is known to belong to nobody (a bot, a shared login)",
  }),
  exclusion: Exclusion.optional().meta({ description: "Why it belongs to nobody" }),
  note,
});
export type MatchChange = z.infer<typeof MatchChange>;

export const SamePersonChange = z.strictObject({
  intoId: PersonId.nullable().meta({
    description: "The record that goes on for both; null: the record is a human of its own",
  }),
  note,
});

export const RejectionChange = z.strictObject({ personId: PersonId, note });
export const UndoChange = z.strictObject({ decision: z.string().max(80), note });
