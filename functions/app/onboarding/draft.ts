import { HubError } from "#shared/errors.ts";
import type { Connection } from "#shared/model/connection.ts";
import type { ConnectionId } from "#shared/model/ids.ts";
import type { Unversioned } from "#shared/store/documents.ts";
import { updateDocument } from "#shared/store/documents.ts";
import { factKey } from "#shared/store/keys.ts";
import { connectionSpec } from "#shared/store/specs.ts";

import type { AppContext } from "../app-deps.ts";
import { assertNew, createCursors, startReading } from "../connections/connect.ts";
import { loadConnection } from "../connections/load-connection.ts";
import { splitSettings, storedSettings } from "../connections/probe.ts";
import { ensureRouting } from "../routing/routing.ts";

/** Throws `entity.conflict` for a connection that is past being set up. */
export async function loadDraft(context: AppContext, id: ConnectionId): Promise<Connection> {
  const connection = await loadConnection(context, id);
  if (connection.status === "draft") return connection;
  throw new HubError("entity.conflict", "This connection is set up already");
}

/**
 * Ends the setting up: everything is read from now on. Throws `input.invalid` where a setting is still
 * missing, `entity.conflict` where the same workspace is connected already.
 */
export async function startDraft(context: AppContext, id: ConnectionId): Promise<Connection> {
  const { table, clock, registry, logger } = context;
  const draft = await loadDraft(context, id);
  const connector = registry.get(draft.connector);
  const { full } = await storedSettings(context, draft);
  // Whole now: what a draft may leave open, a connection that reads may not.
  splitSettings(connector, full);
  await assertNew(context, connector, draft);
  if (registry.isSource(draft)) await ensureRouting(context);
  // Cursors first: a connection without them would look read whole.
  await createCursors(table, connector, { id, updatedAt: clock.now() });
  const started = await updateDocument(
    table,
    connectionSpec,
    factKey(id),
    (current): Unversioned<Connection> | undefined =>
      current.status === "draft"
        ? { ...current, status: "active", updatedAt: clock.now() }
        : undefined,
  );
  if (started.status === "removing") {
    throw new HubError("entity.conflict", "This connection was given up meanwhile: begin again");
  }
  await startReading(context, connector, started);
  context.snapshots.expire();
  logger.info("connection.started", { connectionId: id, connector: connector.name });
  return started;
}
