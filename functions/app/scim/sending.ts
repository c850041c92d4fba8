import * as z from "zod";

import { HubError } from "#shared/errors.ts";
import type { Connection } from "#shared/model/connection.ts";
import { Instant } from "#shared/model/time.ts";
import { KeptRecordStore } from "#shared/store/kept-records.ts";
import {
  keepSendingToken,
  listSendingTokens,
  revokeSendingToken,
} from "#shared/store/sending-tokens.ts";

import type { AppContext } from "../app-deps.ts";

const Count = z.strictObject({
  count: z.int().nonnegative(),
  isCut: z.boolean().meta({ description: "There are more than were counted" }),
});

export const SendingAnswer = z
  .strictObject({
    url: z.string().meta({ description: "Where the source sends to: its tenant URL" }),
    tokens: z.array(
      z.strictObject({ id: z.string(), createdAt: Instant, lastUsedAt: Instant.optional() }),
    ),
    heardAt: Instant.optional().meta({ description: "When it last sent something" }),
    kept: z
      .record(z.string(), Count)
      .meta({ description: "What is kept of what it sent, by collection" }),
  })
  .meta({ id: "Sending" });
export type SendingAnswer = z.infer<typeof SendingAnswer>;

export const NewToken = z
  .strictObject({
    id: z.string(),
    token: z.string().meta({ description: "Shown this once, and never again" }),
    url: z.string(),
  })
  .meta({ id: "NewToken" });
export type NewToken = z.infer<typeof NewToken>;

/** Enough to exchange one for another, and for a second product; more are forgotten ones. */
const tokensMax = 10;
/** Pages of a megabyte that a page of ours waits for. */
const pagesCountedMax = 3;

/** Where a connection's source sends to; undefined where it is asked instead. */
function sendingUrl(context: AppContext, connection: Connection): string | undefined {
  const path = context.registry.find(connection.connector)?.sendsTo;
  return path === undefined ? undefined : context.publicUrl + path;
}

export async function readSending(
  context: AppContext,
  connection: Connection,
): Promise<SendingAnswer | undefined> {
  const url = sendingUrl(context, connection);
  if (url === undefined) return undefined;
  const tokens = await listSendingTokens(context.table, connection.id);
  const { collections = [] } = context.registry.find(connection.connector) ?? {};
  const kept = await Promise.all(
    collections.map(
      async ({ name }) => [name, await countKept(context, connection, name)] as const,
    ),
  );
  const used = tokens.flatMap(({ lastUsedAt }) => lastUsedAt ?? []).toSorted();
  const heardAt = used.at(-1);
  return {
    url,
    tokens: tokens.map(({ id, createdAt, lastUsedAt }) => ({
      id,
      createdAt,
      ...(lastUsedAt && { lastUsedAt }),
    })),
    ...(heardAt && { heardAt }),
    kept: Object.fromEntries(kept),
  };
}

async function countKept(context: AppContext, { id }: Connection, collection: string) {
  const store = new KeptRecordStore(context, id);
  let count = 0;
  let after: string | undefined;
  for (let page = 0; page < pagesCountedMax; page += 1) {
    const { records, next } = await store.page(collection, after);
    count += records.length;
    after = next;
    if (next === undefined) break;
  }
  return { count, isCut: after !== undefined };
}

/** Makes a token that proves the source from now on. Throws `input.invalid` where nothing is sent. */
export async function makeToken(context: AppContext, connection: Connection): Promise<NewToken> {
  const url = assertSends(context, connection);
  if (connection.status === "removing") {
    throw new HubError("entity.conflict", "This connection is being removed");
  }
  const tokens = await listSendingTokens(context.table, connection.id);
  if (tokens.length >= tokensMax) {
    throw new HubError(
      "entity.conflict",
      `A connection has at most ${tokensMax} tokens: revoke those that nobody uses`,
    );
  }
  const id = context.random(8);
  const token = `tls_${context.random(40)}`;
  await keepSendingToken(context, { connectionId: connection.id, id, token });
  context.logger.info("sending-token.made", { connectionId: connection.id, tokenId: id });
  return { id, token, url };
}

/** It opens nothing from the next request on. Throws `entity.not-found`. */
export async function revokeToken(
  context: AppContext,
  connection: Connection,
  id: string,
): Promise<void> {
  assertSends(context, connection);
  if (!(await revokeSendingToken(context.table, connection.id, id))) {
    throw new HubError("entity.not-found", "There is no such token");
  }
  context.logger.info("sending-token.revoked", { connectionId: connection.id, tokenId: id });
}

function assertSends(context: AppContext, connection: Connection): string {
  const url = sendingUrl(context, connection);
  if (url !== undefined) return url;
  throw new HubError("input.invalid", "This source is asked, and sends nothing: it needs no token");
}
