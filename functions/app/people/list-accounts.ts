import * as z from "zod";

import { strengthOf } from "#shared/graph/matching-reasons.ts";
import type { Standing } from "#shared/graph/matching.ts";
import type { Account } from "#shared/model/facts.ts";
import { ConnectionId } from "#shared/model/ids.ts";

import type { AppContext } from "../app-deps.ts";
import { pageOf, pageQuery } from "../http/paging.ts";
import { connectionNames } from "./connection-names.ts";
import { describeAccount } from "./describe-people.ts";
import type { AccountAnswer } from "./people-answers.ts";
import { readIdentities } from "./read-matching.ts";

export const AccountsQuery = z.strictObject({
  matched: z.enum(["yes", "no", "any"]).default("no").meta({
    description: "`no`: of a human, and nobody knows whose; bots and guests only with `any`",
  }),
  connection: ConnectionId.optional(),
  text: z.string().max(120).optional(),
  ...pageQuery,
});
export type AccountsQuery = z.infer<typeof AccountsQuery>;

export interface AccountList {
  readonly total: number;
  readonly accounts: AccountAnswer[];
  readonly next: string | undefined;
}

const wantedStates: Readonly<Record<AccountsQuery["matched"], ReadonlySet<Standing["state"]>>> = {
  yes: new Set(["bound"]),
  no: new Set(["ambiguous", "unmatched"]),
  any: new Set(["bound", "excluded", "ambiguous", "unmatched"]),
};

interface Listed {
  readonly account: Account;
  readonly standing: Standing;
}

/** Logins of the tools; those that wait for a human are a queue, what is easy to decide first. */
export async function listAccounts(
  context: AppContext,
  query: AccountsQuery,
): Promise<AccountList> {
  const [{ org, matching }, names] = await Promise.all([
    readIdentities(context),
    connectionNames(context),
  ]);
  const text = query.text?.trim().toLowerCase();
  const wanted = wantedStates[query.matched];
  const fitting: Listed[] = [];
  for (const account of org.accounts()) {
    const standing = matching.standing(account.id);
    if (!standing || !wanted.has(standing.state)) continue;
    if (query.connection !== undefined && account.connectionId !== query.connection) continue;
    if (text && !account.displayName.toLowerCase().includes(text)) continue;
    fitting.push({ account, standing });
  }
  const sorted = fitting.toSorted((a, b) => (queueKey(a) < queueKey(b) ? -1 : 1));
  const { page, next } = pageOf(sorted, queueKey, query);
  return {
    total: fitting.length,
    accounts: page.map((one) => describeAccount(org, names, one)),
    next,
  };
}

const strengthRank = { strong: 0, fair: 1, weak: 2 } as const;
const withoutCandidates = 3;

/** Logins in use before those that are switched off, then by how much there is to go by. */
function queueKey({ account, standing }: Listed): string {
  const best = "candidates" in standing ? standing.candidates[0] : undefined;
  const rank = best ? strengthRank[strengthOf(best.points)] : withoutCandidates;
  return `${account.isActive ? 0 : 1}${rank}${account.id}`;
}
