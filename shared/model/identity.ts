import * as z from "zod";

import { Exclusion } from "./edges.ts";
import { AccountId, ConnectionId, PersonId } from "./ids.ts";
import { Instant } from "./time.ts";

/** An account, or a record of a person: what an operator decides about. */
export const IdentitySubjectId = z.union([AccountId, PersonId]);
export type IdentitySubjectId = z.infer<typeof IdentitySubjectId>;

/** An operator's word that a suggested person is not the one; it is not suggested again. */
export const Rejection = z.strictObject({
  type: z.literal("rejection"),
  subjectId: IdentitySubjectId,
  personId: PersonId,
  connectionId: ConnectionId,
  createdAt: Instant,
});
export type Rejection = z.infer<typeof Rejection>;

/** What an operator had said of an account or a record: one of the three, unless it was erased. */
export const Statement = z.strictObject({
  personId: z.string().optional(),
  /** Of an account: it belongs to nobody. */
  exclusion: Exclusion.optional(),
  /** Of a record: it is a human of its own. */
  isAlone: z.literal(true).optional(),
  createdAt: Instant,
});
export type Statement = z.infer<typeof Statement>;

export const DecisionAction = z.enum([
  "bind",
  "exclude",
  "detach",
  "merge",
  "split",
  "rejoin",
  "reject",
  "undo",
]);
export type DecisionAction = z.infer<typeof DecisionAction>;

/**
 * What an operator decided about an account or a record of a person, kept so that it can be explained
 * and taken back. The ids of people are texts here: an erasure takes them out and leaves the rest.
 */
export const Decision = z.strictObject({
  type: z.literal("decision"),
  /** Sorts by time. */
  id: z.string().max(80),
  subjectId: IdentitySubjectId,
  connectionId: ConnectionId,
  action: DecisionAction,
  /** The hub knows one operator: whoever holds its token. */
  by: z.string().max(80),
  at: Instant,
  note: z.string().max(300).optional(),
  /** Whom it named. */
  personId: z.string().optional(),
  exclusion: Exclusion.optional(),
  /** What was said before; absent where nothing was. */
  before: Statement.optional(),
  /** The decision that this one took back. */
  undoes: z.string().max(80).optional(),
});
export type Decision = z.infer<typeof Decision>;
