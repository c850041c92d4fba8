import { connectors } from "#connectors/index.ts";
import type { PullDeps } from "#functions/pull/deps.ts";
import { silentLogger } from "#infra/local/logger.ts";
import { oauthAppSecretName } from "#shared/access/grants.ts";
import { firstTokens, grantSecretName } from "#shared/access/token-keeper.ts";
import { randomText } from "#shared/adapters/random-text.ts";
import type { TokenSet } from "#shared/kit/oauth.ts";
import { Registry, secretName } from "#shared/kit/registry.ts";
import type { Connection, Cursor } from "#shared/model/connection.ts";
import type { Grant } from "#shared/model/grant.ts";
import { grantId } from "#shared/model/ids.ts";
import type { PullMessage } from "#shared/model/pull.ts";
import type { Clock } from "#shared/ports/clock.ts";
import type { Table } from "#shared/ports/table.ts";
import { createDocument, getDocument } from "#shared/store/documents.ts";
import { cursorKey } from "#shared/store/keys.ts";
import { connectionSpec, cursorSpec, grantSpec } from "#shared/store/specs.ts";

import { MemoryQueue, MemorySecrets } from "../../rig/tool-hub.ts";
import { siteAccount, siteApp } from "./bulk-site.ts";
import { readConnection } from "./sources.ts";

const readGrant = grantId("benchread0");
export const pullIssuesMessage: PullMessage = {
  kind: "pull",
  connectionId: readConnection,
  collection: "issues",
};

/** What functions need around a table, with one connection to a simulated site in it. */
export class ReadingHub {
  readonly pulls = new MemoryQueue();
  readonly deps: PullDeps;
  readonly #secrets = new MemorySecrets();

  constructor(table: Table, clock: Clock) {
    this.deps = {
      table,
      clock,
      logger: silentLogger,
      secrets: this.#secrets,
      registry: new Registry(connectors),
      pulls: this.pulls,
      publicUrl: "http://127.0.0.1",
      random: randomText,
    };
  }

  /** With an API token. */
  async connectByToken(siteUrl: string, readsAtOnce: number): Promise<void> {
    const { email, apiToken } = siteAccount;
    await this.#secrets.write(secretName(readConnection), { apiToken });
    await this.#connect({ settings: { baseUrl: siteUrl, email, readsAtOnce } });
  }

  /** By a consent whose tokens the hub keeps and refreshes itself. */
  async connectByConsent(
    { url, cloudId }: { readonly url: string; readonly cloudId: string },
    tokens: TokenSet,
  ): Promise<void> {
    const app = { ...siteApp, authorizationUrl: url, apiUrl: url };
    await this.#secrets.write(oauthAppSecretName("jira"), app);
    await this.#secrets.write(grantSecretName(readGrant), firstTokens(tokens));
    const now = this.deps.clock.now();
    const grant: Grant = {
      type: "grant",
      id: readGrant,
      connector: "jira",
      scopes: [...tokens.scopes],
      sites: [],
      status: "active",
      createdAt: now,
      updatedAt: now,
      revision: 0,
    };
    await createDocument(this.deps.table, grantSpec, grant);
    const settings = { baseUrl: `${url}/ex/jira/${cloudId}`, siteUrl: url };
    await this.#connect({ settings, grantId: readGrant, siteId: cloudId });
  }

  async cursor(): Promise<Cursor> {
    const key = cursorKey(readConnection, "issues", "pull");
    const cursor = await getDocument(this.deps.table, cursorSpec, key);
    if (!cursor) throw new Error("The cursor is gone");
    return cursor;
  }

  async #connect(given: Pick<Connection, "settings" | "grantId" | "siteId">): Promise<void> {
    const { table, clock } = this.deps;
    const now = clock.now();
    const connection: Connection = {
      type: "connection",
      id: readConnection,
      connector: "jira",
      name: "Bulk site",
      status: "active",
      createdAt: now,
      updatedAt: now,
      revision: 0,
      ...given,
    };
    await createDocument(table, connectionSpec, connection);
    const cursor: Cursor = {
      type: "cursor",
      connectionId: readConnection,
      collection: "issues",
      mode: "backfill",
      state: "waiting",
      recordsRead: 0,
      changesApplied: 0,
      recordsRejected: 0,
      updatedAt: now,
      dueAt: now,
      revision: 0,
    };
    await createDocument(table, cursorSpec, cursor);
  }
}
