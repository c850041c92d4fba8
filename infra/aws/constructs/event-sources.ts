import { CfnEventSourceMapping } from "aws-cdk-lib/aws-lambda";

import type { Trigger } from "../../topology-parts.ts";
import type { HubFunction } from "./hub-function.ts";
import type { HubResources } from "./hub-resources.ts";

type StreamTrigger = Extract<Trigger, { kind: "stream" }>;
type QueueTrigger = Extract<Trigger, { kind: "queue" }>;

// The L1 form, because the L2 sources grant rights of their own, wider than the topology's.

/** Reads the table's stream. A record that can never be handled is isolated, tried, then parked. */
export function readStream(target: HubFunction, trigger: StreamTrigger, hub: HubResources): void {
  if (target.failures === undefined)
    throw new Error("A reader of the stream needs a failure queue");
  const mapping = new CfnEventSourceMapping(target, "Stream", {
    functionName: target.lambda.functionName,
    eventSourceArn: hub.table.streamArn,
    // A new mapping starts with all that the stream still holds, not with what comes next.
    startingPosition: "TRIM_HORIZON",
    batchSize: trigger.batchSize,
    filterCriteria: {
      filters: trigger.filters.map((filter) => ({ pattern: JSON.stringify(filter) })),
    },
    bisectBatchOnFunctionError: true,
    maximumRetryAttempts: trigger.retryAttempts,
    maximumRecordAgeInSeconds: trigger.maxRecordAgeHours * 3600,
    functionResponseTypes: ["ReportBatchItemFailures"],
    destinationConfig: { onFailure: { destination: target.failures.queueArn } },
  });
  mapUnderRole(target, mapping, "Stream");
}

/** Reads a queue of the topology; messages that fail alone come back alone. */
export function readQueue(target: HubFunction, trigger: QueueTrigger, hub: HubResources): void {
  const mapping = new CfnEventSourceMapping(target, "Queue", {
    functionName: target.lambda.functionName,
    eventSourceArn: hub.queues[trigger.queue].queue.queueArn,
    batchSize: trigger.batchSize,
    maximumBatchingWindowInSeconds: trigger.batchWindowSeconds,
    functionResponseTypes: ["ReportBatchItemFailures"],
    scalingConfig: { maximumConcurrency: trigger.maxConcurrency },
  });
  mapUnderRole(target, mapping, "Queue");
}

/** Lambda tries the source with the function's role when it makes the mapping, so the role comes first. */
function mapUnderRole(target: HubFunction, mapping: CfnEventSourceMapping, kind: string): void {
  if (target.lambda.role !== undefined) mapping.node.addDependency(target.lambda.role);
  mapping.overrideLogicalId(`${target.node.id.replace(/Function$/u, "")}From${kind}`);
}
