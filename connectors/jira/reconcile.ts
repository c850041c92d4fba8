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
  const { projects } = session.context.settings;
  const isRead = (record: unknown) => {
    const key = InProject.safeParse(record).data?.fields.project.key;
    return projects.length === 0 || key === undefined || projects.includes(key);
  };
  const wanted = records.filter(isRead);
  const reading = await readRecords(session, wanted, readAt);
  return { ...reading, elsewhere: records.length - wanted.length };
}

export function nativeIdOf(id: FactId): string {
  return readFactId(id)?.nativeId ?? "";
}
