import * as z from "zod";

import type { ConnectionId, GoalId, WorkItemId } from "#shared/model/ids.ts";
import { readFactId } from "#shared/model/ids.ts";
import type { Clock } from "#shared/ports/clock.ts";
import type { Table } from "#shared/ports/table.ts";

import { factKey, keyAliasKey } from "./keys.ts";

/** A key is never given to another record; an answer is asked anew now and then all the same. */
const foundKeptSeconds = 90 * 86_400;
/** A key that nobody knew may be of a record that comes to be. */
const unknownKeptSeconds = 3600;

interface AskedKeys {
  readonly connectionId: ConnectionId;
  readonly keys: readonly string[];
  /** What was unknown up to this moment is left out: epoch ms; absent: an hour ago. */
  readonly unknownAfterMs?: number;
}

/**
 * What was found out about these keys; undefined for one that the source did not know lately. A key whose
 * record is gone since then is left out: it may be deleted, or have become another kind of thing.
 */
export async function readKeyAliases(
  table: Table,
  clock: Clock,
  { connectionId, keys, unknownAfterMs = 0 }: AskedKeys,
): Promise<ReadonlyMap<string, WorkItemId | GoalId | undefined>> {
  const items = await table.batchGet(keys.map((key) => keyAliasKey(connectionId, key)));
  const nowSeconds = clock.nowMs() / 1000;
  const unknownUntil = Math.floor(unknownAfterMs / 1000) + unknownKeptSeconds;
  const ids = new Map(
    items
      .filter((item) => {
        const until = Number(item["expiresAtEpochSeconds"]);
        return until > nowSeconds && (item["id"] !== undefined || until > unknownUntil);
      })
      .map((item) => [z.string().parse(item["key"]), entityId(item["id"])]),
  );
  const gone = await goneAmong(table, [...ids.values()]);
  return new Map([...ids].filter(([, id]) => id === undefined || !gone.has(id)));
}

async function goneAmong(
  table: Table,
  ids: readonly (WorkItemId | GoalId | undefined)[],
): Promise<ReadonlySet<string>> {
  const asked = [...new Set(ids)].flatMap((id) => (id === undefined ? [] : [factKey(id)]));
  const items = await table.batchGet(asked);
  return new Set(items.filter((item) => item["isRemoved"] === true).map(({ pk }) => pk));
}

export async function saveKeyAliases(
  table: Table,
  clock: Clock,
  {
    connectionId,
    ids,
  }: {
    readonly connectionId: ConnectionId;
    readonly ids: ReadonlyMap<string, WorkItemId | GoalId | undefined>;
  },
): Promise<void> {
  const nowSeconds = Math.floor(clock.nowMs() / 1000);
  for (const [key, id] of ids) {
    const keptSeconds = id === undefined ? unknownKeptSeconds : foundKeptSeconds;
    await table.write({
      kind: "put",
      item: {
        ...keyAliasKey(connectionId, key),
        type: "key-alias",
        key,
        ...(id !== undefined && { id }),
        expiresAtEpochSeconds: nowSeconds + keptSeconds,
      },
      condition: [],
    });
  }
}

/** What was stored was such an id; its type is written in it. */
function entityId(value: unknown): WorkItemId | GoalId | undefined {
  const type = typeof value === "string" ? readFactId(value)?.type : undefined;
  return type === "work-item" || type === "goal" ? (value as WorkItemId | GoalId) : undefined;
}
