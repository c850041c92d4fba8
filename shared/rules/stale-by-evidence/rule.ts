import { edgeSources } from "#shared/graph/rests-on.ts";
import { isTop } from "#shared/graph/tops.ts";
import type { GraphView } from "#shared/graph/view.ts";
import { standingStill } from "#shared/kit/circle-finding.ts";
import { labelOf, nodeOf, ownedAt, routeOf } from "#shared/kit/owned-finding.ts";
import type { Owned } from "#shared/kit/owned-finding.ts";
import type { Evaluation } from "#shared/kit/rule.ts";
import { defineRule } from "#shared/kit/rule.ts";
import type { Link } from "#shared/model/edges.ts";
import type { WorkItem } from "#shared/model/facts.ts";
import type { Instant } from "#shared/model/time.ts";
import { dateOf, epochMsOf, instantOf } from "#shared/model/time.ts";

import type { Life } from "./life.ts";
import { Options, aliveUntil, lifeOf, quietFrom } from "./life.ts";
import { touchedOfLife } from "./touched.ts";

/** What is said to be in progress, and nothing has been heard of it. The subject is the thing, never a person. */
export const staleByEvidence = defineRule<Options>({
  name: "stale-by-evidence",
  title: "In progress without a sign of life",
  why: "It is reported as being worked on, and nothing shows that it is: whoever counts on it counts on something that may have stopped.",
  nextStep:
    "Ask the team whether it is still going on. If it is, a word in its own tool is enough; if not, put it back or close it.",
  options: Options,
  defaults: { graceMinutes: 60, delivery: "digest" },
  reads: "next-above-and-all-below",
  turnsWithTime: true,
  touched: (delta, options) => touchedOfLife(delta, options ?? Options.parse({})),

  *subjects(graph) {
    const always = "" as Instant;
    for (const goal of graph.goals()) {
      if (goal.status === "in-progress" && goal.progress !== undefined) yield goal.id;
    }
    for (const item of graph.items()) if (isWatched(graph, item, always)) yield item.id;
  },

  evaluate({ view, subjectId, options, now }): Evaluation {
    const thing = ownedAt(view, subjectId);
    if (!thing) return { state: "cleared", because: "removed" };
    if (thing.status !== "in-progress") return { state: "cleared", because: "not-in-progress" };
    const isItem = thing.type === "work-item";
    // A goal without a measure needs no update: the work for it tells how it goes.
    const counts = isItem ? isWatched(view, thing, now) : thing.progress !== undefined;
    if (!counts) return { state: "cleared", because: "not-watched" };
    const { isAlive, turnsAt } = isItem
      ? lifeOf(view, thing, { days: options.days, now })
      : lifeOfGoal(quietFrom(thing, options.goalDays), now);
    // A tool that stands still tells of no life either.
    const still = standingStill(view.sources, [thing.connectionId]);
    if (still !== undefined) return { state: "unknown", because: still, turnsAt };
    if (isAlive) return { state: "cleared", because: "alive", turnsAt };
    return opened(view, thing, isItem ? options.days : options.goalDays);
  },
});

function lifeOfGoal(untilMs: number, now: Instant): Life {
  return epochMsOf(now) < untilMs ? aliveUntil(untilMs) : { isAlive: false };
}

/** Work in progress that nothing is above, or that a statement links to a goal; a tool's frame is no work. */
function isWatched(view: GraphView, item: WorkItem, now: Instant): boolean {
  if (item.status !== "in-progress" || item.kind === "portfolio") return false;
  return isTop(view, item) || statedLinks(view, item, now).length > 0;
}

/** Whatever has become of the goal: that somebody counted on this work is what matters. */
function statedLinks(view: GraphView, item: WorkItem, now: Instant): readonly Link[] {
  return view
    .linksFrom(item.id)
    .filter(
      ({ source, expiresAt }) =>
        source !== "suggestion" && (expiresAt === undefined || expiresAt > now),
    );
}

function opened(view: GraphView, thing: Owned, days: number): Evaluation {
  const { sources, ...route } = routeOf(view, thing);
  const isItem = thing.type === "work-item";
  const links = isItem ? view.linksFrom(thing.id) : [];
  const lastOn = dateOf(instantOf(thing.sourceVersion));
  const what = isItem ? thing.kind : "goal";
  const under = isItem
    ? ", nor of anything under it"
    : ", neither of its measure nor of anything else";
  return {
    state: "open",
    severity: isItem ? "info" : "warning",
    title: `No sign of life: ${labelOf(thing)}`,
    evidence: {
      sentence: `The ${what} “${thing.title}” is in progress, and its tool has told of no change for more than ${days} days${under}.`,
      path: [nodeOf(thing, isItem ? "subject" : "goal")],
      facts: { kind: thing.kind, days, lastChangeStoredOn: lastOn },
    },
    ...route,
    restsOn: [...sources, ...links.flatMap(edgeSources)],
  };
}
