import type { PastParts } from "#shared/graph/graph-as-of.ts";
import type { Instant } from "#shared/model/time.ts";
import { dateOf } from "#shared/model/time.ts";

import type { Episode, EpisodeStart } from "./episode.ts";
import type { Looked, Replayed } from "./replay.ts";

interface Told {
  readonly parts: PastParts;
  readonly from: Instant;
  readonly to: Instant;
  readonly reachedAt: Instant;
  readonly replayed: Replayed;
  /** What was looked for. */
  readonly looked: readonly Looked[];
  /** What is read of today for want of a past, or left out. */
  readonly limits: readonly string[];
  readonly hasShares: boolean;
}

/** In sentences, what of the time asked for is not known, or is as of today; what counts most comes first. */
export function whatIsNotKnown(told: Told): readonly string[] {
  const { to, reachedAt, replayed, limits, hasShares } = told;
  const { orgStep } = replayed;
  const said: readonly (string | false)[] = [
    reachedAt < to &&
      `There was no time for more than the days until ${dateOf(reachedAt)}: ask for fewer days.`,
    ...ofForgotten(told),
    ...ofTheBeginning(told),
    ...limits,
    (orgStep === "hour" || orgStep === "day") &&
      `So many people moved that the organisation is followed by the ${orgStep} only.`,
    hasShares &&
      "Shares of work that units may have outside strategy are not counted again: alerts that they would have held back are counted.",
    "Link rules and matches of accounts are those of today. That a source stood still for a while, and what removed connections told, is not remembered.",
  ];
  return said.filter((one) => one !== false);
}

function ofForgotten({ replayed, looked }: Told): readonly (string | false)[] {
  const hidden = looked.reduce((sum, one) => sum + one.hidden.size, 0);
  const { mayMissLinks, forgetful } = replayed;
  return [
    mayMissLinks &&
      "A record that may have linked the work of others has forgotten its past, so that the lack of a link proves nothing for a while.",
    forgetful > 0 &&
      `${records(forgetful)} forgotten how ${forgetful === 1 ? "it" : "they"} stood for a part of the time: of that part findings may be missing, or have begun earlier.`,
    hidden > 0 &&
      `Of ${things(hidden)} it is not known for a part of the time whether the rule would have found ${them(hidden)}: for that part ${they(hidden)} not counted.`,
  ];
}

function ofTheBeginning({ parts, from, looked }: Told): readonly (string | false)[] {
  const early = countOf(looked, "unknown");
  const standing = countOf(looked, "before");
  const first = firstHeard(parts);
  return [
    early > 0 &&
      `${findings(early)} had begun before anything is known of ${them(early)}, and ${they(early)} not counted as new.`,
    standing > 0 &&
      `${findings(standing)} stood when the time begins, and ${they(standing)} not counted as new.`,
    first !== undefined &&
      from < first &&
      `Nothing was connected before ${dateOf(first)}: in the days before that nothing could be found.`,
  ];
}

/** Alerts as they begin: what becomes one only later is news then. */
function countOf(looked: readonly Looked[], how: EpisodeStart): number {
  const isSo = ({ start, says }: Episode) => start === how && says[0]?.isWanted === true;
  return looked.reduce((sum, { episodes }) => sum + episodes.filter(isSo).length, 0);
}

function firstHeard({ sources }: PastParts): Instant | undefined {
  return [...sources.values()].flatMap(({ createdAt }) => createdAt ?? []).toSorted()[0];
}

function things(count: number): string {
  return count === 1 ? "one thing" : `${count.toLocaleString("en")} things`;
}

function records(count: number): string {
  return count === 1
    ? "One item or goal has"
    : `${count.toLocaleString("en")} items and goals have`;
}

function findings(count: number): string {
  return count === 1 ? "One finding" : `${count.toLocaleString("en")} findings`;
}

function them(count: number): string {
  return count === 1 ? "it" : "them";
}

function they(count: number): string {
  return count === 1 ? "it is" : "they are";
}
