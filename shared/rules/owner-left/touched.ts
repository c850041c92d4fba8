import { goalEnds, workItemEnds } from "#shared/kit/delta-ends.ts";
import { differ } from "#shared/kit/differ.ts";
import type { Delta, Touch } from "#shared/kit/rule.ts";
import { peopleMatter, touchedByTeams, unitMatters } from "#shared/kit/team-touches.ts";
import { isOpen } from "#shared/model/facts.ts";
import type { OrgUnit, WorkItem } from "#shared/model/facts.ts";
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
    return isIdOf("work-item", buriedId) ? [childrenOf(buriedId)] : [];
  }
  const type = (delta.after ?? delta.before)?.type;
  return type === undefined ? [] : touchedBy[type](delta);
}

function touchedByItem(delta: Delta): readonly Touch[] {
  const { was, is, any } = workItemEnds(delta);
  if (!any) return [];
  const itself = itselfOf(is ?? any, is !== undefined && mayBeFound(is));
  // Who is under it is a top, or is none any more.
  if (!was || !is) return [itself, childrenOf(any.id)];
  const decides = ["assigneeId", "teamName", "parentId", "otherParentIds", "kind"] as const;
  if (isOpen(was) !== isOpen(is) || (isOpen(is) && differ(was, is, decides))) return [itself];
  return differ(was, is, ["title", "key", "url"]) ? [itselfOf(is, false)] : [];
}

/** Of almost all work the owner is asked for only where nothing is above it. */
function itselfOf({ id }: WorkItem, mayBeNew: boolean): Touch {
  return mayBeNew ? { kind: "anchor", itemId: id } : { kind: "subject", id, onlyOpen: true };
}

function mayBeFound(item: WorkItem): boolean {
  const isOwned = item.assigneeId !== undefined || item.teamName !== undefined;
  return isOpen(item) && isOwned;
}

function childrenOf(itemId: WorkItemId): Touch {
  return { kind: "children", itemId };
}

function touchedByGoal(delta: Delta): readonly Touch[] {
  const { was, is, any } = goalEnds(delta);
  if (!any) return [];
  const isAnother =
    !was || !is || isOpen(was) !== isOpen(is) || differ(was, is, ["ownerId", "teamName"]);
  const isTold = isAnother || differ(was, is, ["title", "key", "url", "kind"]);
  const mayBeNew = isAnother && is !== undefined && isOpen(is);
  return isTold ? [{ kind: "subject", id: any.id, onlyOpen: !mayBeNew }] : [];
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
