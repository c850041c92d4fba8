import { isOpen } from "#shared/model/facts.ts";
import type { Goal } from "#shared/model/facts.ts";
import type { GoalId, OrgUnitId } from "#shared/model/ids.ts";

import type { Org } from "./org.ts";
import type { ReorgCase } from "./reorg-case.ts";
import { teamOfGoal } from "./team.ts";

/** An open goal that somebody else answers for, or nobody any more. */
export interface GoalChange {
  readonly goalId: GoalId;
  readonly change: "loses-owner" | "changes-team";
  /** Why the owner cannot be one then. */
  readonly because?: "owner-left" | "owner-in-no-unit" | "owner-unknown";
  readonly teamBefore?: OrgUnitId;
  readonly teamAfter?: OrgUnitId;
}

export function goalChanges({ graph, today, other }: ReorgCase): readonly GoalChange[] {
  return [...graph.goals()].flatMap((goal) => {
    const change = isOpen(goal) ? changeOf(goal, today, other) : undefined;
    return change ? [change] : [];
  });
}

function changeOf(goal: Goal, today: Org, other: Org): GoalChange | undefined {
  const { teamId: teamBefore } = teamOfGoal(today, goal);
  const { teamId: teamAfter } = teamOfGoal(other, goal);
  const common = {
    goalId: goal.id,
    ...(teamBefore !== undefined && { teamBefore }),
    ...(teamAfter !== undefined && { teamAfter }),
  };
  const because = lostBecause(goal, today) === undefined ? lostBecause(goal, other) : undefined;
  if (because !== undefined) return { ...common, change: "loses-owner", because };
  return teamBefore === teamAfter ? undefined : { ...common, change: "changes-team" };
}

/** Why nobody owns the goal; undefined when somebody does, or nobody was ever named. */
function lostBecause({ ownerId }: Goal, org: Org): GoalChange["because"] {
  if (ownerId === undefined) return undefined;
  const owner = org.personOf(ownerId);
  if (!owner) return "owner-unknown";
  if (owner.employmentStatus === "inactive") return "owner-left";
  return org.primaryTeamOf(owner.id) === undefined ? "owner-in-no-unit" : undefined;
}
