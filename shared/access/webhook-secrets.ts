import { HubError } from "#shared/errors.ts";
import type { Subscription } from "#shared/model/connection.ts";
import type { ConnectionId } from "#shared/model/ids.ts";
import type { Secrets, SecretValues } from "#shared/ports/secrets.ts";
import type { Table } from "#shared/ports/table.ts";
import type { SealedSecrets } from "#shared/store/sealed-secrets.ts";
import {
  getSealedSecrets,
  listSealedSecrets,
  saveSealedSecrets,
} from "#shared/store/sealed-secrets.ts";

import { newSealKey, seal, unseal } from "./seal.ts";

/*
 * A company with thousands of projects has thousands of webhooks, each with a secret that the vendor
 * made. One value of AWS Secrets Manager holds 64 KB, takes about a hundred new versions a day, and
 * costs as much as a small server where each project has one of its own
 * (https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html, read 2026-11-21).
 * So the secrets stand in the table, each sealed with the connection's key, and only the key is in
 * `Secrets`: written once, read and cached for all deliveries of the connection.
 */

interface WebhookSecretsDeps {
  readonly table: Table;
  readonly secrets: Secrets;
}

type Whose = Pick<Subscription, "connectionId" | "id">;

const roundsMax = 10;
const triedWithoutIdMax = 10;

/** Where the key is kept that seals the webhook secrets of a connection. */
export function webhookKeyName(connectionId: ConnectionId): string {
  return `connection/${connectionId}/webhook-key`;
}

/**
 * Keeps a secret of a registration, and the one before: two requests to register may be under way at
 * once, after a crash for one, and which of their secrets the source keeps is its own choice.
 */
export async function keepWebhookSecret(
  deps: WebhookSecretsDeps,
  { connectionId, id }: Whose,
  secret: string,
): Promise<void> {
  const { keyId, key } = await sealingKey(deps.secrets, connectionId);
  const text = seal(secret, key, aboutOf({ connectionId, id }));
  for (let round = 0; round < roundsMax; round += 1) {
    const before = await getSealedSecrets(deps.table, connectionId, id);
    const next: SealedSecrets = {
      type: "sealed-secrets",
      connectionId,
      subscriptionId: id,
      sealed: [{ keyId, text }, ...(before?.sealed.slice(0, 1) ?? [])],
      revision: before === undefined ? 0 : before.revision + 1,
    };
    if (await saveSealedSecrets(deps.table, next)) return;
  }
  throw new HubError(
    "store.unavailable",
    "A webhook's secret is being changed by too many at once",
  );
}

/**
 * The secrets that may have signed what a registration sends; none for one that has none here. Without an
 * id, for a tool that left the query of its target out, those of a few registrations: a tool with many
 * needs the id. At most one read of `Secrets`, and one more where the key is newer than the cache.
 */
export async function readWebhookSecrets(
  { table, secrets }: WebhookSecretsDeps,
  { connectionId, id }: { readonly connectionId: ConnectionId; readonly id?: string | undefined },
): Promise<readonly string[]> {
  const kept =
    id === undefined
      ? await listSealedSecrets(table, connectionId, triedWithoutIdMax)
      : [await getSealedSecrets(table, connectionId, id)].filter((one) => one !== undefined);
  if (kept.length === 0) return [];
  const keys = await readKeys(secrets, connectionId, kept);
  return kept.flatMap(({ subscriptionId, sealed }) =>
    sealed.flatMap(({ keyId, text }) => {
      const key = keys?.[keyId];
      const about = aboutOf({ connectionId, id: subscriptionId });
      const secret = key === undefined ? undefined : unseal(text, key, about);
      return secret === undefined ? [] : [secret];
    }),
  );
}

async function readKeys(
  secrets: Secrets,
  connectionId: ConnectionId,
  kept: readonly SealedSecrets[],
): Promise<SecretValues | undefined> {
  const name = webhookKeyName(connectionId);
  const cached = await secrets.read(name);
  const keyIds = kept.flatMap(({ sealed }) => sealed.map(({ keyId }) => keyId));
  const isKnown = keyIds.every((keyId) => cached?.[keyId] !== undefined);
  return isKnown ? cached : secrets.read(name, { fresh: true });
}

/** Who finds none makes one. Two who do so at once make two, and what either sealed stays readable. */
async function sealingKey(
  secrets: Secrets,
  connectionId: ConnectionId,
): Promise<{ readonly keyId: string; readonly key: string }> {
  const name = webhookKeyName(connectionId);
  for (const fresh of [false, true]) {
    const [first] = Object.entries((await secrets.read(name, { fresh })) ?? {});
    if (first) return { keyId: first[0], key: first[1] };
  }
  const key = newSealKey();
  const keyId = newSealKey()
    .replace(/[^0-9A-Za-z]/gu, "")
    .slice(0, 10);
  await secrets.merge(name, { [keyId]: key });
  return { keyId, key };
}

function aboutOf({ connectionId, id }: Whose): string {
  return `webhook secret of ${connectionId} ${id}`;
}
