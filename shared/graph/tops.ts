import type { WorkItem } from "#shared/model/facts.ts";
import type { WorkItemId } from "#shared/model/ids.ts";

import { depthMax, parentIds, spineParentId } from "./line-of-sight.ts";
import type { GraphView } from "./view.ts";

/** Above one item, or under it, no more are looked at. */
const hierarchyMax = 1000;

/** Whether nothing that we hold is above it: an anchor, unless it is in a circle, which has none. */
export function isTop(view: GraphView, item: WorkItem): boolean {
  const aboveId = spineParentId(view, item);
  return aboveId === undefined || view.item(aboveId) === undefined;
}

/** The item, and all that is above it by any of its homes, as far up as the walk down comes. */
export function ancestorsOf(view: GraphView, id: WorkItemId): ReadonlySet<WorkItemId> {
  const found = new Set<WorkItemId>([id]);
  let layer: readonly WorkItemId[] = [id];
  for (let depth = 0; layer.length > 0 && depth < depthMax; depth += 1) {
    const above: WorkItemId[] = [];
    for (const one of layer) {
      const item = view.item(one);
      for (const home of item ? parentIds(item) : []) {
        if (found.has(home)) continue;
        found.add(home);
        above.push(home);
      }
    }
    layer = above;
  }
  return found;
}

/**
 * What is under an item, nearest first, the item itself left out; undefined at the end of it stands for more
 * than is looked at.
 */
export function* descendantsOf(
  view: GraphView,
  id: WorkItemId,
): Generator<WorkItem | undefined, void> {
  const found = new Set<WorkItemId>([id]);
  let layer: readonly WorkItemId[] = [id];
  for (let depth = 0; layer.length > 0 && depth < depthMax; depth += 1) {
    const below: WorkItemId[] = [];
    for (const parentId of layer) {
      for (const child of view.childrenOf(parentId)) {
        if (found.has(child.id)) continue;
        found.add(child.id);
        if (found.size > hierarchyMax) return void (yield undefined);
        yield child;
        below.push(child.id);
      }
    }
    layer = below;
  }
}
