import type { Fact } from "#shared/model/facts.ts";
import type { FactId } from "#shared/model/ids.ts";
import type { Table } from "#shared/ports/table.ts";
import { readFacts } from "#shared/store/held.ts";

/** Subtasks of subtasks are never so deep. */
const levelsMax = 10;

/**
 * These facts and what stands above those that no container tells the place of: whether a subtask is gone
 * or out of sight may be seen of the task above it alone.
 */
export async function withParents(
  table: Table,
  facts: ReadonlyMap<FactId, Fact>,
): Promise<ReadonlyMap<FactId, Fact>> {
  const all = new Map(facts);
  const asked = new Set<FactId>(facts.keys());
  let lowest: Iterable<Fact> = facts.values();
  for (let level = 0; level < levelsMax; level += 1) {
    const above = [...lowest].flatMap((fact) => parentOf(fact) ?? []);
    const wanted = [...new Set(above)].filter((id) => !asked.has(id));
    if (wanted.length === 0) break;
    for (const id of wanted) asked.add(id);
    const found = await readFacts(table, wanted);
    for (const [id, fact] of found) all.set(id, fact);
    lowest = found.values();
  }
  return all;
}

function parentOf(fact: Fact): FactId | undefined {
  return fact.type === "work-item" && fact.container === undefined ? fact.parentId : undefined;
}
