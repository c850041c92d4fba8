import { isDeepStrictEqual } from "node:util";

import * as z from "zod";

import { HubError } from "#shared/errors.ts";
import type { Connector } from "#shared/kit/connector.ts";
import { secretFields } from "#shared/kit/connector.ts";
import { secretName } from "#shared/kit/registry.ts";
import type { Connection, Cursor } from "#shared/model/connection.ts";
import type { Grant } from "#shared/model/grant.ts";
import { GrantId, connectionId } from "#shared/model/ids.ts";
import type { PullMessage } from "#shared/model/pull.ts";
import type { Instant } from "#shared/model/time.ts";
import type { Table } from "#shared/ports/table.ts";
import { saveGaps } from "#shared/store/connection-parts.ts";
import { listConnections } from "#shared/store/connections.ts";
import { createDocument, getDocument } from "#shared/store/documents.ts";
import { factKey } from "#shared/store/keys.ts";
import { connectionSpec, cursorSpec, grantSpec } from "#shared/store/specs.ts";

import type { AppContext } from "../app-deps.ts";
import { isCredential, stepOf } from "../onboarding/setup-fields.ts";
import { ensureRouting } from "../routing/routing.ts";
import { assertConsentedAddresses } from "./assert-addresses.ts";
import type { ProbeResult } from "./probe.ts";
import { probe, splitSettings } from "./probe.ts";
import { settingsFields } from "./settings-form.ts";

export const NewConnection = z.strictObject({
  connector: z.string().meta({ description: "A name that `GET /api/connectors` lists" }),
  name: z.string().trim().min(1).max(80).meta({ description: "What people will call it" }),
  settings: z
    .record(z.string(), z.unknown())
    .meta({ description: "As the connector's own settings schema says" }),
  draft: z
    .boolean()
    .optional()
    .meta({ description: "Only try and keep it: it is set up step by step, then started" }),
  grantId: GrantId.optional().meta({
    description: "The consent that it rests on, instead of secrets",
  }),
  siteId: z
    .string()
    .max(200)
    .optional()
    .meta({ description: "The site of that consent, by the vendor's id" }),
});
export type NewConnection = z.infer<typeof NewConnection>;

/**
 * Connects one workspace: checks the settings, tries them against the real thing, then stores the
 * connection and, unless it is a draft, starts reading. Nothing is stored unless the probe succeeds.
 */
export async function connect(context: AppContext, wanted: NewConnection): Promise<Connection> {
  const connector = knownConnector(context, wanted.connector);
  const isDraft = wanted.draft === true;
  const site = await consentedSite(context, wanted);
  const settings = splitSettings(connector, { ...site?.settings, ...wanted.settings }, { isDraft });
  if (site) assertConsentedAddresses(connector, [site.settings], settings.full);
  else assertCredentials(connector, settings.full);
  const id = connectionId(context.random(10));
  const now = context.clock.now();
  const wished: Connection = {
    type: "connection",
    id,
    connector: connector.name,
    name: wanted.name,
    settings: { ...settings.open },
    status: isDraft ? "draft" : "active",
    ...(site && { grantId: site.grantId, siteId: site.id }),
    createdAt: now,
    updatedAt: now,
    revision: 0,
  };
  const found = await probe(context, connector, { connection: wished, settings: settings.full });
  const connection: Connection = {
    ...wished,
    identity: found.identity.slice(0, 200),
    ...credentialOf(connector, found, now),
  };
  if (!isDraft) {
    await assertNew(context, connector, connection);
    if (context.registry.isSource(connection)) await ensureRouting(context);
  }
  await store(context, connector, { connection, secrets: settings.secrets });
  await saveGaps(context.table, id, now, found.gaps);
  if (!isDraft) await startReading(context, connector, connection);
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

/** Optional only where a consent stands in for them: without one they are what is missing. */
function assertCredentials(
  connector: Connector,
  settings: Readonly<Record<string, unknown>>,
): void {
  const step = stepOf(connector);
  const missing = settingsFields(connector).filter(
    (field) =>
      connector.oauth !== undefined &&
      isCredential(field) &&
      step(field.name) === "access" &&
      settings[field.name] === undefined,
  );
  if (missing.length === 0) return;
  const message = "Needed, unless the connection rests on a consent";
  throw new HubError("input.invalid", "Credentials are missing, and there is no consent either", {
    issues: missing.map(({ name }) => ({ path: `settings.${name}`, message })),
  });
}

/** The site of a consent that the connection is for; undefined where secrets are typed in. */
async function consentedSite(
  { table }: AppContext,
  { connector, grantId, siteId }: NewConnection,
): Promise<(Grant["sites"][number] & { readonly grantId: GrantId }) | undefined> {
  if (grantId === undefined && siteId === undefined) return undefined;
  const grant = grantId && (await getDocument(table, grantSpec, factKey(grantId)));
  const site = grant?.sites.find(({ id }) => id === siteId);
  if (grant?.connector === connector && site) return { ...site, grantId: grant.id };
  const message = "Name a consent of this connector and one of its sites";
  throw new HubError("input.invalid", message, {
    issues: [{ path: grant ? "siteId" : "grantId", message }],
  });
}

/** What the connection proves itself with; where the source does not say, its first secret's name. */
export function credentialOf(
  connector: Connector,
  { credential }: ProbeResult,
  setAt: Instant,
): Pick<Connection, "credential"> {
  const [secret] = secretFields(connector);
  const title = (connector.settings.shape[secret ?? ""] as z.ZodType | undefined)?.meta()?.title;
  const kind = credential?.kind ?? title;
  if (kind === undefined) return {};
  const expiresAt = credential?.expiresAt;
  return {
    credential: { kind: kind.slice(0, 60), setAt, ...(expiresAt !== undefined && { expiresAt }) },
  };
}

/** The same workspace read twice would show every piece of work twice. */
export async function assertNew(
  { table }: AppContext,
  connector: Connector,
  connection: Connection,
): Promise<void> {
  if (!connector.source) return;
  const twin = (await listConnections(table)).find(
    (other) =>
      other.id !== connection.id &&
      other.connector === connector.name &&
      other.identity === connection.identity &&
      other.status !== "removing" &&
      other.status !== "draft" &&
      isDeepStrictEqual(other.settings, connection.settings),
  );
  if (twin) {
    throw new HubError(
      "entity.conflict",
      `${connection.identity ?? twin.name} is connected already, as “${twin.name}”: change that connection instead`,
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
    if (connection.status !== "draft") await createCursors(table, connector, connection);
    // Last, because it is what makes the rest visible.
    if (!(await createDocument(table, connectionSpec, connection))) {
      throw new HubError("entity.conflict", "This connection's id is taken: try again");
    }
  } catch (error) {
    await vault.remove(name);
    throw error;
  }
}

/** One for each collection, from its beginning; those that stand stay. */
export async function createCursors(
  table: Table,
  connector: Connector,
  { id, updatedAt }: Pick<Connection, "id" | "updatedAt">,
): Promise<void> {
  for (const { name } of connector.collections) {
    await createDocument(table, cursorSpec, freshCursor(id, name, updatedAt));
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
