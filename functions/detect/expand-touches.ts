import { circlesAmong, goalShape, reach, spineShape, waitingShape } from "#shared/graph/circles.ts";
import type { Shape } from "#shared/graph/circles.ts";
import { parentIds, spineOf } from "#shared/graph/line-of-sight.ts";
import { ancestorsOf } from "#shared/graph/tops.ts";
import type { OfWork, Touch } from "#shared/kit/rule.ts";
import { isOpen } from "#shared/model/facts.ts";
import type { AccountId, SubjectId, WorkItemId } from "#shared/model/ids.ts";
import { GoalId, WorkItemId as WorkItemIdSchema, dependencyId } from "#shared/model/ids.ts";
import type { Instant } from "#shared/model/time.ts";
import type { GraphLoader } from "#shared/store/graph-loader.ts";

import { goalsTouched } from "./expand-goals.ts";

/** A subject that a change may have touched; with `onlyOpen`, if a finding about it is open. */
export interface Candidate {
  readonly id: SubjectId;
  readonly onlyOpen: boolean;
  /** Where nothing but a writing of its signal has led here: which such look in a row it is, from 1. */
  readonly looks?: number | undefined;
}

/** `many`: more than are worth looking at one by one. */
export type Expanded = readonly Candidate[] | "many";

interface Context {
  readonly loader: GraphLoader;
  readonly now: Instant;
  /** More than so many neighbours of one thing are not looked at one by one. */
  readonly most: number;
}

/** The subjects of these touches, each once, as the graph stands now. */
export async function expandTouches(
  context: Context,
  touches: readonly Touch[],
): Promise<Expanded> {
  const found: Candidate[] = [];
  const all = await Promise.all(uniqueTouches(touches).map((touch) => expand(context, touch)));
  for (const some of all) {
    if (some === "many") return "many";
    found.push(...some);
  }
  return merged(found);
}

/** Each subject once; whoever is looked at in any case is. */
export function merged(candidates: readonly Candidate[]): readonly Candidate[] {
  const found = new Map<SubjectId, Candidate>();
  for (const one of candidates) {
    const other = found.get(one.id);
    found.set(one.id, other ? both(one, other) : one);
  }
  return [...found.values()];
}

function both(one: Candidate, other: Candidate): Candidate {
  const isByChange = one.looks === undefined || other.looks === undefined;
  return {
    id: one.id,
    onlyOpen: one.onlyOpen && other.onlyOpen,
    looks: isByChange ? undefined : Math.max(one.looks, other.looks),
  };
}

function uniqueTouches(touches: readonly Touch[]): readonly Touch[] {
  return [...new Map(touches.map((touch) => [JSON.stringify(touch), touch])).values()];
}

async function expand(context: Context, touch: Touch): Promise<Expanded> {
  const found = await expandOne(context, touch);
  if (found === "many" || touch.onlyOpen !== true) return found;
  return found.map(({ id }) => ({ id, onlyOpen: true }));
}

async function expandOne(context: Context, touch: Touch): Promise<Expanded> {
  const { loader } = context;
  switch (touch.kind) {
    case "subject":
    case "dependency":
      return [{ id: touch.id, onlyOpen: false }];
    case "anchor":
      return anchorsOf(context, [touch.itemId]);
    case "spine":
      return spinesOf(context, [touch.itemId]);
    case "children":
      return childrenOf(context, touch.itemId);
    case "linked-to":
      return linkedTo(context, touch.goalId);
    case "dependencies":
      return dependenciesOf(context, [touch.itemId]);
    case "assigned-to":
      return ofWork(context, [touch.accountId], touch.of);
    case "person":
      return ofWork(context, loader.graph.org.accountsBearing(touch.personId, touch), touch.of);
    default:
      return expandFurther(context, touch);
  }
}

async function expandFurther(context: Context, touch: Touch): Promise<Expanded> {
  const { loader } = context;
  switch (touch.kind) {
    case "ancestors":
      await loader.loadUp([touch.itemId]);
      return subjects([...ancestorsOf(loader.graph, touch.itemId)]);
    case "linkers":
      return asExpanded(await linkersOf(context, touch.goalId));
    default: {
      const goals = await goalsTouched(context, touch);
      return goals === undefined ? expandCircles(context, touch) : asExpanded(goals);
    }
  }
}

function asExpanded(ids: readonly SubjectId[] | "many"): Expanded {
  return ids === "many" ? ids : subjects(ids);
}

function subjects(ids: readonly SubjectId[]): readonly Candidate[] {
  return ids.map((id) => ({ id, onlyOpen: false }));
}

async function expandCircles(context: Context, touch: Touch): Promise<Expanded> {
  const { loader } = context;
  switch (touch.kind) {
    case "circles-above":
      return circlesAbove(context, [touch.id]);
    case "circles-above-children":
      return circlesAboveChildren(context, touch.itemId);
    case "circles-of-waiting":
      await loader.loadWaitedFor(touch.itemId);
      return circlesFrom(touch.itemId, waitingShape(loader.graph));
    default:
      // What is open, and everything, is found without a look at the graph.
      return [];
  }
}

/**
 * The anchors above these as far as what is under them counts, and findings about the items themselves:
 * whoever has a parent now may have been an anchor.
 */
async function anchorsOf(
  { loader }: Context,
  itemIds: readonly WorkItemId[],
): Promise<readonly Candidate[]> {
  await loader.loadUp(itemIds);
  return itemIds.flatMap((id) => {
    const item = loader.graph.item(id);
    // What is gone, or was never read, is no anchor; a finding about it may stand.
    if (!item) return [{ id, onlyOpen: true }];
    const anchor = spineOf(loader.graph, item).items.at(-1) ?? item;
    if (anchor.id === id) return [{ id, onlyOpen: false }];
    const own = { id, onlyOpen: true };
    return isOpen(anchor) ? [own] : [own, { id: anchor.id, onlyOpen: false }];
  });
}

/**
 * What an item leaves may have no open work any more, or be no anchor. An open one on top of them is what
 * it was: it rests on nothing under it.
 */
async function spinesOf(
  { loader }: Context,
  itemIds: readonly WorkItemId[],
): Promise<readonly Candidate[]> {
  await loader.loadUp(itemIds);
  return itemIds.flatMap((id) => {
    const item = loader.graph.item(id);
    if (!item) return [{ id, onlyOpen: true }];
    const { items, end } = spineOf(loader.graph, item);
    const top = end === "top" ? items.at(-1) : undefined;
    const left = items.filter((each) => each !== top || !isOpen(each));
    return left.map((each) => ({ id: each.id, onlyOpen: true }));
  });
}

/** A parent that comes or goes moves its children: the ways up their further homes change with it. */
async function childrenOf(context: Context, itemId: WorkItemId): Promise<Expanded> {
  const children = await loadChildren(context, itemId);
  if (children === "many") return "many";
  const homes = new Set(children.flatMap(({ homes: further }) => further));
  const found = await Promise.all([
    anchorsOf(
      context,
      children.map(({ id }) => id),
    ),
    spinesOf(context, [...homes]),
  ]);
  return found.flat();
}

interface Child {
  readonly id: WorkItemId;
  /** Where else it lives. */
  readonly homes: readonly WorkItemId[];
}

async function loadChildren(
  { loader, most }: Context,
  itemId: WorkItemId,
): Promise<readonly Child[] | "many"> {
  const ids = await loader.childIds(itemId, most);
  if (ids.length > most) return "many";
  await loader.loadNodes(ids);
  return ids.map((id) => {
    const item = loader.graph.item(id);
    return { id, homes: item ? parentIds(item).filter((home) => home !== itemId) : [] };
  });
}

/** Children with no other home go no other way. */
async function circlesAboveChildren(context: Context, itemId: WorkItemId): Promise<Expanded> {
  const children = await loadChildren(context, itemId);
  if (children === "many") return "many";
  const several = children.filter(({ homes }) => homes.length > 0);
  return circlesAbove(
    context,
    several.flatMap(({ id, homes }) => [id, ...homes]),
  );
}

async function circlesAbove(
  { loader, now }: Context,
  ids: readonly (WorkItemId | GoalId)[],
): Promise<readonly Candidate[]> {
  await loader.loadUp(ids);
  return ids.flatMap((id) => {
    const goalId = GoalId.safeParse(id);
    return goalId.success
      ? circlesFrom(goalId.data, goalShape(loader.graph, now))
      : // What is no goal is an item.
        circlesFrom(id as WorkItemId, spineShape(loader.graph));
  });
}

/** What circles there are among all that can be reached, and what was found about any of these. */
function circlesFrom<Id extends WorkItemId | GoalId>(
  start: Id,
  shape: Shape<Id>,
): readonly Candidate[] {
  const { ids } = reach(start, shape);
  const firsts = circlesAmong(ids, shape).flatMap(([first]) => first ?? []);
  return [
    ...[...ids].map((id) => ({ id, onlyOpen: true })),
    ...firsts.map((id) => ({ id, onlyOpen: false })),
  ];
}

async function linkedTo(context: Context, goalId: GoalId): Promise<Expanded> {
  const items = await linkersOf(context, goalId);
  return items === "many" ? items : anchorsOf(context, items);
}

/** Work items, of all that links to the goal. */
async function linkersOf(
  { loader, most }: Context,
  goalId: GoalId,
): Promise<readonly WorkItemId[] | "many"> {
  const ids = await loader.linkedTo(goalId, most);
  if (ids.length > most) return "many";
  return ids.filter((id): id is WorkItemId => WorkItemIdSchema.safeParse(id).success);
}

/** Of all work that is assigned to these. */
async function ofWork(
  context: Context,
  accountIds: readonly AccountId[],
  of: OfWork,
): Promise<Expanded> {
  const { loader, most } = context;
  const assigned = await Promise.all(accountIds.map((id) => loader.assignedTo(id, most)));
  const itemIds = assigned.flat();
  if (itemIds.length > context.most) return "many";
  if (of === "dependencies") return dependenciesOf(context, itemIds);
  const [anchors, goals] = await Promise.all([
    anchorsOf(context, itemIds),
    of === "owned" ? loader.ownedBy(accountIds) : [],
  ]);
  return [...anchors, ...subjects(goals)];
}

/** All edges of which one of these is either end. */
async function dependenciesOf(
  { loader, most }: Context,
  itemIds: readonly WorkItemId[],
): Promise<Expanded> {
  const [waiting] = await Promise.all([
    Promise.all(itemIds.map((id) => loader.blockedBy(id, most))),
    loader.loadNodes(itemIds),
  ]);
  const found = itemIds.flatMap((itemId, index) => {
    const blocks = (waiting[index] ?? []).map((blockedId) => dependencyId(blockedId, itemId));
    const edges = loader.graph.dependenciesOf(itemId);
    const isBlockedBy = edges.map((edge) => dependencyId(edge.blockedId, edge.blockingId));
    return [...blocks, ...isBlockedBy].map((id) => ({ id, onlyOpen: false }));
  });
  return found.length > most ? "many" : found;
}
