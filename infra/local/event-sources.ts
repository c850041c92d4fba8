import type { Topology } from "#infra/topology.ts";
import { compilePattern } from "#shared/kit/event-pattern/compile-pattern.ts";
import type { Clock } from "#shared/ports/clock.ts";
import type { Logger } from "#shared/ports/logger.ts";

import { readBatchResponse } from "./batch-response.ts";
import { targetQueueName, type RuleTarget } from "./bus.ts";
import type { Checkpoints } from "./checkpoints.ts";
import type { InvocationOutcome, Invoker } from "./invoker.ts";
import { QueueConsumer, type Failures, type QueueConsumerOptions } from "./queue-consumer.ts";
import type { ReceivedMessage } from "./queue-store.ts";
import type { LocalQueues } from "./queues.ts";
import { sqsEvent } from "./sqs-event.ts";
import type { StreamSource } from "./stream-source.ts";
import { StreamConsumer } from "./streams.ts";

type Trigger<Kind> = Extract<
  Topology["functions"][string]["triggers"][number],
  { readonly kind: Kind }
>;

/** What every event source of the host stands on. */
export interface SourceDeps {
  readonly queues: LocalQueues;
  readonly invoker: Invoker;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Deliveries of rules and redriven stream records that run at once, each alone. */
const singlesAtOnce = 10;

/** Where a stream-triggered function's given-up records wait; a redrive brings them back one by one. */
export function streamQueueName(functionName: string): string {
  return `stream.${functionName}`;
}

export const streamQueueSpec = {
  visibilityTimeoutSeconds: 900,
  maxReceiveCount: 1,
  retentionDays: 14,
} as const;

/** An SQS mapping of the topology. */
export function queueTrigger(
  functionName: string,
  trigger: Trigger<"queue">,
  deps: SourceDeps,
): QueueConsumer {
  const { queue } = trigger;
  return new QueueConsumer({
    ...deps,
    ...trigger,
    deliver: async (messages) => {
      const outcome = await deps.invoker.invoke(functionName, sqsEvent(queue, messages));
      return failuresOf(outcome, messages);
    },
  });
}

/** A rule's target: each event is an invocation of its own. */
export function ruleTrigger(target: RuleTarget, deps: SourceDeps): QueueConsumer {
  return consumeSingly(targetQueueName(target), deps, async (message) => {
    const outcome = await deps.invoker.invoke(target.functionName, JSON.parse(message.body));
    return outcome.ok ? undefined : outcome.reason;
  });
}

/** Records that a stream gave up and an operator redrives. They come alone and out of order. */
export function redrivenRecords(functionName: string, deps: SourceDeps): QueueConsumer {
  return consumeSingly(streamQueueName(functionName), deps, async (message) => {
    const outcome = await deps.invoker.invoke(functionName, {
      Records: [JSON.parse(message.body)],
    });
    if (!outcome.ok) return outcome.reason;
    const { kind } = readBatchResponse(outcome.value, new Set());
    return kind === "succeeded" ? undefined : "the function reported it as failed";
  });
}

/** A stream mapping of the topology. */
export function streamTrigger(
  functionName: string,
  trigger: Trigger<"stream">,
  deps: SourceDeps & { readonly source: StreamSource; readonly checkpoints: Checkpoints },
): StreamConsumer {
  return new StreamConsumer({
    ...deps,
    ...trigger,
    functionName,
    filters: trigger.filters.map(compilePattern),
    invoke: (records) => deps.invoker.invoke(functionName, { Records: records }),
    giveUp: async (record, reason, attempts) => {
      const sequenceNumber = record.dynamodb.SequenceNumber;
      deps.logger.error("stream.record-died", { function: functionName, sequenceNumber, reason });
      await deps.queues.bury({
        queue: streamQueueName(functionName),
        body: JSON.stringify(record),
        reason,
        receiveCount: attempts,
      });
    },
  });
}

function consumeSingly(
  queue: string,
  deps: SourceDeps,
  run: (message: ReceivedMessage) => Promise<string | undefined>,
): QueueConsumer {
  const deliver: QueueConsumerOptions["deliver"] = async (messages) => {
    const failures = new Map<number, string>();
    for (const message of messages) {
      const reason = await run(message);
      if (reason !== undefined) failures.set(message.id, reason);
    }
    return failures;
  };
  return new QueueConsumer({
    ...deps,
    queue,
    batchSize: 1,
    batchWindowSeconds: 0,
    maxConcurrency: singlesAtOnce,
    deliver,
  });
}

function failuresOf(outcome: InvocationOutcome, messages: readonly ReceivedMessage[]): Failures {
  const all = (reason: string) => new Map(messages.map(({ id }) => [id, reason]));
  if (!outcome.ok) return all(outcome.reason);
  const known = new Set(messages.map(({ id }) => String(id)));
  const response = readBatchResponse(outcome.value, known);
  if (response.kind === "failed") return all(response.reason);
  if (response.kind === "succeeded") return new Map();
  const failed = messages.filter(({ id }) => response.failed.has(String(id)));
  return new Map(failed.map(({ id }) => [id, "the function reported it as failed"]));
}
