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

async function send({ pulls }: AppContext, message: PullMessage): Promise<void> {
  await pulls.send(JSON.stringify(message));
}
