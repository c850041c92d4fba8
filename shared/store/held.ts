import type { Fact } from "#shared/model/facts.ts";
import type { HeldFact } from "#shared/model/held-fact.ts";
import type { ConnectionId, FactId } from "#shared/model/ids.ts";
import { FactType } from "#shared/model/ids.ts";
import type { Item, Table } from "#shared/ports/table.ts";

import { buriedMark, readFactItem } from "./facts.ts";
import { connectionPartition, factKey } from "./keys.ts";
import { queryEach } from "./list.ts";
import { SetAside } from "./set-aside.ts";

/** What is held of a connection, or of some types of its facts. */
export interface HeldOf {
  readonly connectionId: ConnectionId;
  readonly types?: readonly FactType[];
}

/**
 * What the index says of everything that stands in partitions of a connection's facts: the facts, and
 * the edges and statements beside them, and tombstones that remember. The index may lag behind the table.
 */
export async function eachEntry(
  table: Table,
  { connectionId, types = FactType.options }: HeldOf,
  visit: (entry: Item) => void,
): Promise<void> {
  for (const type of types) {
    const partition = connectionPartition(connectionId, type);
    await queryEach(table, { index: "connection", partition }, visit);
  }
}

/** The facts among these. */
export async function eachHeldFact(
  table: Table,
  held: HeldOf,
  visit: (fact: HeldFact) => void,
): Promise<void> {
  await eachEntry(table, held, (entry) => {
    const fact = heldFactIn(entry);
    if (fact) visit(fact);
  });
}

/** The fact that an entry is about; undefined for what stands beside it, and for tombstones. */
export function heldFactIn(entry: Item): HeldFact | undefined {
  const isFact = entry.sk === factKey(idOf(entry)).sk && !isBuried(entry);
  return isFact ? projected(entry) : undefined;
}

/** An entry of a tombstone, which is there for what it remembers. */
export function isBuried(entry: Item): boolean {
  return entry["source"] === buriedMark;
}

/** Only what stands in a fact's partition is in the index. */
function idOf({ pk }: Item): FactId {
  return pk as FactId;
}

/** The index projects attributes of a fact that was parsed before it was stored. */
function projected(entry: Item): HeldFact {
  return { ...entry, id: entry.pk } as unknown as HeldFact;
}

/** The facts under these ids that stand and can be read, from the table itself; what cannot be is put aside. */
export async function readFacts(
  table: Table,
  ids: readonly FactId[],
  setAside: SetAside = new SetAside(),
): Promise<ReadonlyMap<FactId, Fact>> {
  const items = await table.batchGet(ids.map((id) => factKey(id)));
  const facts = items.flatMap((item) => {
    const stored = setAside.read(item, readFactItem);
    return stored?.isRemoved === false ? [stored.fact] : [];
  });
  return new Map(facts.map((fact) => [fact.id, fact]));
}

/** Those of the ids under which a fact stands, whether anybody can read it or not; from the table itself. */
export async function standingAmong(
  table: Table,
  ids: readonly FactId[],
): Promise<ReadonlySet<FactId>> {
  const items = await table.batchGet(ids.map((id) => factKey(id)));
  return new Set(items.filter((item) => item["isRemoved"] !== true).map(idOf));
}
