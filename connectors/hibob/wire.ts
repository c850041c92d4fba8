import * as z from "zod";

/** Ids are texts of many digits; list items also come as numbers. */
const Id = z.union([z.string().min(1), z.int()]).transform(String);

/** `POST /v1/people/search`: everybody who matches in one answer, without pages. */
export const EmployeeIds = z.looseObject({ employees: z.array(z.looseObject({ id: Id })) });

/** The same with fields: each record is looked at by itself, so that a strange one stops nobody else. */
export const Employees = z.looseObject({ employees: z.array(z.unknown()) });
export const EmployeeRecord = z.looseObject({ id: Id });

/** A row of the work table; the rest of it is dropped while it is parsed. */
export const WorkRow = z.looseObject({
  effectiveDate: z.iso.date(),
  reportsTo: z.looseObject({ id: Id }).nullish(),
});

/** `GET /v1/bulk/people/work`: rows in pages, the rows of one employee perhaps on two of them. */
export const WorkPage = z.looseObject({
  results: z.array(z.looseObject({ employeeId: Id, values: z.array(z.unknown()) })),
  // Null on the last page; missing, the rows would seem to end here.
  response_metadata: z.looseObject({ next_cursor: z.string().nullable() }),
});

/** `GET /v1/company/people/fields`: a list, or an object that holds it. */
const FieldDescriptions = z.array(
  z.looseObject({
    id: z.string(),
    name: z.string(),
    categoryDisplayName: z.string().nullish(),
    jsonPath: z.string().nullish(),
    type: z.string(),
    typeData: z.looseObject({ listId: z.string().nullish() }).nullish(),
  }),
);
export const FieldList = z.union([
  FieldDescriptions,
  z.looseObject({ fields: FieldDescriptions }).transform(({ fields }) => fields),
]);
export type FieldDescription = z.infer<typeof FieldDescriptions>[number];

/** One item of a named list; a list may be a tree. */
const Item: z.ZodType<ListItem> = z.looseObject({
  id: Id,
  value: z.string().nullish(),
  name: z.string().nullish(),
  get children() {
    return z.array(Item).nullish();
  },
});
export interface ListItem {
  readonly id: string;
  readonly value?: string | null | undefined;
  readonly name?: string | null | undefined;
  readonly children?: readonly ListItem[] | null | undefined;
}

/** `GET /v1/company/named-lists/{name}`: the older documents call the items values. */
export const NamedList = z.union([
  z.looseObject({ items: z.array(Item) }).transform(({ items }) => items),
  z.looseObject({ values: z.array(Item) }).transform(({ values }) => values),
]);

/** An event of webhooks version 2: it names the employee and says nothing of them. */
export const EmployeeEvent = z.looseObject({
  type: z.string().regex(/^(?:employee|table\.entry)\./u),
  data: z.looseObject({ employeeId: Id }),
});
