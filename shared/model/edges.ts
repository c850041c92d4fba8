import * as z from "zod";

import { FactId } from "./fact-id.ts";
import { AccountId, ConnectionId, GoalId, LinkRuleId, PersonId, WorkItemId } from "./ids.ts";
import { Membership } from "./org.ts";
import { Instant } from "./time.ts";

export const LinkSource = z.enum(["native", "field", "rule", "person", "suggestion"]);
export type LinkSource = z.infer<typeof LinkSource>;

/**
 * An asserted edge to a goal, from a work item or from another goal. A link that a source's record
 * asserts lives and dies with that record (`assertedBy`); a person's link has no such owner.
 */
export const Link = z.strictObject({
  type: z.literal("link"),
  fromId: z.union([WorkItemId, GoalId]),
  toId: GoalId,
  source: LinkSource,
  confidence: z.number().min(0).max(1),
  assertedBy: FactId.optional(),
  weight: z.number().min(0).max(1).optional(),
  note: z.string().max(200).optional(),
  /** The link rule that gives it, where one does: such a link is never stored. */
  ruleId: LinkRuleId.optional(),
  createdAt: Instant,
  expiresAt: Instant.optional(),
});
export type Link = z.infer<typeof Link>;

/** Blocked work item → blocking work item. Asserted by the blocked end's record. */
export const Dependency = z.strictObject({
  type: z.literal("dependency"),
  blockedId: WorkItemId,
  blockingId: WorkItemId,
  source: z.enum(["native", "field", "person"]),
  assertedBy: FactId.optional(),
  createdAt: Instant,
});
export type Dependency = z.infer<typeof Dependency>;

/** Why an account belongs to nobody that the HR system knows. */
export const Exclusion = z.enum(["bot", "shared-login", "outsider", "nobody"]);
export type Exclusion = z.infer<typeof Exclusion>;

/** An operator's word that an account belongs to a person, where mail addresses cannot tell. */
export const Match = z.strictObject({
  type: z.literal("match"),
  accountId: AccountId,
  /** Absent: the account is known to belong to nobody. */
  personId: PersonId.optional(),
  /** Only where there is no person; absent in statements that do not say why. */
  exclusion: Exclusion.optional(),
  connectionId: ConnectionId,
  createdAt: Instant,
});
export type Match = z.infer<typeof Match>;

/** A further home of a multi-homed item, kept as an edge so that the home can find it. */
export const Home = z.strictObject({
  type: z.literal("home"),
  childId: WorkItemId,
  parentId: WorkItemId,
  assertedBy: FactId.optional(),
  createdAt: Instant,
});
export type Home = z.infer<typeof Home>;

export const Edge = z.discriminatedUnion("type", [Link, Dependency, Home, Membership]);
export type Edge = z.infer<typeof Edge>;
