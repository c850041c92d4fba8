import type { StreamPage } from "#infra/local/stream-source.ts";
import { readStreamRecord } from "#shared/adapters/dynamodb/stream-image.ts";
import { sameJson } from "#shared/adapters/dynamodb/units.ts";
import type { ItemChange, Table } from "#shared/ports/table.ts";

/** Fewer than this on a page, and there is nothing behind it: pages of the embedded stream hold 200. */
const fullPage = 100;

/** The table with its stream read to the end after each write, before the writer has its answer. */
export function streamedTable(
  table: Table,
  read: (after: string | undefined) => Promise<StreamPage>,
  onRecord: (change: ItemChange) => void,
): Table {
  let place: string | undefined;
  let reading: Promise<unknown> = Promise.resolve();
  /** A reading that has not begun: it will see all that is written by now. */
  let next: Promise<void> | undefined;
  const readOn = async () => {
    let page: StreamPage;
    do {
      page = await read(place);
      place = page.end;
      for (const record of page.records) {
        const change = readStreamRecord(record);
        if (isChange(change)) onRecord(change);
      }
    } while (page.records.length >= fullPage);
  };
  // One after the other, so that every record comes once and in order.
  const upToNow = () => {
    next ??= Promise.allSettled([reading]).then(() => {
      next = undefined;
      return readOn();
    });
    reading = next;
    return next;
  };
  const told = async <T>(writing: Promise<T>): Promise<T> => {
    try {
      return await writing;
    } finally {
      await upToNow();
    }
  };
  return {
    get: (key) => table.get(key),
    batchGet: (keys) => table.batchGet(keys),
    query: (request) => table.query(request),
    scan: (request) => table.scan(request),
    usage: () => table.usage(),
    write: (one) => told(table.write(one)),
    transact: (all) => told(table.transact(all)),
    add: (key, amounts, set) => told(table.add(key, amounts, set)),
  };
}

/** The embedded database also tells of writes that changed nothing, which DynamoDB does not. */
function isChange({ before, after }: ItemChange): boolean {
  return before === undefined || after === undefined || !sameJson(before, after);
}
