import type { Link } from "#shared/model/edges.ts";
import type { WorkItem } from "#shared/model/facts.ts";
import type { GoalId } from "#shared/model/ids.ts";
import type { Instant } from "#shared/model/time.ts";

import { depthMax, parentIds } from "./line-of-sight.ts";
import type { GraphView } from "./view.ts";

/** A goal that an item serves, and how much of the item's work counts for it, from 0 to 1. */
export interface ServedGoal {
  readonly goalId: GoalId;
  readonly share: number;
  /** Nothing is above it: shares of the topmost goals are parts of one whole. */
  readonly isTop: boolean;
}

/** Where a part of the whole goes. */
interface Part {
  readonly to: GoalId;
  readonly share: number;
}

/**
 * All goals that an item serves, directly and further up, with their shares, greatest first. Work counts
 * for what its nearest links say, its own before those of what it is part of; several links share it by
 * their weights, and one without a weight counts as much as the average of those that have one. What
 * a goal gets goes on to what is above it in the same way, all of it to each of its own shares, so that the
 * shares of the topmost goals sum to 1. Several ways to one goal are summed; a step back to a goal that the
 * way has passed is no step. Empty where no goal is reached.
 */
export function servedGoals(view: GraphView, item: WorkItem, now: Instant): readonly ServedGoal[] {
  const links = nearestLinks(view, item, now);
  const order = new Climb(view, now).from(links.map(({ to }) => to));
  const shares = new Map<GoalId, number>(order.map(({ id }) => [id, 0]));
  for (const { to, share } of parted(links)) shares.set(to, (shares.get(to) ?? 0) + share);
  const tops = new Set<GoalId>();
  for (const { id, above } of order) {
    const share = shares.get(id) ?? 0;
    if (above.length === 0) tops.add(id);
    for (const part of above) {
      shares.set(part.to, (shares.get(part.to) ?? 0) + share * part.share);
    }
  }
  return [...shares]
    .map(([goalId, share]) => ({ goalId, share, isTop: tops.has(goalId) }))
    .toSorted((a, b) => b.share - a.share || (a.goalId < b.goalId ? -1 : 1));
}

/** What a part would go to, and how heavy the statement is, where it says. */
interface Claim {
  readonly to: GoalId;
  readonly weight: number | undefined;
}

interface Passed {
  readonly id: GoalId;
  readonly above: readonly Part[];
}

/** Goes up the goal tree, each goal once, and gives every goal before all that is above it. */
class Climb {
  readonly #view: GraphView;
  readonly #now: Instant;
  readonly #passing = new Set<GoalId>();
  readonly #passed = new Map<GoalId, Passed>();

  constructor(view: GraphView, now: Instant) {
    this.#view = view;
    this.#now = now;
  }

  from(starts: readonly GoalId[]): readonly Passed[] {
    for (const id of starts) this.#pass(id);
    return [...this.#passed.values()].toReversed();
  }

  #pass(id: GoalId): void {
    if (this.#passed.has(id)) return;
    this.#passing.add(id);
    const above = this.#above(id).filter(({ to }) => {
      const isStep = !this.#passing.has(to) && this.#passing.size < depthMax;
      if (isStep) this.#pass(to);
      return isStep;
    });
    this.#passing.delete(id);
    this.#passed.set(id, { id, above: parted(above) });
  }

  #above(id: GoalId): readonly Claim[] {
    const links = claims(this.#view, this.#view.linksFrom(id), this.#now);
    const parentId = this.#view.goal(id)?.parentId;
    const isStated = parentId === undefined || links.some(({ to }) => to === parentId);
    if (isStated || !isServed(this.#view, parentId)) return links;
    return [{ to: parentId, weight: undefined }, ...links];
  }
}

/** The links of the item; where it has none that holds, those of what is nearest above. */
function nearestLinks(view: GraphView, item: WorkItem, now: Instant): readonly Claim[] {
  const entered = new Set([item.id]);
  let layer: readonly WorkItem[] = [item];
  for (let depth = 0; layer.length > 0 && depth <= depthMax; depth += 1) {
    const links = layer.flatMap((one) => view.linksOf(one));
    const found = claims(view, links, now);
    if (found.length > 0) return found;
    const above = new Set(layer.flatMap(parentIds).filter((id) => !entered.has(id)));
    for (const id of above) entered.add(id);
    layer = [...above].flatMap((id) => view.item(id) ?? []);
  }
  return [];
}

/** What holds of these links, one for each goal: the surest speaks for all to the same. */
function claims(view: GraphView, links: readonly Link[], now: Instant): readonly Claim[] {
  const surest = new Map<GoalId, Link>();
  for (const link of links) {
    const isOver = link.expiresAt !== undefined && link.expiresAt <= now;
    if (isOver || link.source === "suggestion" || !isServed(view, link.toId)) continue;
    const held = surest.get(link.toId);
    if (!held || link.confidence > held.confidence) surest.set(link.toId, link);
  }
  return [...surest.values()]
    .map(({ toId, weight }) => ({ to: toId, weight }))
    .toSorted((a, b) => (a.to < b.to ? -1 : 1));
}

function isServed(view: GraphView, id: GoalId): boolean {
  return (view.goal(id)?.status ?? "dropped") !== "dropped";
}

function parted(all: readonly Claim[]): readonly Part[] {
  const stated = all.flatMap(({ weight }) => weight ?? []);
  const usual = stated.length === 0 ? 1 : sum(stated) / stated.length;
  const weights = all.map(({ weight }) => weight ?? usual);
  const whole = sum(weights);
  // Where all of them weigh nothing, none is more than another.
  return all.map(({ to }, at) => ({
    to,
    share: whole === 0 ? 1 / all.length : (weights[at] ?? 0) / whole,
  }));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
