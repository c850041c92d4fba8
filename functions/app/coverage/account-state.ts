import type { Org } from "#shared/graph/org.ts";
import type { Account } from "#shared/model/facts.ts";

/** `nobodys`: a bot or a guest by the tool's word, or nobody's by an operator's. */
export type AccountState = "matched" | "unmatched" | "nobodys";

/** How each account stands to the people that the HR systems know. */
export function accountStates(org: Org): readonly AccountState[] {
  return [...org.accounts()].map((account) => stateOf(org, account));
}

function stateOf(org: Org, { id, kind }: Account): AccountState {
  const binding = org.humans.bindingOf(id);
  if ("person" in binding) return "matched";
  if (binding.how === "nobody") return "nobodys";
  return binding.how === "unbound" && kind !== "human" ? "nobodys" : "unmatched";
}
