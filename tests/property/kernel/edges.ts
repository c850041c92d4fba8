import { parentIds } from "#shared/graph/line-of-sight.ts";
import type { Hop } from "#shared/graph/line-of-sight.ts";
import type { GraphView } from "#shared/graph/view.ts";
import type { Link } from "#shared/model/edges.ts";
import type { Goal, WorkItem } from "#shared/model/facts.ts";
import type { GoalId, WorkItemId } from "#shared/model/ids.ts";

/** Whether this step leads from the one thing to the next in the graph as it stands. */
export function edgeExists(view: GraphView, from: Hop, to: Hop): boolean {
  switch (to.via) {
    case "self":
      return false;
    case "parent":
      return hasHome(view.item(asItem(from)), asItem(to)) && view.item(asItem(to)) !== undefined;
    case "goal-parent":
      return view.goal(asGoal(from))?.parentId === to.id && view.goal(asGoal(to)) !== undefined;
    case "link":
    case "goal-link":
      return (
        linksAt(view, from).some((link) => isTaken(link, to) && link.toId === to.id) &&
        view.goal(asGoal(to)) !== undefined
      );
  }
}

function linksAt(view: GraphView, from: Hop): readonly Link[] {
  const item = from.type === "work-item" ? view.item(asItem(from)) : undefined;
  return item ? view.linksOf(item) : view.linksFrom(asGoal(from));
}

/** What a rule gives is made anew for whoever asks. */
function isTaken(link: Link, { link: taken }: Hop): boolean {
  return link === taken || (link.ruleId !== undefined && link.ruleId === taken?.ruleId);
}

function hasHome(item: WorkItem | undefined, home: WorkItemId): boolean {
  return item?.parentId === home || item?.otherParentIds?.includes(home) === true;
}

/** The same graph without this one step: a parent that is none, or statements that nobody made. */
export function without(graph: GraphView, from: Hop, to: Hop): GraphView {
  const isLink = to.via === "link" || to.via === "goal-link";
  const left = (id: string, links: readonly Link[]) =>
    isLink && id === from.id ? links.filter(({ toId }) => toId !== to.id) : links;
  const item: GraphView["item"] = (id) => {
    const held = graph.item(id);
    return to.via === "parent" && id === from.id && held ? moved(held, asItem(to)) : held;
  };
  const wasRemoved: GraphView["wasRemoved"] = (id) => graph.wasRemoved(id);
  return {
    org: graph.org,
    sources: graph.sources,
    goal: (id) => {
      const goal = graph.goal(id);
      return to.via === "goal-parent" && id === from.id && goal ? orphaned(goal) : goal;
    },
    item,
    wasRemoved,
    wayUp: (start, most) => wayUpBySteps({ item, wasRemoved }, start, most),
    linksFrom: (id) => left(id, graph.linksFrom(id)),
    linksOf: (item) => left(item.id, graph.linksOf(item)),
    linkersOf: (id) => graph.linkersOf(id),
    goalsUnder: (id) => graph.goalsUnder(id),
    goals: () => graph.goals(),
    linkRules: graph.linkRules,
    childrenOf: (id) => graph.childrenOf(id),
    childCountOf: (id) => graph.childrenOf(id).length,
    firstOpenChild: (id, accepts) => graph.firstOpenChild(id, accepts),
    dependency: (blockedId, blockingId) => graph.dependency(blockedId, blockingId),
    dependenciesOf: (id) => graph.dependenciesOf(id),
    coverage: (id) => graph.coverage(id),
    waitingSince: (blockedId, blockingId) => graph.waitingSince(blockedId, blockingId),
  };
}

/** What `wayUp` of a view promises, one look after the other. */
function wayUpBySteps(
  view: Pick<GraphView, "item" | "wasRemoved">,
  start: WorkItem,
  most: number,
): readonly WorkItem[] {
  const way: WorkItem[] = [];
  for (let item: WorkItem | undefined = start; item && way.length < most;) {
    way.push(item);
    const homes: readonly WorkItemId[] = parentIds(item);
    const home = homes.find((id) => !view.wasRemoved(id));
    item = home === undefined ? undefined : view.item(home);
  }
  return way;
}

function orphaned({ parentId: _parentId, ...goal }: Goal): Goal {
  return goal;
}

function moved({ parentId, otherParentIds = [], ...item }: WorkItem, away: WorkItemId): WorkItem {
  return {
    ...item,
    ...(parentId !== undefined && parentId !== away && { parentId }),
    otherParentIds: otherParentIds.filter((id) => id !== away),
  };
}

/** A hop says of what type it is; only hops of that type come here. */
function asItem({ id }: Hop): WorkItemId {
  return id as WorkItemId;
}

function asGoal({ id }: Hop): GoalId {
  return id as GoalId;
}
