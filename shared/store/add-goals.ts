import type { MemoryGraph } from "#shared/graph/view.ts";
import type { GoalId } from "#shared/model/ids.ts";
import type { Item, Key } from "#shared/ports/table.ts";

import { addToGraph } from "./add-to-graph.ts";
import { factKey } from "./keys.ts";
import type { SetAside } from "./set-aside.ts";

interface Into {
  readonly graph: MemoryGraph;
  readonly setAside: SetAside;
}

/** Adds the goals of these ids, without their edges, and of what they are part of whether it was removed. */
export async function addGoals(
  into: Into,
  ids: readonly GoalId[],
  get: (keys: readonly Key[]) => Promise<readonly Item[]>,
): Promise<void> {
  const { graph, setAside } = into;
  const add = async (some: Iterable<GoalId>) => {
    const keys = [...new Set(some)].map((id) => factKey(id));
    const items = keys.length === 0 ? [] : await get(keys);
    for (const item of items) setAside.read(item, () => addToGraph(graph, item));
  };
  await add(ids);
  const wholes = [...graph.goals()].flatMap(({ parentId }) => parentId ?? []);
  await add(wholes.filter((id) => !graph.goal(id) && !setAside.partitions.has(id)));
}
