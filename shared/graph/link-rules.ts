import type { Link } from "#shared/model/edges.ts";
import type { WorkItem } from "#shared/model/facts.ts";
import type { GoalId } from "#shared/model/ids.ts";
import type { LinkRule } from "#shared/model/link-rule.ts";
import type { Instant } from "#shared/model/time.ts";

/**
 * Links that nobody wrote at an item: a rule of the operators gives them to all items of a kind. They are
 * never stored; whoever asks for an item's links is given them.
 */
export interface LinkRules {
  /** What the rules give an item. `own` are its stored links, which go before any rule. */
  linksOf(item: WorkItem, own: readonly Link[]): readonly Link[];
  /**
   * Goals that rules link to: what becomes of one of them touches items that no index names. Each stood
   * when its rule was made, so one that is not stored any more was removed, tombstone or not.
   */
  readonly goalIds: ReadonlySet<GoalId>;
  /** Whether a filter asks for titles or keys, which nobody remembers of what was removed. */
  readonly asksForTitles: boolean;
  /**
   * Whether a rule that has not expired by then links to the goal, fit it what it may; `until`: when the last of
   * them does.
   */
  givenTo(goalId: GoalId, now: Instant): { readonly until?: Instant } | undefined;
  /** Rules that expired after the one instant, and not after the other: time alone took back what they gave. */
  expiredBetween(after: Instant, until: Instant): readonly LinkRule[];
}

export const noLinkRules: LinkRules = {
  linksOf: () => [],
  goalIds: new Set(),
  asksForTitles: false,
  givenTo: () => undefined,
  expiredBetween: () => [],
};
