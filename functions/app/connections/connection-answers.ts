import * as z from "zod";

import { ConnectionProblem, ConnectionStatus } from "#shared/model/connection.ts";
import { DeliveryOutcome } from "#shared/model/delivery.ts";
import { FactType } from "#shared/model/ids.ts";

export const ConnectorAnswer = z
  .strictObject({
    name: z.string(),
    title: z.string(),
    summary: z.string(),
    reads: z.boolean().meta({ description: "A source of records" }),
    tells: z.boolean().meta({ description: "A channel for messages" }),
    collections: z.array(z.strictObject({ name: z.string(), title: z.string() })),
    settings: z.record(z.string(), z.unknown()).meta({
      description:
        "JSON Schema of the settings; a property with `secret: true` is never given back",
    }),
  })
  .meta({ id: "Connector" });
export type ConnectorAnswer = z.input<typeof ConnectorAnswer>;

export const Health = z.enum([
  "draft",
  "healthy",
  "reading",
  "stale",
  "degraded",
  "paused",
  "removing",
]);

const CollectionProgress = z.strictObject({
  name: z.string(),
  title: z.string(),
  mode: z.enum(["backfill", "poll", "reconcile"]),
  state: z.enum(["waiting", "running", "idle", "failed"]),
  recordsRead: z.int(),
  recordsTotal: z.int().optional(),
  percent: z
    .int()
    .min(0)
    .max(100)
    .optional()
    .meta({ description: "Of the run under way, where the source says how much there is" }),
  changesApplied: z.int(),
  recordsRejected: z.int(),
  backfilledAt: z.string().optional(),
  completedAt: z.string().optional(),
  reconciledAt: z.string().optional(),
  dueAt: z.string().optional(),
  problem: ConnectionProblem.optional(),
});

export const DeliveryDay = z
  .strictObject({
    day: z.string(),
    counts: z.partialRecord(DeliveryOutcome, z.int()),
  })
  .meta({ id: "DeliveryDay" });

const connectionFields = {
  id: z.string(),
  connector: z.string(),
  connectorTitle: z.string(),
  name: z.string(),
  reads: z.boolean(),
  tells: z.boolean(),
  status: ConnectionStatus,
  health: Health,
  problem: ConnectionProblem.optional(),
  identity: z.string().optional(),
  settings: z.record(z.string(), z.json()).meta({ description: "Without secrets" }),
  isReady: z.boolean().meta({ description: "Every collection was read whole at least once" }),
  freshness: z.strictObject({
    freshAt: z.string().optional(),
    ageSeconds: z.int().optional(),
    isStale: z.boolean(),
    staleAfterMinutes: z.int(),
  }),
  facts: z.partialRecord(FactType, z.int()),
  percent: z
    .int()
    .optional()
    .meta({ description: "Of the first full reading, over all collections" }),
  collections: z.array(CollectionProgress),
  gaps: z.array(z.strictObject({ what: z.string(), why: z.string(), at: z.string() })),
  quarantined: z.int(),
  subscriptions: z.array(
    z.strictObject({
      resource: z.string(),
      state: z.enum(["pending", "active", "failed"]),
      problem: z.string().optional(),
    }),
  ),
  deliveries: z
    .array(DeliveryDay)
    .meta({ description: "The last seven days with any, latest first" }),
  webhookUrl: z.string().optional().meta({
    description: "For registering a webhook by hand, where the source cannot be asked to",
  }),
  createdAt: z.string(),
  updatedAt: z.string(),
};

export const ConnectionAnswer = z.strictObject(connectionFields).meta({ id: "Connection" });
export type ConnectionAnswer = z.input<typeof ConnectionAnswer>;

export const ConnectionDetail = z
  .strictObject({
    ...connectionFields,
    quarantine: z
      .array(
        z.strictObject({
          collection: z.string(),
          record: z.string(),
          reason: z.string(),
          at: z.string(),
        }),
      )
      .meta({ description: "Records that could not be understood, latest first; at most 100" }),
  })
  .meta({ id: "ConnectionDetail" });
export type ConnectionDetail = z.input<typeof ConnectionDetail>;
