import { teamPeopleMin } from "#shared/graph/matching-teams.ts";
import type { Org } from "#shared/graph/org.ts";
import type { BackTestResult } from "#shared/kit/back-test/look-back.ts";

import type { BackTestAnswer } from "./back-test-answers.ts";

type TeamLine = BackTestAnswer["byTeam"][number];

/**
 * Alerts by team, most first. Teams that had fewer than five people at any of their findings share one line;
 * those that are left out of the numbers are in none.
 */
export function linesOfTeams(
  { wanted, people, leftOut }: Pick<BackTestResult, "wanted" | "people" | "leftOut">,
  org: Org,
): readonly TeamLine[] {
  const lines: TeamLine[] = [];
  let [small, none] = [0, 0];
  for (const [teamId, raised] of wanted.byTeam) {
    if (teamId === undefined) none += raised;
    else if (leftOut.has(teamId)) continue;
    else if ((people.get(teamId)?.length ?? 0) < teamPeopleMin) small += raised;
    else {
      const name = org.unit(teamId)?.name ?? "a removed team";
      lines.push({ teamId, name, group: "team", raised });
    }
  }
  const byCount = lines.toSorted(
    (a, b) => b.raised - a.raised || a.name.localeCompare(b.name, "en"),
  );
  const smallTeams: TeamLine = {
    name: "Small teams, together",
    group: "small-teams",
    raised: small,
  };
  const noTeam: TeamLine = { name: "No team known", group: "no-team", raised: none };
  return [...byCount, smallTeams, noTeam].filter(({ raised }) => raised > 0);
}
