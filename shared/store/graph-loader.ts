import { depthMax, parentIds } from "#shared/graph/line-of-sight.ts";
import type { LinkRules } from "#shared/graph/link-rules.ts";
import type { Org } from "#shared/graph/org.ts";
import type { SourceStates } from "#shared/graph/sources.ts";
import { MemoryGraph } from "#shared/graph/view.ts";
import type { WorkItem } from "#shared/model/facts.ts";
import { isOpen } from "#shared/model/facts.ts";
import type { FactId, GoalId, WorkItemId } from "#shared/model/ids.ts";
import type { Item, Table } from "#shared/ports/table.ts";

import { atMost } from "./at-most.ts";
import { readEdgeItem, readFactItem } from "./facts.ts";
import { readWaiting } from "./histories.ts";
import { childrenPrefix } from "./keys.ts";
import { queryAll } from "./list.ts";

const concurrencyMax = 32;
/**
 * Rounds of walking up: the item, every step that its line of sight follows, and one more, which tells
 * what lies beyond. Goal trees are read as far as these rounds go.
 */
const levelsMax = depthMax + 2;
/** Descendants read under one closed anchor before the search is given up. */
const descendantsMax = 5000;

/**
 * Fills a graph with what an evaluation of some items needs, by strongly consistent reads, level by
 * level: each node once, with its links and dependencies, up to the top of the goal tree.
 */
export class GraphLoader {
  readonly graph: MemoryGraph;
  readonly #table: Table;
  /** What lies above each node that was asked for, once it is in the graph. */
  readonly #nodes = new Map<FactId, Promise<readonly FactId[]>>();
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

  /**
   * Below a closed item: its descendants, as far as open ones may hide there. Those that another
   * subject's walk has loaded are entered too: it went up from them, not down.
   */
  async loadUnderClosed(item: WorkItem): Promise<void> {
    if (isOpen(item)) return;
    const entered = new Set<WorkItemId>([item.id]);
    let parents: readonly WorkItemId[] = [item.id];
    let read = 0;
    while (parents.length > 0 && read < descendantsMax) {
      const children = (await Promise.all(parents.map((id) => this.childIds(id)))).flat();
      const fresh = [...new Set(children)].filter((id) => !entered.has(id));
      for (const id of fresh) entered.add(id);
      read += fresh.length;
      await this.loadUp(children);
      parents = fresh.filter((id) => {
        const child = this.graph.item(id);
        return child !== undefined && !isOpen(child);
      });
    }
  }

  async childIds(id: WorkItemId): Promise<readonly WorkItemId[]> {
    const keys = await this.#reverse(id, childrenPrefix("work-item"));
    // Under this prefix hang work items, and the homes of multi-homed ones, in their own partitions.
    return [...new Set(keys.map((item) => item.pk as WorkItemId))];
  }

  /** Items and goals that link to the goal. */
  async linkedTo(goalId: GoalId): Promise<readonly FactId[]> {
    return (await this.#reverse(goalId, "link#")).map((item) => item.pk as FactId);
  }

  /** Items that wait on this one. */
  async blockedBy(itemId: WorkItemId): Promise<readonly WorkItemId[]> {
    return (await this.#reverse(itemId, "dependency#")).map((item) => item.pk as WorkItemId);
  }

  async assignedTo(accountId: string): Promise<readonly WorkItemId[]> {
    const request = { index: "assignee", partition: accountId } as const;
    const items = await this.#inTurn(() => queryAll(this.#table, request));
    return items.map((item) => item.pk as WorkItemId);
  }

  async #reverse(partition: string, sortPrefix: string): Promise<Item[]> {
    const request = { index: "reverse", partition, sortPrefix } as const;
    return this.#inTurn(() => queryAll(this.#table, request));
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
    for (const item of items) above.push(...this.#add(item));
    // Only now are all its own links known, which go before those of rules. No other fact is an item.
    const read = this.graph.item(id as WorkItemId);
    return read ? [...above, ...this.graph.linksOf(read).map(({ toId }) => toId)] : above;
  }

  #add(item: Item): readonly FactId[] {
    const edge = readEdgeItem(item);
    if (edge?.type === "link") {
      this.graph.addLink(edge);
      return [edge.toId];
    }
    if (edge?.type === "dependency") this.graph.addDependency(edge);
    if (edge) return [];
    const history = readWaiting(item);
    if (history) this.graph.addHistory(history);
    const stored = readFactItem(item);
    if (!stored) return [];
    if (stored.isRemoved) {
      this.graph.addRemoved(stored.id);
      return [];
    }
    if (stored.fact.type === "work-item") {
      this.graph.addItem(stored.fact);
      return parentIds(stored.fact);
    }
    if (stored.fact.type === "goal") {
      this.graph.addGoal(stored.fact);
      return stored.fact.parentId === undefined ? [] : [stored.fact.parentId];
    }
    return [];
  }
}
