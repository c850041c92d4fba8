import { AbsencePart } from "#shared/model/absence.ts";
import type { AbsenceDays, Absences } from "#shared/model/absence.ts";
import type { Connection } from "#shared/model/connection.ts";
import type { ConnectionId, PersonId } from "#shared/model/ids.ts";
import type { Clock } from "#shared/ports/clock.ts";
import type { Key, Table } from "#shared/ports/table.ts";

import { fromItem, toAttributes } from "./codec.ts";
import { queryAll } from "./list.ts";
import { SetAside } from "./set-aside.ts";

/** An item of them is some 100 KB at most. */
const peoplePerPart = 500;
const prefix = "absences#";

function partKey(connectionId: ConnectionId, part: number): Key {
  return { pk: connectionId, sk: `${prefix}${String(part).padStart(4, "0")}` };
}

/** Keeps what a connection tells of absences, in place of what it told before. Writes nothing that is kept so. */
export async function saveAbsences(
  { table, clock }: { readonly table: Table; readonly clock: Clock },
  connectionId: ConnectionId,
  absences: Absences,
): Promise<number> {
  const kept = new Map(
    (await partsOf(table, connectionId)).map((one) => [one.part, JSON.stringify(one.people)]),
  );
  const people = [...absences].toSorted(([a], [b]) => (a < b ? -1 : 1));
  let written = 0;
  let part = 0;
  for (; part * peoplePerPart < people.length; part += 1) {
    const own = people.slice(part * peoplePerPart, (part + 1) * peoplePerPart);
    const next = Object.fromEntries(own) as AbsencePart["people"];
    if (kept.get(part) === JSON.stringify(next)) continue;
    const item: AbsencePart = {
      type: "absences",
      connectionId,
      part,
      people: next,
      updatedAt: clock.now(),
    };
    const key = partKey(connectionId, part);
    await table.write({ kind: "put", item: { ...toAttributes(item), ...key }, condition: [] });
    written += 1;
  }
  for (const surplus of [...kept.keys()].filter((at) => at >= part)) {
    await table.write({ kind: "delete", key: partKey(connectionId, surplus), condition: [] });
    written += 1;
  }
  return written;
}

async function partsOf(table: Table, connectionId: ConnectionId): Promise<AbsencePart[]> {
  const items = await queryAll(table, { partition: connectionId, sortPrefix: prefix });
  const setAside = new SetAside();
  return items.flatMap((item) => setAside.read(item, (one) => fromItem(AbsencePart, one)) ?? []);
}

/** What all connections tell whose connectors can: who is away when. */
export function readAllAbsences(
  table: Table,
  connections: readonly Pick<Connection, "id" | "connector">[],
  registry: { find(name: string): { readonly tellsAbsences?: boolean } | undefined },
): Promise<Absences> {
  const telling = connections.filter(
    ({ connector }) => registry.find(connector)?.tellsAbsences === true,
  );
  return readAbsences(
    table,
    telling.map(({ id }) => id),
  );
}

/** What these connections tell of absences; a part that cannot be read is as if nobody in it were away. */
export async function readAbsences(
  table: Table,
  connectionIds: readonly ConnectionId[],
): Promise<Absences> {
  const absences = new Map<PersonId, readonly AbsenceDays[]>();
  const parts = await Promise.all(connectionIds.map((id) => partsOf(table, id)));
  for (const { people } of parts.flat()) {
    for (const [id, days] of Object.entries(people)) absences.set(id as PersonId, days);
  }
  return absences;
}
