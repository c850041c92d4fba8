import { createHash } from "node:crypto";

import type { PersonId } from "#shared/model/ids.ts";
import type { Instant } from "#shared/model/time.ts";
import type { Key } from "#shared/ports/table.ts";

/** What is remembered of people who were erased: a salt and how many digests there are. */
export const erasuresKey: Key = { pk: "erasures", sk: "0" };
/** Erasures under way, and receipts of those that are over, in the partition of `erasuresKey`. */
export const erasureSorts = { runs: "run#", receipts: "receipt#" } as const;

export function erasedKey(digest: string): Key {
  return { pk: "erasures", sk: `erased#${digest}` };
}

/** Whom an erasure that is under way looks for. */
export function erasureRunKey(personId: PersonId): Key {
  const digest = createHash("sha256").update(personId).digest("base64url");
  return { pk: "erasures", sk: `${erasureSorts.runs}${digest}` };
}

export function erasureReceiptKey(at: Instant, id: string): Key {
  return { pk: "erasures", sk: `${erasureSorts.receipts}${at}#${id}` };
}
