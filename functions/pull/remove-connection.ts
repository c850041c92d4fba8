import { HubError } from "#shared/errors.ts";
import { openSource, secretName } from "#shared/kit/registry.ts";
import type { Change } from "#shared/model/change.ts";
import type { Connection } from "#shared/model/connection.ts";
import type { FactId } from "#shared/model/ids.ts";
import { readFactId } from "#shared/model/ids.ts";
import type { Item, Table } from "#shared/ports/table.ts";
import { applyChanges } from "#shared/store/apply-changes.ts";
import { listSubscriptions } from "#shared/store/connection-parts.ts";
import { queryAll, scanAll } from "#shared/store/list.ts";

import type { PullDeps } from "./deps.ts";

const removalsPerBatch = 200;

/**
 * Takes a connection away: webhooks at the source, its facts (as tombstones, so that signals about
 * them clear), its secrets, and at last itself. Repeating it after a crash goes on where it stopped.
 */
export async function removeConnection(deps: PullDeps, connection: Connection): Promise<void> {
  await deregister(deps, connection);
  const items = await scanAll(deps.table);
  await buryFacts(deps, connection, items);
  await deps.secrets.remove(secretName(connection.id));
  for (const part of await queryAll(deps.table, { partition: connection.id, consistent: true })) {
    if (part.sk !== "0") await remove(deps.table, part);
  }
  await deps.table.write({ kind: "delete", key: { pk: connection.id, sk: "0" }, condition: [] });
  deps.logger.info("connection.removed", { connectionId: connection.id });
}

/** Best effort: a source that no longer lets us in must not keep the connection alive. */
async function deregister(deps: PullDeps, connection: Connection): Promise<void> {
  const subscriptions = await listSubscriptions(deps.table, connection.id);
  if (subscriptions.length === 0) return;
  try {
    const source = await openSource(deps, connection, []);
    for (const { nativeId } of subscriptions) {
      if (nativeId !== undefined) await source.unsubscribe?.(nativeId);
    }
  } catch (error) {
    deps.logger.warn("subscription.remains-at-source", {
      connectionId: connection.id,
      code: error instanceof HubError ? error.code : "unexpected",
    });
  }
}

async function buryFacts(
  deps: PullDeps,
  connection: Connection,
  items: readonly Item[],
): Promise<void> {
  const readAt = deps.clock.now();
  const removals: Change[] = [];
  for (const item of items) {
    const parts = readFactId(item.pk);
    if (parts?.connectionId !== connection.id) continue;
    if (item.sk !== "0") {
      // Links that people made from what goes away, and matches of its accounts.
      await remove(deps.table, item);
    } else if (item["isRemoved"] !== true) {
      removals.push({
        kind: "removed",
        id: item.pk as FactId,
        sourceVersion: deps.clock.nowMs(),
        readAt,
      });
    }
  }
  for (let start = 0; start < removals.length; start += removalsPerBatch) {
    await applyChanges(deps, removals.slice(start, start + removalsPerBatch));
  }
}

async function remove(table: Table, { pk, sk }: Item): Promise<void> {
  await table.write({ kind: "delete", key: { pk, sk }, condition: [] });
}
