import type { Reading } from "#shared/kit/connector.ts";
import type { FactId } from "#shared/model/ids.ts";
import { readFactId } from "#shared/model/ids.ts";

import { bulkFetchMax } from "./client.ts";
import { readRecords } from "./reading.ts";
import type { JiraSession } from "./session.ts";

/** Reads issues by id from the database, where a change is seen at once, not from the search index. */
export async function readIssues(
  session: JiraSession,
  nativeIds: readonly string[],
): Promise<Reading> {
  const fields = await session.fieldsToRead();
  const records: unknown[] = [];
  const readAt = session.context.clock.now();
  for (let start = 0; start < nativeIds.length; start += bulkFetchMax) {
    const asked = nativeIds.slice(start, start + bulkFetchMax);
    records.push(...(await session.client.issues(asked, fields)));
  }
  return readRecords(session, records, readAt);
}

export function nativeIdOf(id: FactId): string {
  return readFactId(id)?.nativeId ?? "";
}
