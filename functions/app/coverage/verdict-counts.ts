import type { VerdictKind } from "#shared/graph/line-of-sight.ts";
import { teamPeopleMin } from "#shared/graph/matching-teams.ts";
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
 * Verdicts of open work by team, by name. Teams of fewer than five people share one line; where
 * even together they are fewer than five, that line joins the work whose team is not known.
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
  const teams: TeamCounts[] = [];
  const small: Seen[] = [];
  let smallPeople = 0;
  for (const [teamId, seen] of byTeam) {
    const people = org.membersOf(teamId).length;
    if (people < teamPeopleMin) {
      small.push(...seen);
      smallPeople += people;
    } else {
      const name = org.unit(teamId)?.name ?? "a removed team";
      teams.push({ teamId, name, group: "team", verdicts: countVerdicts(seen) });
    }
  }
  const isHidden = smallPeople < teamPeopleMin;
  return [
    ...teams.toSorted((a, b) => a.name.localeCompare(b.name, "en")),
    ...(isHidden ? [] : [group("small-teams", "Small teams, together", small)]),
    group("no-team", "No team known", isHidden ? [...small, ...withoutTeam] : withoutTeam),
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
