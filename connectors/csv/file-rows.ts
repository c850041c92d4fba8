import * as z from "zod";

import { Exclusion } from "#shared/model/edges.ts";
import { Person } from "#shared/model/facts.ts";
import { AccountId, OrgUnitId, PersonId } from "#shared/model/ids.ts";
import { CalendarDate } from "#shared/model/time.ts";

/*
 * The rows as they are kept. References to people stand in objects of their own: when somebody is
 * erased, what names them goes, and a row that names them in a field of its own would go whole.
 */

/** The newest state of a person of the file and, where the file tells several days, all of them. */
export const PersonRow = z.strictObject({
  key: z.string(),
  personId: PersonId,
  name: z.string(),
  workEmail: Person.shape.workEmail,
  externalId: z.string().optional(),
  employeeNumber: z.string().optional(),
  engagement: Person.shape.engagement,
  location: z.string().optional(),
  status: z.enum(["active", "inactive", "pending"]).optional(),
  startOn: CalendarDate.optional(),
  endOn: CalendarDate.optional(),
  /** Oldest first. Without `validFrom` it is the only one and says what holds today. */
  stands: z
    .array(
      z.strictObject({
        validFrom: CalendarDate.optional(),
        unitId: OrgUnitId.optional(),
        manager: z.strictObject({ personId: PersonId.optional() }).optional(),
      }),
    )
    .min(1),
});
export type PersonRow = z.infer<typeof PersonRow>;

/** A unit that people of the file are in. */
export const UnitRow = z.strictObject({
  key: z.string(),
  unitId: OrgUnitId,
  name: z.string(),
  kind: z.string(),
  level: z.int().min(0).max(20),
  parentId: OrgUnitId.optional(),
});
export type UnitRow = z.infer<typeof UnitRow>;

export const TeamRow = z.strictObject({
  key: z.string(),
  unitId: OrgUnitId,
  name: z.string(),
  kind: z.string(),
  level: z.int().min(0).max(20),
  parentId: OrgUnitId.optional(),
  isDeliveryTeam: z.boolean(),
  boundToId: OrgUnitId.optional(),
  validFrom: CalendarDate.optional(),
  members: z.array(
    z.strictObject({
      personId: PersonId,
      isLead: z.boolean().optional(),
      isPrimary: z.boolean().optional(),
    }),
  ),
});
export type TeamRow = z.infer<typeof TeamRow>;

/** Whose account it is; without a person, why it is nobody's. */
export const AccountRow = z.strictObject({
  key: z.string(),
  accountId: AccountId,
  personId: PersonId.optional(),
  exclusion: Exclusion.optional(),
});
export type AccountRow = z.infer<typeof AccountRow>;
