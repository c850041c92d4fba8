import { grantSecretName } from "#shared/access/token-keeper.ts";
import type { GrantId } from "#shared/model/ids.ts";
import { listConnections } from "#shared/store/connections.ts";
import { queryAll } from "#shared/store/list.ts";

import type { PullDeps } from "./deps.ts";

/** A consent on which no connection rests any more is of no use, and its tokens are only a danger. */
export async function removeUnusedGrant(deps: PullDeps, grantId: GrantId): Promise<void> {
  const others = await listConnections(deps.table);
  if (others.some((other) => other.grantId === grantId)) return;
  await deps.secrets.remove(grantSecretName(grantId));
  for (const part of await queryAll(deps.table, { partition: grantId, consistent: true })) {
    const { pk, sk } = part;
    await deps.table.write({ kind: "delete", key: { pk, sk }, condition: [] });
  }
  deps.logger.info("grant.removed", { grantId });
}
