import type { Registry } from "#shared/kit/registry.ts";
import type { Connection, CoverageGap } from "#shared/model/connection.ts";
import type { FactId } from "#shared/model/ids.ts";
import type { Clock } from "#shared/ports/clock.ts";
import type { Logger } from "#shared/ports/logger.ts";
import type { Table } from "#shared/ports/table.ts";
import { saveGaps } from "#shared/store/connection-parts.ts";
import { listWaitingRecords, saveWaitingRecord } from "#shared/store/waiting-records.ts";

import type { AddressBook } from "./address-book.ts";
import type { NoteReading } from "./watch-readings.ts";

interface WaitingDeps {
  readonly table: Table;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly registry: Registry;
}

/** More than these are not listed one by one: their collection is read whole again. */
export const waitingMax = 2000;

const gapPrefix = "Addresses in ";

/** What the page calls addresses that could not be looked up. */
export function waitingGap({ name }: Pick<Connection, "name">): string {
  return `${gapPrefix}${name}`;
}

/** Whether a gap is one of these. What a collection's reading noticed is its own. */
export function isWaitingGap({ what, collection }: CoverageGap): boolean {
  return collection === undefined && what.startsWith(gapPrefix);
}

/**
 * Notes the records that were read while `addresses` could not ask a tool what its keys mean. Nothing
 * else would read them again: they did not change. `functions/pull/read-waiting.ts` does.
 */
export function noteWaiting(
  deps: WaitingDeps,
  connection: Connection,
  addresses: Pick<AddressBook, "takeUnasked">,
): NoteReading {
  return async ({ changes }, collection) => {
    const unasked = addresses.takeUnasked();
    if (unasked.length === 0 || connection.status === "draft") return;
    const ids = changes.flatMap((change) => (change.kind === "upserted" ? [change.record.id] : []));
    if (ids.length === 0) return;
    const { table, clock, registry, logger } = deps;
    const at = clock.now();
    const where = { connectionId: connection.id, of: unasked.map(({ id }) => id), at };
    const { collections } = registry.get(connection.connector);
    const nameFor = (id: FactId) =>
      collection ??
      collections.find(({ facts }) => facts.some((type) => id.includes(`:${type}:`)))?.name;
    const isMuch =
      (await listWaitingRecords(table, connection.id)).length + ids.length > waitingMax;
    for (const id of ids) {
      const name = nameFor(id);
      if (name === undefined) continue;
      const one = { type: "waiting-record" as const, ...where, collection: name };
      await saveWaitingRecord(table, isMuch ? one : { ...one, factId: id });
      if (isMuch && collection !== undefined) break;
    }
    const why =
      "It did not answer, or was paused, when records were read that may lead there; they are read again once it does";
    await saveGaps(
      table,
      connection.id,
      at,
      unasked.map((of) => ({ what: waitingGap(of), why })),
    );
    logger.warn("addresses.waiting", { connectionId: connection.id, records: ids.length });
  };
}
