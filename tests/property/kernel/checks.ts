import type { Allowance } from "#shared/graph/allowances.ts";
import { lineOfSight, spineOf } from "#shared/graph/line-of-sight.ts";
import type { Hop, LineOfSight, SightOptions } from "#shared/graph/line-of-sight.ts";
import type { LiveGraph } from "#shared/graph/live-graph.ts";
import { incompleteBecause } from "#shared/graph/sources.ts";
import type { GraphView, MemoryGraph } from "#shared/graph/view.ts";
import { WholeSight } from "#shared/graph/whole-sight.ts";
import type { LiveFindings, SetRule } from "#shared/kit/live-findings.ts";
import type { Evaluation } from "#shared/kit/rule.ts";
import { isOpen } from "#shared/model/facts.ts";
import type { WorkItem } from "#shared/model/facts.ts";
import type { SubjectId, WorkItemId } from "#shared/model/ids.ts";
import { dependencyId } from "#shared/model/ids.ts";
import type { Instant } from "#shared/model/time.ts";

import { edgeExists, without } from "./edges.ts";

/** What lives and is judged: a graph with its findings, and by what they are found. */
export interface Living {
  readonly live: LiveGraph;
  readonly findings: LiveFindings;
  readonly rules: readonly SetRule[];
  readonly allowances: readonly Allowance[];
  readonly now: Instant;
}

/** Says what is wrong, and in which law. */
export class BrokenLaw extends Error {}

function demand(holds: boolean, law: string, ...about: readonly unknown[]): asserts holds {
  if (!holds) throw new BrokenLaw(`${law}: ${JSON.stringify(about)}`);
}

/**
 * Open findings of unlinked work are those that the pass over everything gives: cheap enough to be asked
 * after every command. Where a source stands still, what stands may stand.
 */
export function checkUnlinked(living: Living): void {
  const { graph } = living.live;
  const sight = new WholeSight(graph, optionsOf(living, "spine"));
  const open = living.findings.openFindings("unlinked-work");
  let expected = 0;
  for (const [n, item] of sight.numbered.items.entries()) {
    const { verdict, reason, anchorId } = sight.at(n);
    const isAnchor = anchorId === item.id && item.kind !== "portfolio";
    if (isAnchor && verdict === "unknown" && incompleteBecause(graph.sources, item.connectionId)) {
      expected += open.has(item.id) ? 1 : 0;
      continue;
    }
    const isFound = isAnchor && verdict === "unlinked" && counts(graph, sight, item);
    expected += isFound ? 1 : 0;
    demand(open.has(item.id) === isFound, "incremental = oracle", item.id, verdict, reason);
    const told = open.get(item.id)?.evidence.facts["reason"];
    demand(!isFound || told === reason, "the reason told is the oracle's", item.id, told, reason);
  }
  demand(expected === open.size, "a finding is about something that is there", ...open.keys());
}

/** A circle is a finding of another rule, and closed work is none as long as nothing open is under it. */
function counts(graph: MemoryGraph, sight: WholeSight, anchor: WorkItem): boolean {
  if (spineOf(graph, anchor).end === "cycle") return false;
  return isOpen(anchor) || hidesOpenWork(graph, sight, anchor);
}

/** Open work under a closed anchor that nothing between supports or allows. */
function hidesOpenWork(graph: MemoryGraph, sight: WholeSight, anchor: WorkItem): boolean {
  const under = [...graph.childrenOf(anchor.id)];
  const entered = new Set<WorkItemId>([anchor.id]);
  for (const item of under) {
    if (entered.has(item.id)) continue;
    entered.add(item.id);
    const judged = sight.of(item.id);
    if (judged?.verdict !== "unlinked" || judged.anchorId !== anchor.id) continue;
    if (isOpen(item)) return true;
    for (const child of graph.childrenOf(item.id)) under.push(child);
  }
  return false;
}

/** Every finding of every rule is word for word what a graph put together anew gives. */
export function checkAllFindings(living: Living, fresh: MemoryGraph): void {
  for (const { rule, options } of living.rules) {
    const open = living.findings.openFindings(rule.name);
    const named = new Set(rule.subjects(fresh));
    for (const subjectId of new Set([...named, ...open.keys(), ...allSubjects(rule.name, fresh)])) {
      const is = rule.evaluate({ view: fresh, subjectId, options, now: living.now });
      if (is.state === "unknown") continue;
      demand(
        is.state !== "open" || named.has(subjectId),
        "the pass over all looks there",
        rule.name,
        subjectId,
      );
      const stands = open.get(subjectId);
      const law = `${rule.name}: incremental = recomputed`;
      demand((is.state === "open") === (stands !== undefined), law, subjectId, is);
      if (is.state !== "open" || !stands) continue;
      demand(telling(is) === telling(stands), law, subjectId, is, stands);
    }
  }
}

/** Whatever a rule may speak of, whether its pass over everything would look there or not. */
function allSubjects(rule: string, graph: MemoryGraph): readonly SubjectId[] {
  const about = aboutOf[rule] ?? ["items", "goals"];
  return about.flatMap((what): readonly SubjectId[] => {
    switch (what) {
      case "items":
        return [...graph.items()].map(({ id }) => id);
      case "goals":
        return [...graph.goals()].map(({ id }) => id);
      case "waits":
        return [...graph.dependencies()].map((edge) =>
          dependencyId(edge.blockedId, edge.blockingId),
        );
      case "teams":
        return [...graph.org.units()].map(({ id }) => id);
    }
  });
}

/** Where it is not items and goals. */
const aboutOf: Readonly<Record<string, readonly ("items" | "goals" | "waits" | "teams")[]>> = {
  "unlinked-work": ["items"],
  "circular-dependency": ["items"],
  "horizon-mismatch": ["items", "waits"],
  "blocked-across-boundary": ["waits"],
  "floating-goal": ["goals"],
  "goal-without-work": ["goals"],
  "closed-goal-open-work": ["goals"],
  "too-many-objectives": ["teams"],
  "connection-degraded": [],
  "coverage-lost": [],
};

type Told = Pick<
  Extract<Evaluation, { state: "open" }>,
  "severity" | "title" | "evidence" | "teamIds" | "connectionIds" | "leaderId"
>;

function telling({ severity, title, evidence, teamIds, connectionIds, leaderId }: Told): string {
  return JSON.stringify([severity, title, evidence, teamIds, connectionIds, leaderId]);
}

/** The walk from each item finds what the pass over all finds, along ways that exist. */
export function checkSights(living: Living, fresh: MemoryGraph): void {
  for (const homes of ["all", "spine"] as const) {
    const options = optionsOf(living, homes);
    const whole = new WholeSight(fresh, options);
    for (const item of fresh.items()) {
      const walked = lineOfSight(fresh, item, options);
      const passed = whole.of(item.id);
      const same =
        passed?.verdict === walked.verdict &&
        passed.reason === walked.reason &&
        passed.anchorId === walked.anchorId;
      demand(same, `walk = pass, homes ${homes}`, item.id, passed, walked.verdict, walked.reason);
      checkPath(fresh, item, walked, options);
    }
  }
}

function checkPath(view: GraphView, item: WorkItem, sight: LineOfSight, { now }: SightOptions) {
  const { path, verdict } = sight;
  demand(path[0]?.id === item.id && path[0].via === "self", "a path begins at its item", item.id);
  demand(new Set(path.map(({ id }) => id)).size === path.length, "no node twice", path);
  for (const [index, hop] of path.entries()) {
    const from = path[index - 1];
    demand(!from || edgeExists(view, from, hop), "every hop exists", from?.id, hop);
  }
  demand(
    (path.at(-1)?.type === "goal") === (verdict === "linked"),
    "a path ends where it says",
    path,
  );
  if (verdict === "linked") checkSupport(view, sight, now);
}

function checkSupport(view: GraphView, { path }: LineOfSight, now: Instant): void {
  // So that a cycle can never be what supports: there is one statement, and it holds now.
  const link = path.find(({ via }) => via === "link")?.link;
  const holds =
    link !== undefined &&
    link.source !== "suggestion" &&
    (link.expiresAt === undefined || link.expiresAt > now) &&
    (view.goal(link.toId)?.status ?? "dropped") !== "dropped";
  demand(holds, "support is a link that holds", path[0]?.id, link);
}

/** Without any one step of the way shown, no verdict rests on that step, and what is said is true there. */
export function checkRemovals(living: Living, fresh: MemoryGraph, item: WorkItem): void {
  for (const homes of ["all", "spine"] as const) {
    const options = optionsOf(living, homes);
    const { path, verdict } = lineOfSight(fresh, item, options);
    if (verdict !== "linked") continue;
    for (const [index, hop] of path.entries()) {
      const from = path[index - 1];
      if (!from) continue;
      const rest = without(fresh, from, hop);
      const start = rest.item(item.id) ?? item;
      const after = lineOfSight(rest, start, options);
      const rests = after.path.some((one, at) => isStep(after.path[at - 1], one, from, hop));
      demand(!rests, "what was taken away supports nothing", item.id, from.id, hop.id);
      checkPath(rest, start, after, options);
    }
  }
}

function isStep(from: Hop | undefined, to: Hop, wasFrom: Hop, wasTo: Hop): boolean {
  return from?.id === wasFrom.id && to.id === wasTo.id && to.via === wasTo.via;
}

function optionsOf(living: Living, homes: "all" | "spine"): SightOptions {
  return { now: living.now, allowances: living.allowances, homes };
}
