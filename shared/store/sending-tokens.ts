import { createHash, timingSafeEqual } from "node:crypto";

import * as z from "zod";

import { ConnectionId } from "#shared/model/ids.ts";
import { Instant } from "#shared/model/time.ts";
import type { Clock } from "#shared/ports/clock.ts";
import type { Item, Table } from "#shared/ports/table.ts";

import { fromItem, toAttributes } from "./codec.ts";
import { sendingTokenHashKey, sendingTokenKey } from "./keys.ts";
import { queryAll } from "./list.ts";

/**
 * A bearer token by which a source that sends proves itself. Only its digest is kept: whoever reads the
 * table cannot send. Several may be valid at once, so that one can be exchanged for another.
 */
export const SendingToken = z.strictObject({
  type: z.literal("sending-token"),
  id: z.string().max(40),
  connectionId: ConnectionId,
  hash: z.string().length(64),
  createdAt: Instant,
  /** Exact to the minute. */
  lastUsedAt: Instant.optional(),
});
export type SendingToken = z.infer<typeof SendingToken>;

/** A token is random and long, so a plain digest of it cannot be guessed back. */
function hashOf(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

interface TokenDeps {
  readonly table: Table;
  readonly clock: Clock;
}

/** Keeps the digest of a token that somebody was shown just now. */
export async function keepSendingToken(
  { table, clock }: TokenDeps,
  made: { readonly connectionId: ConnectionId; readonly id: string; readonly token: string },
): Promise<SendingToken> {
  const { connectionId, id, token } = made;
  const hash = hashOf(token);
  const kept: SendingToken = {
    type: "sending-token",
    id,
    connectionId,
    hash,
    createdAt: clock.now(),
  };
  const isNew = [[["pk", "absent"]]] as const;
  await table.transact([
    { kind: "put", item: { ...toAttributes(kept), ...sendingTokenKey(kept) }, condition: isNew },
    {
      kind: "put",
      item: { ...sendingTokenHashKey(hash), type: "sending-token-hash", connectionId, id, hash },
      condition: isNew,
    },
  ]);
  return kept;
}

/** Oldest first. */
export async function listSendingTokens(
  table: Table,
  connectionId: ConnectionId,
): Promise<readonly SendingToken[]> {
  const items = await tokenItems(table, connectionId);
  const tokens = items.map((item) => fromItem(SendingToken, item));
  return tokens.toSorted((a, b) => (a.createdAt < b.createdAt ? -1 : 1));
}

function tokenItems(table: Table, connectionId: ConnectionId): Promise<readonly Item[]> {
  const { pk: partition, sk: sortPrefix } = sendingTokenKey({ connectionId, id: "" });
  return queryAll(table, { partition, sortPrefix, consistent: true });
}

const Pointer = z.looseObject({ connectionId: ConnectionId, id: z.string(), hash: z.string() });

/** Whose token it is; undefined for one that was revoked or never was. */
export async function findSendingToken(
  table: Table,
  token: string,
): Promise<{ readonly connectionId: ConnectionId; readonly id: string } | undefined> {
  const hash = hashOf(token);
  const pointer = Pointer.safeParse(await table.get(sendingTokenHashKey(hash))).data;
  if (!pointer || pointer.hash.length !== hash.length) return undefined;
  const isSame = timingSafeEqual(Buffer.from(pointer.hash), Buffer.from(hash));
  return isSame ? { connectionId: pointer.connectionId, id: pointer.id } : undefined;
}

/** False when there is none of this id. */
export async function revokeSendingToken(
  table: Table,
  connectionId: ConnectionId,
  id: string,
): Promise<boolean> {
  const item = await table.get(sendingTokenKey({ connectionId, id }));
  if (item) await revoke(table, item);
  return item !== undefined;
}

/** Also one that nobody can read: that is no reason to let its holder in. */
async function revoke(table: Table, { pk, sk, hash }: Item): Promise<void> {
  // What lets somebody in goes first.
  if (typeof hash === "string") {
    await table.write({ kind: "delete", key: sendingTokenHashKey(hash), condition: [] });
  }
  await table.write({ kind: "delete", key: { pk, sk }, condition: [] });
}

export async function revokeSendingTokens(table: Table, connectionId: ConnectionId): Promise<void> {
  for (const item of await tokenItems(table, connectionId)) await revoke(table, item);
}

/** Notes that a token was used. One that was revoked meanwhile is not brought back. */
export async function noteTokenUse(
  { table, clock }: TokenDeps,
  token: { readonly connectionId: ConnectionId; readonly id: string },
): Promise<void> {
  const key = sendingTokenKey(token);
  const item = await table.get(key);
  if (!item) return;
  const used = { ...fromItem(SendingToken, item), lastUsedAt: clock.now() };
  const condition = [[["pk", "exists"]]] as const;
  await table.write({ kind: "put", item: { ...toAttributes(used), ...key }, condition });
}
