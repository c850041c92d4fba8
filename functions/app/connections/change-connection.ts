import { isDeepStrictEqual } from "node:util";

import * as z from "zod";

import { secretFields } from "#shared/kit/connector.ts";
import { secretName } from "#shared/kit/registry.ts";
import type { Connection, ConnectionStatus } from "#shared/model/connection.ts";
import type { ConnectionId } from "#shared/model/ids.ts";
import type { PullMessage } from "#shared/model/pull.ts";
import { saveGaps } from "#shared/store/connection-parts.ts";
import { getDocument, updateDocument } from "#shared/store/documents.ts";
import { cursorKey, factKey } from "#shared/store/keys.ts";
import { connectionSpec, cursorSpec } from "#shared/store/specs.ts";

import type { AppContext } from "../app-deps.ts";
import { assertConsentedAddresses, assertSecretsStay } from "./assert-addresses.ts";
import { credentialOf, startReading } from "./connect.ts";
import { assertStarted, loadChangeable, loadConnection } from "./load-connection.ts";
import { probe, splitSettings } from "./probe.ts";
import { restartCursors } from "./read-again.ts";

export const ConnectionChange = z.strictObject({
  name: z.string().trim().min(1).max(80).optional(),
  settings: z
    .record(z.string(), z.unknown())
    .optional()
    .meta({ description: "Only the settings to change, secrets too; null takes one away" }),
});
export type ConnectionChange = z.infer<typeof ConnectionChange>;

/**
 * Renames, or replaces settings after a probe with the new ones. Changed settings are read anew, whole;
 * a draft reads nothing yet.
 */
export async function changeConnection(
  context: AppContext,
  id: ConnectionId,
  change: ConnectionChange,
): Promise<void> {
  const before = await loadChangeable(context, id);
  const applied = change.settings && (await applySettings(context, before, change.settings));
  await update(context, id, (current) => {
    const { problem, ...rest } = current;
    return {
      ...rest,
      // New settings were just seen to work, so whatever was wrong with the old ones is over.
      ...(!applied && problem && { problem }),
      ...applied?.fields,
      ...(applied && current.status === "degraded" && { status: "active" as const }),
      ...(change.name !== undefined && { name: change.name }),
      updatedAt: context.clock.now(),
    };
  });
  if (!applied || before.status === "draft") return;
  const connector = context.registry.get(before.connector);
  if (applied.mustReread) await restartCursors(context, before);
  if (before.status !== "paused") await startReading(context, connector, before);
}

interface AppliedSettings {
  readonly fields: Pick<Connection, "settings" | "identity" | "credential">;
  readonly mustReread: boolean;
}

async function applySettings(
  context: AppContext,
  connection: Connection,
  changes: Readonly<Record<string, unknown>>,
): Promise<AppliedSettings> {
  const connector = context.registry.get(connection.connector);
  const names = secretFields(connector);
  const stored = (await context.secrets.read(secretName(connection.id), { fresh: true })) ?? {};
  const ownSecrets = Object.fromEntries(
    Object.entries(stored).filter(([name]) => names.includes(name)),
  );
  const merged = { ...connection.settings, ...ownSecrets, ...changes };
  const kept = Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== null));
  const isDraft = connection.status === "draft";
  const settings = splitSettings(connector, kept, { isDraft });
  const { settings: before, grantId } = connection;
  assertSecretsStay(connector, { before, after: settings.full, typed: changes });
  if (grantId) assertConsentedAddresses(connector, [before], settings.full);
  const found = await probe(context, connector, { connection, settings: settings.full });
  const areSecretsNew = !isDeepStrictEqual(ownSecrets, settings.secrets);
  if (areSecretsNew) {
    // Secrets of webhook subscriptions stand beside the settings' own and must stay.
    const others = Object.entries(stored).filter(([name]) => !names.includes(name));
    await context.secrets.write(secretName(connection.id), {
      ...Object.fromEntries(others),
      ...settings.secrets,
    });
  }
  const now = context.clock.now();
  const setAt = areSecretsNew ? now : (connection.credential?.setAt ?? connection.createdAt);
  await saveGaps(context.table, connection.id, now, found.gaps);
  return {
    fields: {
      settings: { ...settings.open },
      identity: found.identity.slice(0, 200),
      ...credentialOf(connector, found, setAt),
    },
    mustReread: !isDeepStrictEqual(connection.settings, settings.open),
  };
}

export async function pauseConnection(context: AppContext, id: ConnectionId): Promise<void> {
  assertStarted(await loadChangeable(context, id));
  await setStatus(context, id, "paused");
}

/**
 * Reading goes on from where it stood. What webhooks told of a paused connection was not taken in: pulls
 * read what changed meanwhile, and reconciles what is gone or was moved without a trace.
 */
export async function resumeConnection(context: AppContext, id: ConnectionId): Promise<void> {
  const connection = await loadChangeable(context, id);
  assertStarted(connection);
  // Before it is active: should this process die in between, the clock finds them due all the same.
  if (connection.status === "paused") await makeReconcilesDue(context, connection);
  await setStatus(context, id, "active");
  await startReading(context, context.registry.get(connection.connector), connection);
}

async function makeReconcilesDue(context: AppContext, connection: Connection): Promise<void> {
  const now = context.clock.now();
  for (const { name } of context.registry.get(connection.connector).collections) {
    const key = cursorKey(connection.id, name, "reconcile");
    // One that was never read whole, or whose pulls read everything, has none to wait for.
    if (!(await getDocument(context.table, cursorSpec, key))) continue;
    await updateDocument(context.table, cursorSpec, key, (cursor) =>
      cursor.dueAt <= now ? undefined : { ...cursor, dueAt: now },
    );
  }
}

/** Begins the removal of all that came from it; the puller ends it. Repeating is harmless. */
export async function removeConnection(context: AppContext, id: ConnectionId): Promise<void> {
  await loadConnection(context, id);
  await setStatus(context, id, "removing");
  await send(context, { kind: "remove", connectionId: id });
  context.logger.info("connection.removing", { connectionId: id });
}

async function setStatus(
  context: AppContext,
  id: ConnectionId,
  status: ConnectionStatus,
): Promise<void> {
  await update(context, id, (current) => {
    if (current.status === status) return undefined;
    const { problem, ...rest } = current;
    const keepsProblem = status !== "active" && problem !== undefined;
    return { ...rest, ...(keepsProblem && { problem }), status, updatedAt: context.clock.now() };
  });
}

async function update(
  context: AppContext,
  id: ConnectionId,
  change: (current: Connection) => Omit<Connection, "revision"> | undefined,
): Promise<void> {
  // A removal that began meanwhile is final.
  await updateDocument(context.table, connectionSpec, factKey(id), (current) =>
    current.status === "removing" ? undefined : change(current),
  );
  context.snapshots.expire();
}

async function send({ pulls }: AppContext, message: PullMessage): Promise<void> {
  await pulls.send(JSON.stringify(message));
}
