import type { DeliveryOutcome } from "#shared/model/delivery.ts";
import type { ConnectionId } from "#shared/model/ids.ts";
import type { CalendarDate, Instant } from "#shared/model/time.ts";
import { dateOf, epochMsOf } from "#shared/model/time.ts";
import type { Table } from "#shared/ports/table.ts";

import { counterKey, type unknownConnections } from "./keys.ts";

const counterSeconds = 90 * 86_400;

/** Deliveries of one day by how they ended. */
export interface DeliveryCounts {
  readonly day: CalendarDate;
  readonly counts: Readonly<Partial<Record<DeliveryOutcome, number>>>;
}

export async function countDelivery(
  table: Table,
  owner: ConnectionId | typeof unknownConnections,
  outcomes: Readonly<Partial<Record<DeliveryOutcome, number>>>,
  at: Instant,
): Promise<void> {
  await table.add(counterKey(owner, dateOf(at)), outcomes, {
    type: "counter",
    expiresAtEpochSeconds: Math.floor(epochMsOf(at) / 1000) + counterSeconds,
  });
}

/** The latest days first. */
export async function listDeliveryCounts(
  table: Table,
  owner: ConnectionId | typeof unknownConnections,
  days = 7,
): Promise<DeliveryCounts[]> {
  const page = await table.query({
    partition: owner,
    sortPrefix: "counter#",
    descending: true,
    limit: days,
  });
  return page.items.map((item) => {
    const { pk: _pk, sk, type: _type, expiresAtEpochSeconds: _expires, ...counts } = item;
    // Only `countDelivery` writes these items, and it writes numbers under outcome names.
    return {
      day: sk.slice("counter#".length) as CalendarDate,
      counts,
    };
  });
}
