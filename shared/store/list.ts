import type { Item, QueryRequest, Table } from "#shared/ports/table.ts";

/** Reads a query to its end. For partitions known to be small, or work that must see all. */
export async function queryAll(table: Table, request: QueryRequest): Promise<Item[]> {
  const items: Item[] = [];
  await queryEach(table, request, (item) => void items.push(item));
  return items;
}

/**
 * As `queryAll`, until there are more than `most`: whoever gets more than that knows only that there are more.
 * What an index names twice counts once, by its partition.
 */
export async function queryAtMost(
  table: Table,
  request: QueryRequest,
  most: number,
): Promise<Item[]> {
  const items: Item[] = [];
  const counted = new Set<string>();
  let after: string | undefined;
  do {
    const limit = Number.isFinite(most) ? { limit: most + 1 - counted.size } : {};
    const page = await table.query({ ...request, ...limit, ...(after !== undefined && { after }) });
    items.push(...page.items);
    for (const { pk } of page.items) counted.add(pk);
    after = page.next;
  } while (after !== undefined && counted.size <= most);
  return items;
}

/** As `queryAll`, for work that keeps little of what it sees: a page is in memory. */
export async function queryEach(
  table: Table,
  request: QueryRequest,
  visit: (item: Item) => void,
): Promise<void> {
  let after: string | undefined;
  do {
    const page = await table.query({ ...request, ...(after !== undefined && { after }) });
    page.items.forEach(visit);
    after = page.next;
  } while (after !== undefined);
}

/** Reads the whole table in parallel segments; order means nothing. */
export async function scanAll(table: Table, segments = 4): Promise<Item[]> {
  const items: Item[] = [];
  await scanEach(table, (item) => void items.push(item), segments);
  return items;
}

/** As `scanAll`, for work that keeps little of what it sees: a page per segment is in memory. */
export async function scanEach(
  table: Table,
  visit: (item: Item) => void,
  segments = 4,
): Promise<void> {
  await Promise.all(
    Array.from({ length: segments }, (_, segment) =>
      scanSegment(table, { segment, segments }, visit),
    ),
  );
}

async function scanSegment(
  table: Table,
  part: { readonly segment: number; readonly segments: number },
  visit: (item: Item) => void,
): Promise<void> {
  let after: string | undefined;
  do {
    const page = await table.scan({ ...part, ...(after !== undefined && { after }) });
    page.items.forEach(visit);
    after = page.next;
  } while (after !== undefined);
}
