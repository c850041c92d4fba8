import { openSource } from "#shared/access/open-source.ts";
import { webhookKeyName } from "#shared/access/webhook-secrets.ts";
import { HubError } from "#shared/errors.ts";
import { secretName } from "#shared/kit/registry.ts";
import type { Connection } from "#shared/model/connection.ts";
import type { Key, Table } from "#shared/ports/table.ts";
import { listSubscriptions } from "#shared/store/connection-parts.ts";
import type { Unversioned } from "#shared/store/documents.ts";
import { updateDocument } from "#shared/store/documents.ts";
import { KeptRecordStore } from "#shared/store/kept-records.ts";
import { factKey } from "#shared/store/keys.ts";
import { queryAll } from "#shared/store/list.ts";
import { revokeSendingTokens } from "#shared/store/sending-tokens.ts";
import { reportSetAside, SetAside } from "#shared/store/set-aside.ts";
import { connectionSpec } from "#shared/store/specs.ts";
import { removeWriteBacksOf } from "#shared/store/write-backs.ts";

import type { PullDeps } from "./deps.ts";
import { removeUnusedGrant } from "./remove-grant.ts";
import { removeHeld } from "./remove-held.ts";

/** Looks at the table until nothing of the connection is left; more rounds mean somebody still writes. */
const roundsMax = 5;

/**
 * Takes a connection away: webhooks at the source, its facts (as tombstones, so that signals about
 * them clear), its secrets, and at last itself. Repeating it after a crash goes on where it stopped.
 */
export async function removeConnection(deps: PullDeps, connection: Connection): Promise<void> {
  // A run that stores a page from now on sees it, and buries the page.
  await updateDocument(
    deps.table,
    connectionSpec,
    factKey(connection.id),
    (current): Unversioned<Connection> | undefined =>
      current.status === "removing" ? undefined : { ...current, status: "removing" },
  );
  await deregister(deps, connection);
  // Nobody can send any more.
  await revokeSendingTokens(deps.table, connection.id);
  // Without its cursor a run that is still reading stops after the page in its hands.
  await removeParts(deps.table, connection, "cursor#");
  for (let round = 0; round < roundsMax; round += 1) {
    if ((await removeHeld(deps, connection.id)) === 0) break;
  }
  await removeWriteBacksOf(deps.table, connection.id);
  await new KeptRecordStore(deps, connection.id).removeAll();
  await deps.secrets.remove(secretName(connection.id));
  await deps.secrets.remove(webhookKeyName(connection.id));
  await removeParts(deps.table, connection, "");
  await deps.table.write({ kind: "delete", key: { pk: connection.id, sk: "0" }, condition: [] });
  if (connection.grantId) await removeUnusedGrant(deps, connection.grantId);
  deps.logger.info("connection.removed", { connectionId: connection.id });
}

/** Everything in its partition that begins so, but not the connection itself. */
async function removeParts(table: Table, { id }: Connection, sortPrefix: string): Promise<void> {
  const request = { partition: id, consistent: true, ...(sortPrefix !== "" && { sortPrefix }) };
  for (const part of await queryAll(table, request)) {
    if (part.sk !== "0") await remove(table, part);
  }
}

/** Best effort: a source that no longer lets us in must not keep the connection alive. */
async function deregister(deps: PullDeps, connection: Connection): Promise<void> {
  const unread = new SetAside();
  const subscriptions = await listSubscriptions(deps.table, connection.id, unread);
  reportSetAside(deps.logger, [unread]);
  const registered = subscriptions.flatMap(({ nativeId }) => nativeId ?? []);
  if (registered.length === 0) return;
  try {
    const source = await openSource(deps, { connection, connections: [] });
    const results = await Promise.allSettled(
      registered.map(async (nativeId) => source.unsubscribe?.(nativeId)),
    );
    const failed = results.find((result) => result.status === "rejected");
    if (failed) throw failed.reason;
  } catch (error) {
    deps.logger.warn("subscription.remains-at-source", {
      connectionId: connection.id,
      code: error instanceof HubError ? error.code : "unexpected",
    });
  }
}

async function remove(table: Table, { pk, sk }: Key): Promise<void> {
  await table.write({ kind: "delete", key: { pk, sk }, condition: [] });
}
