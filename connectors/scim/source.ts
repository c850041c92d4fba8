import type {
  Presence,
  Probe,
  PulledPage,
  Reading,
  Source,
  SourceContext,
} from "#shared/kit/connector.ts";
import type { Discovery } from "#shared/kit/discovery.ts";
import type { Change, Upsert } from "#shared/model/change.ts";
import type { Delivery } from "#shared/model/delivery.ts";
import type { HeldFact } from "#shared/model/held-fact.ts";
import { readFactId } from "#shared/model/ids.ts";
import type { FactId } from "#shared/model/ids.ts";
import { epochMsOf } from "#shared/model/time.ts";
import type { Instant } from "#shared/model/time.ts";
import type { KeptRecord } from "#shared/ports/kept-records.ts";

import { discoverGroups, probeDirectory } from "./discover.ts";
import { eachPage } from "./each-page.ts";
import { groupIdIn, scimPersonId, scimTeamId } from "./normalize.ts";
import { nextRun, readPosition } from "./position.ts";
import type { Position } from "./position.ts";
import type { ScimSettings } from "./settings.ts";
import { readTeams } from "./team-reader.ts";
import { UserReader } from "./user-reader.ts";
import { Announcement } from "./wire.ts";

/** What an identity provider sent and the hub keeps, read as one would read the directory itself. */
export function createScimSource(context: SourceContext<ScimSettings>): Source {
  return new ScimSource(context);
}

class ScimSource implements Source {
  readonly #context: SourceContext<ScimSettings>;
  readonly #users: UserReader;

  constructor(context: SourceContext<ScimSettings>) {
    this.#context = context;
    this.#users = new UserReader(context);
  }

  probe(): Promise<Probe> {
    return probeDirectory(this.#context);
  }

  discover(): Promise<Discovery> {
    return discoverGroups(this.#context);
  }

  /** Goes through all that is kept each time, which is cheap, and gives what changed since. */
  async *pull(collection: string, position: string | undefined): AsyncIterable<PulledPage> {
    let run = this.#begin(position);
    for (let isLast = false; !isLast;) {
      const { records, next } = await this.#context.kept.page(collection, run.after);
      const sinceMs = run.since === undefined ? 0 : epochMsOf(run.since);
      const changed = records.filter(({ changedAt }) => epochMsOf(changedAt) >= sinceMs);
      const reading = await this.#read(collection, changed);
      const { after: _after, ...rest } = run;
      run = next === undefined ? rest : { ...rest, after: next };
      isLast = next === undefined;
      const recordsRead = changed.length;
      yield { ...reading, position: JSON.stringify(run), isLast, recordsRead };
    }
  }

  #begin(position: string | undefined): Position {
    const now = this.#context.clock.now();
    if (position === undefined) return { version: 1, startedAt: now };
    const found = readPosition(position, now);
    return found.after === undefined ? nextRun(found, now) : found;
  }

  async *enumerate(collection: string): AsyncIterable<readonly FactId[]> {
    for await (const records of eachPage(this.#context.kept, collection)) {
      const { changes, rejected } = await this.#read(collection, records);
      // Whoever cannot be understood is still there.
      const unread = rejected.flatMap(({ id }) => id ?? []);
      yield [...new Set([...upsertsIn(changes).map(({ record }) => record.id), ...unread])];
    }
  }

  isOf(collection: string, { id, type }: HeldFact): boolean {
    if (type === "person") return collection === "users";
    const isOfGroup = groupIdIn(readFactId(id)?.nativeId ?? "") !== undefined;
    return type === "org-unit" && isOfGroup === (collection === "groups");
  }

  async readByIds(collection: string, ids: readonly FactId[]): Promise<Reading> {
    return (await this.#readWhole(collection, ids)).reading;
  }

  /** What is kept is all there is: what is not there is gone. */
  async confirm(
    collection: string,
    ids: readonly FactId[],
  ): Promise<ReadonlyMap<FactId, Presence>> {
    const { reading, areUnitsSure } = await this.#readWhole(collection, ids);
    const found = new Set(upsertsIn(reading.changes).map(({ record }) => record.id));
    const unread = new Set(reading.rejected.flatMap(({ id }) => id ?? []));
    const { unitIds } = sorted(ids);
    return new Map(
      ids.map((id): readonly [FactId, Presence] => {
        if (found.has(id)) return [id, "present"];
        // Somebody whom we could not understand may be in the unit.
        const mayBe = unread.has(id) || (unitIds.has(id) && !areUnitsSure);
        return [id, mayBe ? "hidden" : "gone"];
      }),
    );
  }

  /** Reads what the SCIM server has just stored; what is no longer there was deleted. */
  async interpret({ body }: Delivery): Promise<Reading> {
    const told = Announcement.safeParse(jsonOf(body));
    if (!told.success) {
      const reason = "is not in the hub's own form";
      return { changes: [], rejected: [{ record: "announcement", reason }] };
    }
    const { connectionId, settings } = this.#context;
    const users = await this.#told("users", told.data.users, (id) =>
      scimPersonId(connectionId, id),
    );
    if (!settings.groupsAreTeams) return users;
    const teams = await this.#told("groups", told.data.groups, (id) =>
      scimTeamId(connectionId, id),
    );
    return {
      // Teams first: people refer to them.
      changes: [...teams.changes, ...users.changes],
      rejected: [...teams.rejected, ...users.rejected],
    };
  }

  async #told(
    collection: string,
    ids: readonly string[],
    factIdOf: (id: string) => FactId,
  ): Promise<Reading> {
    const { kept, clock } = this.#context;
    const readAt = clock.now();
    const records = await kept.byIds(collection, ids);
    const { changes, rejected } = await this.#read(collection, [...records.values()]);
    const standing = new Set<FactId>([
      ...upsertsIn(changes).map(({ record }) => record.id),
      ...rejected.flatMap(({ id }) => id ?? []),
    ]);
    const gone = ids.map(factIdOf).filter((id) => !standing.has(id));
    return { changes: [...changes, ...gone.map((id) => removal(id, readAt))], rejected };
  }

  async #readWhole(collection: string, ids: readonly FactId[]) {
    const { kept } = this.#context;
    const { userIds, groupIds, unitIds } = sorted(ids);
    const isUsers = collection === "users";
    const records = await kept.byIds(collection, isUsers ? userIds : groupIds);
    const reading = await this.#read(collection, [...records.values()]);
    if (!isUsers || unitIds.size === 0) return { reading, areUnitsSure: true };
    const { units, isComplete } = await this.#units(unitIds);
    return {
      reading: { ...reading, changes: [...units, ...reading.changes] },
      areUnitsSure: isComplete,
    };
  }

  #read(collection: string, records: readonly KeptRecord[]): Reading | Promise<Reading> {
    return collection === "groups" ? readTeams(this.#context, records) : this.#users.read(records);
  }

  /** Looks through everybody: a unit is there as long as somebody's attributes name it. */
  async #units(wanted: ReadonlySet<FactId>) {
    const units = new Map<FactId, Change>();
    let isComplete = true;
    for await (const records of eachPage(this.#context.kept, "users")) {
      const { changes, rejected } = await this.#users.read(records);
      if (rejected.length > 0) isComplete = false;
      for (const change of upsertsIn(changes)) {
        if (wanted.has(change.record.id)) units.set(change.record.id, change);
      }
    }
    return { units: [...units.values()], isComplete };
  }
}

function upsertsIn(changes: readonly Change[]): readonly Upsert[] {
  return changes.filter((change): change is Upsert => change.kind === "upserted");
}

function removal(id: FactId, readAt: Instant): Change {
  return { kind: "removed", id, sourceVersion: epochMsOf(readAt), readAt };
}

function sorted(ids: readonly FactId[]) {
  const userIds: string[] = [];
  const groupIds: string[] = [];
  const unitIds = new Set<FactId>();
  for (const id of ids) {
    const { type, nativeId = "" } = readFactId(id) ?? {};
    const groupId = groupIdIn(nativeId);
    if (type === "person") userIds.push(nativeId);
    else if (groupId !== undefined) groupIds.push(groupId);
    else unitIds.add(id);
  }
  return { userIds, groupIds, unitIds };
}

function jsonOf(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString("utf8")) as unknown;
  } catch {
    return undefined;
  }
}
