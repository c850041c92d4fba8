import { pathToAnchor } from "#shared/graph/line-of-sight.ts";
import type { LinkRules } from "#shared/graph/link-rules.ts";
import type { Org } from "#shared/graph/org.ts";
import type { SourceStates } from "#shared/graph/sources.ts";
import type { Delta, Touch } from "#shared/kit/rule.ts";
import type { SubjectId, WorkItemId } from "#shared/model/ids.ts";
import { WorkItemId as WorkItemIdSchema, dependencyId } from "#shared/model/ids.ts";
import type { Signal } from "#shared/model/signal.ts";
import type { Table } from "#shared/ports/table.ts";
import { readSourceStates } from "#shared/store/connections.ts";
import { listDocuments } from "#shared/store/documents.ts";
import { GraphLoader } from "#shared/store/graph-loader.ts";
import { lists } from "#shared/store/keys.ts";
import { readLinkRules } from "#shared/store/link-rules.ts";
import { signalSpec } from "#shared/store/specs.ts";

import { activeRules } from "./active-rules.ts";
import { announceUnseen } from "./announce-unseen.ts";
import { changesConclusions } from "./deltas.ts";
import { evaluateDeps } from "./deps.ts";
import type { DetectDeps } from "./deps.ts";
import { evaluateSubjects } from "./evaluate-subjects.ts";
import type { ActiveRule, Subject } from "./evaluate-subjects.ts";
import { recompute } from "./recompute.ts";

/** Above so many touched subjects, one pass over the whole graph is cheaper than walking from each. */
const recomputeAbove = 2000;

/** Brings the signals of every subject that these changes touch in line with the graph. */
export async function detect(deps: DetectDeps, deltas: readonly Delta[]): Promise<void> {
  const sources = await readSourceStates(deps.table, deps.clock, deps);
  await announceUnseen(deps, deltas, (delta) => isOfReadySource(delta, sources));
  // While a source is being read for the first time nothing can be concluded about its records; its
  // becoming ready is itself a change, and re-evaluates everything.
  const relevant = deltas.filter(
    (delta) => isOfReadySource(delta, sources) && changesConclusions(delta),
  );
  if (relevant.length === 0) return;
  const [org, linkRules, rules] = await Promise.all([
    deps.orgReader.read(),
    readLinkRules(deps.table, deps.clock.now()),
    activeRules(deps.table, deps.rules, deps.logger),
  ]);
  const loader = new GraphLoader(deps.table, { org, sources, linkRules });
  const touched = await Promise.all(
    rules.map(async (active) => {
      const touches = relevant.flatMap((delta) => active.rule.touched(delta, active.options));
      const all = touches.some((touch) => isEverything(touch, linkRules));
      const isOfOpen = touches.some((touch) => touch.kind === "open");
      const isOfLed = touches.some((touch) => touch.kind === "led");
      const subjects = await Promise.all([
        expand(loader, active, touches),
        isOfOpen || isOfLed ? openSubjects(deps.table, active, isOfOpen ? undefined : org) : [],
      ]);
      return { all, subjects: subjects.flat() };
    }),
  );
  const subjects = touched.flatMap((one) => one.subjects);
  const all = touched.some((one) => one.all);
  const isMany = subjects.length > recomputeAbove;
  if (all || isMany) await recompute(deps);
  // The pass over everything reads a scan that may be a moment behind this very batch.
  if (!isMany) await evaluateSubjects(evaluateDeps(deps), subjects);
}

/** What a link rule links to its goal is found in no index. */
function isEverything(touch: Touch, { goalIds }: LinkRules): boolean {
  return touch.kind === "all" || (touch.kind === "linked-to" && goalIds.has(touch.goalId));
}

function isOfReadySource({ before, after }: Delta, sources: SourceStates): boolean {
  const thing = after ?? before;
  if (thing === undefined || !("connectionId" in thing)) return true;
  // A removed connection's records must still clear their signals.
  return sources.get(thing.connectionId)?.isReady ?? true;
}

/** All open ones of the rule, or only those that would go to another leader in `org`. */
async function openSubjects(
  table: Table,
  active: ActiveRule,
  org: Org | undefined,
): Promise<readonly Subject[]> {
  const { name, leaderOf } = active.rule;
  const open = await listDocuments(table, signalSpec, lists.openSignals);
  const isAnothers = ({ teamIds, leaderId }: Signal) =>
    org === undefined || leaderOf === undefined || leaderOf(org, teamIds) !== leaderId;
  return open
    .filter((signal) => signal.rule === name && isAnothers(signal))
    .map(({ subjectId }) => ({ active, id: subjectId }));
}

async function expand(
  loader: GraphLoader,
  active: ActiveRule,
  touches: readonly Touch[],
): Promise<readonly Subject[]> {
  const anchors = new Set<WorkItemId>();
  const ids = new Set<SubjectId>();
  const expanded = uniqueTouches(touches).map((touch) => expandTouch(loader, touch));
  for (const found of (await Promise.all(expanded)).flat()) {
    if (found.kind === "anchor") anchors.add(found.itemId);
    else ids.add(found.id);
  }
  await loader.loadUp(anchors);
  for (const itemId of anchors) {
    const item = loader.graph.item(itemId);
    const path = item ? pathToAnchor(loader.graph, item) : [];
    // Anchors are work items: pathToAnchor follows parents only.
    ids.add((path.at(-1)?.id as WorkItemId | undefined) ?? itemId);
  }
  return [...ids].map((id) => ({ active, id }));
}

type Found =
  | { readonly kind: "subject"; readonly id: SubjectId }
  | { readonly kind: "anchor"; readonly itemId: WorkItemId };

async function expandTouch(loader: GraphLoader, touch: Touch): Promise<readonly Found[]> {
  switch (touch.kind) {
    case "subject":
    case "anchor":
      return [touch];
    case "dependency":
      return [{ kind: "subject", id: touch.id }];
    case "children":
      return childrenOf(loader, touch.itemId);
    case "linked-to":
      return (await loader.linkedTo(touch.goalId))
        .filter((id): id is WorkItemId => WorkItemIdSchema.safeParse(id).success)
        .flatMap(subjectAndAnchor);
    case "dependencies":
      return dependenciesOf(loader, touch.itemId);
    case "assigned-to":
      return ofWork(loader, await loader.assignedTo(touch.accountId), touch.of);
    case "spine":
      return spineOf(loader, touch.itemId);
    case "person": {
      const accounts = loader.graph.org.accountsBearing(touch.personId, touch);
      const items = await Promise.all(accounts.map((account) => loader.assignedTo(account)));
      return ofWork(loader, items.flat(), touch.of);
    }
    default:
      // What is open, and everything, is found without a look at the graph.
      return [];
  }
}

/** A parent that comes or goes moves its children: the ways up their further homes change with it. */
async function childrenOf(loader: GraphLoader, itemId: WorkItemId): Promise<readonly Found[]> {
  const ids = await loader.childIds(itemId);
  await loader.loadUp(ids);
  const children = ids.flatMap((id) => loader.graph.item(id) ?? []);
  const homes = new Set(children.flatMap((child) => child.otherParentIds ?? []));
  const found = ids.flatMap(subjectAndAnchor);
  for (const home of homes) found.push(...(await spineOf(loader, home)));
  return found;
}

async function spineOf(loader: GraphLoader, itemId: WorkItemId): Promise<readonly Found[]> {
  await loader.loadUp([itemId]);
  const item = loader.graph.item(itemId);
  const path = item ? pathToAnchor(loader.graph, item) : [];
  // A spine is made of work items.
  return path.map((hop) => ({ kind: "subject", id: hop.id as WorkItemId }));
}

function subjectAndAnchor(id: WorkItemId): readonly Found[] {
  return [
    { kind: "subject", id },
    { kind: "anchor", itemId: id },
  ];
}

async function ofWork(
  loader: GraphLoader,
  itemIds: readonly WorkItemId[],
  of: "dependencies" | "work",
): Promise<readonly Found[]> {
  if (of === "work") return itemIds.flatMap(subjectAndAnchor);
  return (await Promise.all(itemIds.map((itemId) => dependenciesOf(loader, itemId)))).flat();
}

async function dependenciesOf(loader: GraphLoader, itemId: WorkItemId): Promise<readonly Found[]> {
  const [waiting] = await Promise.all([loader.blockedBy(itemId), loader.loadUp([itemId])]);
  const blocks = waiting.map((blockedId) => dependencyId(blockedId, itemId));
  const isBlockedBy = loader.graph
    .dependenciesOf(itemId)
    .map((edge) => dependencyId(edge.blockedId, edge.blockingId));
  return [...blocks, ...isBlockedBy].map((id) => ({ kind: "subject", id }));
}

function uniqueTouches(touches: readonly Touch[]): readonly Touch[] {
  return [...new Map(touches.map((touch) => [JSON.stringify(touch), touch])).values()];
}
