import * as z from "zod";

import type { Reading } from "#shared/kit/connector.ts";
import type { FactId } from "#shared/model/ids.ts";
import { readFactId } from "#shared/model/ids.ts";

import { bulkFetchMax } from "./client.ts";
import { readRecords } from "./reading.ts";
import type { JiraSession } from "./session.ts";

/** What is read of issues, and how many of them are in projects that the connection does not read. */
interface IssuesReading extends Reading {
  readonly elsewhere: number;
}

const InProject = z.looseObject({
  fields: z.looseObject({ project: z.looseObject({ key: z.string() }) }),
});

/**
 * Reads issues by id from the database, where a change is seen at once, not from the search index. Links
 * lead anywhere on the site and issues move: those of projects that are not read are left out.
 */
export async function readIssues(
  session: JiraSession,
  nativeIds: readonly string[],
): Promise<IssuesReading> {
  const fields = await session.fieldsToRead();
  const records: unknown[] = [];
  const readAt = session.context.clock.now();
  for (let start = 0; start < nativeIds.length; start += bulkFetchMax) {
    const asked = nativeIds.slice(start, start + bulkFetchMax);
    records.push(...(await session.client.issues(asked, fields)));
  }
  const wanted: unknown[] = [];
  for (const record of records) {
    const key = InProject.safeParse(record).data?.fields.project.key;
    if (key === undefined || (await session.readsProject(key))) wanted.push(record);
  }
  const reading = await readRecords(session, wanted, readAt);
  return { ...reading, elsewhere: records.length - wanted.length };
}

export function nativeIdOf(id: FactId): string {
  return readFactId(id)?.nativeId ?? "";
}
