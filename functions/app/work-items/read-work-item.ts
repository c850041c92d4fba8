import * as z from "zod";

import { HubError } from "#shared/errors.ts";
import { dependencyState } from "#shared/graph/dependency-state.ts";
import type { LineOfSight } from "#shared/graph/line-of-sight.ts";
import type { MemoryGraph } from "#shared/graph/view.ts";
import type { Dependency } from "#shared/model/edges.ts";
import { GoalKind, WorkStatus } from "#shared/model/facts.ts";
import type { WorkItem } from "#shared/model/facts.ts";
import { alertId, dependencyId } from "#shared/model/ids.ts";
import type { GoalId, SubjectId, WorkItemId } from "#shared/model/ids.ts";
import type { Alert } from "#shared/model/signal.ts";
import { readSourceStates } from "#shared/store/connections.ts";
import { readDocument } from "#shared/store/documents.ts";
import { GraphLoader } from "#shared/store/graph-loader.ts";
import { getHistory } from "#shared/store/histories.ts";
import { factKey } from "#shared/store/keys.ts";
import { readLinkRules } from "#shared/store/link-rules.ts";
import { SetAside } from "#shared/store/set-aside.ts";
import { alertSpec } from "#shared/store/specs.ts";

import type { AppContext } from "../app-deps.ts";
import { readAllowances } from "./allowances.ts";
import { describeDependency, describeLink } from "./describe-edges.ts";
import { describeHop, describeItem, sourcesBehind } from "./describe.ts";
import { describeHistory, HistoryAnswer, sinceWhen } from "./history-answer.ts";
import { ServedGoalAnswer, describeServed } from "./served-goals-card.ts";
import { sightAsRead } from "./sight-as-read.ts";
import {
  DependencyAnswer,
  HopAnswer,
  LinkAnswer,
  SourceAnswer,
  WorkItemAnswer,
} from "./work-answers.ts";

export const WorkItemDetail = z
  .strictObject({
    asOf: z.string(),
    item: WorkItemAnswer,
    path: z.array(HopAnswer).meta({
      description: "From the item up: to strategy when linked, else to the anchor",
    }),
    anchor: z.strictObject({ id: z.string(), key: z.string().optional(), title: z.string() }),
    goals: z
      .array(
        z.strictObject({
          id: z.string(),
          title: z.string(),
          kind: GoalKind,
          status: WorkStatus,
          url: z.string().optional(),
        }),
      )
      .meta({ description: "The goals on the path, nearest first" }),
    serves: z.array(ServedGoalAnswer).meta({
      description: "All goals that the item serves, whichever way, with its share; greatest first",
    }),
    links: z.array(LinkAnswer),
    blockedBy: z.array(DependencyAnswer),
    blocks: z.array(DependencyAnswer),
    children: z.int(),
    statusSince: z.string().optional().meta({
      description: "When its status last changed between ours, where its tool tells",
    }),
    history: HistoryAnswer.optional().meta({
      description: "What its tool tells of its past; absent where that was not read",
    }),
    alerts: z
      .array(
        z.strictObject({
          id: z.string(),
          rule: z.string(),
          status: z.string(),
          severity: z.string(),
          title: z.string(),
        }),
      )
      .meta({ description: "Standing alerts about the item, its anchor or its dependencies" }),
    sources: z.array(SourceAnswer),
  })
  .meta({ id: "WorkItemDetail" });
export type WorkItemDetail = z.input<typeof WorkItemDetail>;

/** One item with all that explains its verdict, on strongly consistent reads. */
export async function readWorkItem(context: AppContext, id: WorkItemId): Promise<WorkItemDetail> {
  const { table, clock, registry, rules } = context;
  const setAside = new SetAside();
  const [org, sources, linkRules, allowances] = await Promise.all([
    context.orgReader.read(),
    readSourceStates(table, clock, registry),
    readLinkRules(table, clock.now(), setAside),
    readAllowances(table, rules),
  ]);
  const loader = new GraphLoader(table, { org, sources, linkRules });
  loader.setAside.include(setAside);
  const [waiting, children, past] = await Promise.all([
    loader.blockedBy(id),
    loader.childIds(id),
    getHistory(table, id),
    loader.loadUp([id]),
  ]);
  const { graph } = loader;
  const item = graph.item(id);
  if (!item) throw new HubError("entity.not-found", notFoundMessage(loader, id));
  const edges = await loadDependencies(loader, item, waiting);
  const now = clock.now();
  const sight = sightAsRead(loader, item, { now, allowances });
  const anchor = graph.item(sight.anchorId) ?? item;
  const connectionIds = [...edges.blocks, ...edges.blockedBy].flatMap((edge) =>
    [graph.item(edge.blockedId), graph.item(edge.blockingId)].map((end) => end?.connectionId ?? ""),
  );
  return {
    asOf: now,
    item: describeItem(graph, item, sight),
    path: sight.path.map((hop) => describeHop(graph, hop)),
    anchor: { id: anchor.id, key: anchor.key, title: anchor.title },
    goals: goalsOn(graph, sight),
    serves: describeServed(graph, item, now),
    links: graph.linksOf(item).map((link) => describeLink(graph, link, now)),
    blockedBy: edges.blockedBy.map((edge) => describeDependency(graph, edge)),
    blocks: edges.blocks.map((edge) => describeDependency(graph, edge)),
    children: children.length,
    statusSince: sinceWhen(item, past),
    history: past && (await describeHistory(table, past)),
    alerts: await standingAlerts(context, subjectsOf(item, sight, edges)),
    sources: [...sourcesBehind(sources, [item.connectionId, ...connectionIds], clock.nowMs())],
  };
}

function notFoundMessage({ graph, setAside }: GraphLoader, id: WorkItemId): string {
  if (setAside.partitions.has(id)) return "This work item is stored, but cannot be read";
  return graph.wasRemoved(id)
    ? "This work item was removed at its source"
    : "There is no such work item here: it was never read, or the id is wrong";
}

interface Edges {
  readonly blockedBy: readonly Dependency[];
  readonly blocks: readonly Dependency[];
}

async function loadDependencies(
  loader: GraphLoader,
  item: WorkItem,
  waiting: readonly WorkItemId[],
): Promise<Edges> {
  const blockedBy = loader.graph.dependenciesOf(item.id);
  await loader.loadUp([...waiting, ...blockedBy.map((edge) => edge.blockingId)]);
  const blocks = waiting.flatMap((blockedId) => {
    const edge = loader.graph.dependency(blockedId, item.id);
    return edge ? [edge] : [];
  });
  const stands = (edge: Dependency) => dependencyState(loader.graph, edge).state !== "gone";
  return { blockedBy: blockedBy.filter(stands), blocks: blocks.filter(stands) };
}

function goalsOn(graph: MemoryGraph, sight: LineOfSight): WorkItemDetail["goals"] {
  return sight.path.flatMap((hop) => {
    // A hop of type goal holds a goal's id.
    const goal = hop.type === "goal" ? graph.goal(hop.id as GoalId) : undefined;
    if (!goal) return [];
    const { id, title, kind, status, url } = goal;
    return [{ id, title, kind, status, url }];
  });
}

function subjectsOf(item: WorkItem, sight: LineOfSight, edges: Edges): readonly SubjectId[] {
  const dependencies = [...edges.blockedBy, ...edges.blocks].map((edge) =>
    dependencyId(edge.blockedId, edge.blockingId),
  );
  return [...new Set([item.id, sight.anchorId, ...dependencies])];
}

async function standingAlerts(
  { table, rules }: AppContext,
  subjects: readonly SubjectId[],
): Promise<WorkItemDetail["alerts"]> {
  const keys = rules.flatMap((rule) => subjects.map((id) => factKey(alertId(rule.name, id))));
  const setAside = new SetAside();
  const alerts = (await table.batchGet(keys)).flatMap(
    (stored) => setAside.read(stored, (one) => readDocument(alertSpec, one)) ?? [],
  );
  return alerts
    .filter((alert: Alert) => alert.status !== "resolved")
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
    .map(({ id, rule, status, severity, title }) => ({ id, rule, status, severity, title }));
}
