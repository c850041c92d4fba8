import { Goal, WorkItem } from "#shared/model/facts.ts";
import { dayMs, instantOf } from "#shared/model/time.ts";
import { accountId, itemId } from "#shared/testing/facts.ts";

import type { CommandOf } from "./command.ts";

type Fields = CommandOf<"edit">["fields"];

/** The fields of an edit as those of a record; absent for what it says nothing of. */
function asTold(fields: Fields, nowMs: number) {
  const { heardDaysAgo, owner, others, team, workKind, ...alike } = { ...none, ...fields };
  const ownerId = owner === undefined ? undefined : accountId(owner);
  return {
    ...alike,
    ...("team" in fields && { teamName: team }),
    ...("owner" in fields && { ownerId, assigneeId: ownerId }),
    ...("others" in fields && { otherParentIds: others?.map((name) => itemId(name)) }),
    ...("workKind" in fields && { kind: workKind }),
    ...(heardDaysAgo !== undefined && {
      sourceVersion: nowMs - heardDaysAgo * dayMs,
      readAt: instantOf(nowMs),
    }),
  };
}

const none: {
  readonly heardDaysAgo?: number;
  readonly owner?: string | undefined;
  readonly others?: readonly string[];
  readonly team?: string | undefined;
  readonly workKind?: string;
} = {};

/** As its tool would tell it after this edit. */
export function editedItem(item: WorkItem, fields: Fields, nowMs: number): WorkItem {
  const { ownerId: _ofGoals, ...told } = { ownerId: undefined, ...asTold(fields, nowMs) };
  return WorkItem.parse({ ...item, ...told });
}

/** The same of a goal, of which some of these fields say nothing. */
export function editedGoal(goal: Goal, fields: Fields, nowMs: number): Goal {
  if ("workKind" in fields || "others" in fields || "labels" in fields) return goal;
  const { assigneeId: _ofWork, ...told } = { assigneeId: undefined, ...asTold(fields, nowMs) };
  return Goal.parse({ ...goal, ...told });
}
