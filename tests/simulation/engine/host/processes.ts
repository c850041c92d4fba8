import type {
  APIGatewayProxyEventV2,
  APIGatewayProxyStructuredResultV2,
  DynamoDBStreamEvent,
  EventBridgeEvent,
  SQSBatchResponse,
  SQSEvent,
} from "aws-lambda";

import { createHandler as createAlert } from "#functions/alert/handler.ts";
import { createHandler as createDetect } from "#functions/detect/handler.ts";
import { DeliveryTally } from "#functions/ingest/delivery-tally.ts";
import { createHandler as createIngest } from "#functions/ingest/handler.ts";
import { createHandler as createNotify } from "#functions/notify/handler.ts";
import { createHandler as createPull } from "#functions/pull/handler.ts";
import { createHandler as createReceive } from "#functions/receive/handler.ts";
import { HeardSubscriptions } from "#functions/receive/heard-subscriptions.ts";
import { KnownConnections } from "#functions/receive/known-connections.ts";
import { createHandler as createRelay } from "#functions/relay/handler.ts";
import { createHandler as createSweep } from "#functions/sweep/handler.ts";
import { silentLogger } from "#infra/local/logger.ts";
import type { Registry } from "#shared/kit/registry.ts";
import type { HubEvent } from "#shared/model/events.ts";
import type { Clock } from "#shared/ports/clock.ts";
import type { Outbound } from "#shared/ports/outbound.ts";
import type { ItemChange, Table } from "#shared/ports/table.ts";
import { rules } from "#shared/rules/index.ts";
import { OrgReader } from "#shared/store/org-reader.ts";

import { Fuse } from "./fuse.ts";
import type { HotKeys } from "./hot-keys.ts";
import type { Vault } from "./ports.ts";
import { cachedSecrets, fusedBus, fusedQueue, fusedTable } from "./ports.ts";
import type { SimQueue } from "./sim-queue.ts";

/** What all functions stand on. */
export interface Ground {
  readonly table: Table;
  /** Of the table, as functions meet it; checks do not. */
  readonly hotKeys: HotKeys;
  readonly clock: Clock;
  readonly registry: Registry;
  readonly vault: Vault;
  readonly inbox: SimQueue;
  readonly pulls: SimQueue;
  readonly publish: (events: readonly HubEvent[]) => Promise<void>;
  readonly random: (length: number) => string;
  /** By which channels call out; absent: those of this world call nobody. */
  readonly outbound?: Outbound | undefined;
}

const publicUrl = "https://hub.example";

/** Records are handed over decoded: the encoding has its own tests. */
const readRecord = (record: unknown) => record as ItemChange;

/** Each handler as its entry point makes it, over ports that may break. */
const makers = {
  receive: (ground: Ground, fuse: Fuse) => {
    const base = baseOf(ground, fuse);
    const { table, clock } = base;
    return createReceive({
      ...base,
      inbox: fusedQueue("inbox", ground.inbox, fuse),
      connections: new KnownConnections(table, clock),
      heard: new HeardSubscriptions(base),
    });
  },
  ingest: (ground: Ground, fuse: Fuse) => {
    const base = baseOf(ground, fuse);
    const tally = new DeliveryTally(base.table, base.clock);
    return createIngest({ ...base, inbox: fusedQueue("inbox", ground.inbox, fuse), tally });
  },
  pull: (ground: Ground, fuse: Fuse) => {
    const pulls = fusedQueue("pulls", ground.pulls, fuse);
    return createPull({ ...baseOf(ground, fuse), pulls, publicUrl });
  },
  detect: (ground: Ground, fuse: Fuse) => {
    const table = ground.hotKeys.over(ground.table, fuse);
    return createDetect({ ...detectDeps({ ...ground, table }, fuse), readRecord });
  },
  relay: (ground: Ground, fuse: Fuse) => {
    const { clock, logger } = baseOf(ground, fuse);
    return createRelay({ clock, logger, bus: fusedBus(ground.publish, fuse), readRecord });
  },
  alert: (ground: Ground, fuse: Fuse) => createAlert({ ...baseOf(ground, fuse), rules }),
  notify: (ground: Ground, fuse: Fuse) => {
    const base = baseOf(ground, fuse);
    return createNotify({
      ...base,
      rules,
      orgReader: new OrgReader(base.table, base.clock),
      publicUrl,
      ...(ground.outbound && { outbound: ground.outbound }),
    });
  },
  sweep: (ground: Ground, fuse: Fuse) => {
    return createSweep({
      ...baseOf(ground, fuse),
      pulls: fusedQueue("pulls", ground.pulls, fuse),
      rules,
    });
  },
};

function baseOf(ground: Ground, fuse: Fuse) {
  const { clock, hotKeys, registry, random } = ground;
  return {
    table: fusedTable(hotKeys.over(ground.table, fuse), fuse),
    clock,
    logger: silentLogger,
    registry,
    random,
    secrets: cachedSecrets(ground.vault, clock, fuse),
  };
}

/** What detecting and recomputing take. */
export function detectDeps(
  ground: Pick<Ground, "table" | "clock" | "registry">,
  fuse = new Fuse(),
) {
  const table = fusedTable(ground.table, fuse);
  return {
    table,
    clock: ground.clock,
    logger: silentLogger,
    rules,
    orgReader: new OrgReader(table, ground.clock),
    isSource: ground.registry.isSource,
    providesGoals: ground.registry.providesGoals,
  };
}

export type FunctionName = keyof typeof makers;

export interface Events {
  receive: APIGatewayProxyEventV2;
  ingest: SQSEvent;
  pull: SQSEvent;
  detect: DynamoDBStreamEvent | { readonly schedule: true };
  relay: DynamoDBStreamEvent;
  alert: EventBridgeEvent<string, unknown> | { readonly "detail-type": "Scheduled Event" };
  notify: EventBridgeEvent<string, unknown> | { readonly schedule: true };
  sweep: undefined;
}

export interface Results {
  receive: APIGatewayProxyStructuredResultV2;
  ingest: SQSBatchResponse;
  pull: SQSBatchResponse;
  detect: void;
  relay: void;
  alert: void;
  notify: void;
  sweep: void;
}

export interface Process {
  readonly fuse: Fuse;
  readonly handler: (event: never) => Promise<unknown>;
}

/** A process that has just started, with nothing in its memory. */
export function startProcess(name: FunctionName, ground: Ground): Process {
  const fuse = new Fuse();
  return { fuse, handler: makers[name](ground, fuse) };
}
