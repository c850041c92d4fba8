import { SelfCheck } from "#shared/model/self-check.ts";
import type { Instant } from "#shared/model/time.ts";
import { dayMs, epochMsOf } from "#shared/model/time.ts";
import type { Key, Table } from "#shared/ports/table.ts";

import type { DocumentSpec } from "./documents.ts";
import { readDocument } from "./documents.ts";
import { SetAside } from "./set-aside.ts";

const partition = "self-check";

/** Runs stand in one partition, by when they were asked for. */
export function selfCheckKey(wantedAt: Instant): Key {
  return { pk: partition, sk: `run#${wantedAt}` };
}

/** Two days of hourly runs, and what was asked for between them. */
const selfChecksShown = 50;
const keptDays = 30;

export const selfCheckSpec: DocumentSpec<SelfCheck> = {
  schema: SelfCheck,
  key: ({ wantedAt }): Key => selfCheckKey(wantedAt),
  expiresAtEpochSeconds: ({ wantedAt }) =>
    Math.floor((epochMsOf(wantedAt) + keptDays * dayMs) / 1000),
};

/** One that somebody asks for; the stream hands it to whoever carries it out. */
export function wantedSelfCheck(wantedAt: Instant, startedBy: SelfCheck["startedBy"]): SelfCheck {
  return { type: "self-check", state: "wanted", wantedAt, startedBy, attempts: 0, revision: 0 };
}

/** The latest runs, the newest first. Strongly consistent. */
export async function listSelfChecks(
  table: Table,
  most = selfChecksShown,
): Promise<readonly SelfCheck[]> {
  const { items } = await table.query({
    partition,
    descending: true,
    limit: most,
    consistent: true,
  });
  const setAside = new SetAside();
  return items.flatMap(
    (item) => setAside.read(item, (one) => readDocument(selfCheckSpec, one)) ?? [],
  );
}
