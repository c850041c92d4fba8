import type { Page, QueryRequest, Table } from "#shared/ports/table.ts";

/**
 * The same table, of which these partitions are being read already, whole and strongly consistently: whoever
 * asks for one waits no longer than for what was begun. What nobody asks for was read for nothing.
 */
export function withPartitionsAhead(table: Table, partitions: Iterable<string>): Table {
  const begun = new Map<string, Promise<Page>>();
  for (const partition of partitions) {
    const page = table.query({ partition, consistent: true });
    // Whoever asks hears of it; where nobody does, it is nobody's failure.
    page.catch(() => undefined);
    begun.set(partition, page);
  }
  const query = (request: QueryRequest) =>
    (isOfFirstPage(request) ? begun.get(request.partition) : undefined) ?? table.query(request);
  return { ...table, query };
}

function isOfFirstPage({ partition: _partition, consistent, ...rest }: QueryRequest): boolean {
  return consistent === true && Object.keys(rest).length === 0;
}
