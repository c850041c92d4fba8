import { freshCursor } from "#functions/app/connections/connect.ts";
import { oauthAppSecretName } from "#shared/access/grants.ts";
import { firstTokens, grantSecretName } from "#shared/access/token-keeper.ts";
import { Registry, secretName } from "#shared/kit/registry.ts";
import type { Connection } from "#shared/model/connection.ts";
import type { Grant } from "#shared/model/grant.ts";
import { grantId } from "#shared/model/ids.ts";
import type { PullMessage } from "#shared/model/pull.ts";
import type { RuleSettings } from "#shared/model/signal.ts";
import type { Clock } from "#shared/ports/clock.ts";
import type { Table } from "#shared/ports/table.ts";
import { rules } from "#shared/rules/index.ts";
import { createDocument } from "#shared/store/documents.ts";
import { connectionSpec, cursorSpec, grantSpec, ruleSettingsSpec } from "#shared/store/specs.ts";

import type { Host } from "./host/host.ts";
import type { Company } from "./world/company.ts";
import { channelConnection, toolNames } from "./world/company.ts";
import type { Site } from "./world/site.ts";

const trackerGrant = grantId("tracker001");

export function registryOf({ sites, channel }: Company): Registry {
  return new Registry([...toolNames.map((name) => sites[name].connector), channel.connector]);
}

interface Storing {
  readonly table: Table;
  readonly clock: Clock;
}

/** The connection as an admin's request stores it; `given` says what has become of it since. */
export async function storeConnection(
  { table, clock }: Storing,
  given: Pick<Connection, "id" | "connector"> & Partial<Connection>,
): Promise<void> {
  const now = clock.now();
  const connection: Connection = {
    type: "connection",
    name: given.connector,
    settings: {},
    status: "active",
    createdAt: now,
    updatedAt: now,
    revision: 0,
    ...given,
  };
  await createDocument(table, connectionSpec, connection);
}

export async function setRules({ table, clock }: Storing, graceMinutes: number): Promise<void> {
  for (const { name } of rules) {
    const settings: RuleSettings = {
      type: "rule-settings",
      rule: name,
      isEnabled: true,
      options: {},
      graceMinutes,
      holdDownMinutes: 0,
      // What waits for digests is told of in them, long after a run is over.
      delivery: "message",
      updatedAt: clock.now(),
      revision: 0,
    };
    await createDocument(table, ruleSettingsSpec, settings);
  }
}

/** Connects the company's tools and its channel, everything due at once, as admins' requests would. */
export async function connectAll(
  host: Host,
  company: Company,
  given: { readonly graceMinutes: number; readonly handSecret: string },
): Promise<void> {
  await setRules(host, given.graceMinutes);
  for (const name of toolNames) await connect(host, company.sites[name], given.handSecret);
  await storeConnection(host, { id: channelConnection, connector: "channel" });
}

async function connect(host: Host, site: Site, handSecret: string): Promise<void> {
  const { spec } = site.tool;
  const { vault } = host.ground;
  const now = host.clock.now();
  const isByHand = spec.secretBy === "hand";
  vault.values.set(secretName(spec.connectionId), {
    token: "token",
    ...(isByHand && { webhookSecret: handSecret }),
  });
  if (site.consent) {
    const grant: Grant = {
      type: "grant",
      id: trackerGrant,
      connector: spec.name,
      scopes: ["read"],
      sites: [],
      status: "active",
      createdAt: now,
      updatedAt: now,
      revision: 0,
    };
    await createDocument(host.table, grantSpec, grant);
    vault.values.set(oauthAppSecretName(spec.name), { clientId: "hub", clientSecret: "app" });
    vault.values.set(grantSecretName(trackerGrant), firstTokens(site.consent.first()));
  }
  for (const { name } of spec.collections) {
    await createDocument(host.table, cursorSpec, freshCursor(spec.connectionId, name, now));
  }
  await storeConnection(host, {
    id: spec.connectionId,
    connector: spec.name,
    ...(site.consent && { grantId: trackerGrant }),
  });
  const messages: PullMessage[] = [
    { kind: "subscribe", connectionId: spec.connectionId },
    ...spec.collections.map(({ name }) => ({
      kind: "pull" as const,
      connectionId: spec.connectionId,
      collection: name,
    })),
  ];
  for (const message of messages) await host.pulls.send(JSON.stringify(message));
}
