import { HubError } from "#shared/errors.ts";
import type { Collection, Source } from "#shared/kit/connector.ts";
import type { Change } from "#shared/model/change.ts";
import type { FactId } from "#shared/model/ids.ts";
import { readFactId } from "#shared/model/ids.ts";

import type { Deadline } from "./deadline.ts";

/** Levels that are gone up, and records read on the way: tools have fewer, samples need no more. */
const levelsMax = 6;
const recordsMax = 200;

/**
 * Reads what stands above a sample, by id: parents, their parents, the goals that they link to. Without
 * them almost all of a first page hangs on records that it does not hold. Best effort and within the
 * time: what is not found stays unread.
 */
export async function readAbove(
  source: Source,
  collections: readonly Collection[],
  { sample, deadline }: { readonly sample: readonly Change[]; readonly deadline: Deadline },
): Promise<readonly Change[]> {
  const above: Change[] = [];
  const asked = new Set<FactId>(sample.map(idOf));
  let level = sample;
  for (let round = 0; round < levelsMax && level.length > 0; round += 1) {
    const wanted = [...new Set(level.flatMap(namedBy))].filter((id) => !asked.has(id));
    for (const id of wanted) asked.add(id);
    const room = recordsMax - above.length;
    const found = await deadline.race(findAll(source, collections, wanted.slice(0, room)));
    if (found === "time") break;
    above.push(...found);
    level = found;
  }
  return above;
}

function idOf(change: Change): FactId {
  return change.kind === "upserted" ? change.record.id : change.id;
}

/** Records of the same connection that this one names as above it. */
function namedBy(change: Change): readonly FactId[] {
  if (change.kind !== "upserted") return [];
  const { record, edges } = change;
  const parents =
    record.type === "work-item"
      ? [record.parentId, ...(record.otherParentIds ?? [])]
      : record.type === "goal"
        ? [record.parentId]
        : [];
  const goals = edges.flatMap((edge) => (edge.type === "link" ? edge.toId : []));
  return [...parents, ...goals].filter(
    (id): id is NonNullable<typeof id> =>
      id !== undefined && readFactId(id)?.connectionId === record.connectionId,
  );
}

/** Several collections may hold records of one type: what the first does not know, the next is asked. */
async function findAll(
  source: Source,
  collections: readonly Collection[],
  ids: readonly FactId[],
): Promise<readonly Change[]> {
  const found: Change[] = [];
  let left = ids;
  for (const { name, facts } of collections) {
    const own = left.filter((id) => facts.some((type) => readFactId(id)?.type === type));
    if (own.length === 0) continue;
    const changes = await readOrNothing(source, name, own);
    const known = new Set(changes.map(idOf));
    found.push(...changes.filter(({ kind }) => kind === "upserted"));
    left = left.filter((id) => !known.has(id));
  }
  return found;
}

async function readOrNothing(
  source: Source,
  collection: string,
  ids: readonly FactId[],
): Promise<readonly Change[]> {
  try {
    return (await source.readByIds(collection, ids)).changes;
  } catch (error) {
    if (error instanceof HubError) return [];
    throw error;
  }
}
