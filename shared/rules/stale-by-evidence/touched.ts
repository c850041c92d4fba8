import { parentIds } from "#shared/graph/line-of-sight.ts";
import { goalEnds, workItemEnds } from "#shared/kit/delta-ends.ts";
import { differ } from "#shared/kit/differ.ts";
import type { Delta, Touch } from "#shared/kit/rule.ts";
import { peopleMatter, unitMatters } from "#shared/kit/team-touches.ts";
import type { Goal, WorkItem } from "#shared/model/facts.ts";
import type { SubjectId, WorkItemId } from "#shared/model/ids.ts";
import { isIdOf } from "#shared/model/ids.ts";
import { epochMsOf } from "#shared/model/time.ts";

import type { Options } from "./life.ts";
import { silentAfterMs } from "./life.ts";

type DeltaType = NonNullable<Delta["after"]>["type"];
type TouchedBy = (delta: Delta, options: Options) => readonly Touch[];

const everything = (): readonly Touch[] => [{ kind: "all" }];
/** Whose it is, and who leads them, is part of every open finding. */
const whatIsOpen = (): readonly Touch[] => [{ kind: "open" }];

const touchedBy: Readonly<Partial<Record<DeltaType, TouchedBy>>> = {
  "work-item": touchedByItem,
  goal: touchedByGoal,
  link: touchedByLink,
  connection: everything,
  "rule-settings": everything,
  person: (delta) => (peopleMatter(delta) ? whatIsOpen() : []),
  account: whatIsOpen,
  match: whatIsOpen,
  membership: whatIsOpen,
  "same-person": whatIsOpen,
  "org-unit": (delta) => (unitMatters(delta) ? whatIsOpen() : []),
};

export function touchedOfLife(delta: Delta, options: Options): readonly Touch[] {
  const { buriedId } = delta;
  if (buriedId !== undefined) {
    return isIdOf("work-item", buriedId) ? [childrenOf(buriedId)] : [];
  }
  const type = (delta.after ?? delta.before)?.type;
  const touches = type === undefined ? [] : (touchedBy[type]?.(delta, options) ?? []);
  // What it said before may have been life to what it is under no more.
  return delta.wasUnread === true && type === "work-item" ? everything() : touches;
}

/**
 * A change is a sign of life: it can end a finding about the item, and about whatever is above it. Only
 * where it was old already when we read it, or takes life away from what it leaves, can it bring one about.
 */
function touchedByItem(delta: Delta, options: Options): readonly Touch[] {
  const { was, is, any } = workItemEnds(delta);
  if (!any || (was && is && !differ(was, is, fieldsRead))) return [];
  const touches = [ofThing(any.id, is, options.days)];
  if (was && is) addBoth(touches, was, is);
  else {
    touches.push(childrenOf(any.id));
    for (const home of parentIds(any)) touches.push(above(home, is !== undefined));
  }
  return touches;
}

/** What it leaves loses life; where it is, it brings some, unless what it was is of a later time. */
function addBoth(touches: Touch[], was: WorkItem, is: WorkItem): void {
  const homes = parentIds(is);
  for (const home of parentIds(was)) if (!homes.includes(home)) touches.push(above(home, false));
  const isLife = is.sourceVersion >= was.sourceVersion;
  for (const home of homes) touches.push(above(home, isLife));
}

const fieldsRead = [
  "status",
  "sourceVersion",
  "parentId",
  "otherParentIds",
  "kind",
  "assigneeId",
  "teamName",
  "title",
  "key",
  "url",
] as const satisfies (keyof WorkItem)[];

function above(itemId: WorkItemId, onlyOpen: boolean): Touch {
  return { kind: "ancestors", itemId, onlyOpen };
}

/** Who is under it is a top, or is none any more. */
function childrenOf(itemId: WorkItemId): Touch {
  return { kind: "children", itemId };
}

function touchedByGoal(delta: Delta, options: Options): readonly Touch[] {
  const { was, is, any } = goalEnds(delta);
  const fields = [
    "status",
    "sourceVersion",
    "progress",
    "ownerId",
    "teamName",
    "title",
    "url",
    "key",
    "kind",
  ] as const;
  if (!any || (was && is && !differ(was, is, fields))) return [];
  return [ofThing(any.id, is, options.goalDays)];
}

/** What is in progress may grow old, from now on. */
function ofThing(id: SubjectId, is: WorkItem | Goal | undefined, days: number): Touch {
  if (is?.status !== "in-progress") return { kind: "subject", id, onlyOpen: true };
  const isOld = wasOldWhenRead(is, days);
  return isOld ? { kind: "subject", id } : { kind: "subject", id, onlyOpen: true, mayTurn: true };
}

/** What grows old after it was read, the hourly pass finds. */
function wasOldWhenRead(
  { sourceVersion, readAt }: Pick<WorkItem, "sourceVersion" | "readAt">,
  days: number,
): boolean {
  return epochMsOf(readAt) - sourceVersion >= silentAfterMs(days);
}

function touchedByLink({ before, after }: Delta): readonly Touch[] {
  const link = after ?? before;
  if (link?.type !== "link" || !isIdOf("work-item", link.fromId)) return [];
  return [{ kind: "subject", id: link.fromId }];
}
