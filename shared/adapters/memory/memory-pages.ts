import { assertQuery, assertScan } from "#shared/adapters/dynamodb/page-request.ts";
import {
  readQueryToken,
  readScanToken,
  writePageToken,
} from "#shared/adapters/dynamodb/page-token.ts";
import { itemBytes } from "#shared/ports/item-size.ts";
import { indexes } from "#shared/ports/table.ts";
import type { Item, Page, QueryRequest, Table } from "#shared/ports/table.ts";

import type { ItemStore } from "./item-store.ts";
import type { Entry } from "./sorted-entries.ts";

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
  const entries = store
    .partition(request.index, request.partition)
    ?.walk(
      request.sortPrefix ?? "",
      request.descending === true,
      after && { sort: after[sort] ?? "", pk: after["pk"] ?? "", sk: after["sk"] ?? "" },
    );
  return collect(entries ?? [], request.limit, (entry) => ({
    pk: entry.pk,
    sk: entry.sk,
    ...(index && { [index.partition]: request.partition, [index.sort]: entry.sort }),
  }));
}

export function scanStore(store: ItemStore, request: Parameters<Table["scan"]>[0]): BilledPage {
  assertScan(request);
  const after = readScanToken(request.after);
  const from = after && { pk: after["pk"] ?? "", sk: after["sk"] ?? "" };
  return collect(store.walkAll(request.segment, request.segments, from), undefined, (entry) => ({
    pk: entry.pk,
    sk: entry.sk,
  }));
}

function collect(
  entries: Iterable<Entry>,
  limit: number | undefined,
  tokenOf: (entry: Entry) => Readonly<Record<string, string>>,
): BilledPage {
  const items: Item[] = [];
  let bytes = 0;
  for (const entry of entries) {
    const { item } = entry;
    items.push(item);
    bytes += itemBytes(item);
    if (items.length === limit || bytes >= pageBytesMax) {
      return { page: { items, next: writePageToken(tokenOf(entry)) }, bytes };
    }
  }
  return { page: { items }, bytes };
}
