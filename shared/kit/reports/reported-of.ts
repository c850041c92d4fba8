import type { Alert } from "#shared/model/signal.ts";

import type { Surroundings } from "./compose-alert.ts";
import type { Reported } from "./compose-sections.ts";

/** An alert as reports name it. */
export function reportedOf<A extends Alert>(
  { org, rules }: Pick<Surroundings, "org" | "rules">,
  alert: A,
): Reported & { readonly alert: A } {
  return {
    alert,
    ruleTitle: rules.find(({ name }) => name === alert.rule)?.title ?? alert.rule,
    owner: alert.teamIds.flatMap((id) => org.unit(id)?.name ?? []).join(" and "),
  };
}
