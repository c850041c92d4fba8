import * as z from "zod";

import { ConnectionProblem, ConnectionStatus } from "#shared/model/connection.ts";
import { DeliveryOutcome } from "#shared/model/delivery.ts";
import { FactType } from "#shared/model/ids.ts";

import { ConsentInfo } from "../consents/oauth-apps.ts";

export const ConnectorAnswer = z
  .strictObject({
    name: z.string(),
    title: z.string(),
    summary: z.string(),
    reads: z.boolean().meta({ description: "A source of records" }),
    tells: z.boolean().meta({ description: "A channel for messages" }),
    collections: z.array(z.strictObject({ name: z.string(), title: z.string() })),
    consent: ConsentInfo.optional().meta({
      description: "Where people may consent to an OAuth app",
    }),
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
  recordsPerSecond: z.number().optional().meta({ description: "Of the run under way, on average" }),
  secondsLeft: z.int().optional().meta({ description: "Of the run under way, at that rate" }),
  mayCancel: z.boolean().meta({ description: "It is read again, and that can be given up" }),
  mayAcceptShrink: z.boolean().meta({
    description: "A reconcile refused to remove what vanished: an admin may say that it truly did",
  }),
  quarantined: z.int().nonnegative(),
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

const BudgetAnswer = z
  .strictObject({
    quota: z
      .strictObject({
        limit: z.number(),
        windowSeconds: z.number(),
        endsAt: z.string(),
        used: z.number().meta({ description: "By this hub, in the window of now" }),
        remaining: z.number().optional().meta({ description: "As the source said last" }),
        seenAt: z.string(),
        reserve: z.number().meta({ description: "Kept for what a person waits for" }),
      })
      .optional(),
    blockedUntil: z.string().optional(),
    blockedReason: z.string().optional(),
    blockedEndpoints: z.array(z.strictObject({ endpoint: z.string(), until: z.string() })),
    refusals: z.array(z.strictObject({ reason: z.string(), count: z.int() })),
    isShared: z.boolean().meta({ description: "With other connections of the same consent" }),
  })
  .meta({ id: "Budget" });
export type BudgetAnswer = z.infer<typeof BudgetAnswer>;

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
  credential: z
    .strictObject({
      kind: z.string(),
      setAt: z.string(),
      ageDays: z.int().nonnegative(),
      expiresAt: z.string().optional(),
      daysLeft: z.int().optional(),
      warns: z.boolean().meta({ description: "It ends within 30 days, or has ended" }),
    })
    .optional(),
  consent: z
    .strictObject({
      grantId: z.string(),
      siteId: z.string(),
      status: z.enum(["active", "revoked"]),
      scopes: z.array(z.string()),
    })
    .optional()
    .meta({ description: "The consent that it rests on" }),
  budget: BudgetAnswer.optional().meta({ description: "What the source allows, as it told" }),
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
  mayCancelFirst: z.boolean().meta({
    description: "It is read for the first time, and `cancel-backfill` undoes that",
  }),
  collections: z.array(CollectionProgress),
  gaps: z.array(z.strictObject({ what: z.string(), why: z.string(), at: z.string() })),
  quarantined: z.int(),
  subscriptions: z.array(
    z.strictObject({
      resource: z.string(),
      state: z.enum(["pending", "active", "failed"]),
      problem: z.string().optional(),
      heardAt: z.string().optional().meta({ description: "Its last sign of life" }),
      expiresAt: z.string().optional(),
      checkedAt: z.string().optional(),
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
