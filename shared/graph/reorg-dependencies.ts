import type { DependencyId, OrgUnitId, WorkItemId } from "#shared/model/ids.ts";
import { dependencyId } from "#shared/model/ids.ts";

import { dependencyState } from "./dependency-state.ts";
import type { ReorgCase } from "./reorg-case.ts";
import { viewWith } from "./reorg-case.ts";
import type { GraphView } from "./view.ts";

/** Where the two teams of a dependency meet. */
export interface Meeting {
  readonly level: string;
  readonly unitId?: OrgUnitId;
  /** Of the waiting end, then of the one it waits for. */
  readonly teamIds: readonly [OrgUnitId, OrgUnitId];
}

/** Open work that waits, and comes to wait for another team, or for its own. */
export interface DependencyChange {
  readonly id: DependencyId;
  readonly blockedId: WorkItemId;
  readonly blockingId: WorkItemId;
  readonly change: "becomes-cross-team" | "ceases-cross-team";
  /** Absent where the team of an end is not known. */
  readonly before?: Meeting;
  readonly after?: Meeting;
}

export function dependencyChanges({ graph, today, other }: ReorgCase): readonly DependencyChange[] {
  const views = [viewWith(graph, today), viewWith(graph, other)] as const;
  return [...graph.dependencies()].flatMap(({ blockedId, blockingId }) => {
    const [before, after] = views.map((view) => meetingOf(view, blockedId, blockingId));
    if (isCrossTeam(before) === isCrossTeam(after)) return [];
    const change = isCrossTeam(after) ? "becomes-cross-team" : "ceases-cross-team";
    return [
      {
        id: dependencyId(blockedId, blockingId),
        blockedId,
        blockingId,
        change,
        ...(before && { before }),
        ...(after && { after }),
      } as const,
    ];
  });
}

function meetingOf(
  view: GraphView,
  blockedId: WorkItemId,
  blockingId: WorkItemId,
): Meeting | undefined {
  const state = dependencyState(view, view.dependency(blockedId, blockingId));
  if (state.state !== "waiting" || !state.boundary) return undefined;
  const { level, unitId, teamIds } = state.boundary;
  return { level, teamIds, ...(unitId !== undefined && { unitId }) };
}

function isCrossTeam(meeting: Meeting | undefined): boolean {
  return meeting !== undefined && meeting.level !== "same-team";
}
