import { lineOfSight } from "#shared/graph/line-of-sight.ts";
import type { Hop } from "#shared/graph/line-of-sight.ts";
import { noLinkRules } from "#shared/graph/link-rules.ts";
import { WholeSight } from "#shared/graph/whole-sight.ts";
import type { Judged } from "#shared/graph/whole-sight.ts";
import type { WorkItem } from "#shared/model/facts.ts";
import { dateOf } from "#shared/model/time.ts";
import type { Item } from "#shared/ports/table.ts";
import { readSourceStates } from "#shared/store/connections.ts";
import { readEdgeItem, readFactItem } from "#shared/store/facts.ts";
import { scanAll } from "#shared/store/list.ts";
import { wholeGraphOf } from "#shared/store/whole-graph.ts";

import type { Run } from "../run.ts";
import { violated } from "../run.ts";

/** Longer than any company's, and far shorter than a walk without a bound. */
const pathMax = 120;

/**
 * 4: each hop of each `linked` verdict's path is in the table, and nothing is entered twice; and what the
 * walk says of each item is what the pass over everything, which shares no code with it, says.
 */
export async function checkSupport(run: Run): Promise<void> {
  const { table, clock, ground } = run.host;
  const items = await scanAll(table);
  const sources = await readSourceStates(table, clock, ground.registry);
  const { graph, facts } = wholeGraphOf(items, sources, {
    day: dateOf(clock.now()),
    linkRules: noLinkRules,
  });
  const steps = stepsIn(items);
  const options = { now: clock.now(), allowances: [] };
  const whole = new WholeSight(graph, options);
  for (const fact of facts) {
    if (fact.type !== "work-item") continue;
    const sight = lineOfSight(graph, fact, options);
    const [says, should] = [sayingOf(sight), sayingOf(whole.of(fact.id))];
    if (says !== should) violated(run, 4, `${fact.id} is said to be ${says}, and is ${should}`);
    if (sight.verdict !== "linked") continue;
    const wrong = wrongIn(fact, sight.path, steps);
    if (wrong !== undefined) violated(run, 4, `${fact.id} is linked by a path that ${wrong}`);
  }
}

function sayingOf(judged: Judged | undefined): string {
  return judged ? `${judged.verdict} (${judged.reason}) under ${judged.anchorId}` : "unknown to it";
}

/** Every step up that the stored records themselves allow, as text. */
function stepsIn(items: readonly Item[]): ReadonlySet<string> {
  const steps = new Set<string>();
  for (const item of items) {
    const stored = readFactItem(item);
    if (stored?.isRemoved === false) {
      const { fact } = stored;
      if (fact.type === "work-item") {
        for (const id of [fact.parentId, ...(fact.otherParentIds ?? [])])
          steps.add(`${fact.id} ${id ?? ""}`);
      }
      if (fact.type === "goal") steps.add(`${fact.id} ${fact.parentId ?? ""}`);
    } else {
      const edge = readEdgeItem(item);
      if (edge?.type === "link") steps.add(`${edge.fromId} ${edge.toId}`);
    }
  }
  return steps;
}

function wrongIn(
  item: WorkItem,
  path: readonly Hop[],
  steps: ReadonlySet<string>,
): string | undefined {
  const ids = path.map(({ id }) => id);
  if (ids[0] !== item.id) return "begins elsewhere";
  if (ids.length > pathMax) return `has ${ids.length} hops`;
  if (new Set(ids).size !== ids.length) return `enters something twice: ${ids.join(" > ")}`;
  if (!path.some(({ type }) => type === "goal")) return "reaches no goal";
  const broken = ids.findIndex((id, at) => at > 0 && !steps.has(`${ids[at - 1]} ${id}`));
  return broken > 0 ? `has no step ${ids[broken - 1]} > ${ids[broken]}` : undefined;
}
