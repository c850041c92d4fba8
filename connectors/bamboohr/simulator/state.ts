import type { Instant } from "#shared/model/time.ts";

import { Consents } from "./consents.ts";
import { asOf, dayOf, withRows } from "./dated-rows.ts";
import { BambooSeed } from "./seed.ts";
import type { BambooSeedInput, SeedEmployee } from "./seed.ts";

export interface Webhook {
  readonly id: string;
  readonly name: string;
  readonly url: string;
  readonly events: readonly string[];
  readonly monitorFields: readonly string[];
  readonly postFields: Readonly<Record<string, string>>;
  readonly format: string;
  readonly privateKey: string;
  readonly created: Instant;
  /** Key of the account that made it: it dies with that account. */
  readonly owner: string;
}

/** An employee that was deleted, as the list of changes still knows it. */
interface Deleted {
  readonly id: string;
  readonly lastChanged: Instant;
}

/** What a simulated BambooHR holds. Changed by operations only. */
export class BambooState {
  readonly seed: BambooSeed;
  readonly employees = new Map<string, SeedEmployee>();
  /** When each employee was added, if since the seed. */
  readonly inserted = new Map<string, Instant>();
  readonly deleted: Deleted[] = [];
  readonly webhooks = new Map<string, Webhook>();
  readonly hiddenFields: Set<string>;
  readonly hiddenEmployees: Set<string>;
  readonly hiddenTables = new Set<string>();
  /** Fields that may not be seen of some employees only. */
  readonly hiddenOf = new Map<string, ReadonlySet<string>>();
  readonly dismissed = new Set<string>();
  readonly consents = new Consents();
  /** The last day up to which dated rows have taken effect; empty before the first. */
  turnedTo = "";
  #nextId: number;

  constructor(input: BambooSeedInput) {
    this.seed = BambooSeed.parse(input);
    for (const employee of this.seed.employees) {
      this.employees.set(employee.id, asOf(withRows(employee), dayOf(employee.lastChanged)));
    }
    for (const { supervisorEId } of this.seed.employees) {
      if (supervisorEId !== null && !this.employees.has(supervisorEId)) {
        throw new RangeError(`no employee has the id ${supervisorEId} of a supervisor`);
      }
    }
    this.hiddenFields = new Set(this.seed.hiddenFields);
    this.hiddenEmployees = new Set(this.seed.hiddenEmployees);
    this.#nextId = 1 + Math.max(100, ...this.seed.employees.map(({ id }) => Number(id)));
  }

  /** Ids of employees and webhooks come from one counter, which only operations move. */
  nextId(): string {
    return String(this.#nextId++);
  }

  isHidden(employeeId: string, field: string): boolean {
    return this.hiddenFields.has(field) || this.hiddenOf.get(employeeId)?.has(field) === true;
  }

  /** Whether an account of this key is let in. */
  isKey(apiKey: string): boolean {
    const isKnown = apiKey === this.seed.apiKey || this.seed.otherApiKeys.includes(apiKey);
    return isKnown && !this.dismissed.has(apiKey);
  }

  toJson(): unknown {
    return {
      employees: [...this.employees.values()],
      deleted: this.deleted,
      webhooks: [...this.webhooks.values()].map(
        ({ privateKey: _secret, owner: _owner, ...shown }) => shown,
      ),
      hiddenFields: [...this.hiddenFields],
      hiddenEmployees: [...this.hiddenEmployees],
      hiddenTables: [...this.hiddenTables],
    };
  }
}
