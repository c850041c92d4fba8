import type { Rejected } from "#shared/model/change.ts";
import { CoverageGap, Quarantined, Subscription } from "#shared/model/connection.ts";
import type { DeliveryOutcome } from "#shared/model/delivery.ts";
import type { ConnectionId } from "#shared/model/ids.ts";
import type { CalendarDate, Instant } from "#shared/model/time.ts";
import { dateOf, epochMsOf } from "#shared/model/time.ts";
import type { Table } from "#shared/ports/table.ts";

import { fromItem, toAttributes } from "./codec.ts";
import {
  counterKey,
  gapKey,
  quarantineKey,
  subscriptionKey,
  type unknownConnections,
} from "./keys.ts";
import { queryAll } from "./list.ts";

/*
 * The small things that hang in a connection's partition beside its cursors. Each is written by one
 * verb at a time and says the same when repeated, so they need no optimistic lock.
 */

const quarantineDays = 30;
const counterDays = 90;

function expiresAfter(at: Instant, days: number): number {
  return Math.floor(epochMsOf(at) / 1000) + days * 86_400;
}

/** A cut through a character leaves half of it, which no table takes. */
function cut(text: string, max: number): string {
  return text.slice(0, max).toWellFormed();
}

/** Keeps what could not be understood, with its reason, until somebody looked or 30 days went by. */
export async function quarantine(
  table: Table,
  where: { readonly connectionId: ConnectionId; readonly collection: string; readonly at: Instant },
  rejected: readonly Rejected[],
): Promise<void> {
  for (const { record, reason, id } of rejected) {
    const entry: Quarantined = {
      type: "quarantined",
      ...where,
      record: cut(record, 300),
      reason: cut(reason, 1000),
      ...(id !== undefined && { factId: id }),
    };
    // Two hundred characters of any script fit a key.
    const key = quarantineKey(where.connectionId, where.collection, cut(record, 200));
    const expiresAtEpochSeconds = expiresAfter(where.at, quarantineDays);
    await table.write({
      kind: "put",
      item: { ...toAttributes(entry), ...key, expiresAtEpochSeconds },
      condition: [],
    });
  }
}

export async function listQuarantined(
  table: Table,
  connectionId: ConnectionId,
): Promise<Quarantined[]> {
  const items = await queryAll(table, { partition: connectionId, sortPrefix: "quarantined#" });
  return items.map((item) => fromItem(Quarantined, item));
}

export async function removeQuarantined(
  table: Table,
  { connectionId, collection, record }: Quarantined,
): Promise<void> {
  const key = quarantineKey(connectionId, collection, cut(record, 200));
  await table.write({ kind: "delete", key, condition: [] });
}

/** Replaces what is known to be invisible at a source. */
export async function saveGaps(
  table: Table,
  connectionId: ConnectionId,
  at: Instant,
  gaps: readonly Pick<CoverageGap, "what" | "why" | "isMendedByConnecting">[],
): Promise<void> {
  for (const gap of gaps) {
    const entry: CoverageGap = {
      type: "coverage-gap",
      connectionId,
      what: cut(gap.what, 120),
      why: cut(gap.why, 500),
      ...(gap.isMendedByConnecting === true && { isMendedByConnecting: true }),
      at,
    };
    const item = { ...toAttributes(entry), ...gapKey(connectionId, entry.what) };
    // A gap that still stands says the same every pull; only the first sight of it is worth a write.
    await table.write({
      kind: "put",
      item,
      condition: [[["pk", "absent"]], [["why", "<>", entry.why]]],
    });
  }
}

export async function removeGap(table: Table, { connectionId, what }: CoverageGap): Promise<void> {
  await table.write({ kind: "delete", key: gapKey(connectionId, what), condition: [] });
}

export async function listGaps(table: Table, connectionId: ConnectionId): Promise<CoverageGap[]> {
  const items = await queryAll(table, { partition: connectionId, sortPrefix: "gap#" });
  return items.map((item) => fromItem(CoverageGap, item));
}

export async function saveSubscription(table: Table, subscription: Subscription): Promise<void> {
  const key = subscriptionKey(subscription.connectionId, subscription.id);
  await table.write({
    kind: "put",
    item: { ...toAttributes(subscription), ...key },
    condition: [],
  });
}

export async function getSubscription(
  table: Table,
  connectionId: ConnectionId,
  subscriptionId: string,
): Promise<Subscription | undefined> {
  const item = await table.get(subscriptionKey(connectionId, subscriptionId));
  return item && fromItem(Subscription, item);
}

export async function listSubscriptions(
  table: Table,
  connectionId: ConnectionId,
): Promise<Subscription[]> {
  const items = await queryAll(table, { partition: connectionId, sortPrefix: "subscription#" });
  return items.map((item) => fromItem(Subscription, item));
}

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
    expiresAtEpochSeconds: expiresAfter(at, counterDays),
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
