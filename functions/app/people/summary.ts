import { teamMatchRate } from "#shared/graph/matching-teams.ts";
import type { Standing } from "#shared/graph/matching.ts";

import type { AppContext } from "../app-deps.ts";
import { connectionNames } from "./connection-names.ts";
import { removedConnection } from "./describe-people.ts";
import type { PeopleSummary } from "./people-answers.ts";
import { readIdentities } from "./read-matching.ts";
import type { Identities } from "./read-matching.ts";

interface Counts {
  matched: number;
  excluded: number;
  unmatched: number;
  ambiguous: number;
}

const countOf: Readonly<Record<Standing["state"], keyof Counts>> = {
  bound: "matched",
  excluded: "excluded",
  unmatched: "unmatched",
  ambiguous: "ambiguous",
};

/** How well accounts are matched: counts only, and none of a team of fewer than five people. */
export async function readSummary(context: AppContext): Promise<PeopleSummary> {
  const [identities, names] = await Promise.all([
    readIdentities(context),
    connectionNames(context),
  ]);
  const { org, pairs } = identities;
  const total = noCounts();
  const byConnection = new Map<string, Counts>();
  const owners = new Set<string>();
  for (const account of org.accounts()) {
    const standing = identities.matching.standing(account.id);
    if (!standing) continue;
    const own = byConnection.get(account.connectionId) ?? noCounts();
    byConnection.set(account.connectionId, own);
    for (const counts of [total, own]) counts[countOf[standing.state]] += 1;
    if (standing.state === "bound") owners.add(standing.person.id);
  }
  const people = [...org.people()].filter((one) => one.employmentStatus !== "inactive");
  return {
    people: people.length,
    withoutAccount: people.filter(({ id }) => !owners.has(id)).length,
    accounts: sum(total),
    ...total,
    ...percentOf(total),
    likelyPairs: pairs.length,
    byTeam: ratesByTeam(identities),
    byConnection: [...byConnection]
      .map(([connectionId, counts]) => ({
        connectionId,
        name: names.get(connectionId) ?? removedConnection,
        ...counts,
      }))
      .toSorted((a, b) => a.name.localeCompare(b.name, "en")),
  };
}

function noCounts(): Counts {
  return { matched: 0, excluded: 0, unmatched: 0, ambiguous: 0 };
}

function sum({ matched, excluded, unmatched, ambiguous }: Counts): number {
  return matched + excluded + unmatched + ambiguous;
}

/** A bot that belongs to nobody is no gap. */
function percentOf(counts: Counts): Pick<PeopleSummary, "matchPercent"> {
  const all = sum(counts) - counts.excluded;
  if (all === 0) return {};
  return { matchPercent: Math.round((1000 * counts.matched) / all) / 10 };
}

function ratesByTeam({ org }: Identities): PeopleSummary["byTeam"] {
  return [...org.units()]
    .flatMap(({ id, name }) => {
      const rate = teamMatchRate(org, id);
      return rate ? [{ teamId: id, name, rate: { ...rate } }] : [];
    })
    .toSorted((a, b) => a.name.localeCompare(b.name, "en") || (a.teamId < b.teamId ? -1 : 1));
}
