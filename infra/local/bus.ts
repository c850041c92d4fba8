import { randomUUID } from "node:crypto";

import type { EventBridgeEvent } from "aws-lambda";

import type { QueueName } from "#infra/topology-parts.ts";
import { compilePattern, type CompiledPattern } from "#shared/kit/event-pattern/compile-pattern.ts";
import { eventSource, type HubEvent } from "#shared/model/events.ts";
import type { EventBus } from "#shared/ports/event-bus.ts";

import { accountId, region } from "./environment.ts";
import type { LocalEventRules } from "./event-rules.ts";
import type { LocalQueues, LocalQueueSpec } from "./queues.ts";

/** One rule that delivers to one function, through a queue of its own. */
export interface RuleTarget {
  readonly rule: string;
  readonly pattern: unknown;
  readonly functionName: string;
}

/**
 * What Lambda does with an asynchronous event, which is what a rule sends: three attempts, one and two
 * minutes apart (docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html, 2026-11).
 */
export const targetQueueSpec = {
  visibilityTimeoutSeconds: 900,
  maxReceiveCount: 3,
  retentionDays: 4,
  retryDelaysSeconds: [60, 120],
} as const satisfies LocalQueueSpec;

/** Where the target of every custom rule is. */
const customQueue: QueueName = "custom";

/** The queue between a rule and its target; the name appears among the dead letters. */
export function targetQueueName({ rule, functionName }: RuleTarget): string {
  return `rule.${rule}.${functionName}`;
}

/**
 * The alignment bus on one machine: matches every event against every rule's pattern and queues one
 * message for each target that matches. All events of a call are durable together.
 */
export function createLocalBus(
  targets: readonly RuleTarget[],
  queues: Pick<LocalQueues, "sendAll">,
  custom?: Pick<LocalEventRules, "route">,
): EventBus {
  const routes = targets.map((target) => ({
    queue: targetQueueName(target),
    pattern: compilePattern(target.pattern),
  }));
  return {
    async publish(events) {
      const bridged = events.map(bridgeEvent);
      await queues.sendAll(
        bridged.flatMap((event) => [
          ...route(event, routes),
          ...(custom?.route(event) ?? []).map((body) => ({ queue: customQueue, body })),
        ]),
      );
    },
  };
}

function route(
  event: EventBridgeEvent<string, unknown>,
  routes: readonly { readonly queue: string; readonly pattern: CompiledPattern }[],
): readonly { readonly queue: string; readonly body: string }[] {
  const matching = routes.filter(({ pattern }) => pattern.matches(event));
  if (matching.length === 0) return [];
  const body = JSON.stringify(event);
  return matching.map(({ queue }) => ({ queue, body }));
}

/** As EventBridge delivers it: an id of the bus's own, the hub's event id among the resources. */
function bridgeEvent(event: HubEvent): EventBridgeEvent<string, unknown> {
  return {
    version: "0",
    id: randomUUID(),
    "detail-type": event.type,
    source: eventSource,
    account: accountId,
    // EventBridge has whole seconds only.
    time: `${event.at.slice(0, 19)}Z`,
    region,
    resources: [event.id],
    detail: event.detail,
  };
}
