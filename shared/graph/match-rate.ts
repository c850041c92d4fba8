import { isOpen } from "#shared/model/facts.ts";
import type { WorkItem } from "#shared/model/facts.ts";
import type { AccountId } from "#shared/model/ids.ts";

import type { People } from "./people.ts";

/** How many of the active human accounts that have open work are known as people. */
export interface MatchRate {
  readonly accounts: number;
  readonly matched: number;
}

/** With fewer accounts than this, one match more or less would turn every verdict. */
const accountsMin = 5;

/**
 * Counts accounts to which open work is assigned. One that an operator said to be nobody's has no team
 * that could be wrong, so it does not count; neither do apps and logins that are switched off.
 */
export function matchRateOf(people: People, items: Iterable<WorkItem>): MatchRate {
  const working = new Set<AccountId>();
  for (const item of items) {
    if (item.assigneeId !== undefined && isOpen(item)) working.add(item.assigneeId);
  }
  let [accounts, matched] = [0, 0];
  for (const id of working) {
    const account = people.account(id);
    const isHuman = account !== undefined && account.kind !== "app" && account.isActive;
    const { how } = people.bindingOf(id);
    if (!isHuman || how === "nobody") continue;
    accounts += 1;
    if (people.personOf(id)) matched += 1;
  }
  return { accounts, matched };
}

/**
 * Whether so few accounts are matched that teams found by them tell more of the matching than of the
 * work. A rate that nobody has counted yet is not below anything.
 */
export function isBelowFloor(rate: MatchRate | undefined, floor: number): boolean {
  if (rate === undefined || rate.accounts < accountsMin) return false;
  return rate.matched / rate.accounts < floor;
}

export function isSameRate(a: MatchRate | undefined, b: MatchRate | undefined): boolean {
  return a?.accounts === b?.accounts && a?.matched === b?.matched;
}
