import { isDeepStrictEqual } from "node:util";

import * as z from "zod";

import { HubError } from "#shared/errors.ts";
import { secretFields } from "#shared/kit/connector.ts";
import { secretName } from "#shared/kit/registry.ts";
import type { Connection, ConnectionStatus } from "#shared/model/connection.ts";
import type { ConnectionId } from "#shared/model/ids.ts";
import type { PullMessage } from "#shared/model/pull.ts";
import { getConnection } from "#shared/store/connections.ts";
import { createDocument, getDocument, updateDocument } from "#shared/store/documents.ts";
import { cursorKey, factKey } from "#shared/store/keys.ts";
import { connectionSpec, cursorSpec } from "#shared/store/specs.ts";

import type { AppContext } from "../app-deps.ts";
import { freshCursor, startReading } from "./connect.ts";
import { probe, splitSettings } from "./probe.ts";

export const ConnectionChange = z.strictObject({
  name: z.string().trim().min(1).max(80).optional(),
  settings: z
    .record(z.string(), z.unknown())
    .optional()
    .meta({ description: "Only the settings to change, secrets too; null takes one away" }),
});
export type ConnectionChange = z.infer<typeof ConnectionChange>;

/** Throws `entity.not-found`. */
export async function loadConnection(context: AppContext, id: ConnectionId): Promise<Connection> {
  const connection = await getConnection(context.table, id);
  if (connection) return connection;
  throw new HubError("entity.not-found", "There is no such connection");
}

async function loadChangeable(context: AppContext, id: ConnectionId): Promise<Connection> {
  const connection = await loadConnection(context, id);
  if (connection.status !== "removing") return connection;
  throw new HubError("entity.conflict", "This connection is being removed");
}

/** Renames, or replaces settings after a probe with the new ones. Changed settings are read anew, whole. */
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
      ...(applied && { settings: applied.settings, identity: applied.identity }),
      ...(applied && current.status === "degraded" && { status: "active" as const }),
      ...(change.name !== undefined && { name: change.name }),
      updatedAt: context.clock.now(),
    };
  });
  if (!applied) return;
  const connector = context.registry.get(before.connector);
  if (applied.mustReread) await restartCursors(context, before);
  if (before.status !== "paused") await startReading(context, connector, before);
}

async function applySettings(
  context: AppContext,
  connection: Connection,
  changes: Readonly<Record<string, unknown>>,
): Promise<{ settings: Connection["settings"]; identity: string; mustReread: boolean }> {
  const connector = context.registry.get(connection.connector);
  const names = secretFields(connector);
  const stored = (await context.secrets.read(secretName(connection.id), { fresh: true })) ?? {};
  const ownSecrets = Object.fromEntries(
    Object.entries(stored).filter(([name]) => names.includes(name)),
  );
  const merged = { ...connection.settings, ...ownSecrets, ...changes };
  const kept = Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== null));
  const settings = splitSettings(connector, kept);
  const { identity } = await probe(context, connector, {
    connection,
    settings: settings.full,
  });
  if (!isDeepStrictEqual(ownSecrets, settings.secrets)) {
    // Secrets of webhook subscriptions stand beside the settings' own and must stay.
    const others = Object.entries(stored).filter(([name]) => !names.includes(name));
    await context.secrets.write(secretName(connection.id), {
      ...Object.fromEntries(others),
      ...settings.secrets,
    });
  }
  return {
    settings: { ...settings.open },
    identity: identity.slice(0, 200),
    mustReread: !isDeepStrictEqual(connection.settings, settings.open),
  };
}

/** Reads every collection whole again, from the beginning. What is stored stays until then. */
export async function backfill(context: AppContext, id: ConnectionId): Promise<void> {
  const connection = await loadChangeable(context, id);
  assertReads(context, connection);
  await restartCursors(context, connection);
  await startReading(context, context.registry.get(connection.connector), connection);
}

async function restartCursors(context: AppContext, connection: Connection): Promise<void> {
  const { table, registry, clock } = context;
  for (const { name } of registry.get(connection.connector).collections) {
    const fresh = freshCursor(connection.id, name, clock.now());
    const key = cursorKey(connection.id, name, "pull");
    if (!(await getDocument(table, cursorSpec, key))) {
      await createDocument(table, cursorSpec, fresh);
      continue;
    }
    await updateDocument(table, cursorSpec, key, ({ backfilledAt }) => ({
      ...fresh,
      // That it was read whole once stays true; only what it says is fetched again.
      ...(backfilledAt !== undefined && { backfilledAt }),
    }));
  }
}

/** Looks for what was missed or deleted. A collection whose pulls read everything is simply pulled. */
export async function reconcileConnection(context: AppContext, id: ConnectionId): Promise<void> {
  const connection = await loadChangeable(context, id);
  assertReads(context, connection);
  for (const collection of context.registry.get(connection.connector).collections) {
    const kind = collection.reconcileEveryMinutes === undefined ? "pull" : "reconcile";
    await send(context, { kind, connectionId: id, collection: collection.name });
  }
}

function assertReads(context: AppContext, connection: Connection): void {
  const connector = context.registry.get(connection.connector);
  if (!connector.source) {
    throw new HubError(
      "entity.conflict",
      `${connector.title} only delivers: nothing is read from it`,
    );
  }
  if (connection.status === "paused") {
    throw new HubError("entity.conflict", "This connection is paused: resume it first");
  }
}

export async function pauseConnection(context: AppContext, id: ConnectionId): Promise<void> {
  await loadChangeable(context, id);
  await setStatus(context, id, "paused");
}

/** Reading goes on from where it stood. */
export async function resumeConnection(context: AppContext, id: ConnectionId): Promise<void> {
  const connection = await loadChangeable(context, id);
  await setStatus(context, id, "active");
  await startReading(context, context.registry.get(connection.connector), connection);
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
  await updateDocument(context.table, connectionSpec, factKey(id), change);
  context.snapshots.expire();
}

async function send({ pulls }: AppContext, message: PullMessage): Promise<void> {
  await pulls.send(JSON.stringify(message));
}
