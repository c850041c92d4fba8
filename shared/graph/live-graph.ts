import type { Dependency, Link } from "#shared/model/edges.ts";
import type { Goal, WorkItem } from "#shared/model/facts.ts";
import type { AccountId, DependencyId, GoalId, WorkItemId } from "#shared/model/ids.ts";
import { dependencyId } from "#shared/model/ids.ts";
import type { Instant } from "#shared/model/time.ts";

import type { LinkEnd, MemoryGraph } from "./view.ts";

/**
 * A graph that lives: it takes one change after the other, keeps what the table's indexes keep (who links
 * to a goal, who waits for an item, what an account is assigned), and tells what stood there before.
 */
export class LiveGraph {
  readonly graph: MemoryGraph;
  readonly #waitingFor = new Map<WorkItemId, Set<WorkItemId>>();
  readonly #assignedTo = new Map<AccountId, Set<WorkItemId>>();
  /** Dependencies that more than one source asserts: the others, beside the one in the graph. */
  readonly #alsoAsserted = new Map<DependencyId, readonly Dependency[]>();
  readonly #expiring = new Set<Link>();

  /** Takes over the graph as it is filled; nobody else may change it from here. */
  constructor(graph: MemoryGraph) {
    this.graph = graph;
    for (const item of graph.items()) this.#assign(item);
    for (const link of graph.links()) this.#index(link);
    for (const edge of graph.dependencies()) this.#wait(edge);
  }

  putItem(item: WorkItem): WorkItem | undefined {
    const before = this.graph.item(item.id);
    if (before?.assigneeId !== item.assigneeId) {
      if (before) this.#unassign(before);
      this.#assign(item);
    }
    this.graph.dropRemoved(item.id);
    this.graph.putItem(item);
    return before;
  }

  /** It is gone for certain. Edges that were asserted with it are changes of their own. */
  removeItem(id: WorkItemId): WorkItem | undefined {
    const before = this.graph.item(id);
    if (before) this.#unassign(before);
    this.graph.dropItem(id);
    this.graph.addRemoved(id);
    return before;
  }

  putGoal(goal: Goal): Goal | undefined {
    const before = this.graph.goal(goal.id);
    this.graph.dropRemoved(goal.id);
    this.graph.addGoal(goal);
    return before;
  }

  removeGoal(id: GoalId): Goal | undefined {
    const before = this.graph.goal(id);
    this.graph.dropGoal(id);
    this.graph.addRemoved(id);
    return before;
  }

  putLink(link: Link): Link | undefined {
    const before = this.dropLink(link);
    this.graph.addLink(link);
    this.#index(link);
    return before;
  }

  dropLink(given: Link): Link | undefined {
    const held = this.graph.linksFrom(given.fromId).find((one) => isSameLink(one, given));
    if (!held) return undefined;
    this.graph.dropLink(held);
    this.#expiring.delete(held);
    return held;
  }

  putDependency(edge: Dependency): Dependency | undefined {
    const { others, same } = this.#asserted(edge);
    this.graph.addDependency(edge);
    this.#keepBeside(edge, others);
    this.#wait(edge);
    return same;
  }

  dropDependency(edge: Dependency): Dependency | undefined {
    const { others, same } = this.#asserted(edge);
    const [next, ...rest] = others;
    if (next) this.graph.addDependency(next);
    else {
      this.graph.dropDependency(edge);
      this.#waitingFor.get(edge.blockingId)?.delete(edge.blockedId);
    }
    this.#keepBeside(edge, rest);
    return same;
  }

  /** Whatever links to the goal. */
  linkedTo(id: GoalId): Iterable<LinkEnd> {
    return this.graph.linkersOf(id);
  }

  /** Items that wait on this one. */
  blockedBy(id: WorkItemId): Iterable<WorkItemId> {
    return this.#waitingFor.get(id) ?? [];
  }

  assignedTo(id: AccountId): Iterable<WorkItemId> {
    return this.#assignedTo.get(id) ?? [];
  }

  /** Goals of which the account is the owner. */
  *ownedBy(id: AccountId): Iterable<GoalId> {
    for (const goal of this.graph.goals()) if (goal.ownerId === id) yield goal.id;
  }

  /** Links that expired after the one instant, and not after the other. */
  expiredBetween(after: Instant, until: Instant): readonly Link[] {
    return [...this.#expiring].filter(
      ({ expiresAt = "" }) => after < expiresAt && expiresAt <= until,
    );
  }

  #asserted(edge: Dependency): { others: readonly Dependency[]; same: Dependency | undefined } {
    const held = this.graph.dependency(edge.blockedId, edge.blockingId);
    if (!held) return { others: [], same: undefined };
    const beside = this.#alsoAsserted.get(dependencyId(edge.blockedId, edge.blockingId)) ?? [];
    const all = [held, ...beside];
    return {
      others: all.filter(({ source }) => source !== edge.source),
      same: all.find(({ source }) => source === edge.source),
    };
  }

  #keepBeside({ blockedId, blockingId }: Dependency, others: readonly Dependency[]): void {
    if (others.length === 0 && this.#alsoAsserted.size === 0) return;
    const id = dependencyId(blockedId, blockingId);
    if (others.length === 0) this.#alsoAsserted.delete(id);
    else this.#alsoAsserted.set(id, others);
  }

  #assign({ id, assigneeId }: WorkItem): void {
    if (assigneeId !== undefined) setAt(this.#assignedTo, assigneeId).add(id);
  }

  #unassign({ id, assigneeId }: WorkItem): void {
    if (assigneeId !== undefined) this.#assignedTo.get(assigneeId)?.delete(id);
  }

  #index(link: Link): void {
    if (link.expiresAt !== undefined) this.#expiring.add(link);
  }

  #wait({ blockedId, blockingId }: Dependency): void {
    setAt(this.#waitingFor, blockingId).add(blockedId);
  }
}

/** The same statement of the same one, as the table keeps it under one key. */
function isSameLink(a: Link, b: Link): boolean {
  return a.toId === b.toId && a.source === b.source && a.assertedBy === b.assertedBy;
}

function setAt<K, V>(map: Map<K, Set<V>>, key: K): Set<V> {
  const held = map.get(key);
  if (held) return held;
  const made = new Set<V>();
  map.set(key, made);
  return made;
}
