import {
  circlesAmong,
  goalShape,
  onlyWay,
  reach,
  spineShape,
  waitingShape,
} from "#shared/graph/circles.ts";
import type { Shape } from "#shared/graph/circles.ts";
import { teamsOfGoals } from "#shared/graph/goal-tree.ts";
import type { OwnedGoal } from "#shared/graph/goal-tree.ts";
import { parentIds, spineOf } from "#shared/graph/line-of-sight.ts";
import type { Spine } from "#shared/graph/line-of-sight.ts";
import type { LiveGraph } from "#shared/graph/live-graph.ts";
import { ancestorsOf } from "#shared/graph/tops.ts";
import type { LinkEnd, MemoryGraph } from "#shared/graph/view.ts";
import { isOpen } from "#shared/model/facts.ts";
import type { WorkItem } from "#shared/model/facts.ts";
import type { AccountId, GoalId, SubjectId, WorkItemId } from "#shared/model/ids.ts";
import { dependencyId, isIdOf } from "#shared/model/ids.ts";
import type { Instant } from "#shared/model/time.ts";

import type { OfWork, Touch } from "./rule.ts";

/** Ways up as a graph stands between two changes: several rules ask for the same ones. */
export class KnownSpines {
  readonly #graph: MemoryGraph;
  #known = new Map<WorkItemId, Spine>();

  constructor(graph: MemoryGraph) {
    this.#graph = graph;
  }

  of(item: WorkItem): Spine {
    const known = this.#known.get(item.id);
    if (known) return known;
    const spine = spineOf(this.#graph, item);
    this.#known.set(item.id, spine);
    return spine;
  }

  /**
   * The graph has changed. A new map, because in V8 what was cleared goes on leading to what comes after it:
   * once it is old, each later one outlives its use until the whole heap is collected.
   */
  forget(): void {
    if (this.#known.size > 0) this.#known = new Map();
  }
}

/** What touches mean in a graph that is held whole, to a rule with these open findings. */
export class LiveTouches {
  /** Subjects to evaluate. */
  found = new Set<SubjectId>();
  /** More than can be told: everything is to be looked at. */
  isEverything = false;
  /** Beside what is found: which of the open findings. */
  ofOpen: "all" | "led" | undefined;
  readonly #live: LiveGraph;
  readonly #spines: KnownSpines;
  readonly #open: ReadonlyMap<SubjectId, unknown>;
  #now: Instant;
  #onlyOpen = false;

  constructor(
    live: LiveGraph,
    spines: KnownSpines,
    given: { readonly open: ReadonlyMap<SubjectId, unknown>; readonly now: Instant },
  ) {
    this.#live = live;
    this.#spines = spines;
    this.#open = given.open;
    this.#now = given.now;
  }

  /** Nothing is touched yet. It is used again and again: most changes touch few rules. */
  begin(now: Instant): void {
    this.#now = now;
    // Not cleared, for the reason that KnownSpines has.
    if (this.found.size > 0) this.found = new Set();
    this.isEverything = false;
    this.ofOpen = undefined;
  }

  add(touch: Touch): void {
    this.#onlyOpen = touch.onlyOpen === true && touch.mayTurn !== true;
    // Without an open finding there is none that it could end or alter.
    if (!this.#onlyOpen || this.#open.size > 0) this.#look(touch);
  }

  #look(touch: Touch): void {
    switch (touch.kind) {
      case "subject":
      case "dependency":
        return this.#find(touch.id);
      case "anchor":
        return this.#anchor(touch.itemId);
      case "spine":
        return this.#spine(touch.itemId);
      case "children":
        return this.#children(touch.itemId);
      case "linked-to":
        return this.#linkedTo(touch.goalId);
      case "dependencies":
        return this.#dependencies(touch.itemId);
      case "assigned-to":
        return this.#workOf(touch.accountId, touch.of);
      case "person": {
        const accounts = this.#live.graph.org.accountsBearing(touch.personId, touch);
        return accounts.forEach((id) => this.#workOf(id, touch.of));
      }
      default:
        return this.#addWider(touch);
    }
  }

  #addWider(touch: Touch): void {
    switch (touch.kind) {
      case "ancestors":
        return ancestorsOf(this.#live.graph, touch.itemId).forEach((id) => this.#find(id));
      case "linkers":
        return this.#linkers(touch.goalId);
      case "goals-of":
        return this.#goalsLinkedFrom(touch.itemId);
      case "goals-above":
        return this.#goalsAbove(touch.goalId);
      case "goals-below":
        return this.#goalsBelow(touch.goalId);
      case "teams-below":
        return this.#teamsBelow(touch.goalId);
      case "team-of-goal":
        return this.#teams([touch]);
      case "goal-teams":
        return this.#teams([...this.#live.graph.goals()].filter(isOpen));
      case "circles-above":
        return this.#circlesAbove(touch.id);
      case "circles-above-children":
        return this.#circlesAboveChildren(touch.itemId);
      case "circles-of-waiting":
        return this.#circles(touch.itemId, waitingShape(this.#live.graph));
      default:
        return this.#addBeyond(touch);
    }
  }

  /** What is found elsewhere than around a thing in the graph. */
  #addBeyond({ kind }: Touch): void {
    if (kind === "all") this.isEverything = true;
    else if (kind === "open") this.ofOpen = "all";
    else if (kind === "led") this.ofOpen ??= "led";
  }

  /** Where only an open finding counts, what has none is not looked at. */
  #find(id: SubjectId, onlyOpen = false): void {
    if ((onlyOpen || this.#onlyOpen) && !this.#open.has(id)) return;
    this.found.add(id);
  }

  /** What is under an open anchor counts for nothing there. */
  #anchor(id: WorkItemId): void {
    const item = this.#live.graph.item(id);
    this.#find(id, true);
    if (!item) return;
    const anchor = this.#spines.of(item).items.at(-1) ?? item;
    if (anchor === item || !isOpen(anchor)) this.#find(anchor.id);
  }

  /** An open anchor is touched by what becomes of itself, not by who goes from under it. */
  #spine(id: WorkItemId): void {
    const item = this.#live.graph.item(id);
    if (!item) return this.#find(id, true);
    const { items } = this.#spines.of(item);
    for (const one of items) this.#find(one.id, isOpen(one) || one !== items.at(-1));
  }

  #children(id: WorkItemId): void {
    for (const child of this.#live.graph.childrenOf(id)) {
      this.#anchor(child.id);
      for (const home of parentIds(child)) if (home !== id) this.#spine(home);
    }
  }

  #linkedTo(goalId: GoalId): void {
    const { graph } = this.#live;
    if (graph.linkRules.goalIds.has(goalId)) this.isEverything = true;
    // Goals link to goals too, which supports no work: of the others the type says that they are items.
    for (const id of this.#live.linkedTo(goalId)) {
      const itemId = id as WorkItemId;
      if (graph.item(itemId)) this.#anchor(itemId);
    }
  }

  #linkers(goalId: GoalId): void {
    const { graph } = this.#live;
    if (graph.linkRules.goalIds.has(goalId)) this.isEverything = true;
    for (const id of this.#live.linkedTo(goalId)) if (isIdOf("work-item", id)) this.#find(id);
  }

  #goalsLinkedFrom(id: LinkEnd): void {
    for (const { toId } of this.#live.graph.linksFrom(id)) this.#find(toId);
  }

  #goalsAbove(id: GoalId): void {
    this.#goalsLinkedFrom(id);
    const parentId = this.#live.graph.goal(id)?.parentId;
    if (parentId !== undefined) this.#find(parentId);
  }

  #goalsBelow(id: GoalId): void {
    for (const under of this.#live.graph.goalsUnder(id)) this.#find(under);
    for (const from of this.#live.linkedTo(id)) if (isIdOf("goal", from)) this.#find(from);
  }

  #teamsBelow(id: GoalId): void {
    const { graph } = this.#live;
    this.#teams([...graph.goalsUnder(id)].flatMap((below) => graph.goal(below) ?? []));
  }

  #teams(goals: readonly OwnedGoal[]): void {
    for (const id of teamsOfGoals(this.#live.graph.org, goals)) this.#find(id);
  }

  #dependencies(id: WorkItemId): void {
    for (const blockedId of this.#live.blockedBy(id)) this.#find(dependencyId(blockedId, id));
    for (const edge of this.#live.graph.dependenciesOf(id)) {
      this.#find(dependencyId(edge.blockedId, edge.blockingId));
    }
  }

  #workOf(accountId: AccountId, of: OfWork): void {
    if (of === "owned") for (const id of this.#live.ownedBy(accountId)) this.#find(id);
    for (const id of this.#live.assignedTo(accountId)) {
      if (of !== "dependencies") this.#anchor(id);
      else this.#dependencies(id);
    }
  }

  #circlesAbove(id: WorkItemId | GoalId): void {
    const { graph } = this.#live;
    if (isIdOf("goal", id)) this.#circles(id, goalShape(graph, this.#now));
    else this.#circlesOfWork(id);
  }

  /** Of a way up that ends nothing is in a circle: there is but what was in one, if something moved. */
  #circlesOfWork(id: WorkItemId): void {
    const { graph } = this.#live;
    const item = graph.item(id);
    const spine = item && this.#spines.of(item);
    if (spine?.end !== "top") return this.#circles(id, spineShape(graph));
    if (!this.#onlyOpen && this.#open.size > 0)
      for (const one of spine.items) this.#find(one.id, true);
  }

  #circlesAboveChildren(id: WorkItemId): void {
    for (const child of this.#live.graph.childrenOf(id)) {
      const homes = parentIds(child).filter((home) => home !== id);
      if (homes.length === 0) continue;
      for (const start of [child.id, ...homes]) this.#circlesAbove(start);
    }
  }

  #circles<Id extends WorkItemId | GoalId>(start: Id, shape: Shape<Id>): void {
    const way = onlyWay(start, shape);
    if (way) return way.forEach((id) => this.#find(id, true));
    const { ids } = reach(start, shape);
    for (const id of ids) this.#find(id, true);
    for (const [first] of circlesAmong(ids, shape)) if (first !== undefined) this.#find(first);
  }
}
