import type { LineOfSight } from "#shared/graph/line-of-sight.ts";
import type { GraphView } from "#shared/graph/view.ts";
import type { SightStatement } from "#shared/kit/write-back.ts";
import { shortText } from "#shared/model/facts.ts";
import type { Goal, WorkItem } from "#shared/model/facts.ts";
import type { GoalId, WorkItemId } from "#shared/model/ids.ts";

import { pathTo } from "../page/html.ts";

/** So many steps between item and goal are named; a longer path says how many it leaves out. */
const namedStepsMax = 3;

/**
 * What the hub says of an item in its own tool. Undefined where it does not know enough: “we cannot
 * tell” is nothing to write on somebody's work. Equal lines of sight give equal statements.
 */
export function sightStatement(
  view: GraphView,
  item: WorkItem,
  { sight, publicUrl }: { readonly sight: LineOfSight; readonly publicUrl: string },
): SightStatement | undefined {
  if (sight.verdict === "unknown") return undefined;
  const itemUrl = publicUrl + pathTo("work-items", item.id);
  const { verdict } = sight;
  if (verdict !== "linked") return { verdict, sentence: whyNot(sight), itemUrl };
  const goals = goalsOf(view, sight);
  const [nearest] = goals;
  if (!nearest) return undefined;
  return {
    verdict,
    sentence: servesSentence(goals, stepsOf(view, sight)),
    goalTitle: name(nearest.title),
    goalUrl: nearest.url ?? publicUrl + pathTo("goals", nearest.id),
    itemUrl,
  };
}

function servesSentence(goals: readonly Goal[], steps: readonly string[]): string {
  const [nearest, ...above] = goals.map(({ title }) => name(title));
  const top = above.at(-1);
  const through = steps.length === 0 ? "" : ` through ${steps.join(" › ")}`;
  return `Serves ${nearest ?? ""}${through}${top === undefined ? "" : `, and by it ${top}`}.`;
}

function whyNot({ verdict, reason }: LineOfSight): string {
  switch (verdict) {
    case "allowed":
      return `May stand outside strategy: ${name(reason)}.`;
    case "unlinkable":
      return "Serves no goal: the tool cannot hold a link to one here.";
    default:
      return "Serves no goal: no link leads from it, or from anything above it, to one.";
  }
}

function goalsOf(view: GraphView, { path }: LineOfSight): readonly Goal[] {
  return path.flatMap((hop) => {
    // A hop of type goal holds a goal's id.
    const goal = hop.type === "goal" ? view.goal(hop.id as GoalId) : undefined;
    return goal ? [goal] : [];
  });
}

/** The items between this one and the goal, nearest first. */
function stepsOf(view: GraphView, { path }: LineOfSight): readonly string[] {
  const titles = path
    .filter(({ type, via }) => type === "work-item" && via !== "self")
    // The walk only makes hops of nodes that the view holds; one lost since keeps its id.
    .map(({ id }) => name(view.item(id as WorkItemId)?.title ?? id));
  if (titles.length <= namedStepsMax) return titles;
  const [first = "", ...rest] = titles;
  return [first, `${rest.length - 1} more`, rest.at(-1) ?? ""];
}

function name(title: string): string {
  return shortText(title, 80) ?? "?";
}
