import { isDeepStrictEqual } from "node:util";

import * as z from "zod";

import { HubError } from "#shared/errors.ts";
import { secretFields } from "#shared/kit/connector.ts";
import { secretName } from "#shared/kit/registry.ts";
import type { Connection, ConnectionStatus, Cursor } from "#shared/model/connection.ts";
import type { ConnectionId } from "#shared/model/ids.ts";
import type { PullMessage } from "#shared/model/pull.ts";
import { saveGaps } from "#shared/store/connection-parts.ts";
import { getConnection } from "#shared/store/connections.ts";
import type { Unversioned } from "#shared/store/documents.ts";
import { createDocument, getDocument, updateDocument } from "#shared/store/documents.ts";
import { cursorKey, factKey } from "#shared/store/keys.ts";
import { connectionSpec, cursorSpec } from "#shared/store/specs.ts";

import type { AppContext } from "../app-deps.ts";
import { credentialOf, freshCursor, startReading } from "./connect.ts";
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

/** Reads every collection whole again, from the beginning. What is stored stays until then. */
export async function backfill(context: AppContext, id: ConnectionId): Promise<void> {
  const connection = await loadChangeable(context, id);
  assertReads(context, connection);
  await restartCursors(context, connection, { keepsPosition: true });
  await startReading(context, context.registry.get(connection.connector), connection);
}

async function restartCursors(
  context: AppContext,
  connection: Connection,
  { keepsPosition = false }: { readonly keepsPosition?: boolean } = {},
): Promise<void> {
  const { table, registry, clock } = context;
  for (const { name } of registry.get(connection.connector).collections) {
    const fresh = freshCursor(connection.id, name, clock.now());
    const key = cursorKey(connection.id, name, "pull");
    if (!(await getDocument(table, cursorSpec, key))) {
      await createDocument(table, cursorSpec, fresh);
      continue;
    }
    await updateDocument(table, cursorSpec, key, ({ backfilledAt, ...current }) => {
      const before = current.mode === "poll" ? current.position : current.positionBefore;
      return {
        ...fresh,
        // That it was read whole once stays true; only what it says is fetched again.
        ...(backfilledAt !== undefined && { backfilledAt }),
        ...(keepsPosition && before !== undefined && { positionBefore: before }),
      };
    });
  }
}

/**
 * Gives up reading everything again: polling goes on from where it stood before. A first reading has
 * nothing to go back to, and is refused.
 */
export async function cancelBackfill(context: AppContext, id: ConnectionId): Promise<void> {
  const { table, registry, clock } = context;
  const connection = await loadChangeable(context, id);
  assertReads(context, connection);
  let cancelled = 0;
  for (const { name } of registry.get(connection.connector).collections) {
    const key = cursorKey(id, name, "pull");
    if (!(await getDocument(table, cursorSpec, key))) continue;
    await updateDocument(table, cursorSpec, key, (current): Unversioned<Cursor> | undefined => {
      const { positionBefore, problem: _problem, ...rest } = current;
      if (rest.mode !== "backfill" || positionBefore === undefined) return undefined;
      cancelled += 1;
      const now = clock.now();
      const back = { mode: "poll", state: "idle", position: positionBefore } as const;
      return { ...rest, ...back, updatedAt: now, dueAt: now };
    });
  }
  if (cancelled > 0) return;
  throw new HubError(
    "entity.conflict",
    "Nothing is being read again. A first reading can be paused, or the connection removed.",
  );
}

export const ReconcileRequest = z.strictObject({
  collection: z.string().optional().meta({ description: "Only this one; absent: all" }),
  acceptsShrink: z.boolean().optional().meta({
    description:
      "The source truly shrank: let what is gone there go here. Needs a `collection`, and holds once.",
  }),
});
export type ReconcileRequest = z.infer<typeof ReconcileRequest>;

/** Looks for what was missed or deleted. A collection whose pulls read everything is simply pulled. */
export async function reconcileConnection(
  context: AppContext,
  id: ConnectionId,
  { collection: only, acceptsShrink }: ReconcileRequest = {},
): Promise<void> {
  const connection = await loadChangeable(context, id);
  assertReads(context, connection);
  const { collections } = context.registry.get(connection.connector);
  const wanted = collections.filter(({ name }) => only === undefined || name === only);
  if (wanted.length === 0 || (acceptsShrink === true && only === undefined)) {
    const message = `Name one of: ${collections.map(({ name }) => name).join(", ")}`;
    throw new HubError("input.invalid", message, { issues: [{ path: "collection", message }] });
  }
  for (const { name, reconcileEveryMinutes } of wanted) {
    const where = { connectionId: id, collection: name };
    await send(
      context,
      reconcileEveryMinutes === undefined
        ? { kind: "pull", ...where }
        : { kind: "reconcile", ...where, ...(acceptsShrink === true && { acceptsShrink }) },
    );
  }
  if (acceptsShrink === true)
    context.logger.warn("reconcile.shrink-accepted", { connectionId: id });
}

/** Reads again what could not be understood: all of it, or what one collection brought. */
export async function retryQuarantine(
  context: AppContext,
  id: ConnectionId,
  collection: string | undefined,
): Promise<void> {
  assertReads(context, await loadChangeable(context, id));
  await send(context, {
    kind: "retry-quarantined",
    connectionId: id,
    ...(collection !== undefined && { collection }),
  });
}

function assertReads(context: AppContext, connection: Connection): void {
  const connector = context.registry.get(connection.connector);
  if (!connector.source) {
    throw new HubError(
      "entity.conflict",
      `${connector.title} only delivers: nothing is read from it`,
    );
  }
  assertStarted(connection);
  if (connection.status === "paused") {
    throw new HubError("entity.conflict", "This connection is paused: resume it first");
  }
}

function assertStarted({ status }: Connection): void {
  if (status !== "draft") return;
  throw new HubError("entity.conflict", "This connection is still being set up: start it first");
}

export async function pauseConnection(context: AppContext, id: ConnectionId): Promise<void> {
  assertStarted(await loadChangeable(context, id));
  await setStatus(context, id, "paused");
}

/** Reading goes on from where it stood. */
export async function resumeConnection(context: AppContext, id: ConnectionId): Promise<void> {
  const connection = await loadChangeable(context, id);
  assertStarted(connection);
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
