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
  "location",
  "status",
  "hireDate",
  "terminationDate",
  "lastChanged",
] as const;

/** The fields of one request, each once. */
export function fieldsFor(orgLevels: readonly string[]): readonly string[] {
  return [...new Set([...personFields, ...orgLevels])];
}
