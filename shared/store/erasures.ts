import { createHmac, randomBytes } from "node:crypto";

import * as z from "zod";

import type { Change, Upsert } from "#shared/model/change.ts";
import type { Fact } from "#shared/model/facts.ts";
import type { Instant } from "#shared/model/time.ts";
import type { Item, Key, Table } from "#shared/ports/table.ts";

import { erasedKey, erasuresKey } from "./erasure-keys.ts";
import { queryAll } from "./list.ts";

/*
 * Who was erased on request must not come back with the next delivery or reading. So the hub remembers
 * digests of their ids and addresses, salted, and nothing else: enough to recognise them when a source
 * names them again, not to tell who they were.
 */

/** Ids and addresses that must not enter the table. */
export interface Erasures {
  has(identifier: string | undefined): boolean;
}

const Header = z.looseObject({ salt: z.string(), count: z.int().nonnegative() });
type Header = z.infer<typeof Header>;

const nobodyErased: Erasures = { has: () => false };

interface Cached {
  readonly count: number;
  readonly salt: string;
  readonly digests: ReadonlySet<string>;
}

/** Per table: a process reads the digests again only when there are more of them. */
const cache = new WeakMap<Table, Cached>();

/** One read unit a look; digests are read only after an erasure. */
export async function readErasures(table: Table): Promise<Erasures> {
  return erasuresOf(table, await table.get(erasuresKey));
}

/** Who was erased, and in the same request what stands under these keys, by partition. */
export async function readBesideErasures(
  table: Table,
  keys: readonly Key[],
): Promise<{ readonly erased: Erasures; readonly items: ReadonlyMap<string, Item> }> {
  const found = await table.batchGet([erasuresKey, ...keys]);
  const items = new Map(found.map((item) => [item.pk, item]));
  return { erased: await erasuresOf(table, items.get(erasuresKey.pk)), items };
}

async function erasuresOf(table: Table, item: Item | undefined): Promise<Erasures> {
  const header = headerIn(item);
  if (!header || header.count === 0) return nobodyErased;
  const known = cache.get(table);
  const fresh =
    known?.count === header.count && known.salt === header.salt
      ? known
      : { ...header, digests: await readDigests(table) };
  cache.set(table, fresh);
  return {
    has: (identifier) =>
      identifier !== undefined && fresh.digests.has(digestOf(fresh.salt, identifier)),
  };
}

/** Remembers ids and addresses as erased. From here on nothing that bears one of them is stored. */
export async function rememberErased(
  table: Table,
  identifiers: readonly string[],
  now: Instant,
): Promise<void> {
  const { salt } = await headerOrNew(table);
  const digests = [...new Set(identifiers.map((identifier) => digestOf(salt, identifier)))];
  for (const digest of digests) {
    const item: Item = { ...erasedKey(digest), type: "erased", erasedAt: now };
    await table.write({ kind: "put", item, condition: [] });
  }
  // After the digests: whoever sees the count sees them too.
  await table.add(erasuresKey, { count: digests.length }, {});
}

/** Lets a human back in, by an id or an address: a rehire, a mistake. False when it was not erased. */
export async function forgetErased(table: Table, identifier: string): Promise<boolean> {
  const header = headerIn(await table.get(erasuresKey));
  if (!header) return false;
  const key = erasedKey(digestOf(header.salt, identifier));
  const outcome = await table.write({ kind: "delete", key, condition: [[["pk", "exists"]]] });
  if (outcome.applied) await table.add(erasuresKey, { count: 1 }, {});
  return outcome.applied;
}

async function headerOrNew(table: Table): Promise<Header> {
  const item: Item = {
    ...erasuresKey,
    type: "erasures",
    salt: randomBytes(18).toString("base64url"),
    count: 0,
  };
  await table.write({ kind: "put", item, condition: [[["pk", "absent"]]] });
  return Header.parse(await table.get(erasuresKey));
}

function headerIn(item: Item | undefined): Header | undefined {
  return item && Header.parse(item);
}

async function readDigests(table: Table): Promise<ReadonlySet<string>> {
  const { pk, sk }: Key = erasedKey("");
  const items = await queryAll(table, { partition: pk, sortPrefix: sk, consistent: true });
  return new Set(items.map((item) => item.sk.slice(sk.length)));
}

/** Addresses and ids alike, whatever their case. */
function digestOf(salt: string, identifier: string): string {
  return createHmac("sha256", salt)
    .update(identifier.toLowerCase())
    .digest("base64url")
    .slice(0, 22);
}

/**
 * The changes as if the erased had never been: their own records left out, and everybody else's
 * without them. Pure; equal input gives equal output, so what is unchanged still costs no write.
 */
export function withoutErased(changes: readonly Change[], erased: Erasures): readonly Change[] {
  if (erased === nobodyErased) return changes;
  return changes.flatMap((change): readonly Change[] => {
    if (change.kind === "removed") return erased.has(change.id) ? [] : [change];
    return isOfErased(change.record, erased) ? [] : [withoutMention(change, erased)];
  });
}

function isOfErased(record: Fact, erased: Erasures): boolean {
  if (record.type !== "person" && record.type !== "account") return false;
  return erased.has(record.id) || erased.has(record.workEmail);
}

function withoutMention({ kind, record, edges }: Upsert, erased: Erasures): Upsert {
  return {
    kind,
    record: recordWithout(record, erased),
    edges: edges.filter((edge) => edge.type !== "membership" || !erased.has(edge.personId)),
  };
}

/** A fact that names nobody who was erased. */
function recordWithout(record: Fact, erased: Erasures): Fact {
  if (record.type === "work-item") {
    const { assigneeId, ...rest } = record;
    return erased.has(assigneeId) ? rest : record;
  }
  if (record.type === "goal") {
    const { ownerId, ...rest } = record;
    return erased.has(ownerId) ? rest : record;
  }
  if (record.type !== "person") return record;
  const { managerId, placements, formerWorkEmails, ...rest } = record;
  return {
    ...rest,
    ...(managerId !== undefined && !erased.has(managerId) && { managerId }),
    ...(placements && {
      placements: placements.map(({ managerId: manager, ...row }) => ({
        ...row,
        ...(manager !== undefined && !erased.has(manager) && { managerId: manager }),
      })),
    }),
    ...(formerWorkEmails && {
      formerWorkEmails: formerWorkEmails.filter((email) => !erased.has(email)),
    }),
  };
}
