import type { Gap, Presence, Reading, SourceContext } from "#shared/kit/connector.ts";
import type { Change, Rejected } from "#shared/model/change.ts";
import type { FactId } from "#shared/model/ids.ts";

import type { Employee, HibobClient } from "./client.ts";
import { batchMax } from "./client.ts";
import { assertLevelsKnown, readCompanyFields } from "./levels.ts";
import type { CompanyFields } from "./levels.ts";
import { hibobPersonId, normalizeEmployee } from "./normalize.ts";
import type { HibobSettings } from "./settings.ts";

/** What people are, and what could not be seen of them. */
export interface PeopleReading extends Reading {
  /** How many people do not show each field. */
  readonly omitted: ReadonlyMap<string, number>;
  readonly isTableHidden: boolean;
  /** Who was asked for and not shown. */
  readonly missing: readonly string[];
  /** False where somebody or an org level could not be read: they may be in any unit. */
  readonly isWhole: boolean;
}

/** Reads people by their ids, and their rows of the work table with them. */
export class PeopleReader {
  readonly #context: SourceContext<HibobSettings>;
  readonly #client: HibobClient;
  #fields: Promise<CompanyFields> | undefined;

  constructor(context: SourceContext<HibobSettings>, client: HibobClient) {
    this.#context = context;
    this.#client = client;
  }

  /** Read once: sources live for one invocation. */
  fields(): Promise<CompanyFields> {
    this.#fields ??= readCompanyFields(this.#client, this.#context.settings.orgLevels);
    return this.#fields;
  }

  /** At most `batchMax` people: each with the units on the way to theirs, each unit once. */
  async read(ids: readonly string[]): Promise<PeopleReading> {
    const { settings, connectionId, clock } = this.#context;
    const fields = await this.fields();
    assertLevelsKnown(fields);
    const { levels, asked } = fields;
    // Taken before the requests: a change during them must not look older than this reading.
    const readAt = clock.now();
    const where = { connectionId, levels, companyName: settings.companyName, readAt };
    const { people, rejected: unreadable } = await this.#client.readPeople(ids, asked);
    const columns = levels.flatMap(({ column }) => (column ? [column] : []));
    const shown = new Set(people.map(({ id }) => id));
    const rows = await this.#client.readWork([...shown], columns);
    const changes = new Map<FactId, Change>();
    const rejected: Rejected[] = [...unreadable];
    for (const employee of people) {
      const own = rows?.get(employee.id) ?? [];
      const id = hibobPersonId(connectionId, employee.id);
      if (typeof own === "string") {
        rejected.push({ record: `employee ${employee.id}`, reason: own, id });
        continue;
      }
      const { person, units } = normalizeEmployee(employee, own, where);
      for (const change of [...units, person]) changes.set(change.record.id, change);
    }
    const omitted = omittedOf(people, fields);
    return {
      changes: [...changes.values()],
      rejected,
      omitted,
      isTableHidden: rows === undefined,
      missing: unreadable.length > 0 ? [] : ids.filter((id) => !shown.has(id)),
      isWhole: rejected.length === 0 && !levels.some(({ id }) => omitted.has(id)),
    };
  }

  /** Those whom a search shows are there; each of the others is asked for. */
  async presence(ids: readonly string[]): Promise<ReadonlyMap<string, Presence>> {
    const found = new Map<string, Presence>();
    for (let start = 0; start < ids.length; start += batchMax) {
      const batch = ids.slice(start, start + batchMax);
      const { people } = await this.#client.readPeople(batch, []);
      for (const { id } of people) found.set(id, "present");
      const missing = batch.filter((id) => !found.has(id));
      // Who sees nobody at all cannot tell who is gone.
      if (missing.length > 0) await this.#client.listIds();
      for (const id of missing) found.set(id, await this.#client.presenceOf(id));
    }
    return found;
  }
}

function omittedOf(people: readonly Employee[], { asked }: CompanyFields) {
  const omitted = new Map<string, number>();
  for (const { id } of asked) {
    const count = people.filter(({ fields }) => !fields.has(id)).length;
    if (count > 0) omitted.set(id, count);
  }
  return omitted;
}

/** A field that is missing is one that we may not see; one that is empty is null. */
export function omittedGaps(
  omitted: ReadonlyMap<string, number>,
  peopleRead: number,
  { placeOf }: CompanyFields,
): readonly Gap[] {
  return [...omitted].map(([field, count]) => ({
    what: `Field ${field}`,
    why: `HiBob does not show it to our service user for ${count} of the ${peopleRead} people last read: allow it to view People's data > ${placeOf(field)}`,
  }));
}

export const tableGap: Gap = {
  what: "Work table",
  why: "HiBob does not show it to our service user: moves are known only on the day they happen. Allow it People's data > Work > View selected employees' Work section histories",
};
