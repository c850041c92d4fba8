import { secretName } from "#shared/kit/registry.ts";
import type { RuleSettings } from "#shared/model/signal.ts";
import type { Clock } from "#shared/ports/clock.ts";
import type { Secrets } from "#shared/ports/secrets.ts";
import type { Table } from "#shared/ports/table.ts";
import { applyChanges } from "#shared/store/apply-changes.ts";
import { createDocument, updateDocument } from "#shared/store/documents.ts";
import { factKey } from "#shared/store/keys.ts";
import { connectionSpec, ruleSettingsSpec } from "#shared/store/specs.ts";

import {
  connections,
  jiraConnection,
  organisation,
  slackConnection,
  webhookSecret,
} from "./company.ts";

interface SeedDeps {
  readonly table: Table;
  readonly clock: Clock;
  readonly secrets: Pick<Secrets, "write">;
}

/** Connections, rules without grace, and the organisation. The Jira connection is not ready yet. */
export async function seedHub(
  deps: SeedDeps,
  urls: { readonly jira: string; readonly slack: string },
): Promise<void> {
  const { table, clock, secrets } = deps;
  await secrets.write(secretName(jiraConnection), { apiToken: "bench-token", webhookSecret });
  await secrets.write(secretName(slackConnection), { webhookUrl: urls.slack });
  const now = clock.now();
  for (const connection of connections(urls.jira, now)) {
    await createDocument(table, connectionSpec, connection);
  }
  for (const rule of ["unlinked-work", "blocked-across-boundary"]) {
    const base = {
      type: "rule-settings",
      isEnabled: true,
      options: {},
      graceMinutes: 0,
      holdDownMinutes: 0,
    } as const;
    const settings: RuleSettings = { ...base, rule, updatedAt: now, revision: 0 };
    await createDocument(table, ruleSettingsSpec, settings);
  }
  await applyChanges(deps, organisation(now));
}

/** Everything has been read: from now on absence of a goal proves something. */
export async function declareReady({
  table,
  clock,
}: Pick<SeedDeps, "table" | "clock">): Promise<void> {
  const now = clock.now();
  await updateDocument(table, connectionSpec, factKey(jiraConnection), (connection) => ({
    ...connection,
    readyAt: now,
    freshAt: now,
  }));
}
