import type {
  Presence,
  Probe,
  PulledPage,
  Reading,
  Source,
  SourceContext,
} from "#shared/kit/connector.ts";
import {
  nativePeopleIds,
  presenceOfUnits,
  unitsIn,
  unitsSeen,
  withUnits,
} from "#shared/kit/units-of-people.ts";
import type { UnitsSeen } from "#shared/kit/units-of-people.ts";
import type { Change, Rejected } from "#shared/model/change.ts";
import type { Delivery } from "#shared/model/delivery.ts";
import type { HeldFact } from "#shared/model/held-fact.ts";
import { readFactId } from "#shared/model/ids.ts";
import type { FactId } from "#shared/model/ids.ts";

import { batchMax, HibobClient } from "./client.ts";
import { hibobPersonId } from "./normalize.ts";
import { omittedGaps, PeopleReader, tableGap } from "./people-reader.ts";
import type { PeopleReading } from "./people-reader.ts";
import { readPosition, writePosition } from "./position.ts";
import { probeHibob } from "./probe.ts";
import type { HibobSettings } from "./settings.ts";
import { employeeIdOf } from "./webhook.ts";

/** Some people of the list with everything of them read. */
interface PeoplePage {
  readonly ids: readonly string[];
  readonly reading: PeopleReading;
  readonly isLast: boolean;
  readonly total: number;
}

/** The readable side of one HiBob company. */
export function createHibobSource(context: SourceContext<HibobSettings>): Source {
  return new HibobSource(context);
}

class HibobSource implements Source {
  readonly #context: SourceContext<HibobSettings>;
  readonly #client: HibobClient;
  readonly #reader: PeopleReader;

  constructor(context: SourceContext<HibobSettings>) {
    this.#context = context;
    this.#client = new HibobClient(context);
    this.#reader = new PeopleReader(context, this.#client);
  }

  probe(): Promise<Probe> {
    return probeHibob(this.#context.settings, this.#client, this.#reader);
  }

  /** Each run reads everybody, a batch a page: HiBob tells nobody what changed since. */
  async *pull(_collection: string, position: string | undefined): AsyncIterable<PulledPage> {
    const after = position === undefined ? undefined : readPosition(position);
    const omitted = new Map<string, number>();
    let seen = 0;
    for await (const { ids, reading, isLast, total } of this.#pages(after)) {
      seen += ids.length;
      for (const [field, count] of reading.omitted) {
        omitted.set(field, (omitted.get(field) ?? 0) + count);
      }
      yield {
        changes: reading.changes,
        rejected: reading.rejected,
        gaps: [
          ...(reading.isTableHidden ? [tableGap] : []),
          // What is not shown of people is told once, with how many they are.
          ...(isLast ? omittedGaps(omitted, seen, await this.#reader.fields()) : []),
        ],
        position: writePosition(isLast ? undefined : ids.at(-1)),
        isLast,
        recordsRead: ids.length,
        recordsTotal: total,
      };
    }
  }

  async *#pages(after: string | undefined): AsyncIterable<PeoplePage> {
    const all = await this.#client.listIds();
    const left = after === undefined ? all : all.filter((id) => id > after);
    for (let start = 0; start === 0 || start < left.length; start += batchMax) {
      const ids = left.slice(start, start + batchMax);
      yield {
        ids,
        reading: ids.length === 0 ? nobody : await this.#reader.read(ids),
        isLast: start + batchMax >= left.length,
        total: all.length,
      };
    }
  }

  /** Everybody and the units that they are or will be in: a unit exists as long as somebody is in it. */
  async *enumerate(_collection: string): AsyncIterable<readonly FactId[]> {
    const { connectionId } = this.#context;
    for await (const { ids, reading } of this.#pages(undefined)) {
      // Somebody who cannot be understood is still there.
      const people = ids.map((id) => hibobPersonId(connectionId, id));
      yield [...new Set<FactId>([...people, ...unitsIn(reading).map(({ record }) => record.id)])];
    }
  }

  isOf(_collection: string, fact: HeldFact): boolean {
    return fact.type === "person" || fact.type === "org-unit";
  }

  async readByIds(_collection: string, ids: readonly FactId[]): Promise<Reading> {
    const people = await this.#readPeople(nativePeopleIds(ids));
    return withUnits(people, ids, () => this.#units());
  }

  async confirm(
    _collection: string,
    ids: readonly FactId[],
  ): Promise<ReadonlyMap<FactId, Presence>> {
    const presence = new Map<FactId, Presence>();
    const asked = await this.#reader.presence(nativePeopleIds(ids));
    for (const id of ids) {
      const parts = readFactId(id);
      if (parts?.type === "person") presence.set(id, asked.get(parts.nativeId) ?? "hidden");
    }
    return new Map([...presence, ...(await presenceOfUnits(ids, () => this.#units()))]);
  }

  /** Reads the employee whom the event names; what it says about them is not looked at. */
  async interpret(delivery: Delivery): Promise<Reading> {
    const id = employeeIdOf(delivery.body);
    return id === undefined ? { changes: [], rejected: [] } : this.#readPeople([id]);
  }

  /** These people, with removals of those who are gone. */
  async #readPeople(ids: readonly string[]): Promise<Reading> {
    const changes: Change[] = [];
    const rejected: Rejected[] = [];
    for (let start = 0; start < ids.length; start += batchMax) {
      const reading = await this.#reader.read(ids.slice(start, start + batchMax));
      changes.push(...reading.changes);
      rejected.push(...reading.rejected);
      for (const [id, presence] of await this.#reader.presence(reading.missing)) {
        if (presence === "gone") changes.push(this.#removal(id));
        else rejected.push({ record: `employee ${id}`, reason: hiddenReason });
      }
    }
    return { changes, rejected };
  }

  #removal(id: string): Change {
    const { clock, connectionId } = this.#context;
    return {
      kind: "removed",
      id: hibobPersonId(connectionId, id),
      // Gone is the last state there is, and we know no time of it but ours.
      sourceVersion: clock.nowMs(),
      readAt: clock.now(),
    };
  }

  /** Every unit that somebody is in. Reads everybody: units have no endpoint of their own. */
  #units(): Promise<UnitsSeen> {
    return unitsSeen(this.#pages(undefined));
  }
}

const hiddenReason = "HiBob does not show this employee to our service user";

const nobody: PeopleReading = {
  changes: [],
  rejected: [],
  omitted: new Map(),
  isTableHidden: false,
  missing: [],
  isWhole: true,
};
