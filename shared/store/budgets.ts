import { HubError } from "#shared/errors.ts";
import { Budget, type BudgetOwner } from "#shared/model/budget.ts";
import type { Instant } from "#shared/model/time.ts";
import { epochMsOf } from "#shared/model/time.ts";
import type { Clock } from "#shared/ports/clock.ts";
import type { Table } from "#shared/ports/table.ts";

import type { DocumentSpec, Unversioned } from "./documents.ts";
import { createDocument, getDocument, replaceDocument } from "./documents.ts";
import { budgetKey, budgetWindowKey } from "./keys.ts";

const budgetSpec: DocumentSpec<Budget> = {
  schema: Budget,
  key: ({ owner }) => budgetKey(owner),
};

/** Counters of windows long past help nobody. */
const windowKeptSeconds = 48 * 3600;
const roundsMax = 20;

export async function getBudget(table: Table, owner: BudgetOwner): Promise<Budget | undefined> {
  return getDocument(table, budgetSpec, budgetKey(owner));
}

/** Changes what is known of a budget, creating it at the first time; returns what stands afterwards. */
export async function updateBudget(
  { table, clock }: { readonly table: Table; readonly clock: Clock },
  owner: BudgetOwner,
  change: (current: Budget) => Unversioned<Budget>,
): Promise<Budget> {
  for (let round = 0; round < roundsMax; round += 1) {
    const current = await getBudget(table, owner);
    if (current) {
      const stored = await replaceDocument(table, budgetSpec, current, change(current));
      if (stored) return stored;
      continue;
    }
    const first: Budget = {
      type: "budget",
      owner,
      blockedEndpoints: {},
      refusals: {},
      updatedAt: clock.now(),
      revision: 0,
    };
    const made = { ...change(first), revision: 0 };
    if (await createDocument(table, budgetSpec, made)) return made;
  }
  // So many others write it now that ours found no turn: whoever asked keeps to what they know, at least.
  const standing = await getBudget(table, owner);
  if (!standing) throw new HubError("store.unavailable", "The request budget cannot be kept");
  return { ...change(standing), revision: standing.revision };
}

/** Takes points out of a window for this function; returns how many all functions have taken of it. */
export async function takePoints(
  table: Table,
  { owner, startsAt }: { readonly owner: BudgetOwner; readonly startsAt: Instant },
  points: number,
): Promise<number> {
  const key = budgetWindowKey(owner, startsAt);
  const expiresAtEpochSeconds = Math.floor(epochMsOf(startsAt) / 1000) + windowKeptSeconds;
  await table.add(key, { taken: points }, { type: "budget-window", expiresAtEpochSeconds });
  return takenPoints(table, { owner, startsAt });
}

export async function takenPoints(
  table: Table,
  { owner, startsAt }: { readonly owner: BudgetOwner; readonly startsAt: Instant },
): Promise<number> {
  const item = await table.get(budgetWindowKey(owner, startsAt));
  return Number(item?.["taken"] ?? 0);
}
