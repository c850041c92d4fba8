import { isOpen } from "#shared/model/facts.ts";
import type { WorkItem } from "#shared/model/facts.ts";

import { lineOfSight } from "./line-of-sight.ts";
import type { SightOptions } from "./line-of-sight.ts";
import type { GraphView } from "./view.ts";

/** How many descendants are looked at before the search for open work under a closed anchor gives up. */
const descendantsMax = 5000;

/**
 * Some open item under a closed, unlinked anchor, if there is one: closing an epic does not make the
 * work under it serve a goal. Subtrees with a link of their own are not entered.
 */
export function openWorkUnder(
  view: GraphView,
  anchor: WorkItem,
  options: SightOptions,
): WorkItem | undefined {
  const entered = new Set<string>([anchor.id]);
  // By id, so that every evaluation names the same witness.
  const queue = byId(view.childrenOf(anchor.id));
  for (let seen = 0; seen < queue.length && seen < descendantsMax; seen += 1) {
    const item = queue[seen];
    if (item === undefined || entered.has(item.id)) continue;
    entered.add(item.id);
    const sight = lineOfSight(view, item, { ...options, homes: "spine" });
    if (sight.verdict !== "unlinked" || sight.anchorId !== anchor.id) continue;
    if (isOpen(item)) return item;
    for (const child of byId(view.childrenOf(item.id))) queue.push(child);
  }
  return undefined;
}

function byId(items: readonly WorkItem[]): WorkItem[] {
  return items.toSorted((a, b) => (a.id < b.id ? -1 : 1));
}
