import type { ComposedReport } from "./compose-digest.ts";
import type { Reported } from "./compose-sections.ts";
import { citing, counted, ranked, sectionOf } from "./compose-sections.ts";

/** A finding of a first reading, with the team that it counts for. */
export interface BaselineFinding extends Reported {
  /** How many people are in the owning team; what is said of a team of fewer than five says of whom. */
  readonly teamSize: number;
}

const rulesMax = 12;
const teamsMax = 15;
const examplesMax = 5;
/** As everywhere, numbers of a group so small would be numbers about persons. */
const groupSizeMin = 5;

/** What a first reading found: by rule and team, with some examples of what weighs most. */
export function composeBaseline(
  all: readonly BaselineFinding[],
  given: { readonly publicUrl: string; readonly connectionNames: readonly string[] },
): ComposedReport {
  const byRule = [...Map.groupBy(all, ({ ruleTitle }) => ruleTitle)].toSorted(byCount);
  const sections = [
    ...sectionOf(
      "By rule",
      byRule.map(([title, found]) => ({ text: `${title}: ${counted(found.length, "finding")}` })),
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
  const small = all.filter(({ owner, teamSize }) => owner !== "" && teamSize < groupSizeMin);
  const large = all.filter(({ owner, teamSize }) => owner !== "" && teamSize >= groupSizeMin);
  const unowned = all.filter(({ owner }) => owner === "");
  const named = [...Map.groupBy(large, ({ owner }) => owner)].toSorted(byCount);
  return [
    ...named.map(([owner, found]) => ({ text: `${owner}: ${counted(found.length, "finding")}` })),
    ...together("Teams of fewer than five", small),
    ...together("No team known", unowned),
  ];
}

function together(text: string, found: readonly BaselineFinding[]) {
  return found.length === 0 ? [] : [{ text: `${text}: ${counted(found.length, "finding")}` }];
}

function byCount(
  [nameA, a]: readonly [string, readonly unknown[]],
  [nameB, b]: readonly [string, readonly unknown[]],
): number {
  return b.length - a.length || (nameA < nameB ? -1 : 1);
}
