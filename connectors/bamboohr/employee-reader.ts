import { HubError } from "#shared/errors.ts";
import type { Presence, Reading, SourceContext } from "#shared/kit/connector.ts";
import type { Change, Rejected } from "#shared/model/change.ts";
import type { FactId } from "#shared/model/ids.ts";
import type { Instant } from "#shared/model/time.ts";

import type { BambooClient } from "./client.ts";
import { fieldsFor } from "./fields.ts";
import { bambooPersonId, normalizeEmployee } from "./normalize.ts";
import type { BambooSettings } from "./settings.ts";

/** Single reads under way at once: BambooHR throttles bursts, and nobody waits for this. */
const concurrencyMax = 6;

/** Reads employees one by one, which is the only way to get fields of the company's own. */
export class EmployeeReader {
  readonly #context: SourceContext<BambooSettings>;
  readonly #client: BambooClient;
  readonly #fields: readonly string[];

  constructor(context: SourceContext<BambooSettings>, client: BambooClient) {
    this.#context = context;
    this.#client = client;
    this.#fields = fieldsFor(context.settings.orgLevels);
  }

  /** What these employees are now: people with their units, removals of deleted ones, each unit once. */
  async read(ids: readonly string[]): Promise<Reading> {
    const changes = new Map<FactId, Change>();
    const rejected: Rejected[] = [];
    const missingFields = new Set<string>();
    for (let start = 0; start < ids.length; start += concurrencyMax) {
      const batch = ids.slice(start, start + concurrencyMax);
      const readings = await Promise.all(batch.map((id) => this.#readOne(id)));
      for (const reading of readings) {
        for (const change of reading.changes) {
          changes.set(change.kind === "upserted" ? change.record.id : change.id, change);
        }
        rejected.push(...reading.rejected);
        for (const field of reading.missingFields) missingFields.add(field);
      }
    }
    return {
      changes: [...changes.values()],
      rejected,
      ...(missingFields.size > 0 && {
        gaps: [...missingFields].map((field) => ({
          what: `Field ${field}`,
          why: "BambooHR does not show it to the key's owner for some employees",
        })),
      }),
    };
  }

  async presence(ids: readonly string[]): Promise<ReadonlyMap<string, Presence>> {
    const found = new Map<string, Presence>();
    for (let start = 0; start < ids.length; start += concurrencyMax) {
      const batch = ids.slice(start, start + concurrencyMax);
      const answers = await Promise.all(
        batch.map((id) => this.#client.readEmployee(id, ["status"])),
      );
      for (const [at, answer] of answers.entries()) {
        found.set(batch[at] ?? "", typeof answer === "string" ? answer : "present");
      }
    }
    return found;
  }

  /** Of these fields, those that the key's owner may not see of this employee. */
  async omittedFields(id: string, fields: readonly string[]): Promise<readonly string[]> {
    const record = await this.#client.readEmployee(id, fields);
    return typeof record === "string" ? fields : fields.filter((field) => !(field in record));
  }

  async #readOne(id: string): Promise<Reading & { readonly missingFields: readonly string[] }> {
    const { connectionId, settings, clock } = this.#context;
    // Taken before the request: a change during it must not look older than this reading.
    const readAt = clock.now();
    try {
      const record = await this.#client.readEmployee(id, this.#fields);
      if (record === "gone") {
        const removed = this.#removal(id, readAt);
        return { changes: [removed], rejected: [], missingFields: [] };
      }
      if (record === "hidden") {
        return rejection(id, "BambooHR does not show this employee to the key's owner");
      }
      const { person, units } = normalizeEmployee(record, {
        connectionId,
        orgLevels: settings.orgLevels,
        companyName: settings.companyName ?? settings.companyDomain,
        readAt,
      });
      const missingFields = this.#fields.filter((field) => !(field in record));
      return { changes: [...units, person], rejected: [], missingFields };
    } catch (error) {
      // One employee that is not as documented must not stop the others.
      if (error instanceof HubError && error.code === "connector.drifted") {
        return rejection(id, error.message);
      }
      throw error;
    }
  }

  #removal(id: string, readAt: Instant): Change {
    return {
      kind: "removed",
      id: bambooPersonId(this.#context.connectionId, id),
      // Gone is the last state there is, and we know no time of it but ours.
      sourceVersion: this.#context.clock.nowMs(),
      readAt,
    };
  }
}

function rejection(id: string, reason: string) {
  return { changes: [], rejected: [{ record: `employee ${id}`, reason }], missingFields: [] };
}
