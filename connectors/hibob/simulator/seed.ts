import * as z from "zod";

import { CalendarDate } from "#shared/model/time.ts";

const Id = z.string().regex(/^\d{1,19}$/u);

/** A row of the work table: where somebody stands from a day on. Values of lists are ids of their items. */
export const WorkRow = z.strictObject({
  effectiveDate: CalendarDate,
  department: z.string().nullable().default(null),
  site: z.string().nullable().default(null),
  title: z.string().nullable().default(null),
  reportsTo: Id.nullable().default(null),
  customColumns: z.record(z.string().regex(/^column_\d+$/u), z.string().nullable()).default({}),
});
export type WorkRow = z.infer<typeof WorkRow>;

export const SeedEmployee = z.strictObject({
  id: Id,
  firstName: z.string().min(1),
  surname: z.string().min(1),
  email: z.email(),
  employeeIdInCompany: z.string().nullable().default(null),
  startDate: CalendarDate,
  terminationDate: CalendarDate.nullable().default(null),
  /** Instead of what the dates say: a leave. */
  lifecycleStatus: z.string().nullable().default(null),
  work: z.array(WorkRow).min(1),
  /** What nobody may ask for: pay, birth dates, by field id. */
  secrets: z.record(z.string(), z.string()).default({}),
});
export type SeedEmployee = z.infer<typeof SeedEmployee>;

const ListItem = z.strictObject({ id: z.string(), value: z.string() });

/** A column that the company added to the work table. */
const CustomColumn = z.strictObject({
  id: z.string().regex(/^column_\d+$/u),
  name: z.string().min(1),
  items: z.array(ListItem),
});

/** All that a simulated HiBob company starts with: plain JSON, checked when it starts. */
export const HibobSeed = z.strictObject({
  companyId: z.int().default(636_192),
  serviceUserId: z.string().min(3),
  serviceUserToken: z.string().min(8),
  departments: z.array(ListItem),
  customColumns: z.array(CustomColumn).default([]),
  employees: z.array(SeedEmployee),
});
export type HibobSeed = z.infer<typeof HibobSeed>;
export type HibobSeedInput = z.input<typeof HibobSeed>;
