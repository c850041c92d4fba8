import type { SourceContext } from "#shared/kit/connector.ts";
import { unlimitedBudget } from "#shared/kit/request-budget.ts";

import { createSilentLogger } from "./silent-logger.ts";

type Given<Settings> = Pick<SourceContext<Settings>, "connectionId" | "settings" | "clock"> &
  Partial<SourceContext<Settings>>;

/** What a source is given, for tests: no limits, no log, and no address that leads anywhere. */
export function sourceContext<Settings>(given: Given<Settings>): SourceContext<Settings> {
  const resolveUrl = given.resolveUrl ?? (() => undefined);
  return {
    logger: createSilentLogger(),
    resolveUrl,
    resolveUrls: async () => resolveUrl,
    budget: unlimitedBudget,
    ...given,
  };
}
