import { jira } from "#connectors/jira/connector.ts";
import type { Connection, Cursor } from "#shared/model/connection.ts";
import { connectionId } from "#shared/model/ids.ts";
import { dayMs, instantOf, minuteMs } from "#shared/model/time.ts";
import { takePoints, updateBudget } from "#shared/store/budgets.ts";
import { noteHeard, quarantine, saveSubscription } from "#shared/store/connection-parts.ts";
import { createDocument } from "#shared/store/documents.ts";
import { connectionSpec, cursorSpec } from "#shared/store/specs.ts";

import type { MemoryHub } from "../rig/memory-hub.ts";

/** A Jira in whose first reading everything that a connection's page can tell happens at once. */
const busy = connectionId("busyjira01");

export async function seedBusy(hub: MemoryHub): Promise<void> {
  const { clock, table } = hub;
  const now = clock.now();
  const ago = (ms: number) => instantOf(clock.nowMs() - ms);
  const ahead = (ms: number) => instantOf(clock.nowMs() + ms);
  const connection: Connection = {
    type: "connection",
    id: busy,
    connector: "jira",
    name: "Jira (Logistics)",
    settings: { baseUrl: "https://northquay-logistics.atlassian.net" },
    status: "active",
    identity: "svc-throughline on northquay-logistics.atlassian.net",
    credential: { kind: "API token", setAt: ago(341 * dayMs), expiresAt: ahead(24 * dayMs) },
    createdAt: now,
    updatedAt: now,
    revision: 0,
  };
  await createDocument(table, connectionSpec, connection);
  for (const { name } of jira.collections) await createDocument(table, cursorSpec, running(name));

  function running(collection: string): Cursor {
    return {
      type: "cursor",
      connectionId: busy,
      collection,
      mode: "backfill",
      state: "running",
      recordsRead: 48_200,
      recordsTotal: 131_000,
      changesApplied: 48_190,
      recordsRejected: 2,
      startedAt: ago(20 * minuteMs),
      updatedAt: now,
      dueAt: now,
      revision: 0,
    };
  }
  await createDocument(table, cursorSpec, {
    ...running("issues"),
    mode: "reconcile",
    state: "failed",
    problem: {
      code: "connector.forbidden",
      message:
        "412 of 1,240 Issues can no longer be seen. That looks like a lost permission, so nothing was removed: check what the account may read, then reconcile again",
      since: ago(30 * minuteMs),
    },
  });
  await seedBudget(hub);
  await quarantine(table, { connectionId: busy, collection: "issues", at: now }, [
    { record: "issue 10042", reason: "fields.created: not a timestamp" },
    { record: "issue 10077", reason: "fields.issuetype: missing" },
  ]);
  await quarantine(table, { connectionId: busy, collection: "accounts", at: now }, [
    { record: "record 17", reason: "accountId: missing" },
  ]);
  await saveSubscription(table, {
    type: "subscription",
    id: "sub_busyjira01",
    connectionId: busy,
    resource: "*",
    state: "active",
    publicUrl: "https://hub.example",
    createdAt: ago(3 * dayMs),
    expiresAt: ahead(27 * dayMs),
  });
  await noteHeard(table, { connectionId: busy, id: "sub_busyjira01" }, ago(2 * minuteMs));
}

async function seedBudget({ table, clock }: MemoryHub): Promise<void> {
  const startsAt = instantOf(clock.nowMs() - 38 * minuteMs);
  await updateBudget({ table, clock }, busy, (budget) => ({
    ...budget,
    quota: {
      limit: 65_000,
      windowSeconds: 3600,
      startsAt,
      endsAt: instantOf(clock.nowMs() + 22 * minuteMs),
      remaining: 23_900,
      seenAt: clock.now(),
    },
    blockedUntil: instantOf(clock.nowMs() + 2 * minuteMs),
    blockedReason: "jira-burst-based",
    refusals: { "jira-burst-based": 7, "jira-quota-tenant-based": 1 },
  }));
  await takePoints(table, { owner: busy, startsAt }, 41_100);
}
