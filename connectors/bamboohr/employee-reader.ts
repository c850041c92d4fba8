import { HubError } from "#shared/errors.ts";
import type { Gap, Presence, Reading, SourceContext } from "#shared/kit/connector.ts";
import type { Change, Rejected } from "#shared/model/change.ts";
import type { FactId } from "#shared/model/ids.ts";
import type { Instant } from "#shared/model/time.ts";

import type { BambooClient } from "./client.ts";
import { fieldsFor } from "./fields.ts";
import type { DatedTable } from "./fields.ts";
import { bambooPersonId, normalizeEmployee } from "./normalize.ts";
import type { BambooSettings } from "./settings.ts";
import { TableReader, tableGap } from "./table-reader.ts";
import type { DatedRows, EmployeeRows } from "./table-reader.ts";
import type { EmployeeRecord } from "./wire.ts";

/** Single reads under way at once: BambooHR throttles bursts, and nobody waits for this. */
const concurrencyMax = 6;

/** So few are asked for their dated rows one by one; above, everybody's rows are fewer requests. */
const rowsOneByOneMax = 10;

/** What one or several employees are, and what could not be seen of them. */
export interface EmployeesReading extends Reading {
  /** How many employees do not show each field. */
  readonly omitted: ReadonlyMap<string, number>;
  readonly hiddenTables: readonly DatedTable[];
  /** False where somebody or an org level could not be read: they may be in any unit. */
  readonly isWhole: boolean;
}

interface OneReading {
  readonly changes: readonly Change[];
  readonly rejected: readonly Rejected[];
  readonly missingFields: readonly string[];
  readonly hiddenTables: readonly DatedTable[];
}

/** Reads employees one by one, which is the only way to get fields of the company's own. */
export class EmployeeReader {
  readonly #context: SourceContext<BambooSettings>;
  readonly #client: BambooClient;
  readonly #fields: readonly string[];
  readonly tables: TableReader;

  constructor(context: SourceContext<BambooSettings>, client: BambooClient) {
    this.#context = context;
    this.#client = client;
    this.#fields = fieldsFor(context.settings.orgLevels);
    this.tables = new TableReader(client, context.settings.datedTables);
  }

  /**
   * What these employees are now: people with their units, removals of deleted ones, each unit once.
   * `rows` are dated rows read for all of them before; without, they are read here.
   */
  async read(ids: readonly string[], rows?: DatedRows): Promise<EmployeesReading> {
    const held = rows ?? (ids.length > rowsOneByOneMax ? await this.tables.ofAll() : undefined);
    const changes = new Map<FactId, Change>();
    const rejected: Rejected[] = [];
    const omitted = new Map<string, number>();
    const hidden = new Set(held?.hidden);
    for (const reading of await this.#readEach(ids, held)) {
      for (const change of reading.changes) {
        changes.set(change.kind === "upserted" ? change.record.id : change.id, change);
      }
      rejected.push(...reading.rejected);
      for (const field of reading.missingFields) omitted.set(field, (omitted.get(field) ?? 0) + 1);
      for (const table of reading.hiddenTables) hidden.add(table);
    }
    const gaps = [...omittedGaps(omitted, ids.length), ...[...hidden].map(tableGap)];
    const { orgLevels } = this.#context.settings;
    return {
      changes: [...changes.values()],
      rejected,
      omitted,
      hiddenTables: [...hidden],
      isWhole: rejected.length === 0 && !orgLevels.some((level) => omitted.has(level)),
      ...(gaps.length > 0 && { gaps }),
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

  async #readEach(
    ids: readonly string[],
    held: DatedRows | undefined,
  ): Promise<readonly OneReading[]> {
    const readings: OneReading[] = [];
    for (let start = 0; start < ids.length; start += concurrencyMax) {
      const batch = ids.slice(start, start + concurrencyMax);
      readings.push(...(await Promise.all(batch.map((id) => this.#readOne(id, held)))));
    }
    return readings;
  }

  async #readOne(id: string, held: DatedRows | undefined): Promise<OneReading> {
    // Taken before the request: a change during it must not look older than this reading.
    const readAt = this.#context.clock.now();
    try {
      const record = await this.#client.readEmployee(id, this.#fields);
      if (record === "gone") return reading({ changes: [this.#removal(id, readAt)] });
      if (record === "hidden") {
        return this.#rejection(id, "BambooHR does not show this employee to our account");
      }
      const known = held?.of(id);
      if (known !== undefined) return this.#understand(record, { readAt, rows: known });
      const alone = await this.tables.ofOne(id);
      const understood = this.#understand(record, { readAt, rows: alone.of(id) });
      return { ...understood, hiddenTables: alone.hidden };
    } catch (error) {
      // One employee that is not as documented must not stop the others.
      if (error instanceof HubError && error.code === "connector.drifted") {
        return this.#rejection(id, error.message);
      }
      throw error;
    }
  }

  #understand(
    record: EmployeeRecord,
    { readAt, rows }: { readonly readAt: Instant; readonly rows: EmployeeRows | undefined },
  ): OneReading {
    const { connectionId, settings } = this.#context;
    const where = {
      connectionId,
      orgLevels: settings.orgLevels,
      companyName: settings.companyName ?? settings.companyDomain,
      readAt,
    };
    const { person, units } = normalizeEmployee(record, where, rows);
    return reading({
      changes: [...units, person],
      missingFields: this.#fields.filter((field) => !(field in record)),
    });
  }

  /** With the person's id, by which they can be read again. */
  #rejection(employeeId: string, reason: string): OneReading {
    const id = bambooPersonId(this.#context.connectionId, employeeId);
    return reading({ rejected: [{ record: `employee ${employeeId}`, reason, id }] });
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

/** A field that is missing is one that we may not see; one that is empty is there. */
export function omittedGaps(
  omitted: ReadonlyMap<string, number>,
  employeesRead: number,
): readonly Gap[] {
  return [...omitted].map(([field, count]) => ({
    what: `Field ${field}`,
    why: `BambooHR does not show it to our account for ${count} of the ${employeesRead} employees last read: it counts as unknown for them`,
  }));
}

function reading(given: Partial<OneReading>): OneReading {
  return { changes: [], rejected: [], missingFields: [], hiddenTables: [], ...given };
}
