import * as z from "zod";

import type { Rejected } from "#shared/model/change.ts";
import { CoverageGap, Quarantined, Subscription } from "#shared/model/connection.ts";
import type { ConnectionId } from "#shared/model/ids.ts";
import { epochMsOf, Instant } from "#shared/model/time.ts";
import type { Item, Table } from "#shared/ports/table.ts";

import { fromItem, toAttributes } from "./codec.ts";
import { gapKey, heardKey, quarantineKey, sealedSecretsKey, subscriptionKey } from "./keys.ts";
import { queryAll } from "./list.ts";
import { SetAside } from "./set-aside.ts";

/*
 * The small things that hang in a connection's partition beside its cursors. Each is written by one
 * verb at a time and says the same when repeated, so they need no optimistic lock.
 */

const quarantineDays = 30;

/** Those that can be read: one that cannot be must not keep the others from being looked after. */
function readable<S extends z.ZodType>(
  schema: S,
  items: readonly Item[],
  setAside: SetAside = new SetAside(),
): z.infer<S>[] {
  return items.flatMap((item) => setAside.read(item, (one) => fromItem(schema, one)) ?? []);
}

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

/** What a connection cannot see, or could not read, where an item says so; undefined for any other item. */
export function readHidden(item: Item): CoverageGap | Quarantined | undefined {
  if (item["type"] === "coverage-gap") return fromItem(CoverageGap, item);
  return item["type"] === "quarantined" ? fromItem(Quarantined, item) : undefined;
}

export async function listQuarantined(
  table: Table,
  connectionId: ConnectionId,
): Promise<Quarantined[]> {
  const items = await queryAll(table, { partition: connectionId, sortPrefix: "quarantined#" });
  return readable(Quarantined, items);
}

/** Removes the entry that was seen; one that was written again meanwhile stays. */
export async function removeQuarantined(
  table: Table,
  { connectionId, collection, record, at, reason }: Quarantined,
): Promise<void> {
  const key = quarantineKey(connectionId, collection, cut(record, 200));
  const isAsSeen = [["at", "=", at] as const, ["reason", "=", reason] as const];
  await table.write({ kind: "delete", key, condition: [isAsSeen] });
}

type NewGap = Pick<CoverageGap, "what" | "why" | "isMendedByConnecting" | "isForEverybody">;

interface GapsOf {
  readonly connectionId: ConnectionId;
  readonly at: Instant;
  /** Whose reading noticed them; absent: nobody's, and only an action closes them. */
  readonly collection?: string;
  /** Start of a full read: a gap that it meets again is marked, once, as still standing. */
  readonly fullReadFrom?: Instant;
}

/** A collection was read whole since then: what stood aside before was read again, or is gone. */
export async function retireQuarantined(
  table: Table,
  connectionId: ConnectionId,
  read: { readonly collection: string; readonly since: Instant },
): Promise<void> {
  for (const entry of await listQuarantined(table, connectionId)) {
    if (entry.collection === read.collection && entry.at < read.since)
      await removeQuarantined(table, entry);
  }
}

/** Adds to what is known to be invisible at a source. */
export async function saveGaps(
  table: Table,
  connectionId: ConnectionId,
  at: Instant,
  gaps: readonly NewGap[],
): Promise<void> {
  return saveGapsOf(table, { connectionId, at }, gaps);
}

/** The same for what a reading of one collection noticed. */
export async function saveGapsOf(
  table: Table,
  { connectionId, at, collection, fullReadFrom }: GapsOf,
  gaps: readonly NewGap[],
): Promise<void> {
  for (const gap of gaps) {
    const entry: CoverageGap = {
      type: "coverage-gap",
      connectionId,
      what: cut(gap.what, 120),
      why: cut(gap.why, 500),
      ...(collection !== undefined && { collection }),
      ...(gap.isMendedByConnecting === true && { isMendedByConnecting: true }),
      ...(gap.isForEverybody === true && { isForEverybody: true }),
      at,
    };
    const item = { ...toAttributes(entry), ...gapKey(connectionId, entry.what) };
    // A gap that still stands says the same every pull; only the first sight of it is worth a write.
    await table.write({
      kind: "put",
      item,
      condition: [
        [["pk", "absent"]],
        [["why", "<>", entry.why]],
        ...(fullReadFrom === undefined ? [] : [[["at", "<", fullReadFrom] as const]]),
      ],
    });
  }
}

export async function getGap(
  table: Table,
  connectionId: ConnectionId,
  what: string,
): Promise<CoverageGap | undefined> {
  const item = await table.get(gapKey(connectionId, cut(what, 120)));
  return item && fromItem(CoverageGap, item);
}

/** Removes the gap that was seen; one that was noticed anew meanwhile stays. */
export async function removeGap(
  table: Table,
  { connectionId, what, at, why }: Pick<CoverageGap, "connectionId" | "what" | "at" | "why">,
): Promise<void> {
  const isAsSeen = [["at", "=", at] as const, ["why", "=", why] as const];
  await table.write({ kind: "delete", key: gapKey(connectionId, what), condition: [isAsSeen] });
}

/** A collection was read whole since then: what it no longer shows as a gap is none any more. */
export async function retireGaps(
  table: Table,
  connectionId: ConnectionId,
  read: { readonly collection: string; readonly since: Instant },
): Promise<void> {
  for (const gap of await listGaps(table, connectionId)) {
    if (gap.collection === read.collection && gap.at < read.since) await removeGap(table, gap);
  }
}

export async function listGaps(table: Table, connectionId: ConnectionId): Promise<CoverageGap[]> {
  const items = await queryAll(table, { partition: connectionId, sortPrefix: "gap#" });
  return readable(CoverageGap, items);
}

/** Keeps what became of a registration, unless somebody has claimed it anew since. */
export async function saveSubscription(
  table: Table,
  { heardAt: _apart, ...subscription }: Subscription,
): Promise<void> {
  const key = subscriptionKey(subscription.connectionId, subscription.id);
  await table.write({
    kind: "put",
    item: { ...toAttributes(subscription), ...key },
    condition: [[["pk", "absent"]], [["createdAt", "<=", subscription.createdAt]]],
  });
}

/**
 * Says that this function registers it now. False when another one said so a moment ago, in which case
 * that one goes on: two at once would each keep the secret of another registration.
 */
export async function claimSubscription(
  table: Table,
  { heardAt: _apart, ...subscription }: Subscription,
  claimedBefore: Instant,
): Promise<boolean> {
  const key = subscriptionKey(subscription.connectionId, subscription.id);
  const { applied } = await table.write({
    kind: "put",
    item: { ...toAttributes({ ...subscription, state: "pending" }), ...key },
    condition: [
      [["pk", "absent"]],
      [["state", "<>", "pending"]],
      [["createdAt", "<", claimedBefore]],
    ],
  });
  return applied;
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
  setAside: SetAside = new SetAside(),
): Promise<Subscription[]> {
  const items = await queryAll(table, { partition: connectionId, sortPrefix: "subscription#" });
  if (items.length === 0) return [];
  const heard = await listHeard(table, connectionId);
  return readable(Subscription, items, setAside).map((subscription) => {
    const heardAt = heard.get(subscription.id);
    return { ...subscription, ...(heardAt !== undefined && { heardAt }) };
  });
}

/** Removes the registration that was seen; one that was claimed or made anew meanwhile stays. */
export async function removeSubscription(
  table: Table,
  { connectionId, id, createdAt }: Pick<Subscription, "connectionId" | "id" | "createdAt">,
): Promise<void> {
  // Together: who claims it right afterwards must not lose the secret that its handshake brings.
  await table.transact([
    {
      kind: "delete",
      key: subscriptionKey(connectionId, id),
      condition: [[["createdAt", "=", createdAt]]],
    },
    { kind: "delete", key: heardKey(connectionId, id), condition: [] },
    { kind: "delete", key: sealedSecretsKey(connectionId, id), condition: [] },
  ]);
}

/** A sign of life of a subscription, apart from it: the receiver and the registrar write at any time. */
export async function noteHeard(
  table: Table,
  { connectionId, id }: Pick<Subscription, "connectionId" | "id">,
  at: Instant,
): Promise<void> {
  const item = { ...heardKey(connectionId, id), type: "heard", id, at };
  await table.write({ kind: "put", item, condition: [[["pk", "absent"]], [["at", "<", at]]] });
}

const Heard = z.looseObject({ id: z.string(), at: Instant });

async function listHeard(
  table: Table,
  connectionId: ConnectionId,
): Promise<ReadonlyMap<string, Instant>> {
  const items = await queryAll(table, { partition: connectionId, sortPrefix: "heard#" });
  return new Map(readable(Heard, items).map(({ id, at }) => [id, at]));
}
