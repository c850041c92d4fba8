import { join } from "node:path";

import type { SQSEvent } from "aws-lambda";

import { openFileSecrets } from "#infra/local/file-secrets.ts";
import { startLocalHub } from "#infra/local/local-hub.ts";
import type { LocalHub } from "#infra/local/local-hub.ts";
import { silentLogger } from "#infra/local/logger.ts";
import { systemClock } from "#shared/adapters/system-clock.ts";
import { InboxMessage } from "#shared/model/delivery.ts";
import { AlertId } from "#shared/model/ids.ts";
import { readTold } from "#shared/store/told.ts";

import { serveRequests, tellNote } from "../serve-requests.ts";
import type { Stop } from "../serve-requests.ts";
import { declareReady, seedHub } from "../workload/seed.ts";
import type { Answer, Ingested, OnRecord, Request } from "./messages.ts";
import { machineMs } from "./messages.ts";

/** The local hub as `npm start` runs it, in a process of its own. */
let hub: LocalHub | undefined;

serveRequests(async (request: Request | Stop): Promise<Answer> => {
  switch (request.kind) {
    case "start-hub":
      return { url: await start(request) };
    case "declare-ready":
      if (!hub) throw new Error("The hub has not been started");
      await hub.host.settle();
      await declareReady({ table: hub.table, clock: systemClock });
      await hub.host.settle();
      return {};
    case "settle":
      await hub?.host.settle();
      return {};
    case "look-up":
      return { records: (await Promise.all(request.alerts.map(openingOnRecord))).flat() };
    case "stop":
      await hub?.close();
      return {};
    default:
      throw new Error(`The hub does not ${request.kind}`);
  }
});

async function start(request: Extract<Request, { kind: "start-hub" }>): Promise<string> {
  const { dataDir, jiraUrl, slackUrl } = request;
  hub = await startLocalHub({
    dataDir,
    port: 0,
    clock: systemClock,
    logger: silentLogger,
    instrument: (handlers) => ({ ...handlers, ingest: watched(handlers.ingest) }),
  });
  // The hub reads the file when it first needs a secret, which is after this.
  const secrets = openFileSecrets(join(dataDir, "secrets.json"));
  await seedHub(
    { table: hub.table, clock: systemClock, secrets },
    { jira: jiraUrl, slack: slackUrl },
  );
  await hub.host.settle();
  return hub.url;
}

async function openingOnRecord(alert: string): Promise<readonly OnRecord[]> {
  if (!hub) throw new Error("The hub has not been started");
  const told = await readTold(hub.table, AlertId.parse(alert));
  const openings = told.filter(({ notification }) => notification.reason === "opened");
  const latest = Math.max(...openings.map(({ notification }) => notification.generation));
  return openings
    .filter(({ notification }) => notification.generation === latest)
    .map(({ notification: { state, mode }, dispatch }) => ({
      alert,
      state,
      mode,
      ...(dispatch && {
        message: {
          kind: dispatch.kind,
          outcome: dispatch.outcome,
          alerts: dispatch.alerts.map(({ alertId }) => alertId),
        },
      }),
    }));
}

type Ingest = Parameters<
  NonNullable<Parameters<typeof startLocalHub>[0]["instrument"]>
>[0]["ingest"];

/** Tells which deliveries each invocation was about, once it is done with them. */
function watched(ingest: Ingest): Ingest {
  const run = ingest as (event: SQSEvent, context: unknown) => Promise<unknown>;
  return async (event: SQSEvent, context: unknown) => {
    const result = await run(event, context);
    const atMs = machineMs();
    const ids = event.Records.map(({ body }) => deliveryIdIn(body));
    tellNote({ ids, atMs } satisfies Ingested);
    return result;
  };
}

/** Out of the text, since parsing the whole message again would be a cost of its own. */
function deliveryIdIn(body: string): string {
  return (
    /"deliveryId":"(bench-\d+)"/u.exec(body)?.[1] ?? InboxMessage.parse(JSON.parse(body)).deliveryId
  );
}
