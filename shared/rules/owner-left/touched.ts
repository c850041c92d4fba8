import { goalEnds, workItemEnds } from "#shared/kit/delta-ends.ts";
import { differ } from "#shared/kit/differ.ts";
import type { Delta, Touch } from "#shared/kit/rule.ts";
import { peopleMatter, touchedByTeams, unitMatters } from "#shared/kit/team-touches.ts";
import { isOpen } from "#shared/model/facts.ts";
import type { Goal, OrgUnit, WorkItem } from "#shared/model/facts.ts";
import type { WorkItemId } from "#shared/model/ids.ts";
import { isIdOf } from "#shared/model/ids.ts";

type DeltaType = NonNullable<Delta["after"]>["type"];

const everything = (): readonly Touch[] => [{ kind: "all" }];
const nothing = (): readonly Touch[] => [];

const touchedBy: Readonly<Record<DeltaType, (delta: Delta) => readonly Touch[]>> = {
  "work-item": touchedByItem,
  goal: touchedByGoal,
  person: touchedByPeople,
  account: touchedByPeople,
  match: touchedByPeople,
  membership: touchedByPeople,
  "same-person": touchedByPeople,
  "org-unit": (delta) => (unitMatters(delta) || isEndAnother(delta) ? everything() : []),
  connection: everything,
  "rule-settings": everything,
  link: nothing,
  dependency: nothing,
  home: nothing,
  "link-rule": nothing,
};

export function touchedOfOwners(delta: Delta): readonly Touch[] {
  const { buriedId } = delta;
  if (buriedId !== undefined) {
    // The type of an id is what the id itself says.
    return isIdOf("work-item", buriedId) ? [childrenOf(buriedId as WorkItemId)] : [];
  }
  const type = (delta.after ?? delta.before)?.type;
  return type === undefined ? [] : touchedBy[type](delta);
}

function touchedByItem(delta: Delta): readonly Touch[] {
  const { was, is, any } = workItemEnds(delta);
  if (!any) return [];
  const itself: Touch = { kind: "subject", id: any.id };
  // Who is under it is a top, or is none any more.
  if (!was || !is) {
    return [{ ...itself, onlyOpen: !is || !mayBeFound(is) }, childrenOf(any.id)];
  }
  if (!isOpen(was) && !isOpen(is)) return [];
  if (differ(was, is, ["assigneeId", "teamName", "parentId", "otherParentIds", "kind"])) {
    return [{ ...itself, onlyOpen: !mayBeFound(is) }];
  }
  if (isOpen(was) !== isOpen(is)) return [{ ...itself, onlyOpen: !mayBeFound(is) }];
  return differ(was, is, ["title", "key", "url"]) ? [{ ...itself, onlyOpen: true }] : [];
}

/** Whatever stands above it is left open; of almost all work the owner is asked for only at the top. */
function mayBeFound(item: WorkItem): boolean {
  const isOwned = item.assigneeId !== undefined || item.teamName !== undefined;
  return isOpen(item) && isOwned;
}

function childrenOf(itemId: WorkItemId): Touch {
  return { kind: "children", itemId };
}

function touchedByGoal(delta: Delta): readonly Touch[] {
  const { was, is, any } = goalEnds(delta);
  if (!any || (was && is && !matters(was, is))) return [];
  return [{ kind: "subject", id: any.id, onlyOpen: !is || !isOpen(is) }];
}

function matters(was: Goal, is: Goal): boolean {
  return (
    isOpen(was) !== isOpen(is) || differ(was, is, ["ownerId", "teamName", "title", "key", "url"])
  );
}

/** What is theirs, and to whom what is open goes. */
function touchedByPeople(delta: Delta): readonly Touch[] {
  if (!peopleMatter(delta)) return [];
  return [...touchedByTeams(delta, "owned"), { kind: "open" }];
}

function isEndAnother({ before, after }: Delta): boolean {
  return endOf(before) !== endOf(after);
}

function endOf(thing: Delta["before"]): OrgUnit["endOn"] {
  return thing?.type === "org-unit" ? thing.endOn : undefined;
}
