import { isOpen } from "#shared/model/facts.ts";
import type { WorkItem } from "#shared/model/facts.ts";
import type { ConnectionId } from "#shared/model/ids.ts";

import { allowanceFor } from "./allowances.ts";
import { depthMax, judge, spineOf } from "./line-of-sight.ts";
import type { SightOptions } from "./line-of-sight.ts";
import { standingOf } from "./link-standing.ts";
import { incompleteBecause } from "./sources.ts";
import type { GraphView } from "./view.ts";

/** How many descendants are looked at before the search for open work under a closed anchor gives up. */
const descendantsMax = 5000;

/**
 * Some open item under a closed, unlinked anchor, if there is one: closing an epic does not make the
 * work under it serve a goal. Subtrees with a link of their own are not entered. Every evaluation names
 * the same witness: the first by id of the highest level, under the first by id of the level above it.
 */
export function openWorkUnder(
  view: GraphView,
  anchor: WorkItem,
  options: SightOptions,
): WorkItem | undefined {
  const search = new Search(view, anchor, options);
  let level: readonly Place[] = [{ item: anchor, depth: 0 }];
  while (level.length > 0) {
    const families: Family[] = [];
    for (const above of level) {
      const family = search.familyOf(above);
      const found = search.firstOpen(family);
      if (found) return found;
      families.push(family);
    }
    level = families.flatMap((family) => search.closed(family));
  }
  return undefined;
}

/** An item that is unlinked under the anchor, and how many steps below it. */
interface Place {
  readonly item: WorkItem;
  readonly depth: number;
}

interface Family {
  readonly above: Place;
  /** Where not all of them may be looked at: the first by id. */
  readonly part: readonly WorkItem[] | undefined;
}

class Search {
  readonly #view: GraphView;
  readonly #anchor: WorkItem;
  readonly #options: SightOptions;
  readonly #entered = new Set<string>();
  readonly #isWhole = new Map<ConnectionId, boolean>();
  #left = descendantsMax;

  constructor(view: GraphView, anchor: WorkItem, options: SightOptions) {
    this.#view = view;
    this.#anchor = anchor;
    this.#options = { ...options, homes: "spine" };
    this.#entered.add(anchor.id);
  }

  /** As many of the children as may still be looked at. */
  familyOf(above: Place): Family {
    const count = this.#view.childCountOf(above.item.id);
    const isPart = count > this.#left;
    const part = isPart ? byId(this.#childrenOf(above)).slice(0, this.#left) : undefined;
    this.#left = isPart ? 0 : this.#left - count;
    return { above, part };
  }

  firstOpen({ above, part }: Family): WorkItem | undefined {
    const accepts = (child: WorkItem) =>
      child.id !== this.#anchor.id && this.#placeOf(child, above) !== undefined;
    if (!part) return this.#view.firstOpenChild(above.item.id, accepts);
    return part.filter(isOpen).find(accepts);
  }

  /** Closed children under which there may be open ones, by id. */
  closed({ above, part }: Family): readonly Place[] {
    const places: Place[] = [];
    for (const child of byId(part ?? this.#childrenOf(above))) {
      if (isOpen(child) || this.#entered.has(child.id)) continue;
      this.#entered.add(child.id);
      const place = this.#placeOf(child, above);
      if (place) places.push(place);
    }
    return places;
  }

  #childrenOf({ item }: Place): readonly WorkItem[] {
    return this.#view.childrenOf(item.id);
  }

  /**
   * Where it is unlinked, and by this anchor. What stands above it is known to be, so that only its own
   * links and its own tool can say otherwise; unless the one above is a further home and not the first.
   */
  #placeOf(item: WorkItem, above: Place): Place | undefined {
    const isFirstHome = item.parentId === above.item.id && !this.#view.wasRemoved(above.item.id);
    if (!isFirstHome) return this.#elsewhere(item);
    if (above.depth >= depthMax) return undefined;
    const { allowances, now } = this.#options;
    for (const link of this.#view.linksOf(item)) {
      const standing = standingOf(this.#view, link, now);
      if (standing === "supports" || standing === "goal-unread") return undefined;
    }
    if (allowanceFor(this.#view.org, item, allowances)) return undefined;
    if (!this.#isReadWhole(item.connectionId)) return undefined;
    return { item, depth: above.depth + 1 };
  }

  #elsewhere(item: WorkItem): Place | undefined {
    const spine = spineOf(this.#view, item);
    const { verdict, anchorId } = judge(this.#view, item, this.#options, spine);
    const isHere = verdict === "unlinked" && anchorId === this.#anchor.id;
    return isHere ? { item, depth: spine.items.length - 1 } : undefined;
  }

  #isReadWhole(connectionId: ConnectionId): boolean {
    const known = this.#isWhole.get(connectionId);
    if (known !== undefined) return known;
    const isWhole = incompleteBecause(this.#view.sources, connectionId) === undefined;
    this.#isWhole.set(connectionId, isWhole);
    return isWhole;
  }
}

function byId(items: readonly WorkItem[]): readonly WorkItem[] {
  if (items.length < 2) return items;
  return items.toSorted((a, b) => (a.id < b.id ? -1 : 1));
}
