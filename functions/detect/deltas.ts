import { differ } from "#shared/kit/differ.ts";
import type { Delta } from "#shared/kit/rule.ts";
import { Match } from "#shared/model/edges.ts";
import type { Item, ItemChange } from "#shared/ports/table.ts";
import { fromItem } from "#shared/store/codec.ts";
import { readDocument } from "#shared/store/documents.ts";
import { readEdgeItem, readFactItem } from "#shared/store/facts.ts";
import { connectionSpec, ruleSettingsSpec } from "#shared/store/specs.ts";

/** Reads a change of the table as the rules understand it; undefined when it is none of their business. */
export function deltaOf(change: ItemChange): Delta | undefined {
  if (change.after !== undefined && change.after["hash"] !== undefined) {
    // The embedded database also reports writes that changed nothing.
    if (change.before?.["hash"] === change.after["hash"]) return undefined;
  }
  const before = change.before && readThing(change.before);
  const after = change.after && readThing(change.after);
  if (!before && !after) return buried(change.after);
  return { ...(before && { before }), ...(after && { after }) };
}

function buried(item: Item | undefined): Delta | undefined {
  const stored = item && readFactItem(item);
  return stored?.isRemoved === true ? { buriedId: stored.id } : undefined;
}

function readThing(item: Item): NonNullable<Delta["before"]> | undefined {
  const stored = readFactItem(item);
  if (stored) return stored.isRemoved ? undefined : stored.fact;
  switch (item["type"]) {
    case "link":
    case "dependency":
      return readEdgeItem(item);
    case "match":
      return fromItem(Match, item);
    case "connection":
      return readDocument(connectionSpec, item);
    case "rule-settings":
      return readDocument(ruleSettingsSpec, item);
    default:
      return undefined;
  }
}

/** A connection's change that alters what absence means: it became ready, fresh again, or is leaving. */
export function changesConclusions({ before, after }: Delta): boolean {
  if ((after ?? before)?.type !== "connection") return true;
  // A new connection has nothing to conclude from yet; that it became ready is the news.
  const was = standing(before) ?? { readyAt: undefined, isLeaving: false, isActive: true };
  const is = standing(after);
  return differ(was, is, ["readyAt", "isLeaving"]) || (!was.isActive && is?.isActive === true);
}

function standing(thing: Delta["before"]) {
  if (thing?.type !== "connection") return undefined;
  const { readyAt, status } = thing;
  return { readyAt, isLeaving: status === "removing", isActive: status === "active" };
}
