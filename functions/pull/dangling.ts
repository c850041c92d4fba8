import type { Outline } from "#shared/kit/connector.ts";
import type { Edge } from "#shared/model/edges.ts";
import { Edge as EdgeSchema } from "#shared/model/edges.ts";
import type { Fact } from "#shared/model/facts.ts";
import type { FactId } from "#shared/model/ids.ts";
import { readFactId } from "#shared/model/ids.ts";
import { dayMs } from "#shared/model/time.ts";
import type { Item } from "#shared/ports/table.ts";
import { fromItem } from "#shared/store/codec.ts";
import { readFactItem } from "#shared/store/facts.ts";
import { scanAll } from "#shared/store/list.ts";

import type { PullDeps } from "./deps.ts";
import type { Reconciling } from "./plan-reconcile.ts";

/**
 * Records of a collection that still name something of their own connection that is not there any more,
 * or that wait for other things than the source's lists tell. Tools let go of a deleted parent or link,
 * and take it up again with what is restored, without touching the record, so no pull and no webhook
 * tells; and once the tombstone is forgotten, the reference would look like one that was never read.
 */
export async function danglingRecords(
  deps: Pick<PullDeps, "table">,
  run: Reconciling,
  outlines: ReadonlyMap<FactId, Outline>,
): Promise<readonly FactId[]> {
  const items = await scanAll(deps.table);
  const standing = new Set<FactId>();
  const facts: Fact[] = [];
  for (const item of items) {
    const stored = readFactItem(item);
    if (stored?.isRemoved !== false) continue;
    standing.add(stored.fact.id);
    facts.push(stored.fact);
  }
  const isLost = (id: FactId) =>
    readFactId(id)?.connectionId === run.connection.id && !standing.has(id);
  const dangling = new Set<FactId>();
  for (const fact of facts) if (parentsOf(fact).some(isLost)) dangling.add(fact.id);
  for (const edge of items.flatMap(edgeIn)) {
    if (edge.assertedBy !== undefined && isLost(endOf(edge))) dangling.add(edge.assertedBy);
  }
  for (const id of waitingOtherwise(items, outlines)) dangling.add(id);
  const isOurs = (fact: Fact) =>
    dangling.has(fact.id) &&
    fact.connectionId === run.connection.id &&
    run.collection.facts.includes(fact.type) &&
    run.source.isOf(run.collection.name, fact);
  return facts.filter(isOurs).map(({ id }) => id);
}

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
  items: readonly Item[],
  outlines: ReadonlyMap<FactId, Outline>,
): readonly FactId[] {
  const held = new Map<FactId, Set<FactId>>();
  for (const edge of items.flatMap(edgeIn)) {
    if (edge.type !== "dependency" || edge.source !== "native") continue;
    held.set(edge.blockedId, (held.get(edge.blockedId) ?? new Set<FactId>()).add(edge.blockingId));
  }
  return [...outlines].flatMap(([id, { dependsOn }]) => {
    const told = dependsOn && new Set(dependsOn.filter((other) => other !== id));
    const has = held.get(id) ?? new Set();
    return !told || (told.size === has.size && [...told].every((other) => has.has(other)))
      ? []
      : [id];
  });
}

function parentsOf(fact: Fact): readonly FactId[] {
  switch (fact.type) {
    case "work-item":
      return [
        ...(fact.parentId === undefined ? [] : [fact.parentId]),
        ...(fact.otherParentIds ?? []),
      ];
    case "goal":
    case "org-unit":
      return fact.parentId === undefined ? [] : [fact.parentId];
    case "person":
    case "account":
      return [];
  }
}

function edgeIn(item: Item): readonly Edge[] {
  const type = item["type"];
  const isEdge = type === "link" || type === "dependency" || type === "home";
  return isEdge ? [fromItem(EdgeSchema, item)] : [];
}

/** The end that its record speaks of. */
function endOf(edge: Edge): FactId {
  switch (edge.type) {
    case "link":
      return edge.toId;
    case "dependency":
      return edge.blockingId;
    case "home":
      return edge.parentId;
  }
}
