import type { Budget } from "#shared/model/budget.ts";
import { interactiveReserve } from "#shared/model/budget.ts";
import type { Connection } from "#shared/model/connection.ts";
import { epochMsOf, instantOf } from "#shared/model/time.ts";
import { getBudget, takenPoints } from "#shared/store/budgets.ts";

import type { AppContext } from "../app-deps.ts";
import type { BudgetAnswer } from "./connection-answers.ts";

/** The budget that a connection draws on; undefined while its source has said nothing of limits. */
export async function readBudget(
  { table, clock }: AppContext,
  { id, grantId }: Connection,
): Promise<BudgetAnswer | undefined> {
  const owner = grantId ?? id;
  const budget = await getBudget(table, owner);
  if (!budget) return undefined;
  const nowMs = clock.nowMs();
  const window = budget.quota && windowOf(budget.quota, nowMs);
  const used = window ? await takenPoints(table, { owner, startsAt: window.startsAt }) : 0;
  const { blockedUntil, blockedReason } = budget;
  const isBlocked = blockedUntil !== undefined && epochMsOf(blockedUntil) > nowMs;
  return {
    ...(budget.quota && window && { quota: quotaOf(budget.quota, { ...window, used }) }),
    ...(isBlocked && { blockedUntil, ...(blockedReason !== undefined && { blockedReason }) }),
    blockedEndpoints: Object.entries(budget.blockedEndpoints)
      .filter(([, until]) => epochMsOf(until) > nowMs)
      .map(([endpoint, until]) => ({ endpoint, until })),
    refusals: Object.entries(budget.refusals)
      .map(([reason, count]) => ({ reason, count }))
      .toSorted((a, b) => b.count - a.count),
    isShared: grantId !== undefined,
  };
}

type Quota = NonNullable<Budget["quota"]>;

/** Windows follow one another without gaps, from the one that was seen last. */
function windowOf({ startsAt, endsAt, windowSeconds }: Quota, nowMs: number) {
  const endMs = epochMsOf(endsAt);
  if (nowMs < endMs) return { startsAt, endsAt, isSeen: true };
  const lengthMs = windowSeconds * 1000;
  const startMs = endMs + Math.floor((nowMs - endMs) / lengthMs) * lengthMs;
  return { startsAt: instantOf(startMs), endsAt: instantOf(startMs + lengthMs), isSeen: false };
}

function quotaOf(
  { limit, windowSeconds, remaining, seenAt }: Quota,
  { endsAt, isSeen, used }: ReturnType<typeof windowOf> & { readonly used: number },
): NonNullable<BudgetAnswer["quota"]> {
  return {
    limit,
    windowSeconds,
    endsAt,
    used,
    // What was left in an earlier window says nothing of this one.
    ...(isSeen && { remaining }),
    seenAt,
    reserve: Math.round(limit * interactiveReserve),
  };
}
