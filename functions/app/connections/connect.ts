import { isDeepStrictEqual } from "node:util";

import * as z from "zod";

import { HubError } from "#shared/errors.ts";
import type { Connector } from "#shared/kit/connector.ts";
import { secretName } from "#shared/kit/registry.ts";
import type { Connection, Cursor } from "#shared/model/connection.ts";
import { connectionId } from "#shared/model/ids.ts";
import type { PullMessage } from "#shared/model/pull.ts";
import type { Instant } from "#shared/model/time.ts";
import { saveGaps } from "#shared/store/connection-parts.ts";
import { listConnections } from "#shared/store/connections.ts";
import { createDocument } from "#shared/store/documents.ts";
import { connectionSpec, cursorSpec } from "#shared/store/specs.ts";

import type { AppContext } from "../app-deps.ts";
import type { ProbeResult, SplitSettings } from "./probe.ts";
import { probe, splitSettings } from "./probe.ts";

export const NewConnection = z.strictObject({
  connector: z.string().meta({ description: "A name that `GET /api/connectors` lists" }),
  name: z.string().trim().min(1).max(80).meta({ description: "What people will call it" }),
  settings: z
    .record(z.string(), z.unknown())
    .meta({ description: "As the connector's own settings schema says" }),
});
export type NewConnection = z.infer<typeof NewConnection>;

/**
 * Connects one workspace: checks the settings, tries them against the real thing, then stores the
 * connection and starts reading. Nothing is stored unless the probe succeeds.
 */
export async function connect(context: AppContext, wanted: NewConnection): Promise<Connection> {
  const connector = knownConnector(context, wanted.connector);
  const settings = splitSettings(connector, wanted.settings);
  const id = connectionId(context.random(10));
  const now = context.clock.now();
  const wished: Connection = {
    type: "connection",
    id,
    connector: connector.name,
    name: wanted.name,
    settings: { ...settings.open },
    status: "active",
    createdAt: now,
    updatedAt: now,
    revision: 0,
  };
  const found = await probe(context, connector, { connection: wished, settings: settings.full });
  await assertNew(context, connector, settings, found);
  const connection = { ...wished, identity: found.identity.slice(0, 200) };
  await store(context, connector, { connection, secrets: settings.secrets });
  await saveGaps(context.table, id, now, found.gaps);
  await startReading(context, connector, connection);
  context.snapshots.expire();
  context.logger.info("connection.created", { connectionId: id, connector: connector.name });
  return connection;
}

function knownConnector({ registry }: AppContext, name: string): Connector {
  const connector = registry.find(name);
  if (connector) return connector;
  const known = registry.connectors.map((candidate) => candidate.name).join(", ");
  throw new HubError("input.invalid", `There is no connector “${name}”`, {
    issues: [{ path: "connector", message: `Choose one of: ${known}` }],
  });
}

/** The same workspace read twice would show every piece of work twice. */
async function assertNew(
  { table }: AppContext,
  connector: Connector,
  settings: SplitSettings,
  { identity }: ProbeResult,
): Promise<void> {
  if (!connector.source) return;
  const twin = (await listConnections(table)).find(
    (other) =>
      other.connector === connector.name &&
      other.identity === identity &&
      other.status !== "removing" &&
      isDeepStrictEqual(other.settings, settings.open),
  );
  if (twin) {
    throw new HubError(
      "entity.conflict",
      `${identity} is connected already, as “${twin.name}”: change that connection instead`,
      { details: { connectionId: twin.id } },
    );
  }
}

/** Secrets first: a connection whose secrets are missing would only fail. Undone when the rest fails. */
async function store(
  { table, secrets: vault }: AppContext,
  connector: Connector,
  { connection, secrets }: { connection: Connection; secrets: Readonly<Record<string, string>> },
): Promise<void> {
  const name = secretName(connection.id);
  if (Object.keys(secrets).length > 0) await vault.write(name, secrets);
  try {
    for (const { name: collection } of connector.collections) {
      await createDocument(
        table,
        cursorSpec,
        freshCursor(connection.id, collection, connection.createdAt),
      );
    }
    // Last, because it is what makes the rest visible.
    if (!(await createDocument(table, connectionSpec, connection))) {
      throw new HubError("entity.conflict", "This connection's id is taken: try again");
    }
  } catch (error) {
    await vault.remove(name);
    throw error;
  }
}

/** A collection that is yet to be read whole. */
export function freshCursor(id: Connection["id"], collection: string, now: Instant): Cursor {
  return {
    type: "cursor",
    connectionId: id,
    collection,
    mode: "backfill",
    state: "waiting",
    recordsRead: 0,
    changesApplied: 0,
    recordsRejected: 0,
    updatedAt: now,
    dueAt: now,
    revision: 0,
  };
}

/** Every collection now, and the webhooks. A message that is lost is made up by the next sweep. */
export async function startReading(
  { pulls }: AppContext,
  connector: Connector,
  { id }: Pick<Connection, "id">,
): Promise<void> {
  const messages: PullMessage[] = connector.collections.map(({ name }) => ({
    kind: "pull",
    connectionId: id,
    collection: name,
  }));
  if (connector.source && connector.webhook) {
    messages.unshift({ kind: "subscribe", connectionId: id });
  }
  for (const message of messages) await pulls.send(JSON.stringify(message));
}
