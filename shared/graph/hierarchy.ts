import type { WorkItem } from "#shared/model/facts.ts";
import type { WorkItemId } from "#shared/model/ids.ts";

/** Where one item stands, or would stand: whoever names it before it is known names its place. */
interface Place {
  readonly id: WorkItemId;
  item: WorkItem | undefined;
  /** Its homes in their order; the first apart, since nearly all items have one at most. */
  home: Place | undefined;
  otherHomes: readonly Place[];
  /** What is held and has a home here, in the order in which it came. */
  children: Set<Place> | undefined;
  /** A tombstone stands here. */
  isRemoved: boolean;
}

/**
 * Items, and who is above and below whom. Places know each other, so that a way up through a million
 * items looks up its beginning only, and a change of an item concerns none but itself.
 */
export class Hierarchy {
  readonly #held = new Map<WorkItemId, Place>();
  /** Places without an item, as long as something held has a home there, or a tombstone stands there. */
  readonly #named = new Map<WorkItemId, Place>();

  get(id: WorkItemId): WorkItem | undefined {
    return this.#held.get(id)?.item;
  }

  *items(): Generator<WorkItem, void> {
    for (const { item } of this.#held.values()) if (item) yield item;
  }

  childrenOf(id: WorkItemId): readonly WorkItem[] {
    const children = (this.#held.get(id) ?? this.#named.get(id))?.children;
    if (!children) return nobody;
    const items: WorkItem[] = [];
    for (const { item } of children) if (item) items.push(item);
    return items;
  }

  /** In the place of what is held under its id. */
  put(item: WorkItem): void {
    const place = this.#held.get(item.id);
    if (!place) return this.#enter(item);
    const was = place.item;
    place.item = item;
    if (was && hasSameHomes(was, item)) return;
    this.#leaveHomes(place);
    this.#enterHomes(place, item);
  }

  drop(id: WorkItemId): void {
    const place = this.#held.get(id);
    if (!place) return;
    this.#held.delete(id);
    this.#leaveHomes(place);
    place.item = undefined;
    if (isNamed(place)) this.#named.set(id, place);
  }

  setRemoved(id: WorkItemId, isRemoved: boolean): void {
    const known = this.#held.get(id) ?? this.#named.get(id);
    if (!known && !isRemoved) return;
    const place = known ?? this.#placeAt(id);
    place.isRemoved = isRemoved;
    this.#forget(place);
  }

  /**
   * The item, its first home that was not removed, that one's, and so on, as long as they are held: so many
   * at most. It need not be held itself; then its own homes count, and not those of what is held instead.
   */
  wayUp(item: WorkItem, most: number): WorkItem[] {
    const way = [item];
    const held = this.#held.get(item.id);
    let place = held?.item === item ? aboveOf(held) : this.#firstHomeOf(item);
    while (place?.item && way.length < most) {
      way.push(place.item);
      place = aboveOf(place);
    }
    return way;
  }

  #firstHomeOf(item: WorkItem): Place | undefined {
    for (const id of homesOf(item)) {
      const place = this.#held.get(id) ?? this.#named.get(id);
      if (place?.isRemoved !== true) return place;
    }
    return undefined;
  }

  #enter(item: WorkItem): void {
    const place = this.#named.get(item.id) ?? newPlace(item.id);
    this.#named.delete(item.id);
    this.#held.set(item.id, place);
    place.item = item;
    this.#enterHomes(place, item);
  }

  #enterHomes(place: Place, { parentId, otherParentIds }: WorkItem): void {
    const others = otherParentIds?.map((id) => this.#placeAt(id)) ?? noPlaces;
    const first = parentId === undefined ? undefined : this.#placeAt(parentId);
    place.home = first;
    place.otherHomes = others;
    if (first) addChild(first, place);
    for (const home of others) addChild(home, place);
  }

  #leaveHomes(place: Place): void {
    const { home, otherHomes } = place;
    place.home = undefined;
    place.otherHomes = noPlaces;
    for (const one of home ? [home, ...otherHomes] : otherHomes) {
      one.children?.delete(place);
      if (one.children?.size === 0) one.children = undefined;
      this.#forget(one);
    }
  }

  #placeAt(id: WorkItemId): Place {
    const known = this.#held.get(id) ?? this.#named.get(id);
    if (known) return known;
    const place = newPlace(id);
    this.#named.set(id, place);
    return place;
  }

  #forget(place: Place): void {
    if (place.item === undefined && !isNamed(place)) this.#named.delete(place.id);
  }
}

const nobody: readonly WorkItem[] = [];
const noPlaces: readonly Place[] = [];
const noHomes: readonly WorkItemId[] = [];

function newPlace(id: WorkItemId): Place {
  return {
    id,
    item: undefined,
    home: undefined,
    otherHomes: noPlaces,
    children: undefined,
    isRemoved: false,
  };
}

function addChild(home: Place, place: Place): void {
  home.children ??= new Set();
  home.children.add(place);
}

function isNamed({ children, isRemoved }: Place): boolean {
  return isRemoved || children !== undefined;
}

/** The home that counts where only one can. */
function aboveOf({ home, otherHomes }: Place): Place | undefined {
  if (home && !home.isRemoved) return home;
  return otherHomes.find(({ isRemoved }) => !isRemoved);
}

function homesOf({ parentId, otherParentIds }: WorkItem): readonly WorkItemId[] {
  const others: readonly WorkItemId[] = otherParentIds ?? noHomes;
  return parentId === undefined ? others : [parentId, ...others];
}

function hasSameHomes(a: WorkItem, b: WorkItem): boolean {
  const was: readonly WorkItemId[] = a.otherParentIds ?? noHomes;
  const is: readonly WorkItemId[] = b.otherParentIds ?? noHomes;
  if (a.parentId !== b.parentId || was.length !== is.length) return false;
  return was === is || was.every((id, at) => id === is[at]);
}
