import * as z from "zod";

import { FactId } from "./fact-id.ts";
import { ConnectionId, OrgUnitId, PersonId } from "./ids.ts";
import { CalendarDate, Instant } from "./time.ts";

/**
 * A stretch of days on which something holds: from `validFrom`, up to and without `validTo`; an open
 * end holds until further notice. `knownSince` is when the hub first heard of it, which the store
 * fills in; so what was believed on a day can be told from what was true on it.
 */
const span = {
  validFrom: CalendarDate,
  validTo: CalendarDate.optional(),
  knownSince: Instant.optional(),
};

/** Longest timeline kept; what is older is forgotten first. */
export const placementsMax = 60;

/** Where a person stands in the structure, and for whom they work, for a stretch of days. */
export const Placement = z.strictObject({
  ...span,
  unitId: OrgUnitId.optional(),
  managerId: PersonId.optional(),
});
export type Placement = z.infer<typeof Placement>;

/** What a unit belongs to, for a stretch of days; without a parent it is a top. */
export const UnitPlacement = z.strictObject({ ...span, parentId: OrgUnitId.optional() });
export type UnitPlacement = z.infer<typeof UnitPlacement>;

/**
 * That a person is in a team beside the unit of their placement: a delivery team, a second team.
 * Asserted by a record of either, or of a third (a row of a file).
 */
export const Membership = z.strictObject({
  type: z.literal("membership"),
  personId: PersonId,
  unitId: OrgUnitId,
  /** The team that the person's work counts for, instead of the unit of their placement. */
  isPrimary: z.boolean().optional(),
  isLead: z.boolean().optional(),
  validFrom: CalendarDate.optional(),
  validTo: CalendarDate.optional(),
  assertedBy: FactId.optional(),
  createdAt: Instant,
});
export type Membership = z.infer<typeof Membership>;

/**
 * An operator's word on whose record this is: `intoId` is the record that goes on for both. Without it
 * the record is a human of its own, whatever address it shares.
 */
export const SamePerson = z.strictObject({
  type: z.literal("same-person"),
  personId: PersonId,
  intoId: PersonId.optional(),
  connectionId: ConnectionId,
  createdAt: Instant,
});
export type SamePerson = z.infer<typeof SamePerson>;
