import type { PulledPage, Reading, Source } from "#shared/kit/connector.ts";
import type { HistoryPage } from "#shared/kit/history-page.ts";
import type { Upsert } from "#shared/model/change.ts";
import { type FactId, readFactId, WorkItemId } from "#shared/model/ids.ts";

import type { ShortId } from "./contract-case.ts";

/** No small tool has more; a run that goes on goes in circles. */
const pagesMax = 200;

/** Reads to the end of a run. */
export async function pullAll(
  source: Source,
  collection: string,
  position?: string,
): Promise<readonly PulledPage[]> {
  const pages: PulledPage[] = [];
  for await (const page of source.pull(collection, position)) {
    pages.push(page);
    if (pages.length > pagesMax) throw new Error(`the pull of ${collection} never ends`);
  }
  return pages;
}

/** Reads the past to the end of a run; `wanted` are told where it matters most. */
export async function pullHistories(
  source: Source,
  position: string | undefined,
  wanted: readonly WorkItemId[],
): Promise<readonly HistoryPage[]> {
  const pages: HistoryPage[] = [];
  for await (const page of source.pullHistories?.(position, async () => wanted) ?? []) {
    pages.push(page);
    if (pages.length > pagesMax) throw new Error("the reading of the past never ends");
  }
  return pages;
}

/** The id, where it is a work item's. */
export function workItemIn(id: FactId): readonly WorkItemId[] {
  const parsed = WorkItemId.safeParse(id);
  return parsed.success ? [parsed.data] : [];
}

/** What a store would hold after these readings in turn. */
export function fold(readings: readonly Reading[]): ReadonlyMap<FactId, Upsert> {
  const facts = new Map<FactId, Upsert>();
  for (const change of readings.flatMap(({ changes }) => changes)) {
    if (change.kind === "upserted") facts.set(change.record.id, change);
    else facts.delete(change.id);
  }
  return facts;
}

export async function enumerateAll(
  source: Source,
  collection: string,
  part?: string,
): Promise<ReadonlySet<FactId>> {
  const ids = new Set<FactId>();
  for await (const some of source.enumerate(collection, part)) for (const id of some) ids.add(id);
  return ids;
}

/** Sorted, so that two sets compare as lists that read well. */
export function shortIds(ids: Iterable<FactId>): readonly ShortId[] {
  return [...ids].map(shortOf).toSorted();
}

function shortOf(id: FactId): ShortId {
  const parts = readFactId(id);
  if (!parts) throw new Error(`${id} is no fact id`);
  return `${parts.type} ${parts.nativeId}`;
}

/** Where the last page leaves off; throws when there is none, which no pull may give. */
export function endOf(pages: readonly PulledPage[]): string {
  const last = pages.at(-1);
  if (!last) throw new Error("a pull gave no page at all");
  return last.position;
}

/** What a promise rejects with; undefined when it does not. */
export async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
    return undefined;
  } catch (error) {
    return error;
  }
}
