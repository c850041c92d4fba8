import { HubError } from "#shared/errors.ts";
import { secretName } from "#shared/kit/registry.ts";
import type { Connection } from "#shared/model/connection.ts";
import { connectionId } from "#shared/model/ids.ts";
import type { PullMessage } from "#shared/model/pull.ts";
import { listGaps, removeGap, saveGaps } from "#shared/store/connection-parts.ts";
import type { Unversioned } from "#shared/store/documents.ts";
import { createDocument, updateDocument } from "#shared/store/documents.ts";
import { factKey } from "#shared/store/keys.ts";
import { connectionSpec } from "#shared/store/specs.ts";

import type { AppContext } from "../app-deps.ts";
import { storedSettings } from "../connections/probe.ts";

/** Whether nothing but its first reading is under way: then there is no earlier state to lose. */
export function isFirstReading({ status, readyAt }: Connection): boolean {
  return readyAt === undefined && status !== "draft" && status !== "removing";
}

/**
 * Undoes a connection whose first reading is not over: it is removed with all that was read, and a draft
 * with its name, choices and credentials takes its place. The draft has an id of its own, so that a run
 * still under way for the old one finds nothing that it could write into. Returns the draft; throws
 * `entity.conflict` where the reading has ended, or somebody else was faster.
 */
export async function cancelFirstReading(
  context: AppContext,
  connection: Connection,
): Promise<Connection> {
  const draft = await copyAsDraft(context, connection);
  let isOurs = false;
  await updateDocument(
    context.table,
    connectionSpec,
    factKey(connection.id),
    (current): Unversioned<Connection> | undefined => {
      isOurs = isFirstReading(current);
      return isOurs
        ? { ...current, status: "removing", updatedAt: context.clock.now() }
        : undefined;
    },
  );
  if (!isOurs) {
    await forget(context, draft);
    throw new HubError("entity.conflict", "The first reading is over, or was cancelled already");
  }
  const message: PullMessage = { kind: "remove", connectionId: connection.id };
  await context.pulls.send(JSON.stringify(message));
  context.snapshots.expire();
  context.logger.info("connection.first-reading-cancelled", {
    connectionId: connection.id,
    draftId: draft.id,
  });
  return draft;
}

/** First the draft, then the removal: a crash in between leaves a draft too many, never none. */
async function copyAsDraft(context: AppContext, connection: Connection): Promise<Connection> {
  const { table, clock, secrets: vault, random } = context;
  const now = clock.now();
  const { problem: _problem, freshAt: _freshAt, ...kept } = connection;
  const id = connectionId(random(10));
  const draft: Connection = {
    ...kept,
    id,
    status: "draft",
    createdAt: now,
    updatedAt: now,
    revision: 0,
  };
  // Those of its webhooks stay behind: they are made anew.
  const { secrets } = await storedSettings(context, connection);
  if (Object.keys(secrets).length > 0) await vault.write(secretName(id), secrets);
  await createDocument(table, connectionSpec, draft);
  const gaps = await listGaps(table, connection.id);
  // What a reading noticed, the next one will notice; the probe does not look again.
  await saveGaps(
    table,
    id,
    now,
    gaps.filter(({ collection }) => collection === undefined),
  );
  return draft;
}

async function forget({ table, secrets }: AppContext, { id }: Connection): Promise<void> {
  for (const gap of await listGaps(table, id)) await removeGap(table, gap);
  await table.write({ kind: "delete", key: factKey(id), condition: [] });
  await secrets.remove(secretName(id));
}
