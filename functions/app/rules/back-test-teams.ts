import { teamPeopleMin } from "#shared/graph/matching-teams.ts";
import type { Org } from "#shared/graph/org.ts";
import type { BackTestResult } from "#shared/kit/back-test/look-back.ts";

import type { BackTestAnswer } from "./back-test-answers.ts";

type TeamLine = BackTestAnswer["byTeam"][number];

/**
 * Alerts by team, most first. Teams that had fewer than five people at any of their findings share one line;
 * where even together they are fewer than five, that line joins those whose team is not known.
 */
export function linesOfTeams({ wanted, people }: BackTestResult, org: Org): readonly TeamLine[] {
  const lines: TeamLine[] = [];
  let [small, smallPeople, none] = [0, 0, 0];
  for (const [teamId, raised] of wanted.byTeam) {
    const count = teamId === undefined ? 0 : (people.get(teamId) ?? 0);
    if (teamId === undefined) none += raised;
    else if (count < teamPeopleMin) [small, smallPeople] = [small + raised, smallPeople + count];
    else {
      const name = org.unit(teamId)?.name ?? "a removed team";
      lines.push({ teamId, name, group: "team", raised });
    }
  }
  const isHidden = smallPeople < teamPeopleMin;
  const smallTeams: TeamLine = {
    name: "Small teams, together",
    group: "small-teams",
    raised: isHidden ? 0 : small,
  };
  const noTeam: TeamLine = {
    name: "No team known",
    group: "no-team",
    raised: none + (isHidden ? small : 0),
  };
  const byCount = lines.toSorted(
    (a, b) => b.raised - a.raised || a.name.localeCompare(b.name, "en"),
  );
  return [...byCount, smallTeams, noTeam].filter(({ raised }) => raised > 0);
}
