import type { Rule as SignalRule } from "#shared/kit/rule.ts";
import { eventSource } from "#shared/model/events.ts";
import { rules as signalRules } from "#shared/rules/index.ts";

import { queues } from "./topology-parts.ts";
import type { FunctionSpec, Pattern, QueueSpec, RuleName, RuleSpec } from "./topology-parts.ts";

/**
 * The wiring of the hub as plain data: which function runs on which trigger, with which rights. The
 * CDK stack (infra/aws) and the local hub (infra/local) both read it, so neither can drift.
 */

/** Stream filter: items whose `type` attribute, in the new or the old image, is one of these. */
function itemsOfType(...types: readonly string[]): readonly Pattern[] {
  const isType = { type: { S: types } };
  return [
    { dynamodb: { NewImage: isType } },
    { dynamodb: { OldImage: isType }, eventName: ["REMOVE"] },
  ];
}

/** Signals of one rule, on their way to alerts: all, or those that the rule says are worth one. */
function signalsOf({ name, title, alertOn }: SignalRule): readonly [RuleName, RuleSpec] {
  const pattern: Pattern = {
    source: [eventSource],
    "detail-type": ["signal.opened.v1", "signal.updated.v1", "signal.cleared.v1"],
    // A content filter is a pattern: fields, and lists of what each may be.
    detail: { rule: [name], ...(alertOn as Pattern | undefined) },
  };
  return [name, { summary: title, pattern }];
}

const toldRule = "tell-people";

/** EventBridge rules on the alignment bus, written as they are deployed: one for each signal rule. */
export const rules: Readonly<Record<RuleName, RuleSpec>> & {
  readonly [toldRule]: RuleSpec;
} = {
  ...Object.fromEntries(signalRules.map(signalsOf)),
  [toldRule]: {
    summary: "Alerts that came, went or changed hands, worth a message",
    pattern: {
      source: [eventSource],
      "detail-type": [
        "alert.opened.v1",
        "alert.acknowledged.v1",
        "alert.snoozed.v1",
        "alert.contested.v1",
        "alert.contest-answered.v1",
        "alert.resolved.v1",
      ],
      detail: { severity: [{ "anything-but": ["info"] }] },
    },
  },
};
export const functions = {
  receive: {
    summary: "Verifies a webhook on its raw bytes and puts it into the inbox",
    triggers: [{ kind: "http", routes: ["POST /webhooks/{connector}/{connectionId}"] }],
    rights: ["table:read", "table:write", "queue:inbox:send", "secrets:read", "secrets:write"],
    timeoutSeconds: 10,
    memoryMb: 512,
  },
  scim: {
    summary: "SCIM 2.0 server: keeps what an identity provider sends of users and groups",
    triggers: [{ kind: "http", routes: ["ANY /scim/v2/{proxy+}", "ANY /scim/v2"] }],
    rights: ["table:read", "table:write", "queue:inbox:send", "public-url"],
    // A group of ten thousand members may come at once; the front door waits 30 seconds at most.
    timeoutSeconds: 29,
    memoryMb: 1024,
  },
  app: {
    summary: "REST API, OpenAPI document and pages",
    triggers: [{ kind: "http", routes: ["ANY /{proxy+}", "ANY /"] }],
    rights: [
      "table:read",
      "table:write",
      "queue:pulls:send",
      "queues:admin",
      "event-rules:write",
      "secrets:read",
      "secrets:write",
      "access-token:read",
      "sources:call",
      "public-url",
    ],
    timeoutSeconds: 29,
    memoryMb: 1024,
  },
  ingest: {
    summary: "Turns verified deliveries into changes of the graph",
    triggers: [
      { kind: "queue", queue: "inbox", batchSize: 10, batchWindowSeconds: 0, maxConcurrency: 10 },
    ],
    rights: [
      "table:read",
      "table:write",
      "queue:inbox:send",
      "secrets:read",
      // A token that runs out while a delivery is being read is refreshed there and then.
      "secrets:write",
      "sources:call",
    ],
    timeoutSeconds: 60,
    memoryMb: 512,
  },
  pull: {
    summary: "Reads one collection of a connection, page by page, and reconciles deletions",
    triggers: [
      { kind: "queue", queue: "pulls", batchSize: 1, batchWindowSeconds: 0, maxConcurrency: 10 },
    ],
    rights: [
      "table:read",
      "table:write",
      "queue:pulls:send",
      "secrets:read",
      "secrets:write",
      "sources:call",
      "public-url",
    ],
    timeoutSeconds: 900,
    // The memory is for its share of a processor. The heap is held to what B10 of docs/benchmarks.md shows.
    memoryMb: 1024,
    semiSpaceMb: 4,
  },
  detect: {
    summary: "Re-evaluates the subjects that changes of the graph touch; opens and clears signals",
    triggers: [
      {
        kind: "stream",
        filters: itemsOfType(
          "work-item",
          "goal",
          "person",
          "account",
          "org-unit",
          "link",
          // What a person's link becomes when it is taken back.
          "ended-link",
          "dependency",
          "match",
          "membership",
          "same-person",
          // Since when something waits.
          "history",
          "connection",
          // What a connection cannot see, and what it could not read.
          "coverage-gap",
          "quarantined",
          "rule-settings",
          // Whoever wrote it may have been overtaken.
          "signal",
          // Somebody wants one.
          "self-check",
          "recompute",
          "link-rule",
        ),
        batchSize: 500,
        retryAttempts: 10,
        maxRecordAgeHours: 23,
      },
      // The self-check: recompute everything, mend what drifted.
      { kind: "schedule", everyMinutes: 60 },
    ],
    rights: ["table:read", "table:write"],
    timeoutSeconds: 300,
    memoryMb: 1024,
  },
  relay: {
    summary: "The outbox: publishes what the table's stream says has happened",
    triggers: [
      {
        kind: "stream",
        filters: itemsOfType("signal", "alert", "goal", "connection"),
        batchSize: 100,
        retryAttempts: 100,
        maxRecordAgeHours: 23,
      },
    ],
    rights: ["bus:publish"],
    timeoutSeconds: 60,
    memoryMb: 256,
  },
  alert: {
    summary: "Opens and resolves alerts from signals",
    triggers: [
      ...signalRules.map(({ name }) => ({ kind: "rule" as const, rule: name })),
      {
        kind: "queue" as const,
        queue: "custom" as const,
        batchSize: 10,
        batchWindowSeconds: 0,
        maxConcurrency: 2,
      },
      // The net under lost events: all signals and alerts are compared.
      { kind: "schedule" as const, everyMinutes: 60 },
    ],
    rights: ["table:read", "table:write"],
    timeoutSeconds: 60,
    // The net compares thousands of findings with up to fifty custom rules within its minute: that is CPU.
    memoryMb: 512,
  },
  notify: {
    summary: "Tells people through the channels that are connected",
    triggers: [
      { kind: "rule", rule: toldRule },
      // Rungs, messages and digests that are due; channels that asked to be tried again.
      { kind: "schedule", everyMinutes: 1 },
    ],
    rights: [
      "table:read",
      "table:write",
      "secrets:read",
      // Comments on items are written as the account that reads them: its token may run out just then.
      "secrets:write",
      "sources:call",
      "mail:send",
      "public-url",
    ],
    // Shorter than `attemptMsMax` of shared/model/notification.ts: who has run out of it answers no more.
    timeoutSeconds: 30,
    memoryMb: 512,
  },
  sweep: {
    summary: "The clock: due pulls, grace periods, snoozes, webhook registrations, staleness",
    triggers: [{ kind: "schedule", everyMinutes: 1 }],
    rights: ["table:read", "table:write", "queue:pulls:send"],
    timeoutSeconds: 60,
    memoryMb: 256,
  },
} as const satisfies Record<string, FunctionSpec>;
export type FunctionName = keyof typeof functions;

export const topology = { functions, queues, rules } as const;
export type Topology = {
  readonly functions: Readonly<Record<string, FunctionSpec>>;
  readonly queues: Readonly<Record<string, QueueSpec>>;
  readonly rules: Readonly<Record<RuleName, RuleSpec>>;
};
