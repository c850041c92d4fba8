import { Edge } from "#shared/model/edges.ts";
import type { FactId } from "#shared/model/ids.ts";
import type { Table } from "#shared/ports/table.ts";
import { fromItem } from "#shared/store/codec.ts";
import { readFactItem } from "#shared/store/facts.ts";
import { scanAll } from "#shared/store/list.ts";

/** What a graph says, without when we heard of it: one line for each fact and each edge, sorted. */
export async function graphContent(table: Table): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const item of await scanAll(table)) {
    const stored = readFactItem(item);
    if (stored?.isRemoved === false) {
      const said: Readonly<Record<string, unknown>> = stored.fact;
      const { readAt: _readAt, seenAt: _seenAt, sourceVersion: _version, ...fact } = said;
      lines.push(line(fact));
    }
    const type = item["type"];
    if (type === "link" || type === "dependency" || type === "home") {
      const { createdAt: _createdAt, ...edge } = fromItem(Edge, item);
      lines.push(line(edge));
    }
  }
  return lines.toSorted();
}

/** The ids of all facts that stand. */
export async function knownIds(table: Table): Promise<readonly FactId[]> {
  const stored = (await scanAll(table)).flatMap((item) => readFactItem(item) ?? []);
  return stored.flatMap((one) => (one.isRemoved ? [] : [one.fact.id]));
}

/** JSON with sorted keys, so that equal things give equal text. */
function line(value: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(
    Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))),
  );
}
