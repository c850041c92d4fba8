import { areFew } from "#shared/graph/headcount.ts";
import { teamPeopleMin } from "#shared/graph/matching-teams.ts";
import type { OrgUnitId } from "#shared/model/ids.ts";

import type { Episode } from "./episode.ts";
import type { Look } from "./look.ts";
import type { Raising } from "./raised-alerts.ts";
import type { Looked, TeamPeople } from "./replay.ts";

/** A sentence for people, wherever something may be left out. */
export const fewLeftOut =
  "What is found of teams of fewer than five people is left out here: numbers about so few would be numbers about persons.";

/**
 * For what is asked of some teams or findings only: numbers of so few would be about persons, also as the
 * difference of two answers. So what concerns a team of fewer than five people is in none of them.
 */
export function withoutFew(look: Look): Look {
  return (seen) => {
    const { org } = seen.graph;
    const isFew = seen.finding.teamIds.some((id) => org.membersOf(id).length < teamPeopleMin);
    return !isFew && look(seen);
  };
}

/**
 * Small teams whose own findings are in no number: where all of which something is told are together fewer
 * than five people, and where those are of which two settings side by side do not tell the same.
 */
export function leftOutOf(
  looked: readonly (readonly Looked[])[],
  raised: readonly Raising[],
  people: TeamPeople,
): ReadonlySet<OrgUnitId> {
  const isSmall = (id: OrgUnitId) => (people.get(id)?.length ?? 0) < teamPeopleMin;
  const few = (ids: readonly OrgUnitId[]) => areFew(ids.map((id) => people.get(id) ?? []));
  const counts = looked.map((looks, at) => countByTeam(newsOf(looks, raised[at]), isSmall));
  const small = new Set(counts.flatMap((one) => [...one.keys()]));
  if (counts.some((one) => one.size > 0 && few([...one.keys()]))) return small;
  const differing = [...small].filter((id) => new Set(counts.map((one) => one.get(id))).size > 1);
  if (differing.length === 0 || !few(differing)) return new Set();
  const others = [...small].filter((id) => !differing.includes(id));
  return few(others) ? small : new Set(differing);
}

/** What is counted: as an alert, or as over before anybody was told. */
function newsOf(looks: readonly Looked[], raising: Raising | undefined): ReadonlySet<Episode> {
  const seen = looks.flatMap(({ episodes }) => episodes.filter(({ start }) => start === "seen"));
  return new Set([...seen, ...(raising?.raised ?? []).map(({ episode }) => episode)]);
}

function countByTeam(
  episodes: Iterable<Episode>,
  isCounted: (id: OrgUnitId) => boolean,
): ReadonlyMap<OrgUnitId, number> {
  const counts = new Map<OrgUnitId, number>();
  for (const episode of episodes) {
    for (const id of teamsOf(episode)) {
      if (isCounted(id)) counts.set(id, (counts.get(id) ?? 0) + 1);
    }
  }
  return counts;
}

/** Whether it concerns these teams and nobody else. */
export function isOfThese(teams: ReadonlySet<OrgUnitId>, episode: Episode): boolean {
  const own = teamsOf(episode);
  return own.size > 0 && [...own].every((id) => teams.has(id));
}

function teamsOf({ says }: Episode): ReadonlySet<OrgUnitId> {
  return new Set(says.flatMap(({ isWanted, finding }) => (isWanted ? finding.teamIds : [])));
}
