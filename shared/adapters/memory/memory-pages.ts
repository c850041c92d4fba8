import { assertQuery, assertScan } from "#shared/adapters/dynamodb/page-request.ts";
import {
  readQueryToken,
  readScanToken,
  writePageToken,
} from "#shared/adapters/dynamodb/page-token.ts";
import { indexes } from "#shared/ports/table.ts";
import type { Item, Page, QueryRequest, Table } from "#shared/ports/table.ts";

import type { ItemStore } from "./item-store.ts";
import type { Kept } from "./row.ts";
import type { Entry, Walk } from "./sorted-entries.ts";

/** DynamoDB ends a page with the item that takes it to this size. */
const pageBytesMax = 1024 * 1024;

/** A page and the bytes that it is billed by. */
export interface BilledPage {
  readonly page: Page;
  readonly bytes: number;
}

export function queryStore(store: ItemStore, request: QueryRequest): BilledPage {
  assertQuery(request);
  const after = readQueryToken(request);
  const index = request.index === undefined ? undefined : indexes[request.index];
  const sort = index?.sort ?? "sk";
  const walk: Walk = {
    prefix: request.sortPrefix ?? "",
    descending: request.descending === true,
    after: after && { sort: after[sort] ?? "", pk: after["pk"] ?? "", sk: after["sk"] ?? "" },
  };
  const { page, bytes, last } = collect(request.limit, (visit) => {
    store.partition(request.index, request.partition)?.walk(walk, visit);
  });
  if (!last) return { page, bytes };
  const next = writePageToken({
    pk: last.pk,
    sk: last.sk,
    ...(index && { [index.partition]: request.partition, [index.sort]: last.sort }),
  });
  return { page: { ...page, next }, bytes };
}

export function scanStore(store: ItemStore, request: Parameters<Table["scan"]>[0]): BilledPage {
  assertScan(request);
  const after = readScanToken(request.after);
  const from = after && { pk: after["pk"] ?? "", sk: after["sk"] ?? "" };
  const { page, bytes, last } = collect(undefined, (visit) => {
    store.walkAll(request.segment, request.segments, from, visit);
  });
  if (!last) return { page, bytes };
  return { page: { ...page, next: writePageToken({ pk: last.pk, sk: last.sk }) }, bytes };
}

type Visit = (entry: Entry<Kept>) => boolean;

/** `last` is the entry that filled the page, if one did. */
function collect(
  limit: number | undefined,
  walk: (visit: Visit) => void,
): BilledPage & { readonly last: Entry<Kept> | undefined } {
  const items: Item[] = [];
  let bytes = 0;
  let last: Entry<Kept> | undefined;
  walk((entry) => {
    items.push(entry.kept.item);
    bytes += entry.kept.bytes;
    if (items.length !== limit && bytes < pageBytesMax) return true;
    last = entry;
    return false;
  });
  return { page: { items }, bytes, last };
}
