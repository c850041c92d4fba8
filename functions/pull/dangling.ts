import type { Outline } from "#shared/kit/outline.ts";
import type { HeldFact } from "#shared/model/held-fact.ts";
import type { FactId } from "#shared/model/ids.ts";
import { readFactId } from "#shared/model/ids.ts";
import { dayMs } from "#shared/model/time.ts";
import type { Item } from "#shared/ports/table.ts";
import { eachEntry, heldFactIn } from "#shared/store/held.ts";

import type { PullDeps } from "./deps.ts";
import { isHeldOf, type Reconciling } from "./plan-reconcile.ts";

/**
 * Records of a collection that still name something of their own connection that is not there any more,
 * or that wait for other things than the source's lists tell. Tools let go of a deleted parent or link,
 * and take it up again with what is restored, without touching the record, so no pull and no webhook
 * tells; and once the tombstone is forgotten, the reference would look like one that was never read.
 */
export async function danglingRecords(
  deps: Pick<PullDeps, "table" | "registry">,
  run: Reconciling,
  outlines: ReadonlyMap<FactId, Outline>,
): Promise<readonly FactId[]> {
  const connectionId = run.connection.id;
  const { collections } = deps.registry.get(run.connection.connector);
  const held = { connectionId, types: [...new Set(collections.flatMap(({ facts }) => facts))] };
  /** All that stands, and whether it is of the collection. */
  const standing = new Map<FactId, boolean>();
  const kept: Item[] = [];
  let isMuch = false;
  await eachEntry(deps.table, held, (entry) => {
    const fact = heldFactIn(entry);
    if (fact) standing.set(fact.id, isHeldOf(run, fact));
    if (kept.length < entriesKeptMax) kept.push(entry);
    else isMuch = true;
  });
  const isLost = (id: FactId) => readFactId(id)?.connectionId === connectionId && !standing.has(id);
  const dangling = new Set<FactId>();
  const waits = new Map<FactId, Set<FactId>>();
  const look = (entry: Item): void => {
    const fact = heldFactIn(entry);
    if (fact) {
      if (parentsOf(fact).some(isLost)) dangling.add(fact.id);
      return;
    }
    const { ownerId, endId, assertedBy, isNativeWait } = edgeIn(entry);
    if (endId === undefined) return;
    if (assertedBy !== undefined && isLost(endId)) dangling.add(assertedBy);
    if (isNativeWait) waits.set(ownerId, (waits.get(ownerId) ?? new Set<FactId>()).add(endId));
  };
  if (isMuch) await eachEntry(deps.table, held, look);
  else kept.forEach(look);
  for (const id of waitingOtherwise(waits, outlines)) dangling.add(id);
  return [...dangling].filter((id) => standing.get(id) === true);
}

/** More than these, some 20 MB, are not kept but looked through once more: there may be a million. */
const entriesKeptMax = 20_000;

/** What names a record that the source goes on naming is read again every day: within bounds. */
const danglingReadMax = 2000;

/** As many of them as may be read at once: each day the next ones, so that all have their turn. */
export function inTurn(dangling: readonly FactId[], nowMs: number): readonly FactId[] {
  if (dangling.length <= danglingReadMax) return dangling;
  const start = (Math.floor(nowMs / dayMs) * danglingReadMax) % dangling.length;
  return [...dangling.slice(start), ...dangling.slice(0, start)].slice(0, danglingReadMax);
}

/** Records that wait for other things at the source than they do here. */
function waitingOtherwise(
  held: ReadonlyMap<FactId, ReadonlySet<FactId>>,
  outlines: ReadonlyMap<FactId, Outline>,
): readonly FactId[] {
  return [...outlines].flatMap(([id, { dependsOn }]) => {
    const told = dependsOn && new Set(dependsOn.filter((other) => other !== id));
    const has = held.get(id) ?? new Set();
    return !told || (told.size === has.size && [...told].every((other) => has.has(other)))
      ? []
      : [id];
  });
}

function parentsOf({ parentId, otherParentIds = [] }: HeldFact): readonly FactId[] {
  return parentId === undefined ? otherParentIds : [parentId, ...otherParentIds];
}

interface HeldEdge {
  readonly ownerId: FactId;
  /** The end that its record speaks of; undefined for what is no edge between records. */
  readonly endId: FactId | undefined;
  readonly assertedBy: FactId | undefined;
  /** It is a wait that the owner's own tool tells of. */
  readonly isNativeWait: boolean;
}

const ends = new Map<unknown, string>([
  ["link", "toId"],
  ["dependency", "blockingId"],
  ["home", "parentId"],
]);

/** The index projects attributes of an edge that was parsed before it was stored. */
function edgeIn(entry: Item): HeldEdge {
  const end = ends.get(entry["type"]);
  return {
    ownerId: entry.pk,
    endId: end === undefined ? undefined : entry[end],
    assertedBy: entry["assertedBy"],
    isNativeWait: entry["type"] === "dependency" && entry["source"] === "native",
  } as HeldEdge;
}
