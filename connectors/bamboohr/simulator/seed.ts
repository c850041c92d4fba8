import * as z from "zod";

import { CalendarDate, Instant } from "#shared/model/time.ts";

const Id = z.string().regex(/^[1-9]\d*$/u);
/** The alias of a field that the company made for itself. */
export const CustomAlias = z.string().regex(/^custom[A-Za-z0-9_]+$/u);

export const SeedEmployee = z.strictObject({
  id: Id,
  employeeNumber: z.string(),
  firstName: z.string().min(1),
  lastName: z.string().min(1),
  preferredName: z.string().nullable().default(null),
  jobTitle: z.string().nullable().default(null),
  workEmail: z.email().nullable().default(null),
  status: z.enum(["Active", "Inactive"]).default("Active"),
  /** Full-Time, Contractor, Terminated: the company's own words. */
  employmentHistoryStatus: z.string().nullable().default(null),
  division: z.string().nullable().default(null),
  department: z.string().nullable().default(null),
  location: z.string().nullable().default(null),
  /** Employee id of the manager. */
  supervisorEId: Id.nullable().default(null),
  hireDate: CalendarDate.nullable().default(null),
  terminationDate: CalendarDate.nullable().default(null),
  custom: z.record(CustomAlias, z.string().nullable()).default({}),
  lastChanged: Instant,
});
export type SeedEmployee = z.infer<typeof SeedEmployee>;

/** All that a simulated BambooHR company starts with: plain JSON, checked when it starts. */
export const BambooSeed = z.strictObject({
  /** As in `https://<companyDomain>.bamboohr.com`. */
  companyDomain: z.string().regex(/^[a-z0-9-]+$/u),
  companyId: z.string().default("48151"),
  apiKey: z.string().min(8),
  customFields: z
    .array(z.strictObject({ id: Id, name: z.string().min(1), alias: CustomAlias }))
    .default([]),
  employees: z.array(SeedEmployee),
  /** Fields that the key's owner may not see: they are missing from every answer. */
  hiddenFields: z.array(z.string()).default([]),
  /** Employees that the key's owner may not see: 403. */
  hiddenEmployees: z.array(Id).default([]),
});
export type BambooSeed = z.infer<typeof BambooSeed>;
export type BambooSeedInput = z.input<typeof BambooSeed>;
