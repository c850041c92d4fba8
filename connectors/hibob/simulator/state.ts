import { HibobSeed } from "./seed.ts";
import type { HibobSeedInput, SeedEmployee, WorkRow } from "./seed.ts";

/** What a simulated HiBob holds. Changed by operations only. */
export class HibobState {
  readonly seed: HibobSeed;
  readonly employees = new Map<string, SeedEmployee>();
  readonly departments = new Map<string, string>();
  readonly webhooks = new Map<string, { readonly url: string; readonly secret: string }>();
  /** What the service user may not see: fields, people, the histories of tables. */
  readonly hiddenFields = new Set<string>();
  readonly hiddenEmployees = new Set<string>();
  isWorkTableHidden = false;
  /** The table shows the rows of today only: the right to histories is missing. */
  isHistoryHidden = false;

  constructor(input: HibobSeedInput) {
    this.seed = HibobSeed.parse(input);
    for (const employee of this.seed.employees) this.employees.set(employee.id, employee);
    for (const { id, value } of this.seed.departments) this.departments.set(id, value);
  }

  /** Whom the service user may see. */
  visible(): readonly SeedEmployee[] {
    return [...this.employees.values()].filter(({ id }) => !this.hiddenEmployees.has(id));
  }

  toJson(): unknown {
    return {
      employees: [...this.employees.values()],
      departments: Object.fromEntries(this.departments),
      webhooks: [...this.webhooks.values()].map(({ url }) => url),
      hiddenFields: [...this.hiddenFields],
      hiddenEmployees: [...this.hiddenEmployees],
    };
  }
}

/** The row that holds on a day; before the first, the first. */
export function rowOn({ work }: SeedEmployee, day: string): WorkRow | undefined {
  const sorted = sortedRows(work);
  return sorted.findLast(({ effectiveDate }) => effectiveDate <= day) ?? sorted[0];
}

export function sortedRows(rows: readonly WorkRow[]): readonly WorkRow[] {
  return rows.toSorted((a, b) => (a.effectiveDate < b.effectiveDate ? -1 : 1));
}

export function lifecycleOn(employee: SeedEmployee, day: string): string {
  const { startDate, terminationDate, lifecycleStatus } = employee;
  if (startDate > day) return "Hired";
  if (terminationDate !== null && terminationDate < day) return "Terminated";
  return lifecycleStatus ?? "Employed";
}
