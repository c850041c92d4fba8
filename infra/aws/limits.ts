import type { FunctionSpec, QueueSpec, Trigger } from "../topology-parts.ts";
import type { Topology } from "../topology.ts";
import { oldSpaceMb } from "./node-options.ts";

// Limits that only a deployment would show. docs.aws.amazon.com, 2026-11: lambda
// API_CreateEventSourceMapping, lambda gettingstarted-limits, sqs quotas, eventbridge eb-quota,
// apigateway http-api-quotas.

type Check = readonly [holds: boolean, rule: string];

/** What AWS would refuse in this topology, in sentences; empty when it can be deployed. */
export function refusedByAws(topology: Topology): readonly string[] {
  const rules: readonly (readonly [name: string, check: Check])[] = [
    ...Object.entries(topology.functions).flatMap(([name, spec]) =>
      checksOfFunction(spec, topology).map((check) => [name, check] as const),
    ),
    ...Object.entries(topology.queues).flatMap(([name, spec]) =>
      checksOfQueue(spec).map((check) => [name, check] as const),
    ),
    ...Object.entries(topology.rules).map(
      ([name, { pattern }]) =>
        [
          name,
          [JSON.stringify(pattern).length <= 2048, "a pattern has at most 2,048 characters"],
        ] as const,
    ),
  ];
  return rules.flatMap(([name, [holds, rule]]) => (holds ? [] : [`${name}: ${rule}`]));
}

function checksOfFunction(spec: FunctionSpec, topology: Topology): readonly Check[] {
  const { timeoutSeconds, memoryMb, semiSpaceMb, triggers } = spec;
  return [
    [isWithin(timeoutSeconds, 1, 900), "a function runs for at most 900 seconds"],
    [isWithin(memoryMb, 128, 10_240), "a function has 128 to 10,240 MB"],
    ...(semiSpaceMb === undefined ? [] : checksOfHeap(semiSpaceMb, memoryMb)),
    ...triggers.flatMap((trigger) => checksOfTrigger(trigger, timeoutSeconds, topology)),
  ];
}

/** What Node.js would do otherwise, which a deployment shows as memory or as an end for lack of it. */
function checksOfHeap(semiSpaceMb: number, memoryMb: number): readonly Check[] {
  return [
    [
      semiSpaceMb >= 1 && Number.isInteger(Math.log2(semiSpaceMb)),
      "a semi-space is a power of two: V8 rounds another size up to one",
    ],
    [
      oldSpaceMb(memoryMb, semiSpaceMb) >= memoryMb / 2,
      "a heap that is held keeps half the memory for old objects",
    ],
  ];
}

function checksOfTrigger(
  trigger: Trigger,
  timeoutSeconds: number,
  { queues }: Topology,
): readonly Check[] {
  switch (trigger.kind) {
    case "http":
      return [[timeoutSeconds <= 29, "an HTTP API waits for at most 30 seconds"]];
    case "queue": {
      const visibility = queues[trigger.queue]?.visibilityTimeoutSeconds ?? 0;
      const { batchSize, batchWindowSeconds, maxConcurrency } = trigger;
      return [
        [isWithin(batchSize, 1, 10_000), "a batch of a queue has 1 to 10,000 messages"],
        [
          batchSize <= 10 || batchWindowSeconds >= 1,
          "a batch above ten messages needs a window of at least a second",
        ],
        [isWithin(batchWindowSeconds, 0, 300), "a batch waits for at most 300 seconds"],
        [isWithin(maxConcurrency, 2, 1000), "concurrency of a queue is 2 to 1,000"],
        [visibility >= timeoutSeconds, "a message stays hidden while the function may run"],
      ];
    }
    case "stream":
      return [
        [isWithin(trigger.batchSize, 1, 10_000), "a batch of a stream has 1 to 10,000 records"],
        [isWithin(trigger.filters.length, 1, 5), "a mapping has at most five filters"],
        [
          trigger.filters.every((filter) => JSON.stringify(filter).length <= 4096),
          "a filter has at most 4,096 characters",
        ],
        [isWithin(trigger.retryAttempts, 0, 10_000), "a stream is tried at most 10,000 times"],
        [
          // At 24 the stream may have dropped the record before Lambda could park it.
          isWithin(trigger.maxRecordAgeHours, 1, 23),
          "a table's stream keeps records for 24 hours: give up before",
        ],
      ];
    case "rule":
      return [];
    case "schedule":
      return [[isWithin(trigger.everyMinutes, 1, 31_536_000), "a schedule has whole minutes"]];
    default:
      return trigger satisfies never;
  }
}

function checksOfQueue(spec: QueueSpec): readonly Check[] {
  return [
    [
      isWithin(spec.visibilityTimeoutSeconds, 0, 43_200),
      "a message is hidden for at most 12 hours",
    ],
    [isWithin(spec.retentionDays, 1, 14), "a queue keeps messages for at most 14 days"],
    [isWithin(spec.maxReceiveCount, 1, 1000), "a message is received at most 1,000 times"],
  ];
}

function isWithin(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}
