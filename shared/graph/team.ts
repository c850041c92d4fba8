import type { Goal, WorkItem } from "#shared/model/facts.ts";
import type { OrgUnitId } from "#shared/model/ids.ts";

import type { Org } from "./org.ts";

/** Whose work it is, and how we know; or why we cannot say. */
export type TeamFinding =
  | { readonly teamId: OrgUnitId; readonly how: "named" | "assignee" }
  | {
      readonly teamId: undefined;
      readonly why:
        | "nobody-assigned"
        | "account-unmatched"
        | "person-in-no-unit"
        | "team-name-unknown";
    };

/**
 * Team of an item: the mapping or team field of its tool first (`teamName`), then the assignee's
 * team, also where the name is one that no unit bears.
 */
export function teamOf(org: Org, item: Pick<WorkItem, "teamName" | "assigneeId">): TeamFinding {
  if (item.teamName !== undefined) {
    const unit = org.unitNamed(item.teamName);
    if (unit) return { teamId: unit.id, how: "named" };
    if (item.assigneeId === undefined) return { teamId: undefined, why: "team-name-unknown" };
  }
  if (item.assigneeId === undefined) return { teamId: undefined, why: "nobody-assigned" };
  const person = org.personOf(item.assigneeId);
  if (!person) return { teamId: undefined, why: "account-unmatched" };
  const teamId = org.primaryTeamOf(person.id);
  if (teamId === undefined) return { teamId: undefined, why: "person-in-no-unit" };
  return { teamId, how: "assignee" };
}

/**
 * Whether something that decides whose work it is cannot be read: the account or person assigned, what
 * stands beside them, a unit on the way up; or, where no team is found, any that might have been it.
 */
export function isTeamUnreadable(
  org: Org,
  item: Pick<WorkItem, "teamName" | "assigneeId">,
): boolean {
  const team = teamOf(org, item);
  if (team.teamId === undefined && team.why !== "nobody-assigned") {
    if (org.hasUnreadable("person") || org.hasUnreadable("org-unit")) return true;
  }
  const { assigneeId } = item;
  const person = assigneeId && org.personOf(assigneeId);
  const units = team.teamId === undefined ? [] : org.pathUp(team.teamId);
  return [assigneeId, person?.id, ...units].some((id) => id !== undefined && org.isUnreadable(id));
}

/** The team that owns a goal: named by the tool, else its owner's unit. */
export function teamOfGoal(org: Org, goal: Goal): TeamFinding {
  return teamOf(org, {
    ...(goal.teamName !== undefined && { teamName: goal.teamName }),
    ...(goal.ownerId !== undefined && { assigneeId: goal.ownerId }),
  });
}
