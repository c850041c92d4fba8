import type { Link } from "#shared/model/edges.ts";
import type { Goal, WorkItem } from "#shared/model/facts.ts";
import type { GoalId, WorkItemId } from "#shared/model/ids.ts";
import type { Instant } from "#shared/model/time.ts";

import { type Allowance, allowanceFor } from "./allowances.ts";
import { Nearest, deadReasons, standingOf, unreadReasons } from "./link-standing.ts";
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

export interface LineOfSight {
  readonly verdict: VerdictKind;
  /** A stable word for it: `goal-reached`, `no-link`, `parent-unread`, `source-stale`, … */
  readonly reason: string;
  /** The proof when linked: item → … → goal → … → topmost goal. Else the walk to the anchor. */
  readonly path: readonly Hop[];
  /** The topmost ancestor inside its tool. */
  readonly anchorId: WorkItemId;
}

/** At which moment, and what may stand outside strategy. */
export interface SightOptions {
  readonly now: Instant;
  readonly allowances: readonly Allowance[];
  /**
   * `all` (the default): any home of a multi-homed item may give it support. `spine`: only the first
   * home counts, on which anchors and signals rest, so that each item belongs to one anchor.
   */
  readonly homes?: "all" | "spine";
}

/**
 * Steps up that are followed, from a work item to the one whose link counts. What lies deeper than
 * this is not judged at all: its verdict is `unknown`, `too-deep`. Real hierarchies stay under fifteen.
 */
export const depthMax = 60;

/**
 * Walks up from an item to strategy. A node is entered once, so a cycle never supports itself; links
 * are tried before parents, the surest first, so the shown path is the most direct statement.
 */
export function lineOfSight(view: GraphView, item: WorkItem, options: SightOptions): LineOfSight {
  const walk = new Walk(view, options);
  const support = walk.toSupport(item);
  const spine = spineOf(view, item);
  const judged = judgedBy(view, item, { options, walk, spine, isLinked: support !== undefined });
  if (!support) return { ...judged, path: spine.items.map(hopUp) };
  const { step, link } = support;
  const toGoal: Hop[] = [...hopsTo(step), { id: link.toId, type: "goal", via: "link", link }];
  return { ...judged, path: [...toGoal, ...aboveGoal(view, toGoal)] };
}

/** What is said of an item, without the path that shows it. */
export type Judged = Omit<LineOfSight, "path">;

/** The line of sight without its path, for whoever asks for many; `spine` is the item's own. */
export function judge(
  view: GraphView,
  item: WorkItem,
  options: SightOptions,
  spine: Spine = spineOf(view, item),
): Judged {
  const walk = new Walk(view, options);
  const isLinked = walk.toSupport(item) !== undefined;
  return judgedBy(view, item, { options, walk, spine, isLinked });
}

interface Walked {
  readonly options: SightOptions;
  readonly walk: Walk;
  readonly spine: Spine;
  readonly isLinked: boolean;
}

function judgedBy(view: GraphView, item: WorkItem, walked: Walked): Judged {
  const { options, walk, spine, isLinked } = walked;
  const anchor = spine.items.at(-1) ?? item;
  const anchorId = anchor.id;
  if (isLinked) return { verdict: "linked", reason: "goal-reached", anchorId };
  const allowance =
    allowanceFor(view.org, item, options.allowances) ??
    allowanceFor(view.org, anchor, options.allowances);
  if (allowance) return { verdict: "allowed", reason: allowance.reason, anchorId };
  const isTooDeep = walk.isTooDeep || spine.end === "too-deep";
  const incomplete =
    walk.unread.reason ??
    (isTooDeep ? "too-deep" : incompleteBecause(view.sources, item.connectionId));
  if (incomplete) return { verdict: "unknown", reason: incomplete, anchorId };
  if (!anchor.canHoldGoal) {
    return { verdict: "unlinkable", reason: "tool-cannot-hold-link", anchorId };
  }
  const reason = walk.dead.reason ?? (spine.end === "cycle" ? "cycle" : "no-link");
  return { verdict: "unlinked", reason, anchorId };
}

function hopUp({ id }: WorkItem, index: number): Hop {
  return { id, type: "work-item", via: index === 0 ? "self" : "parent" };
}

/** One item of the walk, and the one from which it was reached. */
interface Step {
  readonly item: WorkItem;
  readonly below: Step | undefined;
}

class Walk {
  /** Something on the way is referred to but was never read. */
  readonly unread = new Nearest(unreadReasons);
  /** A link led to a goal that is no support any more. */
  readonly dead = new Nearest(deadReasons);
  /** There is more above than is followed. */
  isTooDeep = false;
  readonly #view: GraphView;
  readonly #now: Instant;
  readonly #homes: "all" | "spine";
  /** Made when there is something above: much of what is asked for stands alone. */
  #entered: Set<string> | undefined;

  constructor(view: GraphView, { now, homes = "all" }: SightOptions) {
    this.#view = view;
    this.#now = now;
    this.#homes = homes;
  }

  /** The nearest item with a link that supports. Breadth first, so that the way to it is a shortest one. */
  toSupport(start: WorkItem): { readonly step: Step; readonly link: Link } | undefined {
    let layer: readonly Step[] = [{ item: start, below: undefined }];
    for (let depth = 0; layer.length > 0; depth += 1) {
      if (depth > depthMax) {
        this.isTooDeep = true;
        return undefined;
      }
      for (const step of layer) {
        const link = this.#supportingLink(step.item, depth);
        if (link) return { step, link };
      }
      const above: Step[] = [];
      for (const step of layer) {
        this.#enterAbove(step, depth, above);
      }
      layer = above;
    }
    return undefined;
  }

  #supportingLink(item: WorkItem, depth: number): Link | undefined {
    for (const link of surestFirst(this.#view.linksOf(item))) {
      if (this.#supports(link, depth)) return link;
    }
    return undefined;
  }

  #supports(link: Link, depth: number): boolean {
    const standing = standingOf(this.#view, link, this.#now);
    if (standing === "supports") return true;
    if (standing === "goal-unread") this.unread.note(standing, depth);
    else if (standing !== "suggestion") this.dead.note(standing, depth);
    return false;
  }

  #enterAbove(step: Step, depth: number, above: Step[]): void {
    const { item } = step;
    for (const id of this.#homes === "all" ? parentIds(item) : firstHome(this.#view, item)) {
      const parent = this.#view.item(id);
      if (parent === undefined) {
        if (!this.#view.wasRemoved(id)) this.unread.note("parent-unread", depth);
        continue;
      }
      this.#entered ??= new Set([step.item.id]);
      if (this.#entered.has(id)) continue;
      this.#entered.add(id);
      above.push({ item: parent, below: step });
    }
  }
}

function hopsTo(last: Step): Hop[] {
  const items: WorkItem[] = [];
  for (let step: Step | undefined = last; step; step = step.below) items.push(step.item);
  return items.toReversed().map(hopUp);
}

const noHomes: readonly WorkItemId[] = [];

export function parentIds(item: WorkItem): readonly WorkItemId[] {
  const { parentId, otherParentIds = noHomes } = item;
  if (parentId === undefined) return otherParentIds;
  return otherParentIds.length === 0 ? [parentId] : [parentId, ...otherParentIds];
}

/** The home that counts where only one can: the first that was not removed. */
export function spineParentId(view: GraphView, item: WorkItem): WorkItemId | undefined {
  if (item.parentId !== undefined && !view.wasRemoved(item.parentId)) return item.parentId;
  return item.otherParentIds?.find((id) => !view.wasRemoved(id));
}

function firstHome(view: GraphView, item: WorkItem): readonly WorkItemId[] {
  const id = spineParentId(view, item);
  return id === undefined ? noHomes : [id];
}

/** In the order in which they are tried. */
export function surestFirst(links: readonly Link[]): readonly Link[] {
  if (links.length < 2) return links;
  return links.toSorted((a, b) => b.confidence - a.confidence || (a.toId < b.toId ? -1 : 1));
}

/** The goals above the one reached, for the picture; a cycle or an unread goal ends it. */
function aboveGoal(view: GraphView, path: readonly Hop[]): readonly Hop[] {
  const above: Hop[] = [];
  const entered = new Set<string>(path.map((hop) => hop.id));
  let goal = goalAt(view, path.at(-1));
  while (goal !== undefined && above.length < depthMax) {
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

export interface Spine {
  /** The item first, its anchor last; where it is too deep, the topmost that was looked at. */
  readonly items: readonly WorkItem[];
  readonly end: "top" | "cycle" | "too-deep";
}

/**
 * Up the first homes to the topmost ancestor that we hold. In a cycle every member finds the same
 * anchor, the smallest id, so that a cycle is one subject.
 */
export function spineOf(view: GraphView, item: WorkItem): Spine {
  const items = view.wayUp(item, depthMax + 2);
  const next = items[depthMax + 1];
  return next === undefined ? { items, end: "top" } : endless(items.slice(0, -1), next);
}

/** More steps than are followed: they go round, or they are too many. */
function endless(items: readonly WorkItem[], next: WorkItem): Spine {
  const at = new Map<WorkItemId, number>();
  for (const [index, { id }] of [...items, next].entries()) {
    const start = at.get(id);
    if (start !== undefined) {
      const smallest = items.slice(start, index).reduce((a, b) => (b.id < a.id ? b : a));
      return { items: items.slice(0, (at.get(smallest.id) ?? 0) + 1), end: "cycle" };
    }
    at.set(id, index);
  }
  return { items, end: "too-deep" };
}

/** Its spine as a path. */
export function pathToAnchor(view: GraphView, item: WorkItem): readonly Hop[] {
  return spineOf(view, item).items.map(hopUp);
}

/** What an unlinked-work signal about the item is about; too deep down, nothing that is an anchor. */
export function anchorOf(view: GraphView, item: WorkItem): WorkItemId {
  return spineOf(view, item).items.at(-1)?.id ?? item.id;
}
