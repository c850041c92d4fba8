import { HubError } from "#shared/errors.ts";
import type { Collection, Gap, PulledPage, Source } from "#shared/kit/connector.ts";
import type { Change, Rejected } from "#shared/model/change.ts";

import type { Deadline } from "./deadline.ts";

/** What a look at the beginning of one collection brought. */
export interface Sampled {
  readonly collection: Collection;
  readonly changes: readonly Change[];
  readonly rejected: readonly Rejected[];
  readonly records: number;
  readonly gaps: readonly Gap[];
  readonly recordsTotal: number | undefined;
  /** How the look ended: all there is, a part of it, out of time, or in a refusal. */
  readonly ended: "whole" | "part" | "time" | "refused";
  readonly problem: string | undefined;
}

/** Together, over all collections; the rest of a longer page is put aside. */
const sampleRecordsMax = 200;
/** Some sources begin with pages that hold nothing; a look goes on over so many. */
const pagesMax = 6;

/**
 * Reads the first page of each collection, side by side. Nothing is stored, and one collection that
 * refuses leaves the others their say.
 */
export async function readSample(
  source: Source,
  collections: readonly Collection[],
  deadline: Deadline,
): Promise<readonly Sampled[]> {
  const share = Math.ceil(sampleRecordsMax / Math.max(1, collections.length));
  return Promise.all(
    collections.map((collection) => sampleOne(source, collection, { deadline, share })),
  );
}

async function sampleOne(
  source: Source,
  collection: Collection,
  { deadline, share }: { readonly deadline: Deadline; readonly share: number },
): Promise<Sampled> {
  const pages: PulledPage[] = [];
  const iterator = source.pull(collection.name, undefined)[Symbol.asyncIterator]();
  let ended: Sampled["ended"] = "part";
  let problem: string | undefined;
  try {
    while (pages.length < pagesMax) {
      const step = await deadline.race(iterator.next());
      if (step === "time") {
        ended = "time";
        break;
      }
      if (step.done === true) break;
      pages.push(step.value);
      if (step.value.isLast) ended = "whole";
      const records = pages.reduce((sum, page) => sum + page.recordsRead, 0);
      if (step.value.isLast || records >= share) break;
    }
  } catch (error) {
    ended = "refused";
    problem = error instanceof HubError ? error.message : "It failed in a way we did not foresee";
  }
  // Not waited for: a request that hangs would keep the person waiting with it.
  iterator.return?.().catch(() => undefined);
  // The last page, but more on it than is looked at: not all there is.
  if (ended === "whole" && isCut(pages, share)) ended = "part";
  return { collection, ended, problem, ...gathered(pages, share) };
}

function isCut(pages: readonly PulledPage[], share: number): boolean {
  const count = (of: (page: PulledPage) => readonly unknown[]) =>
    pages.reduce((sum, page) => sum + of(page).length, 0);
  return count(({ changes }) => changes) > share || count(({ rejected }) => rejected) > share;
}

function gathered(pages: readonly PulledPage[], share: number) {
  const changes = pages.flatMap((page) => page.changes).slice(0, share);
  const rejected = pages.flatMap((page) => page.rejected).slice(0, share);
  const recordsRead = pages.reduce((sum, page) => sum + page.recordsRead, 0);
  return {
    changes,
    rejected,
    // One record may become several facts, and a page may hold more than the share.
    records: Math.min(recordsRead, changes.length + rejected.length),
    gaps: pages.flatMap(({ gaps }) => gaps ?? []),
    recordsTotal: pages.findLast(({ recordsTotal }) => recordsTotal !== undefined)?.recordsTotal,
  };
}
