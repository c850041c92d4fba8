import { serve } from "@hono/node-server";
import type { Hono } from "hono";

import { bamboohr } from "#connectors/bamboohr/connector.ts";
import { connectors } from "#connectors/index.ts";
import type { JiraSimulator } from "#connectors/jira/simulator/server.ts";
import { startJiraSimulator } from "#connectors/jira/simulator/server.ts";
import type { AppDeps } from "#functions/app/app-deps.ts";
import { createApp } from "#functions/app/app.ts";
import { createCompany } from "#infra/local/sample/create-company.ts";
import { toAsanaSeed } from "#infra/local/sample/to-asana-seed.ts";
import { jiraEmail, jiraToken, toJiraSeed } from "#infra/local/sample/to-jira-seed.ts";
import { createMemoryTable } from "#shared/adapters/memory/memory-table.ts";
import { randomText } from "#shared/adapters/random-text.ts";
import { Registry } from "#shared/kit/registry.ts";
import type { Connection, Cursor } from "#shared/model/connection.ts";
import { connectionId } from "#shared/model/ids.ts";
import { instantOf, minuteMs } from "#shared/model/time.ts";
import type { QueueAdmin } from "#shared/ports/queue.ts";
import { rules } from "#shared/rules/index.ts";
import { quarantine, saveGaps } from "#shared/store/connection-parts.ts";
import { countDelivery } from "#shared/store/delivery-counts.ts";
import { createDocument } from "#shared/store/documents.ts";
import { unknownConnections } from "#shared/store/keys.ts";
import { connectionSpec, cursorSpec } from "#shared/store/specs.ts";
import { goalConnection, peopleConnection, workConnection } from "#shared/testing/facts.ts";
import { MemoryEventRules } from "#shared/testing/memory-event-rules.ts";
import { createSilentLogger } from "#shared/testing/silent-logger.ts";

import { MemoryHub } from "../rig/memory-hub.ts";
import { MemoryQueue, MemorySecrets } from "../rig/tool-hub.ts";
import { companyChanges } from "./seed-company.ts";
import { seedLinkRules } from "./seed-link-rules.ts";
import { seedReorg } from "./seed-reorg.ts";
import { seedStrangers } from "./seed-strangers.ts";
import { seedBusy } from "./seed-troubles.ts";

/*
 * The app's pages over a table in memory that holds the sample company: for looking at pages while
 * working on them. Changes made there lead to signals and alerts as they would in the hub.
 *
 *   node tests/browser/page-server.ts [port] [--empty]
 */

const reading = connectionId("reading001");

const queueAdmin: QueueAdmin = {
  depths: async () => ({ inbox: { waiting: 0, dead: 1 }, pulls: { waiting: 2, dead: 0 } }),
  deadLetters: async (queue) =>
    queue === "inbox"
      ? [
          {
            id: "1",
            queue,
            body: JSON.stringify({
              connectionId: workConnection,
              receivedAt: "2026-03-02T07:10:00.000Z",
            }),
            reason: "connector.unavailable: Jira answered 503 for an hour",
            receiveCount: 5,
            diedAt: "2026-03-02T08:14:00.000Z",
          },
        ]
      : [],
  redrive: async () => 1,
};

export interface PageServer {
  readonly url: string;
  readonly close: () => Promise<void>;
}

/** Starts the pages on this machine; port 0 takes any that is free. */
export async function startPages(port: number, isEmpty = false): Promise<PageServer> {
  const hub = new MemoryHub();
  if (!isEmpty) await seed(hub);
  const server = Promise.withResolvers<PageServer>();
  const deps = appDeps(hub, `http://127.0.0.1:${port}`);
  const app = createApp(deps);
  const jira = isEmpty ? undefined : await startDraft(app, hub);
  const settling: typeof app.fetch = async (...args) => {
    const response = await app.fetch(...args);
    await hub.settle();
    return response;
  };
  const node = serve({ fetch: settling, port, hostname: "127.0.0.1" }, (address) =>
    server.resolve({
      url: `http://127.0.0.1:${address.port}`,
      close: async () => {
        const closed = Promise.withResolvers<undefined>();
        node.close(() => closed.resolve(undefined));
        await closed.promise;
        await jira?.close();
      },
    }),
  );
  return server.promise;
}

function appDeps(hub: MemoryHub, publicUrl: string): AppDeps {
  const { table, clock } = hub;
  return {
    table,
    clock,
    publicUrl,
    logger: createSilentLogger(hub.logs),
    secrets: new MemorySecrets(),
    pulls: new MemoryQueue(),
    eventRules: new MemoryEventRules(),
    queueAdmin,
    accessToken: { read: async () => ({ mode: "open" }) },
    random: randomText,
    registry: new Registry(connectors),
    rules,
    createScratchTable: () => createMemoryTable(),
  };
}

/** A Jira that is being set up: one that answers, so that every step has something to show. */
async function startDraft(app: Hono, { clock }: MemoryHub): Promise<JiraSimulator> {
  const company = createCompany({ seed: 7, asOf: clock.now() });
  const { places } = toAsanaSeed(company);
  const seed = toJiraSeed(company, places("https://asana.example"));
  // The clock stands still here, so that what the site allows would never come back.
  const jira = await startJiraSimulator({ seed, clock, burstFactor: 10_000 });
  const settings = { baseUrl: jira.url, email: jiraEmail, apiToken: jiraToken };
  const wanted = { connector: "jira", name: "Jira (Harbor Labs)", draft: true, settings };
  const made = await app.request("/api/connections", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(wanted),
  });
  if (made.status !== 201) throw new Error(`No draft: ${await made.text()}`);
  return jira;
}

async function seed(hub: MemoryHub): Promise<void> {
  const { clock, table } = hub;
  const common = { readyAt: clock.now(), freshAt: clock.now() };
  await hub.connect(workConnection, {
    ...common,
    connector: "jira",
    name: "Jira",
    identity: "svc-throughline on northquay.atlassian.net",
  });
  await hub.connect(goalConnection, {
    ...common,
    connector: "asana",
    name: "Asana",
    identity: "Throughline in Northquay",
  });
  await hub.connect(peopleConnection, {
    ...common,
    connector: "bamboohr",
    name: "BambooHR",
    identity: "northquay.bamboohr.com",
  });
  for (const { name } of rules) await hub.setRule(name);
  const company = createCompany({ seed: 7, asOf: clock.now() });
  await hub.apply(...companyChanges(company));
  await seedStrangers(hub);
  await seedReorg(hub);
  await seedLinkRules(hub);
  clock.advance(53 * minuteMs);
  await connectOthers(hub);
  await seedBusy(hub);
  await saveGaps(table, peopleConnection, clock.now(), [
    { what: "Work e-mail of 3 people", why: "The key's owner may not see these profiles." },
  ]);
  await quarantine(table, { connectionId: workConnection, collection: "issues", at: clock.now() }, [
    { record: "issue 10042", reason: "fields.created: not a timestamp" },
  ]);
  await countDelivery(
    table,
    workConnection,
    { accepted: 412, ingested: 411, unverified: 2 },
    clock.now(),
  );
  await countDelivery(table, unknownConnections, { "unknown-connection": 3 }, clock.now());
  await hub.settle();
}

/** One that is being read, one that lost its rights, one that only delivers. */
async function connectOthers(hub: MemoryHub): Promise<void> {
  const { clock, table } = hub;
  const now = clock.now();
  const problem = {
    code: "connector.unauthorized",
    message: "Jira refused the token: make a new one and put it into the settings",
    since: instantOf(clock.nowMs() - 12 * minuteMs),
  };
  const others: Pick<Connection, "id" | "name" | "connector" | "status" | "problem">[] = [
    { id: reading, connector: "bamboohr", name: "BambooHR (Harbor Labs)", status: "active" },
    {
      id: connectionId("failing001"),
      connector: "jira",
      name: "Jira (Labs)",
      status: "degraded",
      problem,
    },
    {
      id: connectionId("slack00001"),
      connector: "slack",
      name: "Slack #alignment",
      status: "active",
    },
  ];
  for (const other of others) {
    const rest = { settings: {}, createdAt: now, updatedAt: now, revision: 0 };
    await createDocument(table, connectionSpec, { type: "connection", ...other, ...rest });
  }
  for (const { name } of bamboohr.collections) {
    await createDocument(
      table,
      cursorSpec,
      cursor(name, { recordsRead: 37, recordsTotal: 64, now }),
    );
  }
}

function cursor(
  collection: string,
  given: { recordsRead: number; recordsTotal: number | undefined; now: Cursor["updatedAt"] },
): Cursor {
  return {
    type: "cursor",
    connectionId: reading,
    collection,
    mode: "backfill",
    state: "running",
    recordsRead: given.recordsRead,
    ...(given.recordsTotal !== undefined && { recordsTotal: given.recordsTotal }),
    changesApplied: given.recordsRead,
    recordsRejected: 0,
    updatedAt: given.now,
    dueAt: given.now,
    revision: 0,
  };
}

if (import.meta.main) {
  const port = process.argv.slice(2).find((argument) => !argument.startsWith("--")) ?? "4321";
  const { url } = await startPages(Number(port), process.argv.includes("--empty"));
  process.stdout.write(`${url}\n`);
}
