import { Edge } from "#shared/model/edges.ts";
import type { FactId } from "#shared/model/ids.ts";
import type { Item } from "#shared/ports/table.ts";
import { fromItem } from "#shared/store/codec.ts";
import { readFactItem } from "#shared/store/facts.ts";
import { readOnce } from "#shared/store/read-once.ts";

const edgeTypes: ReadonlySet<unknown> = new Set(["link", "dependency", "home"]);

export interface Content {
  /** One line for each fact, by its id. */
  readonly facts: ReadonlyMap<FactId, string>;
  readonly edges: ReadonlySet<string>;
}

/** What a graph says, without when we heard of it, and without what only who was there can know. */
export function contentOf(items: readonly Item[]): Content {
  const facts = new Map<FactId, string>();
  const edges = new Set<string>();
  for (const item of items) {
    const said = readOnce(saidBy, item, saidBy);
    if (said?.id !== undefined) facts.set(said.id, said.line);
    else if (said) edges.add(said.line);
  }
  return { facts, edges };
}

interface Said {
  /** Of a fact; edges have none. */
  readonly id?: FactId;
  readonly line: string;
}

function saidBy(item: Item): Said | undefined {
  if (edgeTypes.has(item["type"])) {
    const { createdAt: _createdAt, ...edge } = fromItem(Edge, item);
    return { line: line(edge) };
  }
  const stored = readFactItem(item);
  if (stored?.isRemoved !== false) return undefined;
  const { readAt: _readAt, sourceVersion: _version, ...fact } = stored.fact;
  const said: Record<string, unknown> = { ...fact };
  delete said["placements"];
  delete said["formerWorkEmails"];
  delete said["seenAt"];
  return { id: stored.fact.id, line: line(said) };
}

/** JSON with sorted keys, so that equal things give equal text. */
function line(value: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(
    Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))),
  );
}
