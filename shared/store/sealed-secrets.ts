import * as z from "zod";

import { ConnectionId } from "#shared/model/ids.ts";
import type { Table } from "#shared/ports/table.ts";

import { fromItem, toAttributes } from "./codec.ts";
import { sealedSecretsKey } from "./keys.ts";

/** The secrets of one webhook registration, encrypted: their key lives in `Secrets`, never here. */
export const SealedSecrets = z.strictObject({
  type: z.literal("sealed-secrets"),
  connectionId: ConnectionId,
  subscriptionId: z.string().max(40),
  /** The latest first. */
  sealed: z.array(z.strictObject({ keyId: z.string(), text: z.string() })).max(2),
  revision: z.int().nonnegative(),
});
export type SealedSecrets = z.infer<typeof SealedSecrets>;

export async function getSealedSecrets(
  table: Table,
  connectionId: ConnectionId,
  subscriptionId: string,
): Promise<SealedSecrets | undefined> {
  const item = await table.get(sealedSecretsKey(connectionId, subscriptionId));
  return item && fromItem(SealedSecrets, item);
}

/** Those of the first few registrations of a connection. */
export async function listSealedSecrets(
  table: Table,
  connectionId: ConnectionId,
  limit: number,
): Promise<readonly SealedSecrets[]> {
  const sortPrefix = sealedSecretsKey(connectionId, "").sk;
  const request = { partition: connectionId, sortPrefix, limit, consistent: true };
  return (await table.query(request)).items.map((item) => fromItem(SealedSecrets, item));
}

/** False when somebody else has written them since the revision before this one was read. */
export async function saveSealedSecrets(table: Table, next: SealedSecrets): Promise<boolean> {
  const key = sealedSecretsKey(next.connectionId, next.subscriptionId);
  const { applied } = await table.write({
    kind: "put",
    item: { ...toAttributes(next), ...key },
    condition:
      next.revision === 0 ? [[["pk", "absent"]]] : [[["revision", "=", next.revision - 1]]],
  });
  return applied;
}
