import { HubError } from "#shared/errors.ts";
import type { Source } from "#shared/kit/connector.ts";
import type { Connection, Quarantined } from "#shared/model/connection.ts";
import type { FactId } from "#shared/model/ids.ts";
import { applyChanges } from "#shared/store/apply-changes.ts";
import {
  listQuarantined,
  quarantine,
  removeQuarantined,
  saveGaps,
} from "#shared/store/connection-parts.ts";

import { refuseRemoved } from "./bury-if-removed.ts";
import type { PullDeps } from "./deps.ts";

interface Retry {
  readonly connection: Connection;
  readonly source: Source;
  /** Absent: all collections. */
  readonly collection: string | undefined;
}

const idsPerRead = 100;

/**
 * Reads again what could not be understood, for a record that was mended or a hub that has learned.
 * What is understood now leaves the quarantine; what is gone at the source leaves it too.
 */
export async function retryQuarantined(deps: PullDeps, retry: Retry): Promise<void> {
  const { connection, collection } = retry;
  const all = await listQuarantined(deps.table, connection.id);
  const due = all.filter((entry) => collection === undefined || entry.collection === collection);
  let mended = 0;
  for (const [name, entries] of Map.groupBy(due, (entry) => collectionOf(deps, retry, entry))) {
    if (name === undefined) continue;
    for (let start = 0; start < entries.length; start += idsPerRead) {
      mended += await readAgain(deps, retry, {
        name,
        entries: entries.slice(start, start + idsPerRead),
      });
    }
  }
  deps.logger.info("quarantine.retried", {
    connectionId: connection.id,
    records: due.length,
    mended,
  });
}

/** A delivery's record belongs to the collection that holds such facts; what has no id cannot be read. */
function collectionOf(
  { registry }: PullDeps,
  { connection }: Retry,
  { collection, factId }: Quarantined,
): string | undefined {
  if (factId === undefined) return undefined;
  const { collections } = registry.get(connection.connector);
  if (collections.some(({ name }) => name === collection)) return collection;
  return collections.find(({ facts }) => facts.some((type) => factId.includes(`:${type}:`)))?.name;
}

async function readAgain(
  deps: PullDeps,
  { connection, source }: Retry,
  { name, entries }: { readonly name: string; readonly entries: readonly Quarantined[] },
): Promise<number> {
  const ids = [...new Set(entries.flatMap(({ factId }) => factId ?? []))];
  const reading = await readOrNothing(source, name, ids);
  if (!reading) return 0;
  const { refused } = await applyChanges(deps, reading.changes);
  await refuseRemoved(deps, connection.id, reading.changes);
  const at = deps.clock.now();
  const where = { connectionId: connection.id, collection: name, at };
  const rejected = [...reading.rejected, ...refused];
  await quarantine(deps.table, where, rejected);
  await saveGaps(deps.table, connection.id, at, reading.gaps ?? []);
  const failing = new Set(rejected.flatMap(({ id }) => id ?? []));
  // Under the same name it may fail in another form, as a goal where it was work before.
  const names = new Set(rejected.map(({ record }) => record.slice(0, 300).toWellFormed()));
  const mended = entries.filter(
    ({ factId, record }) => factId !== undefined && !failing.has(factId) && !names.has(record),
  );
  for (const entry of mended) await removeQuarantined(deps.table, entry);
  return mended.length;
}

/** A source that cannot find them any more has nothing to say of them. */
async function readOrNothing(source: Source, collection: string, ids: readonly FactId[]) {
  try {
    return await source.readByIds(collection, ids);
  } catch (error) {
    if (error instanceof HubError && error.code === "connector.not-found") return undefined;
    throw error;
  }
}
