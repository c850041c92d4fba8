import { teamLines as linesOfTeams } from "#shared/graph/team-lines.ts";

import type { ComposedReport } from "./compose-digest.ts";
import type { Reported } from "./compose-sections.ts";
import { citing, counted, ranked, sectionOf } from "./compose-sections.ts";

/** A finding of a first reading, with the team that it counts for. */
export interface BaselineFinding extends Reported {
  /** Who is in the owning team, of two in the smaller; what is said of fewer than five says of whom. */
  readonly people: readonly { readonly id: string }[];
}

const rulesMax = 12;
const teamsMax = 15;
const examplesMax = 5;

/** What a first reading found: by rule and team, with some examples of what weighs most. */
export function composeBaseline(
  all: readonly BaselineFinding[],
  given: { readonly publicUrl: string; readonly connectionNames: readonly string[] },
): ComposedReport {
  const byRule = [...Map.groupBy(all, ({ ruleTitle }) => ruleTitle)]
    .map(([name, found]) => ({ name, count: found.length }))
    .toSorted(byCount);
  const sections = [
    ...sectionOf(
      "By rule",
      byRule.flatMap(({ name, count }) => line(name, count)),
      { max: rulesMax },
    ),
    ...sectionOf("By team", teamLines(all), { max: teamsMax }),
    ...sectionOf(
      "What weighs most",
      ranked(all).map((one) => citing(one, given.publicUrl)),
      { max: examplesMax },
    ),
  ];
  const names = given.connectionNames.join(" and ");
  return {
    title: `What a first look at ${names} found`,
    sentence: `${counted(all.length, "finding")} that stood when ${names} ${given.connectionNames.length === 1 ? "was" : "were"} first read. They are no news: the few that weigh most follow by themselves, the others in the digests.`,
    sections,
  };
}

function teamLines(all: readonly BaselineFinding[]) {
  const byOwner = Map.groupBy(all, ({ owner }) => owner);
  const unowned = byOwner.get("") ?? [];
  byOwner.delete("");
  const teams = [...byOwner].map(([name, found]) => ({
    name,
    count: found.length,
    // Teams may share a name: the smallest of them decides.
    people: found.map(({ people }) => people).toSorted((a, b) => a.length - b.length)[0] ?? [],
  }));
  const { own, together, hidden } = linesOfTeams(teams, unowned.length > 0);
  const sum = (some: readonly { readonly count: number }[]) =>
    some.reduce((total, { count }) => total + count, 0);
  return [
    ...own.toSorted(byCount).flatMap(({ name, count }) => line(name, count)),
    ...line("Small teams, together", sum(together)),
    ...line("No team known", sum(hidden) + unowned.length),
  ];
}

function line(text: string, count: number) {
  return count === 0 ? [] : [{ text: `${text}: ${counted(count, "finding")}` }];
}

interface Counted {
  /** A team or a rule. */
  readonly name: string;
  readonly count: number;
}

function byCount(a: Counted, b: Counted): number {
  return b.count - a.count || (a.name < b.name ? -1 : 1);
}
