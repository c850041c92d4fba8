import type { APIGatewayProxyEventV2 } from "aws-lambda";

import { createHandler as createAlert } from "#functions/alert/handler.ts";
import { createHandler as createApp } from "#functions/app/handler.ts";
import { createHandler as createDetect } from "#functions/detect/handler.ts";
import { DeliveryTally } from "#functions/ingest/delivery-tally.ts";
import { createHandler as createIngest } from "#functions/ingest/handler.ts";
import { createHandler as createNotify } from "#functions/notify/handler.ts";
import { createHandler as createPull } from "#functions/pull/handler.ts";
import { createHandler as createReceive } from "#functions/receive/handler.ts";
import { HeardSubscriptions } from "#functions/receive/heard-subscriptions.ts";
import { KnownConnections } from "#functions/receive/known-connections.ts";
import { createHandler as createRelay } from "#functions/relay/handler.ts";
import { createHandler as createScim } from "#functions/scim/handler.ts";
import { createHandler as createSweep } from "#functions/sweep/handler.ts";
import type { FunctionName } from "#infra/topology.ts";
import { readStreamRecord } from "#shared/adapters/dynamodb/stream-image.ts";
import { createMemoryTable } from "#shared/adapters/memory/memory-table.ts";
import { createOutbound } from "#shared/adapters/outbound/outbound.ts";
import { randomText } from "#shared/adapters/random-text.ts";
import type { Registry } from "#shared/kit/registry.ts";
import type { Clock } from "#shared/ports/clock.ts";
import type { Logger } from "#shared/ports/logger.ts";
import type { Secrets } from "#shared/ports/secrets.ts";
import type { Table } from "#shared/ports/table.ts";
import { rules } from "#shared/rules/index.ts";
import { OrgReader } from "#shared/store/org-reader.ts";

import type { HostPorts } from "./host.ts";
import type { Handler } from "./invoker.ts";

/** The sample company's tools, and whatever else is tried out, listen on this very machine. */
const outbound = createOutbound({ allowsThisMachine: true });

interface HandlerParts {
  readonly table: Table;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly secrets: Secrets;
  readonly registry: Registry;
  readonly ports: HostPorts;
  readonly publicUrl: string;
}

/** Every function of the topology, given the local machine's side of its ports. */
export function createHandlers(parts: HandlerParts): Record<FunctionName, Handler> {
  const { table, clock, secrets, registry, ports, publicUrl } = parts;
  const base = (name: FunctionName) => ({
    table,
    clock,
    logger: parts.logger.with({ function: name }),
  });
  const inbox = ports.queue("inbox");
  const pulls = ports.queue("pulls");
  const detect = createDetect({
    ...base("detect"),
    rules,
    orgReader: new OrgReader(table, clock),
    readRecord: readStreamRecord,
    isSource: registry.isSource,
    providesGoals: registry.providesGoals,
    providesWork: registry.providesWork,
  });
  const app = createApp(appDeps(parts, base("app")));
  const connections = new KnownConnections(table, clock);
  const tally = new DeliveryTally(table, clock);
  const heard = new HeardSubscriptions(base("receive"));
  return {
    receive: createReceive({ ...base("receive"), secrets, inbox, registry, connections, heard }),
    scim: createScim({ ...base("scim"), inbox, publicUrl, random: randomText }),
    // The host's own notion of a context is smaller than Lambda's, and the app needs none.
    app: (event: APIGatewayProxyEventV2) => app(event),
    ingest: createIngest({
      ...base("ingest"),
      secrets,
      inbox,
      registry,
      tally,
      random: randomText,
    }),
    pull: createPull({ ...base("pull"), secrets, registry, pulls, publicUrl, random: randomText }),
    detect,
    relay: createRelay({ ...base("relay"), bus: ports.bus, readRecord: readStreamRecord }),
    alert: createAlert({ ...base("alert"), rules }),
    notify: createNotify({
      ...base("notify"),
      random: randomText,
      secrets,
      registry,
      publicUrl,
      outbound,
      rules,
      orgReader: new OrgReader(table, clock),
    }),
    sweep: createSweep({ ...base("sweep"), pulls, registry, rules }),
  };
}

function appDeps(parts: HandlerParts, base: Pick<HandlerParts, "table" | "clock" | "logger">) {
  const { secrets, registry, ports, publicUrl } = parts;
  return {
    ...base,
    secrets,
    registry,
    rules,
    outbound,
    publicUrl,
    pulls: ports.queue("pulls"),
    queueAdmin: ports.queueAdmin,
    eventRules: ports.eventRules,
    random: randomText,
    createScratchTable: () => createMemoryTable(),
    // The host listens on this machine only and checks the Host header.
    accessToken: { read: async () => ({ mode: "open" as const }) },
    host: async () => ({ functions: plain(ports.stats()) }),
  };
}

function plain(stats: ReturnType<HostPorts["stats"]>) {
  return Object.fromEntries(Object.entries(stats).map(([name, figures]) => [name, { ...figures }]));
}
