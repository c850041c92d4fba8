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

export const FieldList = z.array(
  z.looseObject({ id: Id, name: z.string(), alias: z.string().nullish() }),
);

export const MonitorFields = z.looseObject({
  fields: z.array(z.looseObject({ id: Id, alias: z.string().nullish() })),
});

export const WebhookList = z.looseObject({
  webhooks: z.array(z.looseObject({ id: Id, url: z.string() })),
});

export const CreatedWebhook = z.looseObject({ id: Id, privateKey: z.string().min(1) });

/** An event of today's kind: it names the employee and says nothing of them. */
export const ThinEvent = z.looseObject({
  type: z.string(),
  timestamp: z.string().optional(),
  data: z.looseObject({ employeeId: Id }),
});

/** A delivery of the older, field-based kind. Its field values are never looked at. */
export const FieldEvents = z.looseObject({ employees: z.array(z.looseObject({ id: Id })) });
