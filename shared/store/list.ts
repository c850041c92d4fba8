import type { Item, QueryRequest, Table } from "#shared/ports/table.ts";

/** Reads a query to its end. For partitions known to be small, or work that must see all. */
export async function queryAll(table: Table, request: QueryRequest): Promise<Item[]> {
  const items: Item[] = [];
  let after: string | undefined;
  do {
    const page = await table.query({ ...request, ...(after !== undefined && { after }) });
    items.push(...page.items);
    after = page.next;
  } while (after !== undefined);
  return items;
}

/** Reads the whole table in parallel segments; order means nothing. */
export async function scanAll(table: Table, segments = 4): Promise<Item[]> {
  const parts = await Promise.all(
    Array.from({ length: segments }, (_, segment) => scanSegment(table, segment, segments)),
  );
  return parts.flat();
}

async function scanSegment(table: Table, segment: number, segments: number): Promise<Item[]> {
  const items: Item[] = [];
  let after: string | undefined;
  do {
    const page = await table.scan({ segment, segments, ...(after !== undefined && { after }) });
    items.push(...page.items);
    after = page.next;
  } while (after !== undefined);
  return items;
}
