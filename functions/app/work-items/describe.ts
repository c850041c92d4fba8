import type * as z from "zod";

import type { Hop, LineOfSight } from "#shared/graph/line-of-sight.ts";
import type { Org } from "#shared/graph/org.ts";
import type { SourceState, SourceStates } from "#shared/graph/sources.ts";
import { teamOf } from "#shared/graph/team.ts";
import type { TeamFinding } from "#shared/graph/team.ts";
import type { GraphView } from "#shared/graph/view.ts";
import type { WorkItem } from "#shared/model/facts.ts";
import type { GoalId, WorkItemId } from "#shared/model/ids.ts";
import { factId, readFactId } from "#shared/model/ids.ts";
import { epochMsOf } from "#shared/model/time.ts";

import type { HopAnswer, SourceAnswer, TeamAnswer, WorkItemAnswer } from "./work-answers.ts";

/** Facts of the model as answers tell of them: names beside ids, nothing about who does the work. */

export function describeTeam(org: Org, finding: TeamFinding): z.input<typeof TeamAnswer> {
  if (finding.teamId === undefined) return { why: finding.why };
  return { id: finding.teamId, name: org.unit(finding.teamId)?.name, how: finding.how };
}

export function describeItem(view: GraphView, item: WorkItem, sight: LineOfSight): WorkItemAnswer {
  return {
    id: item.id,
    connectionId: item.connectionId,
    connection: view.sources.get(item.connectionId)?.name ?? "a removed connection",
    key: item.key,
    title: item.title,
    url: item.url,
    kind: item.kind,
    originalKind: item.originalKind,
    status: item.status,
    originalStatus: item.originalStatus,
    container: containerName(view, item),
    dueOn: item.dueOn,
    labels: item.labels,
    team: describeTeam(view.org, teamOf(view.org, item)),
    verdict: { kind: sight.verdict, reason: sight.reason },
    anchorId: sight.anchorId,
  };
}

/**
 * What people call the container: its title where the hub holds it as a work item of its own (a tool
 * whose containers have only numbers), nothing for the container itself, else the tool's own word.
 */
function containerName(view: GraphView, item: WorkItem): string | undefined {
  const own = readFactId(item.id);
  if (item.container === undefined || own === undefined) return item.container;
  const id = factId("work-item", own.connector, item.connectionId, item.container);
  return id === item.id ? undefined : (view.item(id)?.title ?? item.container);
}

/** A hop by name. The walk only makes hops of nodes that the view holds; one lost since keeps its id. */
export function describeHop(view: GraphView, hop: Hop): HopAnswer {
  const node = hop.type === "goal" ? view.goal(hop.id as GoalId) : view.item(hop.id as WorkItemId);
  return {
    id: hop.id,
    type: hop.type,
    key: node?.key,
    title: node?.title ?? hop.id,
    url: node?.url,
    kind: node?.kind ?? hop.type,
    status: node?.status,
    via: hop.via,
    ...(hop.link && {
      link: {
        source: hop.link.source,
        confidence: hop.link.confidence,
        note: hop.link.note,
        ruleId: hop.link.ruleId,
      },
    }),
  };
}

export function describeSource(source: SourceState, nowMs: number): SourceAnswer {
  return {
    connectionId: source.id,
    name: source.name,
    isReady: source.isReady,
    isStale: source.isStale,
    ...(source.freshAt !== undefined && {
      freshAt: source.freshAt,
      ageSeconds: Math.max(0, Math.round((nowMs - epochMsOf(source.freshAt)) / 1000)),
    }),
  };
}

/** All sources: what a list over the whole graph rests on. */
export function allSources(sources: SourceStates, nowMs: number): SourceAnswer[] {
  return [...sources.values()].map((source) => describeSource(source, nowMs));
}

/** The sources that a verdict about an item of these connections rests on: theirs, and all that hold goals. */
export function sourcesBehind(
  sources: SourceStates,
  connectionIds: readonly string[],
  nowMs: number,
): readonly SourceAnswer[] {
  return [...sources.values()]
    .filter((source) => source.providesGoals || connectionIds.includes(source.id))
    .map((source) => describeSource(source, nowMs));
}
