import type { VerdictKind } from "#shared/graph/line-of-sight.ts";
import { teamLines } from "#shared/graph/team-lines.ts";
import { isOpen } from "#shared/model/facts.ts";
import type { OrgUnitId } from "#shared/model/ids.ts";

import type { Seen, Snapshot } from "../work-items/snapshot.ts";

/** What counting needs: of now, or of a moment of the past. */
export type Counted = Pick<Snapshot, "graph" | "seen">;

export type VerdictCounts = Record<VerdictKind, number>;

export interface TeamCounts {
  /** Absent for the two groups that are no team. */
  readonly teamId: OrgUnitId | undefined;
  readonly name: string;
  readonly group: "team" | "small-teams" | "no-team";
  readonly verdicts: VerdictCounts;
}

function emptyCounts(): VerdictCounts {
  return { linked: 0, unlinked: 0, allowed: 0, unlinkable: 0, unknown: 0 };
}

export function openWork(snapshot: Counted): readonly Seen[] {
  return snapshot.seen.filter(({ item }) => isOpen(item));
}

export function countVerdicts(seen: Iterable<Seen>): VerdictCounts {
  const counts = emptyCounts();
  for (const { sight } of seen) counts[sight.verdict] += 1;
  return counts;
}

/**
 * Verdicts of open work by team, by name. Teams of fewer than five people share one line; where even together
 * they are fewer than five, they are counted with the work of no known team, or behind the next larger team.
 */
export function countByTeam(snapshot: Counted): readonly TeamCounts[] {
  const { org } = snapshot.graph;
  const byTeam = new Map<OrgUnitId, Seen[]>();
  const withoutTeam: Seen[] = [];
  for (const seen of openWork(snapshot)) {
    const { teamId } = seen.team;
    if (teamId === undefined) withoutTeam.push(seen);
    else pushTo(byTeam, teamId, seen);
  }
  const teams = [...byTeam].map(([teamId, seen]) => ({
    teamId,
    name: org.unit(teamId)?.name ?? "a removed team",
    people: org.membersOf(teamId),
    seen,
  }));
  const { own, together, hidden } = teamLines(teams, withoutTeam.length > 0);
  const workOf = (some: typeof together) => some.flatMap(({ seen }) => seen);
  return [
    ...own
      .map(({ teamId, name, seen }) => ({
        teamId,
        name,
        group: "team" as const,
        verdicts: countVerdicts(seen),
      }))
      .toSorted((a, b) => a.name.localeCompare(b.name, "en")),
    group("small-teams", "Small teams, together", workOf(together)),
    group("no-team", "No team known", [...workOf(hidden), ...withoutTeam]),
  ].filter(({ verdicts }) => total(verdicts) > 0);
}

function pushTo(map: Map<OrgUnitId, Seen[]>, key: OrgUnitId, seen: Seen): void {
  const list = map.get(key);
  if (list) list.push(seen);
  else map.set(key, [seen]);
}

function group(name: "small-teams" | "no-team", title: string, seen: readonly Seen[]): TeamCounts {
  return { teamId: undefined, name: title, group: name, verdicts: countVerdicts(seen) };
}

export function total(counts: VerdictCounts): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
