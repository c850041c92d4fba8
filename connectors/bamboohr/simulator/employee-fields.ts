import type { SeedEmployee } from "./seed.ts";
import type { BambooState } from "./state.ts";

interface FieldDescription {
  readonly id: string | number;
  readonly name: string;
  readonly type: string;
  readonly alias: string;
}

/** The standard fields that the simulator has, with the vendor's ids where its documents show them. */
const standardFields: readonly FieldDescription[] = [
  { id: 1, name: "First Name", type: "text", alias: "firstName" },
  { id: 2, name: "Last Name", type: "text", alias: "lastName" },
  { id: 3, name: "Hire Date", type: "date", alias: "hireDate" },
  { id: 4, name: "Department", type: "list", alias: "department" },
  { id: 17, name: "Job Title", type: "list", alias: "jobTitle" },
  { id: 18, name: "Location", type: "list", alias: "location" },
  { id: 47, name: "Status", type: "status", alias: "status" },
  { id: 91, name: "Reporting to", type: "employee", alias: "supervisor" },
  { id: "91.1", name: "Supervisor EId", type: "int", alias: "supervisorEId" },
  { id: 149, name: "Employee #", type: "employee_number", alias: "employeeNumber" },
  { id: 1349, name: "Termination Date", type: "date", alias: "terminationDate" },
  { id: 1350, name: "Work Email", type: "email", alias: "workEmail" },
  { id: 1355, name: "Division", type: "list", alias: "division" },
  { id: 1358, name: "Display name", type: "text", alias: "displayName" },
  { id: 1400, name: "Preferred Name", type: "text", alias: "preferredName" },
  { id: 1936, name: "Employment Status", type: "list", alias: "employmentHistoryStatus" },
  { id: 4000, name: "Last changed", type: "timestamp", alias: "lastChanged" },
];

export function fieldsOf(state: BambooState): readonly FieldDescription[] {
  return [
    ...standardFields,
    ...state.seed.customFields.map(({ id, name, alias }) => {
      return { id: Number(id), name, type: "list", alias };
    }),
  ];
}

type Value = string | null;

/** Fields that are not kept as they are shown. */
const derivedFields: Readonly<
  Record<string, (employee: SeedEmployee, supervisor: SeedEmployee | undefined) => Value>
> = {
  displayName: ({ preferredName, firstName, lastName }) =>
    `${preferredName ?? firstName} ${lastName}`,
  supervisor: (_employee, supervisor) =>
    supervisor ? `${supervisor.lastName}, ${supervisor.firstName}` : null,
  // The employee number, in spite of its name: that is how the vendor does it.
  supervisorId: (_employee, supervisor) => supervisor?.employeeNumber ?? null,
  // BambooHR gives dates that are not set as zeros.
  hireDate: ({ hireDate }) => hireDate ?? "0000-00-00",
  terminationDate: ({ terminationDate }) => terminationDate ?? "0000-00-00",
  lastChanged: ({ lastChanged }) => lastChanged.replace(/\.\d{3}Z$/u, "+00:00"),
};

/** Value of a field by alias; undefined for one that does not exist. */
export function fieldValue(
  state: BambooState,
  employee: SeedEmployee,
  alias: string,
): Value | undefined {
  const derive = derivedFields[alias];
  if (derive) return derive(employee, state.employees.get(employee.supervisorEId ?? ""));
  if (state.seed.customFields.some((field) => field.alias === alias)) {
    return employee.custom[alias] ?? null;
  }
  if (!standardFields.some((field) => field.alias === alias)) return undefined;
  const value = employee[alias as keyof SeedEmployee];
  // Standard fields that are not derived are kept under their own alias, as text or null.
  return typeof value === "string" ? value : null;
}

/** The fields asked for that exist and may be seen; unknown and hidden ones are left out. */
export function visibleFields(
  state: BambooState,
  employee: SeedEmployee,
  aliases: readonly string[],
): Record<string, string | null> {
  const shown: Record<string, string | null> = {};
  for (const alias of aliases) {
    if (state.isHidden(employee.id, alias)) continue;
    const value = fieldValue(state, employee, alias);
    if (value !== undefined) shown[alias] = value;
  }
  return shown;
}
