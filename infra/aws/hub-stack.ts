import { Stack } from "aws-cdk-lib";
import type { StackProps } from "aws-cdk-lib";
import type { Construct } from "constructs";

import type { QueueName, QueueSpec } from "../topology-parts.ts";
import type { Topology } from "../topology.ts";
import { deployRule, parkFailedInvocations, tick } from "./constructs/async-targets.ts";
import { readQueue, readStream } from "./constructs/event-sources.ts";
import { HubAlarms } from "./constructs/hub-alarms.ts";
import { HubApi } from "./constructs/hub-api.ts";
import { HubBus } from "./constructs/hub-bus.ts";
import { HubFunction } from "./constructs/hub-function.ts";
import { HubQueue } from "./constructs/hub-queue.ts";
import type { HubResources } from "./constructs/hub-resources.ts";
import { HubSchemas } from "./constructs/hub-schemas.ts";
import { HubSecrets } from "./constructs/hub-secrets.ts";
import { HubTable } from "./constructs/hub-table.ts";
import { refusedByAws } from "./limits.ts";

export interface HubStackProps extends StackProps {
  readonly topology: Topology & { readonly queues: Readonly<Record<QueueName, QueueSpec>> };
  /** The folder with the bundle of a function. */
  readonly bundleOf: (functionName: string) => string;
  /** Where people and sources reach the hub, if it has a name of its own. */
  readonly publicUrl?: string | undefined;
  /** Who is told of alarms. */
  readonly alarmEmail?: string | undefined;
  readonly logLevel?: string | undefined;
}

/** The whole hub on AWS, made from the topology that the local hub runs. */
export class HubStack extends Stack {
  readonly #hub: HubResources;
  readonly #api: HubApi;
  readonly #topology: Topology;

  constructor(scope: Construct, id: string, props: HubStackProps) {
    super(scope, id, props);
    const refused = refusedByAws(props.topology);
    if (refused.length > 0) throw new Error(`AWS would refuse the topology: ${refused.join("; ")}`);
    this.#topology = props.topology;
    this.#api = new HubApi(this, "Front");
    this.#hub = {
      table: new HubTable(this, "Store"),
      queues: {
        inbox: new HubQueue(this, "inbox", props.topology.queues.inbox),
        pulls: new HubQueue(this, "pulls", props.topology.queues.pulls),
        custom: new HubQueue(this, "custom", props.topology.queues.custom),
      },
      bus: new HubBus(this, "Alignment"),
      secrets: new HubSecrets(this, "Secrets"),
      publicUrl: props.publicUrl ?? this.#api.endpoint,
    };
    new HubSchemas(this, "Events");
    this.#hub.queues.custom.admit(this.#hub.bus.customRulesArn);
    const functions = Object.entries(props.topology.functions).map(([name, spec]) => {
      const target = new HubFunction(this, {
        name,
        spec,
        hub: this.#hub,
        bundle: props.bundleOf(name),
        logLevel: props.logLevel ?? "info",
      });
      this.#wire(target);
      return target;
    });
    new HubAlarms(this, "Alarms", {
      functions,
      parkingQueues: [
        ...Object.values(this.#hub.queues).map(({ deadLetters }) => deadLetters),
        ...functions.flatMap(({ failures }) => failures ?? []),
      ],
      apiId: this.#api.apiId,
      tableName: this.#hub.table.name,
      email: props.alarmEmail,
    });
  }

  /** Connects a function with its triggers. */
  #wire(target: HubFunction): void {
    let isCalledWithoutAnswer = false;
    for (const trigger of target.spec.triggers) {
      switch (trigger.kind) {
        case "http":
          this.#api.route(target, trigger.routes);
          break;
        case "queue":
          readQueue(target, trigger, this.#hub);
          break;
        case "stream":
          readStream(target, trigger, this.#hub);
          break;
        case "rule":
          isCalledWithoutAnswer = true;
          this.#deployRule(target, trigger.rule);
          break;
        case "schedule":
          isCalledWithoutAnswer = true;
          tick(target, trigger.everyMinutes);
          break;
      }
    }
    if (isCalledWithoutAnswer) parkFailedInvocations(target);
  }

  #deployRule(target: HubFunction, name: string): void {
    const rule = this.#topology.rules[name];
    if (rule === undefined) throw new Error(`The topology has no rule ${name}`);
    deployRule(this, { name, rule, bus: this.#hub.bus, target });
  }
}
