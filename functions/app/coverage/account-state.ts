import type { Org } from "#shared/graph/org.ts";
import type { Account } from "#shared/model/facts.ts";
import type { Table } from "#shared/ports/table.ts";
import { lists } from "#shared/store/keys.ts";
import { queryAll } from "#shared/store/list.ts";

/** `nobodys`: a bot or a guest by the tool's word, or nobody's by an operator's. */
export type AccountState = "matched" | "unmatched" | "nobodys";

/** How each account stands to the people that the HR system knows. */
export async function readAccountStates(
  table: Table,
  org: Org,
): Promise<ReadonlyMap<Account, AccountState>> {
  const matches = await queryAll(table, { index: "list", partition: lists.matches });
  const nobodys = new Set(
    matches.filter((item) => item["personId"] === undefined).map((item) => item.pk),
  );
  const stateOf = (account: Account): AccountState => {
    if (org.personOf(account.id)) return "matched";
    return nobodys.has(account.id) || account.kind !== "human" ? "nobodys" : "unmatched";
  };
  return new Map([...org.accounts()].map((account) => [account, stateOf(account)]));
}
