import * as z from "zod";

import { CalendarDate } from "#shared/model/time.ts";
import type { KeptRecord } from "#shared/ports/kept-records.ts";

const text = z.string().optional();

export const enterpriseUrn = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/** What the SCIM server keeps of a user. RFC 7643, sections 4.1 and 4.3. */
const User = z.looseObject({
  userName: z.string(),
  externalId: text,
  displayName: text,
  name: z.looseObject({ formatted: text, familyName: text, givenName: text }).optional(),
  userType: text,
  active: z.boolean().default(true),
  emails: z.array(z.looseObject({ value: text, primary: z.boolean().optional() })).default([]),
  addresses: z
    .array(
      z.looseObject({
        locality: text,
        region: text,
        country: text,
        primary: z.boolean().optional(),
      }),
    )
    .default([]),
  [enterpriseUrn]: z
    .looseObject({
      employeeNumber: text,
      organization: text,
      division: text,
      department: text,
      manager: z.looseObject({ value: text, $ref: text }).optional(),
    })
    .default({}),
});

export const KeptUser = z.looseObject({
  resource: User,
  memberships: z.array(
    z.looseObject({ group: z.string(), from: CalendarDate, to: CalendarDate.optional() }),
  ),
});
export type KeptUser = z.infer<typeof KeptUser>;

export const KeptGroup = z.looseObject({
  resource: z.looseObject({ displayName: z.string() }),
});

/** Which records somebody has just changed. */
export const Announcement = z.looseObject({
  users: z.array(z.string()).default([]),
  groups: z.array(z.string()).default([]),
});
export type Announcement = z.infer<typeof Announcement>;

export interface KeptUserRecord {
  readonly record: KeptRecord;
  readonly user: KeptUser;
}
