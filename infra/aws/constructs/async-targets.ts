import { CfnRule } from "aws-cdk-lib/aws-events";
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { CfnEventInvokeConfig, CfnPermission } from "aws-cdk-lib/aws-lambda";
import { CfnSchedule } from "aws-cdk-lib/aws-scheduler";
import type { Queue } from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";

import type { Topology } from "../../topology.ts";
import type { HubBus } from "./hub-bus.ts";
import type { HubFunction } from "./hub-function.ts";
import { nameLogically, pascal } from "./logical-name.ts";

/** The least that Lambda and EventBridge Scheduler take. */
const tickAgeSecondsMin = 60;
/** EventBridge's and Lambda's own longest: an event of a day ago is still true, and alerts are idempotent. */
const eventAgeSecondsMax = 86_400;
const eventDeliveryAttempts = 185;

/**
 * Lambda queues what services send it and tries three times; this parks what failed even then.
 * The dead letters of a rule or schedule hold only what Lambda did not take.
 */
export function parkFailedInvocations(target: HubFunction): void {
  // A tick that failed is replaced by the next one; an event is not.
  const isTick = !target.spec.triggers.some(({ kind }) => kind === "rule");
  const config = new CfnEventInvokeConfig(target, "Invocations", {
    functionName: target.lambda.functionName,
    qualifier: "$LATEST",
    maximumRetryAttempts: isTick ? 0 : 2,
    maximumEventAgeInSeconds: isTick ? tickAgeSecondsMin : 21_600,
    destinationConfig: { onFailure: { destination: failuresOf(target).queueArn } },
  });
  config.overrideLogicalId(`${nameOf(target)}Invocations`);
}

interface RuleTarget {
  readonly name: string;
  readonly rule: Topology["rules"][string];
  readonly bus: HubBus;
  readonly target: HubFunction;
}

/** A rule of the topology, its pattern as written there: the L2 class would rewrite it. */
export function deployRule(scope: Construct, { name, rule, bus, target }: RuleTarget): void {
  const failures = failuresOf(target);
  const deployed = new CfnRule(scope, `${pascal(name)}Rule`, {
    description: rule.summary,
    eventBusName: bus.bus.eventBusName,
    eventPattern: rule.pattern,
    state: "ENABLED",
    targets: [
      {
        id: nameOf(target),
        arn: target.lambda.functionArn,
        deadLetterConfig: { arn: failures.queueArn },
        retryPolicy: {
          maximumEventAgeInSeconds: eventAgeSecondsMax,
          maximumRetryAttempts: eventDeliveryAttempts,
        },
      },
    ],
  });
  nameLogically(deployed, `${pascal(name)}Rule`);
  const permission = new CfnPermission(target, `${pascal(name)}Permission`, {
    action: "lambda:InvokeFunction",
    functionName: target.lambda.functionArn,
    principal: "events.amazonaws.com",
    sourceArn: deployed.attrArn,
  });
  permission.overrideLogicalId(`${pascal(name)}Permission`);
  failures.addToResourcePolicy(
    new PolicyStatement({
      principals: [new ServicePrincipal("events.amazonaws.com")],
      actions: ["sqs:SendMessage"],
      resources: [failures.queueArn],
      conditions: { ArnEquals: { "aws:SourceArn": deployed.attrArn } },
    }),
  );
}

/** The clock of a function: EventBridge Scheduler, whose role may call this function and park ticks. */
export function tick(target: HubFunction, everyMinutes: number): void {
  const failures = failuresOf(target);
  const role = new Role(target, "ClockRole", {
    assumedBy: new ServicePrincipal("scheduler.amazonaws.com", {
      conditions: { StringEquals: { "aws:SourceAccount": target.lambda.env.account } },
    }),
    inlinePolicies: {
      clock: new PolicyDocument({
        statements: [
          new PolicyStatement({
            actions: ["lambda:InvokeFunction"],
            resources: [target.lambda.functionArn],
          }),
          new PolicyStatement({ actions: ["sqs:SendMessage"], resources: [failures.queueArn] }),
        ],
      }),
    },
  });
  nameLogically(role, `${nameOf(target)}ClockRole`);
  const schedule = new CfnSchedule(target, "Clock", {
    description: target.spec.summary,
    scheduleExpression: `rate(${everyMinutes} ${everyMinutes === 1 ? "minute" : "minutes"})`,
    flexibleTimeWindow: { mode: "OFF" },
    state: "ENABLED",
    target: {
      arn: target.lambda.functionArn,
      roleArn: role.roleArn,
      deadLetterConfig: { arn: failures.queueArn },
      retryPolicy: { maximumEventAgeInSeconds: tickAgeSecondsMin, maximumRetryAttempts: 1 },
    },
  });
  schedule.overrideLogicalId(`${nameOf(target)}Clock`);
}

function failuresOf(target: HubFunction): Queue {
  if (target.failures !== undefined) return target.failures;
  throw new Error(`${target.node.id} is called without an answer and needs a failure queue`);
}

function nameOf(target: HubFunction): string {
  return target.node.id.replace(/Function$/u, "");
}
