import type { SourceContext, UrlResolver } from "#shared/kit/connector.ts";
import { unlimitedBudget } from "#shared/kit/request-budget.ts";
import type { KeptRecords } from "#shared/ports/kept-records.ts";

import { createSilentLogger } from "./silent-logger.ts";

type Given<Settings> = Pick<SourceContext<Settings>, "connectionId" | "settings" | "clock"> &
  Partial<SourceContext<Settings>> & {
    /** What addresses lead to; absent: to nothing. */
    readonly resolveUrl?: UrlResolver;
  };

/** For sources that are asked and never send. */
const nothingKept: KeptRecords = {
  byIds: async () => new Map(),
  find: async () => [],
  page: async () => ({ records: [], next: undefined }),
};

/** What a source is given, for tests: no limits, no log, and no address that leads anywhere. */
export function sourceContext<Settings>({
  resolveUrl = () => undefined,
  ...given
}: Given<Settings>): SourceContext<Settings> {
  return {
    logger: createSilentLogger(),
    resolveUrls: async () => resolveUrl,
    budget: unlimitedBudget,
    kept: nothingKept,
    ...given,
  };
}
