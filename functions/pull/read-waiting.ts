import { isWaitingGap, waitingGap } from "#shared/access/waiting-addresses.ts";
import { HubError } from "#shared/errors.ts";
import type { Collection, Source } from "#shared/kit/connector.ts";
import type { Connection } from "#shared/model/connection.ts";
import type { ConnectionId } from "#shared/model/ids.ts";
import { applyChanges } from "#shared/store/apply-changes.ts";
import { listGaps, quarantine, removeGap } from "#shared/store/connection-parts.ts";
import { getConnection } from "#shared/store/connections.ts";
import type { WaitingRecord } from "#shared/store/waiting-records.ts";
import { listWaitingRecords, removeWaitingRecord } from "#shared/store/waiting-records.ts";

import { refuseRemoved } from "./bury-if-removed.ts";
import type { PullDeps } from "./deps.ts";
import { startOver } from "./read-again.ts";

interface Run {
  readonly connection: Connection;
  readonly collection: Collection;
  readonly source: Source;
}

const idsPerRead = 100;

/**
 * Reads again what was read while a tool did not say what addresses in it mean, once that tool has been
 * read well since. What the tool still does not say waits on. A failure leaves all of it to the next pull.
 */
export async function readWaiting(deps: PullDeps, run: Run): Promise<void> {
  const { connection, collection } = run;
  if (!mayHoldAddresses(deps, connection)) return;
  const waiting = await listWaitingRecords(deps.table, connection.id);
  const own = waiting.filter((one) => one.collection === collection.name);
  const due = await answeredSince(deps, own);
  if (due.length === 0) return;
  try {
    if (due.some(({ factId }) => factId === undefined)) {
      // In this order: what is forgotten before its reading is on its way may never be read.
      await startOver(deps, connection.id, collection.name);
      for (const one of due) await removeWaitingRecord(deps.table, one);
    } else await readAgain(deps, run, due);
    await closeGaps(deps, connection.id);
  } catch (error) {
    const code = error instanceof HubError ? error.code : "unexpected";
    deps.logger.warn("addresses.not-read-again", { connectionId: connection.id, code });
  }
}

/** What a directory of people tells leads nowhere. */
function mayHoldAddresses({ registry }: PullDeps, { connector }: Connection): boolean {
  const { collections } = registry.get(connector);
  return collections.some(({ facts }) => facts.includes("work-item") || facts.includes("goal"));
}

/** A tool that was read well after it had not answered, or that nobody is connected to any more. */
async function answeredSince(
  deps: PullDeps,
  waiting: readonly WaitingRecord[],
): Promise<readonly WaitingRecord[]> {
  const ids = new Set(waiting.flatMap(({ of }) => of));
  const others = new Map<ConnectionId, Connection | undefined>();
  for (const id of ids) others.set(id, await getConnection(deps.table, id));
  return waiting.filter(({ of, at }) =>
    of.every((id) => {
      const other = others.get(id);
      if (!other || other.status === "removing") return true;
      return other.freshAt !== undefined && other.freshAt > at;
    }),
  );
}

async function readAgain(
  deps: PullDeps,
  { connection, collection, source }: Run,
  due: readonly WaitingRecord[],
): Promise<void> {
  for (let start = 0; start < due.length; start += idsPerRead) {
    const batch = due.slice(start, start + idsPerRead);
    const ids = batch.flatMap(({ factId }) => factId ?? []);
    const reading = await source.readByIds(collection.name, ids);
    const { refused } = await applyChanges(deps, reading.changes);
    await refuseRemoved(deps, connection.id, reading.changes);
    const where = {
      connectionId: connection.id,
      collection: collection.name,
      at: deps.clock.now(),
    };
    await quarantine(deps.table, where, [...reading.rejected, ...refused]);
    let isAnswering = true;
    for (const one of batch)
      isAnswering = (await removeWaitingRecord(deps.table, one)) && isAnswering;
    // The reading itself noted them anew: the tool is away again, and the rest would fare no better.
    if (!isAnswering) return;
  }
  deps.logger.info("addresses.read-again", { connectionId: connection.id, records: due.length });
}

/** A tool may have got another name since, or be gone: what counts is who is still waited for. */
async function closeGaps(deps: PullDeps, connectionId: ConnectionId): Promise<void> {
  // First the gaps: a record is noted before its gap, so none is closed that was just opened.
  const gaps = (await listGaps(deps.table, connectionId)).filter(isWaitingGap);
  const left = await listWaitingRecords(deps.table, connectionId);
  const still = new Set<string>();
  for (const id of new Set(left.flatMap(({ of }) => of))) {
    const other = await getConnection(deps.table, id);
    if (other) still.add(waitingGap(other));
  }
  for (const gap of gaps) if (!still.has(gap.what)) await removeGap(deps.table, gap);
}
