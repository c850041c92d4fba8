import * as z from "zod";

/** BambooHR sends ids as text or number, depending on the endpoint (its OpenAPI document, 2026-11). */
const Id = z.union([z.string().min(1), z.int()]).transform(String);

/**
 * One employee as `GET /v1/employees/{id}` gives it: the id and the fields asked for. A field that the
 * key's owner may not see is missing; one that is empty is null or empty text. The two differ.
 */
export const EmployeeRecord = z.looseObject({ id: Id });
export type EmployeeRecord = z.infer<typeof EmployeeRecord>;

export const EmployeePage = z.looseObject({
  data: z.array(z.looseObject({ employeeId: Id })),
  meta: z.looseObject({
    total: z.int().nonnegative(),
    // Null on the last page; missing, the list would seem to end here.
    page: z.looseObject({ nextCursor: z.union([z.string(), z.int()]).nullable() }),
  }),
});
export type EmployeePage = z.infer<typeof EmployeePage>;

const ChangedEmployee = z.looseObject({
  id: Id,
  /** Inserted, Updated, Deleted; others may come. */
  action: z.string(),
  lastChanged: z.string(),
});
export type ChangedEmployee = z.infer<typeof ChangedEmployee>;

/** PHP writes an empty map as an empty list. */
export const ChangedEmployees = z.looseObject({
  employees: z.union([z.record(z.string(), ChangedEmployee), z.tuple([]).transform(() => ({}))]),
});

/** Rows of a table, of one employee or of all; a column that may not be seen is missing. */
export const TableRows = z.array(z.looseObject({ employeeId: Id }));

/** PHP writes an empty map as an empty list. */
export const ChangedTable = z.looseObject({
  employees: z.union([
    z.record(z.string(), z.looseObject({ rows: z.array(z.looseObject({})) })),
    z.tuple([]).transform(() => ({})),
  ]),
});

/** The tables that the company has, with their columns. */
export const TableList = z.array(
  z.looseObject({
    alias: z.string(),
    fields: z.array(z.looseObject({ alias: z.string().nullish() })),
  }),
);

export const FieldList = z.array(
  z.looseObject({ id: Id, name: z.string(), alias: z.string().nullish() }),
);

export const MonitorFields = z.looseObject({
  fields: z.array(z.looseObject({ id: Id, alias: z.string().nullish() })),
});

export const WebhookList = z.looseObject({
  webhooks: z.array(z.looseObject({ id: Id, url: z.string() })),
});

/** What is set up for one webhook. `errors` tells of fields that its maker may not see any more. */
export const WebhookSetup = z.looseObject({
  id: Id,
  url: z.string(),
  format: z.string(),
  events: z.array(z.string()).nullish(),
  monitorFields: z.array(z.union([z.string(), z.int()]).transform(String)).nullish(),
  errors: z
    .array(
      z.looseObject({ monitorFields: z.array(z.looseObject({ id: Id.optional() })).nullish() }),
    )
    .nullish(),
});
export type WebhookSetup = z.infer<typeof WebhookSetup>;

export const CreatedWebhook = z.looseObject({ id: Id, privateKey: z.string().min(1) });

/** An event of today's kind: it names the employee and says nothing of them. */
export const ThinEvent = z.looseObject({
  type: z.string(),
  timestamp: z.string().optional(),
  data: z.looseObject({ employeeId: Id }),
});

/** A delivery of the older, field-based kind. Its field values are never looked at. */
export const FieldEvents = z.looseObject({ employees: z.array(z.looseObject({ id: Id })) });

/** Who is out: of each entry only whose it is and its days are kept, whatever it is for. */
export const WhosOut = z.array(
  z
    .looseObject({
      type: z.string().optional(),
      employeeId: z.union([z.int(), z.string()]).optional(),
      start: z.string().optional(),
      end: z.string().optional(),
    })
    .transform(({ type, employeeId, start, end }) => ({ type, employeeId, start, end })),
);
export type WhosOut = z.infer<typeof WhosOut>;
