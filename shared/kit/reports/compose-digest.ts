import type { MessageSection } from "#shared/kit/notifier.ts";
import type { Instant } from "#shared/model/time.ts";

import type { Reported } from "./compose-sections.ts";
import { citing, counted, daysOpen, ranked, sectionOf } from "./compose-sections.ts";

export interface ComposedReport {
  readonly title: string;
  readonly sentence: string;
  readonly sections: readonly MessageSection[];
}

const groupsMax = 12;
const linesOfGroupMax = 8;

/**
 * What waited for the digest, the weightiest first, one section a rule and owner. `count` is all there is,
 * where `all` is but the part that there was room to read.
 */
export function composeDigest(
  all: readonly Reported[],
  given: { readonly publicUrl: string; readonly now: Instant; readonly count?: number },
): ComposedReport {
  const { publicUrl, now, count = all.length } = given;
  const groups = [...Map.groupBy(ranked(all), keyOf).values()];
  const sections = groups.slice(0, groupsMax).flatMap((group) => {
    const [first] = group;
    const lines = group.map((one) =>
      citing(one, publicUrl, `${one.alert.title}, ${daysOpen(one.alert.openedAt, now)}`),
    );
    return first ? sectionOf(headingOf(first), lines, { max: linesOfGroupMax }) : [];
  });
  const left = groups.slice(groupsMax);
  return {
    title: `${counted(count, "finding")} in this digest`,
    sentence:
      "What did not need a message of its own, and still stands; what was taken care of meanwhile is left out.",
    sections: [...sections, ...othersOf(left)],
  };
}

function keyOf({ ruleTitle, owner }: Reported): string {
  return `${ruleTitle}|${owner}`;
}

function headingOf({ ruleTitle, owner }: Reported): string {
  return owner === "" ? ruleTitle : `${ruleTitle}: ${owner}`;
}

/** Groups without a section of their own are at least named with their number. */
function othersOf(groups: readonly (readonly Reported[])[]): readonly MessageSection[] {
  const lines = groups.flatMap((group) => {
    const [first] = group;
    return first ? [{ text: `${headingOf(first)}: ${group.length}` }] : [];
  });
  return sectionOf("Further", lines, { max: 20 });
}
