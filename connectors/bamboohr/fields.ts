/**
 * Everything that is ever asked of BambooHR about a person, besides the org levels of the settings.
 * Names: https://documentation.bamboohr.com/docs/list-of-field-names (2026-11).
 */
const personFields = [
  "displayName",
  "firstName",
  "lastName",
  "workEmail",
  // `supervisorId` holds the supervisor's employee number, `supervisorEId` the employee id.
  "supervisorEId",
  "employeeNumber",
  "location",
  "status",
  // Of its values only one is looked at: Contractor.
  "employmentHistoryStatus",
  "hireDate",
  "terminationDate",
  "lastChanged",
] as const;

/** The fields of one request, each once. */
export function fieldsFor(orgLevels: readonly string[]): readonly string[] {
  return [...new Set([...personFields, ...orgLevels])];
}

/** The tables of dated rows: where somebody stood and will stand, and from when to when they are employed. */
export const datedTables = ["jobInfo", "employmentStatus"] as const;
export type DatedTable = (typeof datedTables)[number];

/**
 * The columns that are kept of a row. BambooHR gives rows whole, with job titles, reasons of leaving and
 * comments: those are dropped while the answer is parsed. `reportsTo` is a name; it never finds a person.
 */
export function columnsOf(table: DatedTable, orgLevels: readonly string[]): readonly string[] {
  return table === "jobInfo"
    ? [...new Set(["date", "reportsTo", ...orgLevels])]
    : ["date", "employmentStatus"];
}
