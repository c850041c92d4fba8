import type { Topology } from "#infra/topology.ts";
import { HubError } from "#shared/errors.ts";

import { targetQueueName, targetQueueSpec, type RuleTarget } from "./bus.ts";
import { streamQueueName, streamQueueSpec } from "./event-sources.ts";
import type { LocalQueueSpec } from "./queues.ts";
import type { Route } from "./routes.ts";

/** The queues of the topology, one for each target of a rule, one for each stream's failures. */
export function queueSpecs(
  topology: Topology,
  targets: readonly RuleTarget[],
  retryDelaysSeconds: readonly number[] | undefined,
): Readonly<Record<string, LocalQueueSpec>> {
  const targetSpec = { ...targetQueueSpec, ...(retryDelaysSeconds && { retryDelaysSeconds }) };
  const streamed = Object.entries(topology.functions).filter(([, { triggers }]) =>
    triggers.some(({ kind }) => kind === "stream"),
  );
  return {
    ...topology.queues,
    ...Object.fromEntries(targets.map((target) => [targetQueueName(target), targetSpec])),
    ...Object.fromEntries(streamed.map(([name]) => [streamQueueName(name), streamQueueSpec])),
  };
}

export function ruleTargets({ functions, rules }: Topology): readonly RuleTarget[] {
  return Object.entries(functions).flatMap(([functionName, { triggers }]) =>
    triggers.flatMap((trigger) => {
      if (trigger.kind !== "rule") return [];
      const rule = rules[trigger.rule];
      if (rule === undefined) throw broken(`${functionName} is triggered by an unknown rule`);
      return [{ rule: trigger.rule, pattern: rule.pattern, functionName }];
    }),
  );
}

export function routesOf({ functions }: Topology): readonly Route[] {
  return Object.entries(functions).flatMap(([functionName, { triggers }]) =>
    triggers.flatMap((trigger) =>
      trigger.kind === "http" ? trigger.routes.map((routeKey) => ({ functionName, routeKey })) : [],
    ),
  );
}

/** A mistake in the wiring or in the host itself, never in an input. */
export function broken(message: string): HubError {
  return new HubError("invariant.broken", message);
}
