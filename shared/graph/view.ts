import type { CoverageGap, Quarantined } from "#shared/model/connection.ts";
import type { Dependency, Link } from "#shared/model/edges.ts";
import type { Goal, WorkItem } from "#shared/model/facts.ts";
import type { History, HistoryId } from "#shared/model/history.ts";
import { isIdOf } from "#shared/model/ids.ts";
import type { ConnectionId, FactId, GoalId, WorkItemId } from "#shared/model/ids.ts";
import type { Instant } from "#shared/model/time.ts";

import type { Coverage } from "./coverage.ts";
import { nothingHidden, withHidden } from "./coverage.ts";
import { Hierarchy } from "./hierarchy.ts";
import { type LinkRules, noLinkRules } from "./link-rules.ts";
import type { Org } from "./org.ts";
import { blockedSince } from "./past.ts";
import type { SourceStates } from "./sources.ts";

/** Whatever may link to a goal. */
export type LinkEnd = Link["fromId"];

/**
 * What the kernel sees: a graph held in memory, the whole of it or just the part that an evaluation
 * needs. Pure functions below read it; who filled it, and how, is not their business.
 */
export interface GraphView {
  item(id: WorkItemId): WorkItem | undefined;
  goal(id: GoalId): Goal | undefined;
  /** True when a tombstone stands under the id: gone for certain, not merely unread. */
  wasRemoved(id: FactId): boolean;
  /** Links that are stored: what sources and people asserted. */
  linksFrom(id: WorkItemId | GoalId): readonly Link[];
  /** All links of an item: the stored ones, and those that link rules give it. */
  linksOf(item: WorkItem): readonly Link[];
  /** Whatever has stored links to the goal. Complete only where the loader was asked for it. */
  linkersOf(id: GoalId): Iterable<LinkEnd>;
  /** Goals whose parent it is. Complete only where the loader was asked for it. */
  goalsUnder(id: GoalId): Iterable<GoalId>;
  /** All goals. Complete only where the loader was asked for it. */
  goals(): Iterable<Goal>;
  /** Goals that rules give work to, of whatever there is. */
  readonly linkRules: Pick<LinkRules, "goalIds" | "givenTo">;
  /** Items that have a home in this one. Complete only where the loader was asked for it. */
  childrenOf(id: WorkItemId): readonly WorkItem[];
  childCountOf(id: WorkItemId): number;
  /** Of the open ones of them that are accepted the first by id. */
  firstOpenChild(id: WorkItemId, accepts: (child: WorkItem) => boolean): WorkItem | undefined;
  /**
   * The item, then its first home that was not removed, that one's, and so on as long as they are held: so
   * many at most, and round again where they go in a circle.
   */
  wayUp(item: WorkItem, most: number): readonly WorkItem[];
  /** Present as long as any source asserts it. */
  dependency(blockedId: WorkItemId, blockingId: WorkItemId): Dependency | undefined;
  /** What the item waits on. */
  dependenciesOf(blockedId: WorkItemId): readonly Dependency[];
  /** Since when the source says that the one waits for the other; undefined where it does not say. */
  waitingSince(blockedId: WorkItemId, blockingId: WorkItemId): Instant | undefined;
  /** What cannot be seen through a connection. Complete only where the loader was asked for it. */
  coverage(id: ConnectionId): Coverage;
  readonly org: Org;
  readonly sources: SourceStates;
}

/**
 * A graph to fill and to change: facts in any order, edges before or after their ends. A graph that lives
 * on is given other surroundings as they change.
 */
export class MemoryGraph implements GraphView {
  org: Org;
  sources: SourceStates;
  linkRules: LinkRules;
  readonly #hierarchy = new Hierarchy();
  readonly #goals = new Map<GoalId, Goal>();
  readonly #removed = new Set<FactId>();
  readonly #links = new Map<string, Link[]>();
  readonly #linkers = new Map<GoalId, Set<LinkEnd>>();
  readonly #goalsUnder = new Map<GoalId, Set<GoalId>>();
  readonly #dependencies = new Map<WorkItemId, Map<WorkItemId, Dependency>>();
  readonly #pasts = new Map<HistoryId, History>();
  readonly #coverage = new Map<ConnectionId, Coverage>();

  constructor(org: Org, sources: SourceStates, linkRules: LinkRules = noLinkRules) {
    this.org = org;
    this.sources = sources;
    this.linkRules = linkRules;
  }

  addItem(item: WorkItem): void {
    if (this.#hierarchy.get(item.id) === undefined) this.#hierarchy.put(item);
  }

  /** In the place of what is held under its id. */
  putItem(item: WorkItem): void {
    this.#hierarchy.put(item);
  }

  dropItem(id: WorkItemId): void {
    this.#hierarchy.drop(id);
  }

  addGoal(goal: Goal): void {
    if (this.#goals.get(goal.id)?.parentId !== goal.parentId) this.dropGoal(goal.id);
    this.#goals.set(goal.id, goal);
    if (goal.parentId !== undefined) addAt(this.#goalsUnder, goal.parentId, goal.id);
  }

  dropGoal(id: GoalId): void {
    const parentId = this.#goals.get(id)?.parentId;
    if (parentId !== undefined) dropAt(this.#goalsUnder, parentId, id);
    this.#goals.delete(id);
  }

  addRemoved(id: FactId): void {
    this.#removed.add(id);
    if (isIdOf("work-item", id)) this.#hierarchy.setRemoved(id, true);
  }

  /** What was removed has come back. */
  dropRemoved(id: FactId): void {
    const isNews = this.#removed.delete(id);
    if (isNews && isIdOf("work-item", id)) this.#hierarchy.setRemoved(id, false);
  }

  addLink(link: Link): void {
    push(this.#links, link.fromId, link);
    addAt(this.#linkers, link.toId, link.fromId);
  }

  /** Takes away this very link; whoever held it has it from here. */
  dropLink(link: Link): void {
    const rest = this.linksFrom(link.fromId).filter((one) => one !== link);
    if (rest.length > 0) this.#links.set(link.fromId, rest);
    else this.#links.delete(link.fromId);
    const isStillLinked = rest.some(({ toId }) => toId === link.toId);
    if (!isStillLinked) dropAt(this.#linkers, link.toId, link.fromId);
  }

  linkersOf(id: GoalId): Iterable<LinkEnd> {
    return this.#linkers.get(id) ?? noLinkers;
  }

  goalsUnder(id: GoalId): Iterable<GoalId> {
    return this.#goalsUnder.get(id) ?? noGoals;
  }

  addDependency(edge: Dependency): void {
    const byBlocking = this.#dependencies.get(edge.blockedId) ?? new Map<WorkItemId, Dependency>();
    byBlocking.set(edge.blockingId, edge);
    this.#dependencies.set(edge.blockedId, byBlocking);
  }

  dropDependency({ blockedId, blockingId }: Pick<Dependency, "blockedId" | "blockingId">): void {
    const byBlocking = this.#dependencies.get(blockedId);
    byBlocking?.delete(blockingId);
    if (byBlocking?.size === 0) this.#dependencies.delete(blockedId);
  }

  addHistory(history: History): void {
    this.#pasts.set(history.itemId, history);
  }

  addHidden(hidden: CoverageGap | Quarantined): void {
    const { connectionId: id } = hidden;
    this.#coverage.set(id, withHidden(this.coverage(id), hidden));
  }

  coverage(id: ConnectionId): Coverage {
    return this.#coverage.get(id) ?? nothingHidden;
  }

  waitingSince(blockedId: WorkItemId, blockingId: WorkItemId): Instant | undefined {
    const past = this.#pasts.get(blockedId);
    return past && blockedSince(past, blockingId);
  }

  item(id: WorkItemId): WorkItem | undefined {
    return this.#hierarchy.get(id);
  }

  goal(id: GoalId): Goal | undefined {
    return this.#goals.get(id);
  }

  wasRemoved(id: FactId): boolean {
    return this.#removed.has(id);
  }

  linksFrom(id: WorkItemId | GoalId): readonly Link[] {
    return this.#links.get(id) ?? noLinks;
  }

  linksOf(item: WorkItem): readonly Link[] {
    const own = this.linksFrom(item.id);
    if (this.linkRules === noLinkRules) return own;
    const given = this.linkRules.linksOf(item, own);
    return given.length === 0 ? own : [...own, ...given];
  }

  childrenOf(id: WorkItemId): readonly WorkItem[] {
    return this.#hierarchy.childrenOf(id);
  }

  childCountOf(id: WorkItemId): number {
    return this.#hierarchy.childCountOf(id);
  }

  firstOpenChild(id: WorkItemId, accepts: (child: WorkItem) => boolean): WorkItem | undefined {
    return this.#hierarchy.firstOpenChild(id, accepts);
  }

  dependency(blockedId: WorkItemId, blockingId: WorkItemId): Dependency | undefined {
    return this.#dependencies.get(blockedId)?.get(blockingId);
  }

  wayUp(item: WorkItem, most: number): readonly WorkItem[] {
    return this.#hierarchy.wayUp(item, most);
  }

  items(): IterableIterator<WorkItem> {
    return this.#hierarchy.items();
  }

  goals(): IterableIterator<Goal> {
    return this.#goals.values();
  }

  dependenciesOf(blockedId: WorkItemId): readonly Dependency[] {
    const byBlocking = this.#dependencies.get(blockedId);
    return byBlocking ? [...byBlocking.values()] : noDependencies;
  }

  /** Ids that tombstones stand under. */
  removed(): IterableIterator<FactId> {
    return this.#removed.values();
  }

  *dependencies(): IterableIterator<Dependency> {
    for (const byBlocking of this.#dependencies.values()) yield* byBlocking.values();
  }

  *links(): IterableIterator<Link> {
    for (const links of this.#links.values()) yield* links;
  }

  /** Connections that any item of the graph comes from. */
  connectionIds(): ReadonlySet<ConnectionId> {
    const ids = new Set<ConnectionId>();
    for (const { connectionId } of this.items()) ids.add(connectionId);
    return ids;
  }
}

const noLinks: readonly Link[] = [];
const noLinkers: readonly LinkEnd[] = [];
const noGoals: readonly GoalId[] = [];
const noDependencies: readonly Dependency[] = [];

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}

function addAt<K, V>(map: Map<K, Set<V>>, key: K, value: V): void {
  const held = map.get(key);
  if (held) held.add(value);
  else map.set(key, new Set([value]));
}

function dropAt<K, V>(map: Map<K, Set<V>>, key: K, value: V): void {
  const held = map.get(key);
  held?.delete(value);
  if (held?.size === 0) map.delete(key);
}
