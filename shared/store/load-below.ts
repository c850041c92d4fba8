import type { MemoryGraph } from "#shared/graph/view.ts";
import type { WorkItem } from "#shared/model/facts.ts";
import type { WorkItemId } from "#shared/model/ids.ts";

/** Descendants read under one item before the search is given up; and as many more that cannot be read. */
const descendantsMax = 5000;
/** Of which the first open one is often the first of all. */
const descendantsAtOnce = 100;

interface Loads {
  readonly graph: MemoryGraph;
  loadUp(ids: Iterable<WorkItemId>): Promise<void>;
  childIds(id: WorkItemId, most: number): Promise<readonly WorkItemId[]>;
}

export interface Descent {
  readonly isEnough: (entered: ReadonlySet<string>) => boolean;
  /** Whether what is under this one counts as well. */
  readonly goesOnBelow: (child: WorkItem) => boolean;
}

/** Loads what is under an item, level by level, in the order in which the kernel looks at it. */
export async function loadBelow(loads: Loads, top: WorkItemId, descent: Descent): Promise<void> {
  const entered = new Set<WorkItemId>([top]);
  // The kernel knows nothing of these: they take no place of what can be read.
  const unread = new Set<WorkItemId>();
  if (descent.isEnough(entered)) return;
  let [parents, next]: [readonly WorkItemId[], WorkItemId[]] = [[top], []];
  while (parents.length > 0 && entered.size <= descendantsMax && unread.size <= descendantsMax) {
    const left = descendantsMax + 1 - entered.size;
    const most = left + unread.size;
    const below = await Promise.all(parents.map((id) => loads.childIds(id, most)));
    const fresh = [...new Set(below.flat())]
      .filter((id) => !entered.has(id) && !unread.has(id))
      .slice(0, left);
    if (await loadInTurn(loads, fresh, { entered, unread, isEnough: descent.isEnough })) return;
    const held = fresh.flatMap((id) => loads.graph.item(id) ?? []);
    next.push(...held.filter((child) => descent.goesOnBelow(child)).map(({ id }) => id));
    // Beyond as many as were asked for there may be others, in the places of those that are not there.
    const isShort = fresh.length === left && held.length < left;
    if (!isShort) [parents, next] = [next, []];
  }
}

interface Entering {
  readonly entered: Set<WorkItemId>;
  readonly unread: Set<WorkItemId>;
  readonly isEnough: Descent["isEnough"];
}

/** Twice as many each time: to ask after each few of very many would take longer than to read them. */
async function loadInTurn(
  loads: Loads,
  ids: readonly WorkItemId[],
  { entered, unread, isEnough }: Entering,
): Promise<boolean> {
  let size = descendantsAtOnce;
  for (let start = 0; start < ids.length; start += size / 2) {
    const some = ids.slice(start, start + size);
    size *= 2;
    await loads.loadUp(some);
    for (const id of some) (loads.graph.item(id) ? entered : unread).add(id);
    if (isEnough(entered)) return true;
  }
  return false;
}
