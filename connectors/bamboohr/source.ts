import type {
  MadeSubscription,
  Presence,
  Probe,
  PulledPage,
  Reading,
  Source,
  SourceContext,
  SubscriptionReport,
  SubscriptionRequest,
} from "#shared/kit/connector.ts";
import {
  nativePeopleIds,
  presenceOfUnits,
  unitsIn,
  unitsSeen,
  withUnits,
} from "#shared/kit/units-of-people.ts";
import type { UnitsSeen } from "#shared/kit/units-of-people.ts";
import { watermarkAfter } from "#shared/kit/watermark.ts";
import type { Absences } from "#shared/model/absence.ts";
import type { Delivery } from "#shared/model/delivery.ts";
import type { HeldFact } from "#shared/model/held-fact.ts";
import { readFactId } from "#shared/model/ids.ts";
import type { FactId } from "#shared/model/ids.ts";
import { minuteMs } from "#shared/model/time.ts";
import type { CalendarDate } from "#shared/model/time.ts";

import { absencesOf } from "./absences.ts";
import { BambooClient } from "./client.ts";
import { EmployeeReader, omittedGaps } from "./employee-reader.ts";
import type { EmployeesReading } from "./employee-reader.ts";
import { bambooPersonId } from "./normalize.ts";
import { readPosition, writePosition } from "./position.ts";
import type { Position } from "./position.ts";
import { probeBamboo } from "./probe.ts";
import type { BambooSettings } from "./settings.ts";
import { BambooSubscriptions } from "./subscriptions.ts";
import { tableGap } from "./table-reader.ts";
import type { DatedRows } from "./table-reader.ts";
import { employeeIdsOf, parseJson } from "./webhook.ts";

/** Employees per page: each costs one request, so a page is a few seconds of work to lose at worst. */
const pageSize = 50;
/** Changes are asked again for this long before the last run began: clocks differ, writes take time. */
const overlapMs = 5 * minuteMs;

type ListPosition = Extract<Position, { phase: "list" }>;
type ChangedPosition = Extract<Position, { phase: "changed" }>;

/** A page of the list with everybody on it read. */
interface EmployeesPage {
  readonly ids: readonly string[];
  readonly reading: EmployeesReading;
  /** Cursor of the page after; undefined after the last. */
  readonly next: string | undefined;
  readonly total: number;
}

/** The readable side of one BambooHR company. */
export function createBambooSource(context: SourceContext<BambooSettings>): Source {
  return new BambooSource(context);
}

class BambooSource implements Source {
  readonly #context: SourceContext<BambooSettings>;
  readonly #client: BambooClient;
  readonly #reader: EmployeeReader;
  readonly #subscriptions: BambooSubscriptions;

  constructor(context: SourceContext<BambooSettings>) {
    this.#context = context;
    this.#client = new BambooClient(context);
    this.#reader = new EmployeeReader(context, this.#client);
    this.#subscriptions = new BambooSubscriptions(this.#client, context.settings.orgLevels);
  }

  probe(): Promise<Probe> {
    return probeBamboo(this.#context, this.#client, this.#reader.tables);
  }

  async readAbsences(from: CalendarDate, to: CalendarDate): Promise<Absences | undefined> {
    const entries = await this.#client.listWhosOut(from, to);
    return entries && absencesOf(entries, this.#context.connectionId);
  }

  async *pull(_collection: string, position: string | undefined): AsyncIterable<PulledPage> {
    const at: Position =
      position === undefined
        ? { phase: "list", startedAt: this.#context.clock.now() }
        : readPosition(position, this.#context.clock.now());
    if (at.phase === "list") yield* this.#everybody(at);
    else yield* this.#changed(at);
  }

  async *#everybody({ startedAt, after }: ListPosition): AsyncIterable<PulledPage> {
    const omitted = new Map<string, number>();
    let seen = 0;
    for await (const { ids, reading, next, total } of this.#pages(after)) {
      seen += ids.length;
      for (const [field, count] of reading.omitted) {
        omitted.set(field, (omitted.get(field) ?? 0) + count);
      }
      yield {
        ...pageOf(reading),
        // What is not shown of people is told once, with how many they are.
        gaps: [...reading.hiddenTables.map(tableGap), ...(next ? [] : omittedGaps(omitted, seen))],
        position: writePosition(
          next === undefined
            ? { phase: "changed", since: watermarkAfter(startedAt, overlapMs) }
            : { phase: "list", startedAt, after: next },
        ),
        isLast: next === undefined,
        recordsRead: ids.length,
        recordsTotal: total,
      };
    }
  }

  /** From a cursor on; the dated rows of everybody are read once for all pages. */
  async *#pages(from: string | undefined): AsyncIterable<EmployeesPage> {
    let rows: DatedRows | undefined;
    let after = from;
    do {
      const page = await this.#client.listEmployees({
        limit: pageSize,
        ...(after !== undefined && { after }),
      });
      const next = page.meta.page.nextCursor ?? undefined;
      after = next === undefined ? undefined : String(next);
      const ids = page.data.map((entry) => entry.employeeId);
      rows ??= await this.#reader.tables.ofAll();
      const reading = await this.#reader.read(ids, rows);
      yield { ids, reading, next: after, total: page.meta.total };
    } while (after !== undefined);
  }

  async *#changed({ since, run }: ChangedPosition): AsyncIterable<PulledPage> {
    const startedAt = run?.startedAt ?? this.#context.clock.now();
    const done = run?.done;
    const changed = (await this.#client.listChanged(since))
      .map((entry) => ({ id: entry.id, key: [entry.lastChanged, entry.id] as [string, string] }))
      .toSorted((a, b) => compareKeys(a.key, b.key))
      .filter(({ key }) => done === undefined || compareKeys(key, done) > 0);
    // Asked after the list, so that the rows are of everybody on it.
    const rows = changed.length === 0 ? undefined : await this.#reader.tables.ofChanged(since);
    for (let start = 0; start === 0 || start < changed.length; start += pageSize) {
      const batch = changed.slice(start, start + pageSize);
      const last = batch.at(-1);
      const isLast = start + pageSize >= changed.length;
      yield {
        ...pageOf(
          await this.#reader.read(
            batch.map(({ id }) => id),
            rows,
          ),
        ),
        position: writePosition(
          isLast || last === undefined
            ? { phase: "changed", since: watermarkAfter(startedAt, overlapMs) }
            : { phase: "changed", since, run: { startedAt, done: last.key } },
        ),
        isLast,
        recordsRead: batch.length,
        recordsTotal: changed.length,
      };
    }
  }

  /** All employees and the units that they are in: a unit exists as long as somebody is in it. */
  async *enumerate(_collection: string): AsyncIterable<readonly FactId[]> {
    const { connectionId } = this.#context;
    for await (const { reading, ids } of this.#pages(undefined)) {
      // An employee that cannot be understood is still there.
      const people = ids.map((id) => bambooPersonId(connectionId, id));
      yield [...new Set<FactId>([...people, ...unitsIn(reading).map(({ record }) => record.id)])];
    }
  }

  isOf(_collection: string, fact: HeldFact): boolean {
    return fact.type === "person" || fact.type === "org-unit";
  }

  async readByIds(_collection: string, ids: readonly FactId[]): Promise<Reading> {
    const people = pageOf(await this.#reader.read(nativePeopleIds(ids)));
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
      if (parts?.type === "person") presence.set(id, asked.get(parts.nativeId) ?? "gone");
    }
    return new Map([...presence, ...(await presenceOfUnits(ids, () => this.#units()))]);
  }

  /** Every unit that somebody is in. Reads everybody: units have no endpoint of their own. */
  #units(): Promise<UnitsSeen> {
    return unitsSeen(this.#pages(undefined));
  }

  /** Reads the employees that the delivery names; what it says about them is not looked at. */
  async interpret(delivery: Delivery): Promise<Reading> {
    const ids = employeeIdsOf(parseJson(delivery.body));
    return ids === undefined ? { changes: [], rejected: [] } : pageOf(await this.#reader.read(ids));
  }

  subscriptionResources(): Promise<readonly string[]> {
    return this.#subscriptions.resources();
  }

  subscribe(request: SubscriptionRequest): Promise<MadeSubscription> {
    return this.#subscriptions.subscribe(request);
  }

  inspectSubscriptions(known: readonly SubscriptionRequest[]): Promise<SubscriptionReport> {
    return this.#subscriptions.inspect(known);
  }

  async unsubscribe(nativeId: string): Promise<void> {
    await this.#client.deleteWebhook(nativeId);
  }
}

/** What the contract knows of a reading. */
function pageOf({ changes, rejected, gaps }: EmployeesReading): Reading {
  return { changes, rejected, ...(gaps && { gaps }) };
}

function compareKeys(a: readonly [string, string], b: readonly [string, string]): number {
  return a[0] === b[0] ? (a[1] < b[1] ? -1 : Number(a[1] > b[1])) : a[0] < b[0] ? -1 : 1;
}
