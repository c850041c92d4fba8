import type { Instant } from "#shared/model/time.ts";

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
  #nextId: number;

  constructor(input: BambooSeedInput) {
    this.seed = BambooSeed.parse(input);
    for (const employee of this.seed.employees) this.employees.set(employee.id, employee);
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

  toJson(): unknown {
    return {
      employees: [...this.employees.values()],
      deleted: this.deleted,
      webhooks: [...this.webhooks.values()].map(({ privateKey: _secret, ...shown }) => shown),
      hiddenFields: [...this.hiddenFields],
      hiddenEmployees: [...this.hiddenEmployees],
    };
  }
}
