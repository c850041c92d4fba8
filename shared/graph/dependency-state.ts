import type { Dependency } from "#shared/model/edges.ts";
import { isOpen } from "#shared/model/facts.ts";
import type { WorkItem } from "#shared/model/facts.ts";
import type { OrgUnitId } from "#shared/model/ids.ts";

import type { Boundary } from "./boundaries.ts";
import { teamOf } from "./team.ts";
import type { TeamFinding } from "./team.ts";
import type { GraphView } from "./view.ts";

/** What one dependency is at this moment. `boundary` is there when both teams are known. */
export type DependencyState =
  | { readonly state: "gone" }
  | { readonly state: "finished"; readonly blocked: WorkItem; readonly blocking: WorkItem }
  /** One end is referred to, but was never read. */
  | { readonly state: "unread"; readonly blocked?: WorkItem; readonly blocking?: WorkItem }
  | {
      readonly state: "waiting";
      readonly blocked: WorkItem;
      readonly blocking: WorkItem;
      readonly blockedTeam: TeamFinding;
      readonly blockingTeam: TeamFinding;
      readonly boundary:
        | (Boundary & { readonly teamIds: readonly [OrgUnitId, OrgUnitId] })
        | undefined;
      /** A team was found by who is assigned, and so by the matching of accounts. */
      readonly restsOnMatching: boolean;
      /** The blocking item is due after the blocked one needs it. */
      readonly isLate: boolean;
    };

/** Pure; total for any edge, whatever became of its ends. */
export function dependencyState(view: GraphView, edge: Dependency | undefined): DependencyState {
  if (!edge) return { state: "gone" };
  const blocked = view.item(edge.blockedId);
  const blocking = view.item(edge.blockingId);
  if (!blocked || !blocking) {
    const isGone = [edge.blockedId, edge.blockingId].some((id) => view.wasRemoved(id));
    if (isGone) return { state: "gone" };
    return { state: "unread", ...(blocked && { blocked }), ...(blocking && { blocking }) };
  }
  if (!isOpen(blocked) || !isOpen(blocking)) return { state: "finished", blocked, blocking };
  const blockedTeam = teamOf(view.org, blocked);
  const blockingTeam = teamOf(view.org, blocking);
  return {
    state: "waiting",
    blocked,
    blocking,
    blockedTeam,
    blockingTeam,
    boundary: boundaryOf(view, blockedTeam, blockingTeam),
    restsOnMatching: [blockedTeam, blockingTeam].some(
      (team) => team.teamId !== undefined && team.how === "assignee",
    ),
    isLate:
      blocked.dueOn !== undefined && blocking.dueOn !== undefined && blocking.dueOn > blocked.dueOn,
  };
}

function boundaryOf(view: GraphView, a: TeamFinding, b: TeamFinding) {
  if (a.teamId === undefined || b.teamId === undefined) return undefined;
  return { ...view.org.boundary(a.teamId, b.teamId), teamIds: [a.teamId, b.teamId] as const };
}
