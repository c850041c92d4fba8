import { reach, waitingShape } from "#shared/graph/circles.ts";
import { linkersMax } from "#shared/graph/goal-tree.ts";
import { depthMax, parentIds, surestFirst } from "#shared/graph/line-of-sight.ts";
import type { LinkRules } from "#shared/graph/link-rules.ts";
import type { Org } from "#shared/graph/org.ts";
import type { SourceStates } from "#shared/graph/sources.ts";
import { MemoryGraph } from "#shared/graph/view.ts";
import type { Link } from "#shared/model/edges.ts";
import type { WorkItem } from "#shared/model/facts.ts";
import { isOpen } from "#shared/model/facts.ts";
import type { ConnectionId, FactId, GoalId, WorkItemId } from "#shared/model/ids.ts";
import { isIdOf } from "#shared/model/ids.ts";
import type { Item, QueryRequest, Table } from "#shared/ports/table.ts";

import { addGoals } from "./add-goals.ts";
import { addToGraph } from "./add-to-graph.ts";
import { atMost } from "./at-most.ts";
import { readHidden } from "./connection-parts.ts";
import { childrenPrefix, lists } from "./keys.ts";
import { queryAll, queryAtMost } from "./list.ts";
import { type Descent, loadBelow } from "./load-below.ts";
import { SetAside } from "./set-aside.ts";

const concurrencyMax = 32;
/**
 * Rounds of walking up: the item, every step that its line of sight follows, and one more, which tells
 * what lies beyond. Goal trees are read as far as these rounds go.
 */
const levelsMax = depthMax + 2;
/** Of what is below a goal the first one often suffices. */
const belowGoalAtOnce = 100;
/** Almost no work has more links; of what has, the surest ones are looked at first. */
const linksAtOnce = 50;

/**
 * Fills a graph with what an evaluation of some items needs, by strongly consistent reads, level by
 * level: each node once, with its links and dependencies, up to the top of the goal tree.
 */
export class GraphLoader {
  readonly graph: MemoryGraph;
  /** What could not be read; nothing may be concluded from its absence. */
  readonly setAside = new SetAside();
  readonly #table: Table;
  /** What lies above each node that was asked for, once it is in the graph. */
  readonly #nodes = new Map<FactId, Promise<readonly FactId[]>>();
  readonly #covered = new Map<ConnectionId, Promise<void>>();
  readonly #neighbours = new Map<string, Promise<Item[]>>();
  #goals: Promise<readonly Item[]> | undefined;
  #allGoals: Promise<void> | undefined;
  readonly #inTurn = atMost(concurrencyMax);

  constructor(
    table: Table,
    { org, sources, linkRules }: { org: Org; sources: SourceStates; linkRules: LinkRules },
  ) {
    this.#table = table;
    this.graph = new MemoryGraph(org, sources, linkRules);
  }

  /**
   * Loads these nodes and everything above them; all of it is in the graph when this resolves, whoever
   * began to load it. Nodes loaded before cost nothing, so calls may run side by side.
   */
  async loadUp(ids: Iterable<FactId>): Promise<void> {
    const seen = new Set<FactId>();
    let wanted = [...new Set(ids)];
    for (let level = 0; wanted.length > 0 && level < levelsMax; level += 1) {
      for (const id of wanted) seen.add(id);
      const above = await Promise.all(wanted.map((id) => this.#node(id)));
      wanted = [...new Set(above.flat())].filter((id) => !seen.has(id));
    }
  }

  /** Loads these nodes with their edges, and nothing above them. */
  async loadNodes(ids: Iterable<FactId>): Promise<void> {
    await Promise.all([...new Set(ids)].map((id) => this.#node(id)));
  }

  /** Loads these nodes with their edges, their parents, and the goals that they link to. */
  async loadNextAbove(ids: Iterable<FactId>): Promise<void> {
    const above = await Promise.all([...new Set(ids)].map((id) => this.#node(id)));
    await this.loadNodes(above.flat());
  }

  /** What cannot be seen through these connections. */
  async loadCoverage(ids: Iterable<ConnectionId>): Promise<void> {
    await Promise.all(
      [...ids].map((id) => {
        const covered = this.#covered.get(id) ?? this.#loadHidden(id);
        this.#covered.set(id, covered);
        return covered;
      }),
    );
  }

  async #loadHidden(id: ConnectionId): Promise<void> {
    const found = await Promise.all(
      ["gap#", "quarantined#"].map((sortPrefix) =>
        this.#inTurn(() => queryAll(this.#table, { partition: id, sortPrefix, consistent: true })),
      ),
    );
    for (const item of found.flat()) {
      const hidden = this.setAside.read(item, () => readHidden(item));
      if (hidden) this.graph.addHidden(hidden);
    }
  }

  /** Loads all that open work waits for, directly or not, as far as `reach` looks. */
  async loadWaitedFor(id: WorkItemId): Promise<void> {
    const shape = waitingShape(this.graph);
    const loaded = new Set<WorkItemId>();
    let wanted: readonly WorkItemId[] = [id];
    while (wanted.length > 0) {
      await this.loadNodes(wanted);
      for (const one of wanted) loaded.add(one);
      const { ids, isWhole } = reach(id, shape);
      wanted = isWhole ? [...ids].filter((one) => !loaded.has(one)) : [];
    }
  }

  /**
   * Below a closed item: its descendants, as far as closed ones say that open ones may hide there, in the
   * kernel's order, until `isEnough` of those that were entered; also those that another's walk up has loaded.
   */
  async loadUnderClosed(item: WorkItem, { isEnough, goesOnBelow }: Descent): Promise<void> {
    if (isOpen(item)) return;
    const isEntered = (child: WorkItem) => !isOpen(child) && goesOnBelow(child);
    await loadBelow(this, item.id, { isEnough, goesOnBelow: isEntered });
  }

  /** All that is under an item, open or not, until `isEnough`. */
  async loadUnder(item: WorkItem, isEnough: () => boolean): Promise<void> {
    await loadBelow(this, item.id, { isEnough, goesOnBelow: () => true });
  }

  /** A goal, and what is right below it, goals before work, until `isEnough`. */
  async loadUnderGoal(goalId: GoalId, isEnough: () => boolean): Promise<void> {
    await this.loadNodes([goalId]);
    if (isEnough()) return;
    const [goals, linkers] = await Promise.all([
      this.goalsUnder(goalId, linkersMax),
      this.linkedTo(goalId, linkersMax),
    ]);
    const below = new Set([...goals, ...linkers.filter((id) => isIdOf("goal", id)), ...linkers]);
    let next = belowGoalAtOnce;
    for (let start = 0; start < below.size && !isEnough(); start += next / 2) {
      await this.loadNodes([...below].slice(start, start + next));
      next *= 2;
    }
  }

  /** Goals whose parent it is. */
  async goalsUnder(goalId: GoalId, most = Infinity): Promise<readonly GoalId[]> {
    return (await this.#beside(under(goalId, "goal#"), most)).map((item) => item.pk as GoalId);
  }

  /** All goals as they are now, without their edges; the list only says which there are. */
  async loadGoals(): Promise<void> {
    this.#allGoals ??= this.#loadGoals();
    await this.#allGoals;
  }

  async #loadGoals(): Promise<void> {
    // Nothing else is in the list of goals.
    const ids = (await this.#listedGoals()).map(({ pk }) => pk as GoalId);
    await addGoals(this, ids, (keys) => this.#inTurn(() => this.#table.batchGet(keys)));
  }

  #listedGoals(): Promise<readonly Item[]> {
    const request = { index: "list", partition: lists.goals } as const;
    this.#goals ??= this.#inTurn(() => queryAll(this.#table, request));
    return this.#goals;
  }

  /** By id; where there are more than `most`, the first ones and at least one more. */
  async childIds(id: WorkItemId, most = Infinity): Promise<readonly WorkItemId[]> {
    const keys = await this.#beside(under(id, childrenPrefix("work-item")), most);
    // Under this prefix hang work items, and the homes of multi-homed ones, in their own partitions.
    return [...new Set(keys.map((item) => item.pk as WorkItemId))];
  }

  /** Items and goals that link to the goal. */
  async linkedTo(goalId: GoalId, most = Infinity): Promise<readonly FactId[]> {
    return (await this.#beside(under(goalId, "link#"), most)).map((item) => item.pk as FactId);
  }

  /** Items that wait on this one. */
  async blockedBy(id: WorkItemId, most = Infinity): Promise<readonly WorkItemId[]> {
    return (await this.#beside(under(id, "dependency#"), most)).map(({ pk }) => pk as WorkItemId);
  }

  async assignedTo(accountId: string, most = Infinity): Promise<readonly WorkItemId[]> {
    const request = { index: "assignee", partition: accountId } as const;
    return (await this.#beside(request, most)).map(({ pk }) => pk as WorkItemId);
  }

  /** Goals of which one of these accounts is the owner; there are few goals, and no index of owners. */
  async ownedBy(accountIds: readonly string[]): Promise<readonly GoalId[]> {
    const owned = (await this.#listedGoals()).filter(
      ({ ownerId }) => typeof ownerId === "string" && accountIds.includes(ownerId),
    );
    return owned.map((item) => item.pk as GoalId);
  }

  /** Several rules ask for the same. */
  #beside(request: QueryRequest, most: number): Promise<Item[]> {
    const name = JSON.stringify([request, most]);
    const found =
      this.#neighbours.get(name) ?? this.#inTurn(() => queryAtMost(this.#table, request, most));
    this.#neighbours.set(name, found);
    return found;
  }

  #node(id: FactId): Promise<readonly FactId[]> {
    const known = this.#nodes.get(id);
    if (known) return known;
    const node = this.#loadNode(id);
    this.#nodes.set(id, node);
    return node;
  }

  /** Reads one node with its edges into the graph; returns what lies above it. */
  async #loadNode(id: FactId): Promise<readonly FactId[]> {
    const request = { partition: id, consistent: true };
    const items = await this.#inTurn(() => queryAll(this.#table, request));
    const above: FactId[] = [];
    for (const item of items) {
      above.push(...(this.setAside.read(item, () => addToGraph(this.graph, item)) ?? []));
    }
    if (this.#isGoneGoalOfRule(id)) this.graph.addRemoved(id);
    // Only now are all its own links known, which go before those of rules. No other fact is an item.
    const read = this.graph.item(id as WorkItemId);
    return read ? [...parentIds(read), ...(await this.#linkedFrom(read))] : above;
  }

  /** Goals that its links lead to, as many as are tried before one is sure to support it. */
  async #linkedFrom(item: WorkItem): Promise<readonly FactId[]> {
    const links = surestFirst(this.graph.linksOf(item));
    for (let end = linksAtOnce; end < links.length; end += linksAtOnce) {
      const some = links.slice(end - linksAtOnce, end);
      await this.loadNodes(some.map(({ toId }) => toId));
      if (some.some((link) => this.#surelySupports(link)))
        return links.slice(0, end).map(({ toId }) => toId);
    }
    return links.map(({ toId }) => toId);
  }

  #surelySupports({ toId, source, expiresAt }: Link): boolean {
    const goal = this.graph.goal(toId);
    const isAlive = goal !== undefined && goal.status !== "dropped";
    return isAlive && source !== "suggestion" && expiresAt === undefined;
  }

  /** Asked when its partition was read, which may still hold edges of it. */
  #isGoneGoalOfRule(id: FactId): boolean {
    // No other fact's id is a goal's.
    const goalId = id as GoalId;
    if (!this.graph.linkRules.goalIds.has(goalId) || this.setAside.partitions.has(id)) return false;
    return this.graph.goal(goalId) === undefined;
  }
}

function under(partition: string, sortPrefix: string): QueryRequest {
  return { index: "reverse", partition, sortPrefix };
}
