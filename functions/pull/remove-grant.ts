import { oauthAppSecretName, readOAuthApp } from "#shared/access/grants.ts";
import { grantSecretName } from "#shared/access/token-keeper.ts";
import { HubError, isRetryable } from "#shared/errors.ts";
import type { Grant } from "#shared/model/grant.ts";
import type { GrantId } from "#shared/model/ids.ts";
import type { PullMessage } from "#shared/model/pull.ts";
import { listConnections } from "#shared/store/connections.ts";
import { getDocument, updateDocument } from "#shared/store/documents.ts";
import { factKey } from "#shared/store/keys.ts";
import { queryAll } from "#shared/store/list.ts";
import { grantSpec } from "#shared/store/specs.ts";

import type { PullDeps } from "./deps.ts";

/** Waits before the vendor is asked once more to take a consent back; after the last one it is noted. */
const retryAfterSeconds = [60, 300, 900, 900];

/**
 * A consent on which no connection rests any more is of no use, and its tokens are only a danger. It is
 * taken back at the vendor too, where the vendor offers a way. It is of no use here from the first try
 * on, and where all tries fail the grant stays as a note of what an admin must still do by hand.
 */
export async function removeUnusedGrant(
  deps: PullDeps,
  grantId: GrantId,
  attempt = 0,
): Promise<void> {
  const others = await listConnections(deps.table);
  if (others.some((other) => other.grantId === grantId)) return;
  const grant = await getDocument(deps.table, grantSpec, factKey(grantId));
  // Somebody has given it anew while it waited for the next try.
  if (attempt > 0 && grant?.status !== "revoked") return;
  const mayStand = grant && (attempt > 0 || isStandingAtVendor(grant));
  const outcome = mayStand ? await takeBack(deps, grant) : "over";
  const retryAfter = retryAfterSeconds[attempt];
  if (outcome === "failed" && retryAfter !== undefined) {
    const message: PullMessage = { kind: "remove-grant", grantId, attempt: attempt + 1 };
    // Before it is marked: should this fail in between, the grant is still one to take back.
    await deps.pulls.send(JSON.stringify(message), { delaySeconds: retryAfter });
    return mark(deps, grantId, { status: "revoked", isBeingTakenBack: true });
  }
  await forget(deps, grantId, { isLeft: outcome !== "over" });
  deps.logger.info("grant.removed", { grantId, atVendor: outcome });
}

/** A message may be handed out twice: it may be revoked because the first time failed. */
function isStandingAtVendor({ status, isBeingTakenBack }: Grant): boolean {
  return status === "active" || isBeingTakenBack === true;
}

/** Its tokens and all that hangs on it; what is left at the vendor stays as a note. */
async function forget(
  deps: PullDeps,
  grantId: GrantId,
  { isLeft }: { readonly isLeft: boolean },
): Promise<void> {
  await deps.secrets.remove(grantSecretName(grantId));
  if (isLeft) await mark(deps, grantId, { status: "revoked", leftAtVendorAt: deps.clock.now() });
  for (const part of await queryAll(deps.table, { partition: grantId, consistent: true })) {
    const { pk, sk } = part;
    if (isLeft && sk === factKey(grantId).sk) continue;
    await deps.table.write({ kind: "delete", key: { pk, sk }, condition: [] });
  }
}

/** `over`: no consent stands at the vendor; `left`: it stands, and only people can end it. */
type Outcome = "over" | "left" | "failed";

async function takeBack(deps: PullDeps, { id, connector }: Grant): Promise<Outcome> {
  const provider = await deps.registry.find(connector)?.oauth?.();
  if (!provider) return "over";
  const { refreshToken } = (await deps.secrets.read(grantSecretName(id), { fresh: true })) ?? {};
  const app = readOAuthApp(await deps.secrets.read(oauthAppSecretName(connector)));
  if (!provider.revoke || !app || refreshToken === undefined) return "left";
  try {
    await provider.revoke(app, { refreshToken });
    return "over";
  } catch (error) {
    const code = error instanceof HubError ? error.code : "unexpected";
    deps.logger.warn("grant.not-taken-back", { grantId: id, connector, code });
    return isRetryable(error) ? "failed" : "left";
  }
}

async function mark(
  { table, clock }: PullDeps,
  grantId: GrantId,
  said: Pick<Grant, "status"> & Partial<Pick<Grant, "leftAtVendorAt" | "isBeingTakenBack">>,
): Promise<void> {
  const updatedAt = clock.now();
  await updateDocument(
    table,
    grantSpec,
    factKey(grantId),
    ({ isBeingTakenBack: _before, ...current }) => ({ ...current, ...said, updatedAt }),
  );
}
