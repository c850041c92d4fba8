import * as z from "zod";

import { HubError } from "#shared/errors.ts";
import type { Org } from "#shared/graph/org.ts";
import type { Match } from "#shared/model/edges.ts";
import type { Account } from "#shared/model/facts.ts";
import { PersonId } from "#shared/model/ids.ts";
import type { AccountId } from "#shared/model/ids.ts";
import { toAttributes } from "#shared/store/codec.ts";
import { heldUnder, lists, matchKey } from "#shared/store/keys.ts";
import { announceOrgChange } from "#shared/store/org-changes.ts";

import type { AppContext } from "../app-deps.ts";
import { pageOf, pageQuery } from "../http/paging.ts";
import { readAccountStates } from "./account-state.ts";
import type { AccountState } from "./account-state.ts";

export const AccountAnswer = z
  .strictObject({
    id: z.string(),
    connectionId: z.string(),
    displayName: z.string(),
    person: z.strictObject({ id: z.string(), name: z.string() }).optional(),
  })
  .meta({ id: "Account" });
export type AccountAnswer = z.input<typeof AccountAnswer>;

export const AccountsQuery = z.strictObject({
  matched: z.enum(["yes", "no", "any"]).default("no").meta({
    description: "`no`: of a human, and nobody knows whose; bots and guests only with `any`",
  }),
  text: z.string().max(120).optional(),
  ...pageQuery,
});

export const MatchChange = z.strictObject({
  personId: PersonId.nullable().meta({
    description: "null: the account is known to belong to nobody (a bot, a shared login)",
  }),
});

export interface AccountList {
  readonly total: number;
  readonly accounts: AccountAnswer[];
  readonly next: string | undefined;
}

/** Logins of the tools and whom they belong to: for an operator who completes what mail addresses cannot tell. */
export async function listAccounts(
  context: AppContext,
  query: z.infer<typeof AccountsQuery>,
): Promise<AccountList> {
  const org = await context.orgReader.read();
  const states = await readAccountStates(context.table, org);
  const text = query.text?.trim().toLowerCase();
  const wanted: readonly AccountState[] = wantedStates[query.matched];
  const fitting = [...states]
    .filter(([, state]) => wanted.includes(state))
    .map(([account]) => account)
    .filter((account) => !text || account.displayName.toLowerCase().includes(text))
    .toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const { page, next } = pageOf(fitting, (account) => account.id, query);
  return { total: fitting.length, accounts: page.map((one) => describe(org, one)), next };
}

const wantedStates = {
  yes: ["matched"],
  no: ["unmatched"],
  any: ["matched", "unmatched", "nobodys"],
} as const;

function describe(org: Org, account: Account): AccountAnswer {
  const { id, connectionId, displayName } = account;
  const person = org.personOf(id);
  return {
    id,
    connectionId,
    displayName,
    ...(person && { person: { id: person.id, name: person.name } }),
  };
}

/** States whose account it is. The organisation's version moves, so that every reader sees it. */
export async function matchAccount(
  context: AppContext,
  accountId: AccountId,
  personId: PersonId | null,
): Promise<AccountAnswer> {
  const org = await context.orgReader.read();
  const account = org.account(accountId);
  if (!account) throw new HubError("entity.not-found", "There is no such account");
  if (personId !== null && !org.person(personId)) {
    throw new HubError("input.invalid", "There is no such person", {
      issues: [{ path: "personId", message: "Give the id of a person that the HR system knows" }],
    });
  }
  const match: Match = {
    type: "match",
    accountId,
    ...(personId !== null && { personId }),
    connectionId: account.connectionId,
    createdAt: context.clock.now(),
  };
  const item = {
    ...toAttributes(match),
    lpk: lists.matches,
    lsk: accountId,
    ...heldUnder(accountId),
    ...matchKey(accountId),
  };
  await context.table.write({ kind: "put", item, condition: [] });
  return changed(context, account);
}

/** Takes the statement back: mail addresses decide again. */
export async function unmatchAccount(
  context: AppContext,
  accountId: AccountId,
): Promise<AccountAnswer> {
  const account = (await context.orgReader.read()).account(accountId);
  if (!account) throw new HubError("entity.not-found", "There is no such account");
  await context.table.write({ kind: "delete", key: matchKey(accountId), condition: [] });
  return changed(context, account);
}

async function changed(context: AppContext, account: Account): Promise<AccountAnswer> {
  await announceOrgChange(context.table, context.clock, [matchKey(account.id)]);
  context.snapshots.expire();
  context.logger.info("account.match-changed", { connectionId: account.connectionId });
  return describe(await context.orgReader.read(), account);
}
