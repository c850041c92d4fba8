/** A field as it is asked for, and the way to its value in an answer. */
export interface AskedField {
  /** As the search takes it: `work.department`. */
  readonly id: string;
  /** Below an employee: `["work", "department"]`; fields of the category `root` stand at the top. */
  readonly path: readonly string[];
}

/**
 * Everything that is ever asked of HiBob about a person, besides the org levels of the settings. Ids:
 * https://apidocs.hibob.com/docs/people-read-api-contract and /docs/fields-metadata (2026-11).
 */
export const personFields = [
  "root.displayName",
  "root.firstName",
  "root.surname",
  "root.email",
  "work.employeeIdInCompany",
  "work.site",
  "work.startDate",
  // An object that names the manager; of it only the id is kept.
  "work.reportsTo",
  "internal.lifecycleStatus",
  "internal.status",
  "internal.terminationDate",
] as const;
export type PersonField = (typeof personFields)[number];

/** The way to a value where the company's list of fields does not say otherwise. */
export function pathOf(id: string): readonly string[] {
  return id.replace(/^root\./u, "").split(".");
}

/** The column of a row of the work table that holds an org level; undefined where no column does. */
export function columnOf(id: string): readonly string[] | undefined {
  return /^work\.(?:department|site|customColumns\.column_\d+)$/u.test(id)
    ? id.split(".").slice(1)
    : undefined;
}

/**
 * The value at a path, and whether it is shown at all: HiBob leaves out what the service user may not
 * see, without a word (https://apidocs.hibob.com/docs/people-read-api-contract, 2026-11). It gives values
 * nested, and those that are not null a second time under keys with slashes.
 */
export function shownAt(
  record: Readonly<Record<string, unknown>>,
  { id, path }: AskedField,
): { readonly value: unknown } | undefined {
  const slashed = record[`/${id.replaceAll(".", "/")}`];
  if (isObject(slashed) && "value" in slashed) return { value: slashed["value"] };
  let at: unknown = record;
  for (const part of path) {
    if (!isObject(at) || !(part in at)) return undefined;
    at = at[part];
  }
  return { value: at };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
