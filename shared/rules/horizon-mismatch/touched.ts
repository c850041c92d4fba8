import { goalEnds, workItemEnds } from "#shared/kit/delta-ends.ts";
import { differ } from "#shared/kit/differ.ts";
import { touchedByLinkRule } from "#shared/kit/link-rule-touches.ts";
import type { Delta, Touch } from "#shared/kit/rule.ts";
import { peopleMatter, touchedByTeams, unitMatters } from "#shared/kit/team-touches.ts";
import { isOpen } from "#shared/model/facts.ts";
import type { WorkItem } from "#shared/model/facts.ts";
import type { FactId } from "#shared/model/ids.ts";
import { dependencyId, isIdOf } from "#shared/model/ids.ts";

type DeltaType = NonNullable<Delta["after"]>["type"];

const everything = (): readonly Touch[] => [{ kind: "all" }];
const nothing = (): readonly Touch[] => [];

const touchedBy: Readonly<Record<DeltaType, (delta: Delta) => readonly Touch[]>> = {
  "work-item": touchedByItem,
  goal: touchedByGoal,
  link: touchedByLink,
  dependency: touchedByDependency,
  person: touchedByPeople,
  account: touchedByPeople,
  match: touchedByPeople,
  membership: touchedByPeople,
  "same-person": touchedByPeople,
  "org-unit": (delta) => (unitMatters(delta) ? everything() : []),
  connection: everything,
  "rule-settings": everything,
  "link-rule": touchedByLinkRule,
  home: nothing,
};

export function touchedOfDates(delta: Delta): readonly Touch[] {
  if (delta.buriedId !== undefined) return touchedByBurial(delta.buriedId);
  const type = (delta.after ?? delta.before)?.type;
  return type === undefined ? [] : touchedBy[type](delta);
}

/** Without a date of its own nothing is late. */
function touchedByItem(delta: Delta): readonly Touch[] {
  const { was, is, any } = workItemEnds(delta);
  if (!any) return [];
  if (!isDated(was) && !isDated(is) && delta.wasUnread !== true) return [];
  const mayBeLate = is !== undefined && isDated(is) && isOpen(is);
  const itself: Touch = { kind: "subject", id: any.id, onlyOpen: !mayBeLate };
  const waits: Touch = { kind: "dependencies", itemId: any.id, onlyOpen: !mayBeLate };
  if (!was || !is || decides(was, is)) return [itself, waits];
  return [
    // Link rules go by these.
    ...(differ(was, is, readByLinkRules) ? [itself] : []),
    ...(differ(was, is, ["title", "key", "url"])
      ? [itself, waits].map((touch) => ({ ...touch, onlyOpen: true }))
      : []),
  ];
}

function isDated(item: WorkItem | undefined): boolean {
  return item?.dueOn !== undefined;
}

function decides(was: WorkItem, is: WorkItem): boolean {
  return isOpen(was) !== isOpen(is) || differ(was, is, ["dueOn", "assigneeId", "teamName"]);
}

const readByLinkRules = [
  "container",
  "kind",
  "originalKind",
  "labels",
  "section",
  "fields",
  "title",
  "key",
] as const satisfies (keyof WorkItem)[];

function touchedByGoal(delta: Delta): readonly Touch[] {
  const { was, is, any } = goalEnds(delta);
  if (!any) return [];
  const goalId = any.id;
  const isAnother =
    !was || !is || isOpen(was) !== isOpen(is) || differ(was, is, ["dueOn"]) || isDropped(delta);
  if (isAnother) return [{ kind: "linkers", goalId }];
  return differ(was, is, ["title", "url", "key"])
    ? [{ kind: "linkers", goalId, onlyOpen: true }]
    : [];
}

function isDropped({ before, after }: Delta): boolean {
  const [was, is] = [before, after].map(
    (thing) => thing?.type === "goal" && thing.status === "dropped",
  );
  return was !== is;
}

function touchedByLink({ before, after }: Delta): readonly Touch[] {
  const link = after ?? before;
  if (link?.type !== "link" || !isIdOf("work-item", link.fromId)) return [];
  return [{ kind: "subject", id: link.fromId }];
}

function touchedByDependency({ before, after }: Delta): readonly Touch[] {
  const edge = after ?? before;
  if (edge?.type !== "dependency") return [];
  return [{ kind: "dependency", id: dependencyId(edge.blockedId, edge.blockingId) }];
}

function touchedByPeople(delta: Delta): readonly Touch[] {
  if (!peopleMatter(delta)) return [];
  return [...touchedByTeams(delta, "dependencies"), { kind: "open" }];
}

function touchedByBurial(id: FactId): readonly Touch[] {
  if (isIdOf("work-item", id)) return [{ kind: "dependencies", itemId: id, onlyOpen: true }];
  return isIdOf("goal", id) ? [{ kind: "linkers", goalId: id }] : [];
}
