/* What the wiring in `topology.ts` is made of. */

/**
 * What a function may do. Each right becomes the narrowest IAM statement and the variables that go
 * with it, and a dependency locally. Two need no IAM: `sources:call` puts the connectors' readable
 * sides, and with them the vendors' SDKs, into the bundle; `public-url` tells where the world reaches
 * the hub.
 */
export type Right =
  | "table:read"
  | "table:write"
  | "queue:inbox:send"
  | "queue:pulls:send"
  | "queues:admin"
  | "bus:publish"
  | "event-rules:write"
  | "secrets:read"
  | "secrets:write"
  | "access-token:read"
  | "mail:send"
  | "sources:call"
  | "public-url";

export type Trigger =
  | { readonly kind: "http"; readonly routes: readonly string[] }
  | {
      readonly kind: "queue";
      readonly queue: QueueName;
      readonly batchSize: number;
      /** How long a batch may wait to fill; SQS takes batches above ten only with at least a second. */
      readonly batchWindowSeconds: number;
      readonly maxConcurrency: number;
    }
  | {
      readonly kind: "stream";
      /** Event filter patterns on the stream record; any may match. */
      readonly filters: readonly Pattern[];
      readonly batchSize: number;
      readonly retryAttempts: number;
      readonly maxRecordAgeHours: number;
    }
  | { readonly kind: "rule"; readonly rule: RuleName }
  | { readonly kind: "schedule"; readonly everyMinutes: number };

export type Pattern = { readonly [field: string]: Pattern | readonly unknown[] };

export interface FunctionSpec {
  readonly summary: string;
  readonly triggers: readonly Trigger[];
  readonly rights: readonly Right[];
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
  /**
   * The most of each of V8's three semi-spaces, where new objects lie until they are collected; named
   * after Node's `--max-semi-space-size`, and a power of two, as V8 rounds up to one. Absent: what Lambda
   * derives from the memory, 5 % for each. For functions that read without end: V8 collects only when a
   * semi-space is full, so all that it is allowed is soon resident, however little of it is in use.
   */
  readonly semiSpaceMb?: number;
}

export interface QueueSpec {
  /** Longer than six times the consumer's timeout, as SQS advises. */
  readonly visibilityTimeoutSeconds: number;
  readonly maxReceiveCount: number;
  readonly retentionDays: number;
}

export const queues = {
  /** Verified deliveries on their way into the graph. */
  inbox: { visibilityTimeoutSeconds: 360, maxReceiveCount: 5, retentionDays: 14 },
  /** One message per due pull, and per continuation of an unfinished one. */
  pulls: { visibilityTimeoutSeconds: 5400, maxReceiveCount: 5, retentionDays: 4 },
  /** Signals that fit a custom rule: the target of every rule that admins make while the hub runs. */
  custom: { visibilityTimeoutSeconds: 180, maxReceiveCount: 5, retentionDays: 4 },
} as const satisfies Record<string, QueueSpec>;
export type QueueName = keyof typeof queues;

export interface RuleSpec {
  readonly summary: string;
  readonly pattern: Pattern;
}

/** The name of a signal rule, or of a rule for alerts. */
export type RuleName = string;
