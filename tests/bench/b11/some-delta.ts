import type { LiveGraph } from "#shared/graph/live-graph.ts";
import type { Delta } from "#shared/kit/rule.ts";
import type { WorkItem } from "#shared/model/facts.ts";

import {
  idOf,
  itemCount,
  newItem,
  someDependency,
  someGoal,
  someLink,
  someone,
  someParent,
  someStatus,
} from "./large-graph.ts";
import type { Dice } from "./large-graph.ts";

/** How often of a hundred what happens: most of a company's changes are of one field of one item. */
const shares = [
  [40, changedStatus],
  [20, moved],
  [10, reassigned],
  [8, linked],
  [6, unlinked],
  [7, waits],
  [4, waitsNoMore],
  [2, removed],
  [2, returned],
  [1, goalChanged],
] as const;

/** Something that happens to the graph as it stands. */
export function someDelta(live: LiveGraph, dice: Dice): Delta {
  let at = dice.roll(100);
  for (const [share, happens] of shares) {
    if (at < share) return happens(live, dice);
    at -= share;
  }
  return changedStatus(live, dice);
}

function someItem(live: LiveGraph, dice: Dice): { readonly n: number; readonly item: WorkItem } {
  for (;;) {
    const n = dice.roll(itemCount);
    const item = live.graph.item(idOf(n));
    if (item) return { n, item };
  }
}

function changedStatus(live: LiveGraph, dice: Dice): Delta {
  return { after: { ...someItem(live, dice).item, status: someStatus(dice) } };
}

function reassigned(live: LiveGraph, dice: Dice): Delta {
  return { after: { ...someItem(live, dice).item, assigneeId: someone(dice) } };
}

/** One in a thousand moves makes a circle: up and down are exchanged. */
function moved(live: LiveGraph, dice: Dice): Delta {
  const { n, item } = someItem(live, dice);
  const { parentId, ...rest } = item;
  if (dice.roll(1000) === 0) {
    const above = parentId && live.graph.item(parentId);
    if (above) return { after: { ...above, parentId: item.id } };
  }
  const next = dice.roll(10) === 0 ? undefined : someParent(dice, n);
  return { after: { ...rest, ...(next !== undefined && { parentId: next }) } };
}

function linked(_live: LiveGraph, dice: Dice): Delta {
  return { after: someLink(dice) };
}

function unlinked(live: LiveGraph, dice: Dice): Delta {
  for (let tries = 0; tries < 1000; tries += 1) {
    const [link] = live.graph.linksFrom(idOf(dice.roll(100_000)));
    if (link) return { before: link };
  }
  return changedStatus(live, dice);
}

function waits(_live: LiveGraph, dice: Dice): Delta {
  return { after: someDependency(dice) };
}

function waitsNoMore(live: LiveGraph, dice: Dice): Delta {
  for (let tries = 0; tries < 1000; tries += 1) {
    const [edge] = live.graph.dependenciesOf(idOf(10_000 + dice.roll(490_000)));
    if (edge) return { before: edge };
  }
  return changedStatus(live, dice);
}

function removed(live: LiveGraph, dice: Dice): Delta {
  return { before: someItem(live, dice).item };
}

function returned(live: LiveGraph, dice: Dice): Delta {
  for (let tries = 0; tries < 1000; tries += 1) {
    const n = dice.roll(itemCount);
    if (live.graph.wasRemoved(idOf(n))) return { after: newItem(dice, n) };
  }
  return changedStatus(live, dice);
}

function goalChanged(_live: LiveGraph, dice: Dice): Delta {
  const status = dice.roll(3) === 0 ? "dropped" : "in-progress";
  return { after: someGoal(dice, { status }) };
}
