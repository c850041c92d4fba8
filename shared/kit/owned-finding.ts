import { teamSources } from "#shared/graph/rests-on.ts";
import { teamOf } from "#shared/graph/team.ts";
import type { TeamFinding } from "#shared/graph/team.ts";
import type { GraphView } from "#shared/graph/view.ts";
import type { Goal, WorkItem } from "#shared/model/facts.ts";
import type { ConnectionId, SubjectId, WorkItemId } from "#shared/model/ids.ts";
import { isIdOf } from "#shared/model/ids.ts";
import type { EvidenceNode } from "#shared/model/signal.ts";

/*
 * What rules say alike of one thing that somebody owns, be it work or a goal.
 */

export type Owned = WorkItem | Goal;

/** What decides whose a thing is, named alike for both kinds. */
export type Ownership = Pick<WorkItem, "teamName" | "assigneeId">;

/** Subjects of these rules are work items and goals: `subjects` and `touched` give nothing else. */
export function ownedAt(view: GraphView, id: SubjectId): Owned | undefined {
  return isIdOf("goal", id) ? view.goal(id) : view.item(id as WorkItemId);
}

export function ownershipOf(thing: Owned): Ownership {
  const { teamName } = thing;
  const assigneeId = thing.type === "goal" ? thing.ownerId : thing.assigneeId;
  return {
    ...(teamName !== undefined && { teamName }),
    ...(assigneeId !== undefined && { assigneeId }),
  };
}

/** Whose it is, to whom it goes, and the sources that say so. */
export function routeOf(view: GraphView, thing: Owned) {
  const ownership = ownershipOf(thing);
  const team: TeamFinding = teamOf(view.org, ownership);
  const { teamId } = team;
  const sources: readonly ConnectionId[] = teamSources(view.org, ownership);
  return {
    teamIds: teamId === undefined ? [] : [teamId],
    connectionIds: [thing.connectionId],
    leaderId: teamId === undefined ? undefined : view.org.leadOf(teamId),
    sources,
  };
}

export function nodeOf(thing: Owned, role: EvidenceNode["role"]): EvidenceNode {
  return {
    id: thing.id,
    role,
    label: labelOf(thing),
    ...(thing.url !== undefined && { url: thing.url }),
  };
}

export function labelOf({ key, title }: Owned): string {
  return key === undefined ? title : `${key} ${title}`;
}
