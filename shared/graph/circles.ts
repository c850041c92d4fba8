import { isOpen } from "#shared/model/facts.ts";
import type { GoalId, WorkItemId } from "#shared/model/ids.ts";
import type { Instant } from "#shared/model/time.ts";

import { depthMax, spineParentId } from "./line-of-sight.ts";
import type { GraphView } from "./view.ts";

/*
 * Ways that lead back to where they began: of parents, of goals, of waiting. Where several circles hang
 * together (any of their members can reach any other) they are one circle here, and one finding.
 */

/** Nodes looked at from one start; real ways up and chains of waiting stay far below. */
export const circleNodesMax = 500;

/** Where one may go from a node. */
export interface Shape<Id extends string> {
  /** Whoever stands at the ends of its edges, read or not, in any order. */
  targets(id: Id): readonly Id[];
  /** Whether the node takes part: what is gone, or closed where only open work counts, does not. */
  holds(id: Id): boolean;
}

/**
 * Everything that can be reached from a node, the start with it, whether or not the start itself takes
 * part. `isWhole` is false where there was more than is looked at: then nothing can be concluded.
 */
export function reach<Id extends string>(
  start: Id,
  shape: Shape<Id>,
): { readonly ids: ReadonlySet<Id>; readonly isWhole: boolean } {
  const ids = new Set<Id>([start]);
  let layer: readonly Id[] = [start];
  for (let depth = 0; layer.length > 0; depth += 1) {
    const targets = layer.flatMap((id) =>
      id === start || shape.holds(id) ? shape.targets(id) : [],
    );
    layer = [...new Set(targets)].filter((id) => !ids.has(id));
    for (const id of layer) ids.add(id);
    const isMore = layer.length > 0 && depth >= depthMax;
    if (isMore || ids.size > circleNodesMax) return { ids, isWhole: false };
  }
  return { ids, isWhole: true };
}

/**
 * Everything that can be reached from a node where there is but one way on, and it ends: then nothing on it
 * is in a circle. Undefined where that is not so, or takes more steps than `reach` goes.
 */
export function onlyWay<Id extends string>(start: Id, shape: Shape<Id>): readonly Id[] | undefined {
  const way: Id[] = [];
  for (let id = start; way.length <= depthMax;) {
    way.push(id);
    const [next, ...others] = way.length === 1 || shape.holds(id) ? shape.targets(id) : [];
    if (next === undefined) return way;
    if (others.length > 0) return undefined;
    id = next;
  }
  return undefined;
}

export type Circle<Id> =
  | { readonly state: "none" }
  | { readonly state: "too-large" }
  | { readonly state: "found"; readonly members: readonly Id[] };

/** The circle that a node is in, its members by id; the first is what a finding is about. */
export function circleAt<Id extends string>(start: Id, shape: Shape<Id>): Circle<Id> {
  if (!shape.holds(start)) return { state: "none" };
  const { ids, isWhole } = reach(start, shape);
  if (!isWhole) return { state: "too-large" };
  const members = circlesAmong(ids, shape).find((circle) => circle.includes(start));
  return members ? { state: "found", members } : { state: "none" };
}

/** A shortest way round from the first member back to it; the first stands once. */
export function wayRound<Id extends string>(
  members: readonly Id[],
  shape: Shape<Id>,
): readonly Id[] {
  const [first] = members;
  if (first === undefined) return [];
  const inside = new Set(members);
  const cameFrom = new Map<Id, Id>();
  const queue: Id[] = [first];
  for (const id of queue) {
    for (const target of shape.targets(id).toSorted()) {
      if (target === first) return wayTo(id, cameFrom);
      if (!inside.has(target) || cameFrom.has(target)) continue;
      cameFrom.set(target, id);
      queue.push(target);
    }
  }
  return members;
}

function wayTo<Id extends string>(last: Id, cameFrom: ReadonlyMap<Id, Id>): readonly Id[] {
  const way: Id[] = [];
  for (let id: Id | undefined = last; id !== undefined; id = cameFrom.get(id)) way.push(id);
  return way.toReversed();
}

/**
 * Every circle among these nodes once, its members by id. Tarjan's strongly connected components, without
 * recursion; https://doi.org/10.1137/0201010.
 */
export function circlesAmong<Id extends string>(
  ids: Iterable<Id>,
  shape: Shape<Id>,
): readonly (readonly Id[])[] {
  const search = new Search(new Set(ids), shape);
  return search.circles();
}

interface Frame<Id> {
  readonly id: Id;
  readonly targets: readonly Id[];
  next: number;
}

class Search<Id extends string> {
  readonly #among: ReadonlySet<Id>;
  readonly #shape: Shape<Id>;
  readonly #numberOf = new Map<Id, number>();
  readonly #lowest = new Map<Id, number>();
  readonly #pending: Id[] = [];
  readonly #isPending = new Set<Id>();
  readonly #found: Id[][] = [];

  constructor(among: ReadonlySet<Id>, shape: Shape<Id>) {
    this.#among = among;
    this.#shape = shape;
  }

  circles(): readonly (readonly Id[])[] {
    for (const id of this.#among) {
      if (!this.#numberOf.has(id) && this.#shape.holds(id)) this.#visit(id);
    }
    return this.#found;
  }

  #visit(start: Id): void {
    const frames: Frame<Id>[] = [this.#enter(start)];
    for (let frame = frames.at(-1); frame; frame = frames.at(-1)) {
      const target = frame.targets[frame.next];
      frame.next += 1;
      if (target === undefined) {
        frames.pop();
        this.#leave(frame, frames.at(-1)?.id);
      } else if (!this.#numberOf.has(target)) frames.push(this.#enter(target));
      else if (this.#isPending.has(target)) this.#lower(frame.id, this.#numberOf.get(target));
    }
  }

  #enter(id: Id): Frame<Id> {
    const number = this.#numberOf.size;
    this.#numberOf.set(id, number);
    this.#lowest.set(id, number);
    this.#pending.push(id);
    this.#isPending.add(id);
    const inside = (target: Id) => this.#among.has(target) && this.#shape.holds(target);
    return { id, targets: this.#shape.targets(id).filter(inside), next: 0 };
  }

  #lower(id: Id, to: number | undefined): void {
    this.#lowest.set(id, Math.min(this.#lowest.get(id) ?? Infinity, to ?? Infinity));
  }

  #leave({ id, targets }: Frame<Id>, below: Id | undefined): void {
    const lowest = this.#lowest.get(id);
    if (below !== undefined) this.#lower(below, lowest);
    if (lowest !== this.#numberOf.get(id)) return;
    const members = this.#pending.splice(this.#pending.lastIndexOf(id));
    for (const member of members) this.#isPending.delete(member);
    if (members.length > 1 || targets.includes(id)) this.#found.push(members.toSorted());
  }
}

/** Up the first homes: each item has one at most. */
export function spineShape(view: GraphView): Shape<WorkItemId> {
  return {
    holds: (id) => view.item(id) !== undefined,
    targets: (id) => {
      const item = view.item(id);
      const above = item && spineParentId(view, item);
      return above === undefined ? [] : [above];
    },
  };
}

/** Up the goal tree: to the parent, and along links that still hold at `now`. */
export function goalShape(view: GraphView, now: Instant): Shape<GoalId> {
  return {
    holds: (id) => view.goal(id) !== undefined,
    targets: (id) => {
      const links = view
        .linksFrom(id)
        .filter(
          ({ source, expiresAt }) =>
            source !== "suggestion" && (expiresAt === undefined || expiresAt > now),
        );
      const parentId = view.goal(id)?.parentId;
      return [...(parentId === undefined ? [] : [parentId]), ...links.map(({ toId }) => toId)];
    },
  };
}

/** From open work to what it waits for. */
export function waitingShape(view: GraphView): Shape<WorkItemId> {
  return {
    holds: (id) => {
      const item = view.item(id);
      return item !== undefined && isOpen(item);
    },
    targets: (id) => view.dependenciesOf(id).map(({ blockingId }) => blockingId),
  };
}
