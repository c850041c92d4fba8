import type { Dependency, Link } from "#shared/model/edges.ts";
import type { WorkItem } from "#shared/model/facts.ts";
import type { ConnectionId } from "#shared/model/ids.ts";
import { readFactId } from "#shared/model/ids.ts";
import type { SourceFreshness } from "#shared/model/signal.ts";

import { pathToAnchor } from "./line-of-sight.ts";
import type { Org } from "./org.ts";
import type { SourceStates } from "./sources.ts";
import type { GraphView } from "./view.ts";

/*
 * Which sources a conclusion rests on: those whose silence, or whose absence, could make it wrong.
 */

/** Kept of the sources of one finding. */
export const restsOnMax = 20;

/** Every source that may hold a goal, or a link to one. */
export function goalSources(sources: SourceStates): readonly ConnectionId[] {
  return [...sources.values()].flatMap(({ id, providesGoals }) => (providesGoals ? [id] : []));
}

/** What decides whose work an item is; nothing where its tool names neither a team nor anybody. */
export function teamSources(
  org: Org,
  { teamName, assigneeId }: Pick<WorkItem, "teamName" | "assigneeId">,
): readonly ConnectionId[] {
  if (teamName === undefined && assigneeId === undefined) return [];
  return [...sourcesOfIds([assigneeId]), ...org.sourceIds()];
}

/** The tools of all hops from an item up to its anchor, and what the links on the way speak of. */
export function spineSources(view: GraphView, item: WorkItem): readonly ConnectionId[] {
  const hops = pathToAnchor(view, item);
  const links = hops.flatMap(({ id }) => {
    // pathToAnchor makes hops of work items only.
    const hop = view.item(id as WorkItem["id"]);
    return hop ? view.linksOf(hop) : [];
  });
  return [...sourcesOfIds(hops.map(({ id }) => id)), ...links.flatMap(edgeSources)];
}

/** Whoever asserted the edge, and where it leads. */
export function edgeSources(edge: Link | Dependency): readonly ConnectionId[] {
  const ends = edge.type === "link" ? [edge.toId] : [edge.blockedId, edge.blockingId];
  return sourcesOfIds([...ends, edge.assertedBy]);
}

function sourcesOfIds(ids: readonly (string | undefined)[]): readonly ConnectionId[] {
  return ids.flatMap((id) => (id === undefined ? [] : (readFactId(id)?.connectionId ?? [])));
}

/** How fresh these are now, the stalest first: never read, then longest silent. */
export function freshnessOf(
  sources: SourceStates,
  ids: Iterable<ConnectionId>,
): readonly SourceFreshness[] {
  return [...new Set(ids)]
    .map((connectionId) => {
      const { freshAt, readyAt } = sources.get(connectionId) ?? {};
      return {
        connectionId,
        ...(freshAt !== undefined && { freshAt }),
        ...(readyAt !== undefined && { readyAt }),
      };
    })
    .toSorted(byStaleness)
    .slice(0, restsOnMax);
}

function byStaleness(a: SourceFreshness, b: SourceFreshness): number {
  const [was, is] = [a.freshAt ?? "", b.freshAt ?? ""];
  if (was !== is) return was < is ? -1 : 1;
  return a.connectionId < b.connectionId ? -1 : 1;
}
