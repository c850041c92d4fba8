import { lineOfSight } from "#shared/graph/line-of-sight.ts";
import type { LineOfSight, SightOptions } from "#shared/graph/line-of-sight.ts";
import type { MemoryGraph } from "#shared/graph/view.ts";
import type { WorkItem } from "#shared/model/facts.ts";
import { linkRulesPartition } from "#shared/store/keys.ts";
import type { SetAside } from "#shared/store/set-aside.ts";

/**
 * The line of sight of an item as far as we could read: where something on its way up is stored and
 * cannot be read, that nothing was found proves nothing.
 */
export function sightAsRead(
  { graph, setAside }: { readonly graph: MemoryGraph; readonly setAside: SetAside },
  item: WorkItem,
  options: SightOptions,
): LineOfSight {
  const sight = lineOfSight(graph, item, options);
  const isAbsence = sight.verdict === "unlinked" || sight.verdict === "unlinkable";
  if (!isAbsence || setAside.count === 0) return sight;
  const onTheWay = [...sight.path.map(({ id }) => id), ...(item.otherParentIds ?? [])];
  const isUnread = [...onTheWay, linkRulesPartition].some((id) => setAside.partitions.has(id));
  return isUnread ? { ...sight, verdict: "unknown", reason: "record-unreadable" } : sight;
}
