import { parentIds } from "#shared/graph/line-of-sight.ts";
import { goalEnds, workItemEnds } from "#shared/kit/delta-ends.ts";
import { differ } from "#shared/kit/differ.ts";
import type { Delta, Touch } from "#shared/kit/rule.ts";
import { peopleMatter } from "#shared/kit/team-touches.ts";
import { isOpen } from "#shared/model/facts.ts";
import type { Goal, WorkItem } from "#shared/model/facts.ts";
import type { GoalId, WorkItemId } from "#shared/model/ids.ts";
import { isIdOf, readFactId } from "#shared/model/ids.ts";

type DeltaType = NonNullable<Delta["after"]>["type"];

const everything = (): readonly Touch[] => [{ kind: "all" }];
/** Whose things they are, and who leads them, is part of every open finding. */
const whatIsOpen = (): readonly Touch[] => [{ kind: "open" }];
const nothing = (): readonly Touch[] => [];

const touchedBy: Readonly<Record<DeltaType, (delta: Delta) => readonly Touch[]>> = {
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
  "org-unit": whatIsOpen,
  "link-rule": nothing,
  dependency: nothing,
  home: nothing,
};

/**
 * Whatever ends is looked for from the far end of a way that is gone: as long as nothing else of the
 * circle is gone, all that was on it can be reached from there. Where more is gone, some other way was the
 * last of them, and is looked at as well.
 */
export function touchedOfHierarchy(delta: Delta): readonly Touch[] {
  const touches = touchedByChange(delta);
  // Which way is gone nobody knows then.
  return delta.wasUnread === true ? [...touches, { kind: "open" }] : touches;
}

function touchedByChange(delta: Delta): readonly Touch[] {
  if (delta.buriedId !== undefined) {
    const isItem = readFactId(delta.buriedId)?.type === "work-item";
    // The type of an id is what the id itself says.
    return isItem ? [{ kind: "circles-above-children", itemId: delta.buriedId as WorkItemId }] : [];
  }
  const type = (delta.after ?? delta.before)?.type;
  return type === undefined ? [] : touchedBy[type](delta);
}

function touchedByItem(delta: Delta): readonly Touch[] {
  const { was, is, any } = workItemEnds(delta);
  if (!any) return [];
  const { id } = any;
  if (was && is && !differ(was, is, ["parentId", "otherParentIds"])) {
    return isToldOfItem(was, is) ? [above(id, true)] : [];
  }
  const touches = [above(id)];
  if (was) for (const home of parentIds(was)) touches.push(above(home));
  // Where a first home comes or goes, those in it may go another way.
  return was && is ? touches : [...touches, { kind: "circles-above-children", itemId: id }];
}

function isToldOfItem(was: WorkItem, is: WorkItem): boolean {
  const fields = ["title", "key", "url", "assigneeId", "teamName"] as const;
  return isOpen(was) !== isOpen(is) || differ(was, is, fields);
}

function touchedByGoal(delta: Delta): readonly Touch[] {
  const { was, is, any } = goalEnds(delta);
  if (!any) return [];
  const { id } = any;
  if (was && is && was.parentId === is.parentId) {
    return isToldOfGoal(was, is) ? [above(id, true)] : [];
  }
  const left = was?.parentId === undefined ? [] : [was.parentId];
  return [id, ...left].map((each) => above(each));
}

function isToldOfGoal(was: Goal, is: Goal): boolean {
  return differ(was, is, ["title", "url", "ownerId", "teamName"]);
}

function touchedByLink({ before, after }: Delta): readonly Touch[] {
  const [was, is] = [before, after].map((thing) => (thing?.type === "link" ? thing : undefined));
  const link = is ?? was;
  if (!link || !isIdOf("goal", link.fromId)) return [];
  if (was && is && !differ(was, is, ["source", "expiresAt"])) return [];
  return [above(link.fromId), above(link.toId)];
}

function above(id: WorkItemId | GoalId, onlyOpen = false): Touch {
  return { kind: "circles-above", id, onlyOpen };
}
