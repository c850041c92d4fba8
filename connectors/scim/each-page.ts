import type { KeptRecord, KeptRecords } from "#shared/ports/kept-records.ts";

/** All that is kept of a collection, page by page. */
export async function* eachPage(
  kept: KeptRecords,
  collection: string,
): AsyncIterable<readonly KeptRecord[]> {
  let after: string | undefined;
  do {
    const page = await kept.page(collection, after);
    yield page.records;
    after = page.next;
  } while (after !== undefined);
}
