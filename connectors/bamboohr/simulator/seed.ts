import * as z from "zod";

import { CalendarDate, Instant } from "#shared/model/time.ts";

const Id = z.string().regex(/^[1-9]\d*$/u);
/** The alias of a field that the company made for itself. */
export const CustomAlias = z.string().regex(/^custom[A-Za-z0-9_]+$/u);

/** A row of the table `jobInfo`: where somebody is from a day on. */
export const JobRow = z.strictObject({
  date: CalendarDate,
  location: z.string().nullable().default(null),
  division: z.string().nullable().default(null),
  department: z.string().nullable().default(null),
  jobTitle: z.string().nullable().default(null),
  /** Shown as the manager's name. */
  supervisorEId: Id.nullable().default(null),
});
export type JobRow = z.infer<typeof JobRow>;

/** A row of the table `employmentStatus`; Terminated is the last day. */
export const StatusRow = z.strictObject({
  date: CalendarDate,
  employmentStatus: z.string(),
  comment: z.string().nullable().default(null),
});
export type StatusRow = z.infer<typeof StatusRow>;

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
  /** Empty: one row that says what the fields say. */
  jobInfo: z.array(JobRow).default([]),
  employmentStatus: z.array(StatusRow).default([]),
  lastChanged: Instant,
});
export type SeedEmployee = z.infer<typeof SeedEmployee>;

/** All that a simulated BambooHR company starts with: plain JSON, checked when it starts. */
export const BambooSeed = z.strictObject({
  /** As in `https://<companyDomain>.bamboohr.com`. */
  companyDomain: z.string().regex(/^[a-z0-9-]+$/u),
  companyId: z.string().default("48151"),
  /** Who is out; without an employee, a holiday of all. */
  timeOff: z
    .array(z.strictObject({ employeeId: Id.optional(), start: CalendarDate, end: CalendarDate }))
    .default([]),
  /** False: the company has switched “Who’s Out” off. */
  showsWhosOut: z.boolean().default(true),
  apiKey: z.string().min(8),
  /** The employee whose account the key is of; absent: an account of its own. */
  apiKeyOf: Id.optional(),
  /** Keys of further accounts: what one registers the others do not see. */
  otherApiKeys: z.array(z.string().min(8)).default([]),
  oauthApp: z
    .strictObject({ name: z.string(), clientId: z.string(), clientSecret: z.string() })
    .default({
      name: "Throughline",
      clientId: "developer_portal-throughline",
      clientSecret: "secret-of-the-simulated-app",
    }),
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
