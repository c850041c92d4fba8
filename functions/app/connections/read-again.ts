import * as z from "zod";

import { HubError } from "#shared/errors.ts";
import type { Connection, Cursor } from "#shared/model/connection.ts";
import type { ConnectionId } from "#shared/model/ids.ts";
import type { PullMessage } from "#shared/model/pull.ts";
import type { Unversioned } from "#shared/store/documents.ts";
import { createDocument, getDocument, updateDocument } from "#shared/store/documents.ts";
import { restartHistories } from "#shared/store/history-cursor.ts";
import { cursorKey } from "#shared/store/keys.ts";
import { cursorSpec } from "#shared/store/specs.ts";

import type { AppContext } from "../app-deps.ts";
import { cancelFirstReading, isFirstReading } from "../onboarding/cancel-first-reading.ts";
import { freshCursor, startReading } from "./connect.ts";
import { assertStarted, loadChangeable } from "./load-connection.ts";

/** Reads every collection whole again, from the beginning. What is stored stays until then. */
export async function backfill(context: AppContext, id: ConnectionId): Promise<void> {
  const connection = await loadChangeable(context, id);
  assertReads(context, connection);
  await restartCursors(context, connection, { keepsPosition: true });
  await startReading(context, context.registry.get(connection.connector), connection);
}

/** From the beginning; `keepsPosition` lets an admin go back to where polling stood. */
export async function restartCursors(
  context: AppContext,
  connection: Connection,
  { keepsPosition = false }: { readonly keepsPosition?: boolean } = {},
): Promise<void> {
  const { table, registry, clock } = context;
  await restartHistories(context, connection.id);
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
 * Gives up reading everything. Where it was read again, polling goes on from where it stood before; a
 * first reading has nothing to go back to and is undone. Returns the connection that stands afterwards:
 * this one, or the draft that took its place.
 */
export async function cancelBackfill(context: AppContext, id: ConnectionId): Promise<ConnectionId> {
  const connection = await loadChangeable(context, id);
  assertIsSource(context, connection);
  if (connection.status !== "paused" && (await cancelRepeat(context, connection))) return id;
  if (isFirstReading(connection) && context.registry.isKept(connection)) {
    const message =
      "What was sent or uploaded is nowhere else to be read again: remove the connection instead";
    throw new HubError("entity.conflict", message);
  }
  if (isFirstReading(connection)) return (await cancelFirstReading(context, connection)).id;
  assertReads(context, connection);
  throw new HubError("entity.conflict", "Nothing is being read again");
}

/** False where no collection has an earlier position to go back to. */
async function cancelRepeat(context: AppContext, { id, connector }: Connection): Promise<boolean> {
  const { table, registry, clock } = context;
  let isAny = false;
  for (const { name } of registry.get(connector).collections) {
    const key = cursorKey(id, name, "pull");
    if (!(await getDocument(table, cursorSpec, key))) continue;
    await updateDocument(table, cursorSpec, key, (current): Unversioned<Cursor> | undefined => {
      const { positionBefore, problem: _problem, ...rest } = current;
      if (rest.mode !== "backfill" || positionBefore === undefined) return undefined;
      isAny = true;
      const now = clock.now();
      const back = { mode: "poll", state: "idle", position: positionBefore } as const;
      return { ...rest, ...back, updatedAt: now, dueAt: now };
    });
  }
  return isAny;
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

function assertIsSource({ registry }: AppContext, connection: Connection): void {
  const { source, title } = registry.get(connection.connector);
  if (source) return;
  throw new HubError("entity.conflict", `${title} only delivers: nothing is read from it`);
}

function assertReads(context: AppContext, connection: Connection): void {
  assertIsSource(context, connection);
  assertStarted(connection);
  if (connection.status === "paused") {
    throw new HubError("entity.conflict", "This connection is paused: resume it first");
  }
}

async function send({ pulls }: AppContext, message: PullMessage): Promise<void> {
  await pulls.send(JSON.stringify(message));
}
