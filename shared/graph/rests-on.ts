import type { Dependency, Link } from "#shared/model/edges.ts";
import type { WorkItem } from "#shared/model/facts.ts";
import type { ConnectionId, WorkItemId } from "#shared/model/ids.ts";
import { readFactId } from "#shared/model/ids.ts";
import type { SourceFreshness } from "#shared/model/signal.ts";

import { parentIds } from "./line-of-sight.ts";
import type { Org } from "./org.ts";
import type { SourceStates } from "./sources.ts";
import type { GraphView } from "./view.ts";

/*
 * Which sources a conclusion rests on: those whose silence, or whose absence, could make it wrong.
 */

/** Looked at above one item; as far as a path is followed. */
const hopsMax = 60;

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

/** The tools of all that is named above an item, cycles entered once, and of the links on the way. */
export function spineSources(view: GraphView, item: WorkItem): readonly ConnectionId[] {
  const ids = new Set<WorkItemId>([item.id]);
  const found: ConnectionId[] = [];
  for (const id of ids) {
    found.push(...sourcesOfIds([id]));
    const hop = view.item(id);
    if (!hop) continue;
    found.push(...view.linksOf(hop).flatMap(edgeSources));
    for (const parentId of parentIds(hop)) if (ids.size < hopsMax) ids.add(parentId);
  }
  return found;
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
