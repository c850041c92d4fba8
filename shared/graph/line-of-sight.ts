import type { Link } from "#shared/model/edges.ts";
import { isOpen } from "#shared/model/facts.ts";
import type { Goal, WorkItem } from "#shared/model/facts.ts";
import type { GoalId, WorkItemId } from "#shared/model/ids.ts";
import type { Instant } from "#shared/model/time.ts";

import { incompleteBecause } from "./sources.ts";
import type { GraphView } from "./view.ts";

export type VerdictKind = "linked" | "unlinked" | "allowed" | "unlinkable" | "unknown";

/** One step up: to what, and by which edge. The first hop is the item itself. */
export interface Hop {
  readonly id: WorkItemId | GoalId;
  readonly type: "work-item" | "goal";
  readonly via: "self" | "parent" | "link" | "goal-parent" | "goal-link";
  /** The link taken, where `via` is one. */
  readonly link?: Link;
}

/** Work that may stand outside strategy, by a stated reason. Every condition given must hold. */
export interface Allowance {
  readonly reason: string;
  readonly containers?: readonly string[] | undefined;
  readonly originalKinds?: readonly string[] | undefined;
  readonly labels?: readonly string[] | undefined;
}

export interface LineOfSight {
  readonly verdict: VerdictKind;
  /** A stable word for it: `goal-reached`, `no-link`, `parent-unread`, `source-stale`, … */
  readonly reason: string;
  /** The proof when linked: item → … → goal → … → topmost goal. Else the walk to the anchor. */
  readonly path: readonly Hop[];
  /** The topmost ancestor inside its tool. */
  readonly anchorId: WorkItemId;
}

interface Options {
  readonly now: Instant;
  readonly allowances: readonly Allowance[];
  /**
   * `all` (the default): any home of a multi-homed item may give it support. `spine`: only the first
   * home counts, on which anchors and signals rest, so that each item belongs to one anchor.
   */
  readonly homes?: "all" | "spine";
}

/** Longest path followed, tool hierarchy and goal tree together. Real ones stay under fifteen. */
const pathLengthMax = 60;

/**
 * Walks up from an item to strategy. A node is entered once, so a cycle never supports itself; links
 * are tried before parents, the surest first, so the shown path is the most direct statement.
 */
export function lineOfSight(view: GraphView, item: WorkItem, options: Options): LineOfSight {
  const walk = new Walk(view, options);
  const toGoal = walk.toGoal(item);
  const toAnchor = pathToAnchor(view, item);
  const anchorId = lastItem(toAnchor) ?? item.id;
  if (toGoal) {
    return {
      verdict: "linked",
      reason: "goal-reached",
      path: [...toGoal, ...aboveGoal(view, toGoal)],
      anchorId,
    };
  }
  const anchor = view.item(anchorId) ?? item;
  const allowance = [item, anchor]
    .map((node) => allowanceFor(node, options.allowances))
    .find(Boolean);
  if (allowance) return { verdict: "allowed", reason: allowance.reason, path: toAnchor, anchorId };
  const incomplete = walk.unread ?? incompleteBecause(view.sources, item.connectionId);
  if (incomplete) return { verdict: "unknown", reason: incomplete, path: toAnchor, anchorId };
  if (!anchor.canHoldGoal) {
    return { verdict: "unlinkable", reason: "tool-cannot-hold-link", path: toAnchor, anchorId };
  }
  return { verdict: "unlinked", reason: walk.dead ?? "no-link", path: toAnchor, anchorId };
}

class Walk {
  /** Set when something on the way is referred to but was never read. */
  unread: "parent-unread" | "goal-unread" | undefined;
  /** Set when a link led to a goal that is no support any more. */
  dead: "goal-removed" | "goal-dropped" | "link-expired" | "cycle" | undefined;
  readonly #view: GraphView;
  readonly #now: Instant;
  readonly #homes: "all" | "spine";
  readonly #entered = new Set<string>();

  constructor(view: GraphView, { now, homes = "all" }: Options) {
    this.#view = view;
    this.#now = now;
    this.#homes = homes;
  }

  /** Breadth first, so that the path found is a shortest one. */
  toGoal(start: WorkItem): readonly Hop[] | undefined {
    let frontier: { readonly item: WorkItem; readonly path: readonly Hop[] }[] = [
      { item: start, path: [{ id: start.id, type: "work-item", via: "self" }] },
    ];
    this.#entered.add(start.id);
    for (let depth = 0; frontier.length > 0 && depth < pathLengthMax; depth += 1) {
      for (const { item, path } of frontier) {
        const link = this.#supportingLink(item);
        if (link) return [...path, { id: link.toId, type: "goal", via: "link", link }];
      }
      frontier = frontier.flatMap(({ item, path }) =>
        this.#parents(item).map((parent) => ({
          item: parent,
          path: [...path, { id: parent.id, type: "work-item" as const, via: "parent" as const }],
        })),
      );
    }
    return undefined;
  }

  #supportingLink(item: WorkItem): Link | undefined {
    return surestFirst(this.#view.linksOf(item)).find((link) => this.#supports(link));
  }

  #supports(link: Link): boolean {
    if (link.expiresAt !== undefined && link.expiresAt <= this.#now) {
      this.dead ??= "link-expired";
      return false;
    }
    if (link.source === "suggestion") return false;
    const goal = this.#view.goal(link.toId);
    if (goal === undefined) {
      if (this.#view.wasRemoved(link.toId)) this.dead ??= "goal-removed";
      else this.unread ??= "goal-unread";
      return false;
    }
    if (goal.status === "dropped") this.dead ??= "goal-dropped";
    return goal.status !== "dropped";
  }

  #parents(item: WorkItem): readonly WorkItem[] {
    const parents: WorkItem[] = [];
    const spineId = spineParentId(this.#view, item);
    const wanted = this.#homes === "all" ? parentIds(item) : spineId === undefined ? [] : [spineId];
    for (const id of wanted) {
      const parent = this.#view.item(id);
      if (parent === undefined) {
        if (!this.#view.wasRemoved(id)) this.unread ??= "parent-unread";
      } else if (this.#entered.has(id)) {
        if (id === spineId) this.dead ??= "cycle";
      } else {
        this.#entered.add(id);
        parents.push(parent);
      }
    }
    return parents;
  }
}

export function parentIds(item: WorkItem): readonly WorkItemId[] {
  return item.parentId === undefined
    ? (item.otherParentIds ?? [])
    : [item.parentId, ...(item.otherParentIds ?? [])];
}

/** The home that counts where only one can: the first that was not removed. */
function spineParentId(view: GraphView, item: WorkItem): WorkItemId | undefined {
  return parentIds(item).find((id) => !view.wasRemoved(id));
}

function surestFirst(links: readonly Link[]): readonly Link[] {
  return links.toSorted((a, b) => b.confidence - a.confidence || (a.toId < b.toId ? -1 : 1));
}

/** The goals above the one reached, for the picture; a cycle or an unread goal ends it. */
function aboveGoal(view: GraphView, path: readonly Hop[]): readonly Hop[] {
  const above: Hop[] = [];
  const entered = new Set<string>(path.map((hop) => hop.id));
  let goal = goalAt(view, path.at(-1));
  while (goal !== undefined && above.length < pathLengthMax) {
    const next: Hop | undefined = goalUp(view, goal, entered);
    if (!next) break;
    entered.add(next.id);
    above.push(next);
    goal = goalAt(view, next);
  }
  return above;
}

function goalUp(view: GraphView, goal: Goal, entered: ReadonlySet<string>): Hop | undefined {
  const { parentId } = goal;
  if (parentId !== undefined && !entered.has(parentId) && view.goal(parentId) !== undefined) {
    return { id: parentId, type: "goal", via: "goal-parent" };
  }
  const link = surestFirst(view.linksFrom(goal.id)).find(
    ({ toId, source }) =>
      source !== "suggestion" && !entered.has(toId) && view.goal(toId) !== undefined,
  );
  return link && { id: link.toId, type: "goal", via: "goal-link", link };
}

function goalAt(view: GraphView, hop: Hop | undefined): Goal | undefined {
  // A hop of type goal holds a goal's id.
  return hop?.type === "goal" ? view.goal(hop.id as GoalId) : undefined;
}

/**
 * Up the first homes to the topmost ancestor that we hold. In a cycle every member finds the same
 * anchor, the smallest id, so that a cycle is one subject.
 */
export function pathToAnchor(view: GraphView, item: WorkItem): readonly Hop[] {
  const path: Hop[] = [{ id: item.id, type: "work-item", via: "self" }];
  const ids: WorkItemId[] = [item.id];
  let parentId = spineParentId(view, item);
  while (parentId !== undefined) {
    const cycleStart = ids.indexOf(parentId);
    if (cycleStart >= 0) return cutAtSmallest(path, ids.slice(cycleStart));
    const parent = view.item(parentId);
    if (parent === undefined) break;
    path.push({ id: parent.id, type: "work-item", via: "parent" });
    ids.push(parent.id);
    parentId = spineParentId(view, parent);
  }
  return path;
}

function cutAtSmallest(path: readonly Hop[], cycle: readonly WorkItemId[]): readonly Hop[] {
  const smallest = cycle.toSorted()[0];
  return path.slice(0, path.findIndex((hop) => hop.id === smallest) + 1);
}

function lastItem(path: readonly Hop[]): WorkItemId | undefined {
  const last = path.at(-1);
  // pathToAnchor makes hops of work items only.
  return last && (last.id as WorkItemId);
}

export function anchorOf(view: GraphView, item: WorkItem): WorkItemId {
  return lastItem(pathToAnchor(view, item)) ?? item.id;
}

function allowanceFor(item: WorkItem, allowances: readonly Allowance[]): Allowance | undefined {
  return allowances.find((allowance) => isAllowed(item, allowance));
}

function isAllowed(item: WorkItem, { containers, originalKinds, labels }: Allowance): boolean {
  // An allowance without a condition would allow everything.
  if ((containers ?? originalKinds ?? labels) === undefined) return false;
  const meets = (wanted: readonly string[] | undefined, having: readonly string[]) =>
    wanted === undefined || having.some((value) => wanted.includes(value));
  return (
    meets(containers, item.container === undefined ? [] : [item.container]) &&
    meets(originalKinds, [item.originalKind]) &&
    meets(labels, item.labels ?? [])
  );
}

/** How many descendants are looked at before the search for open work under a closed anchor gives up. */
const descendantsMax = 5000;

/**
 * Some open item under a closed, unlinked anchor, if there is one: closing an epic does not make the
 * work under it serve a goal. Subtrees with a link of their own are not entered.
 */
export function openWorkUnder(
  view: GraphView,
  anchor: WorkItem,
  options: Options,
): WorkItem | undefined {
  const entered = new Set<string>([anchor.id]);
  // By id, so that every evaluation names the same witness.
  const queue = byId(view.childrenOf(anchor.id));
  for (let seen = 0; queue.length > 0 && seen < descendantsMax; seen += 1) {
    const item = queue.shift();
    if (item === undefined || entered.has(item.id)) continue;
    entered.add(item.id);
    const sight = lineOfSight(view, item, { ...options, homes: "spine" });
    if (sight.verdict !== "unlinked" || sight.anchorId !== anchor.id) continue;
    if (isOpen(item)) return item;
    queue.push(...byId(view.childrenOf(item.id)));
  }
  return undefined;
}

function byId(items: readonly WorkItem[]): WorkItem[] {
  return items.toSorted((a, b) => (a.id < b.id ? -1 : 1));
}
