import { Duration, RemovalPolicy, Stack, Validations } from "aws-cdk-lib";
import { PolicyDocument, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import {
  Architecture,
  Code,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
} from "aws-cdk-lib/aws-lambda";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import type { Queue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import * as z from "zod";

import type { FunctionSpec } from "../../topology-parts.ts";
import { nodeOptionsOf } from "../node-options.ts";
import { parkingQueue } from "./hub-queue.ts";
import type { HubResources } from "./hub-resources.ts";
import { nameLogically, pascal } from "./logical-name.ts";
import { mailIdentitiesArn, statementsFor } from "./rights.ts";
import { variablesOf } from "./variables.ts";

interface HubFunctionProps {
  readonly name: string;
  readonly spec: FunctionSpec;
  readonly hub: HubResources;
  /** The folder with the function's bundle. */
  readonly bundle: string;
  readonly logLevel: string;
}

/** One function of the topology with its log group, its role, and a place for what it gave up on. */
export class HubFunction extends Construct {
  readonly lambda: LambdaFunction;
  readonly spec: FunctionSpec;
  /** Absent where the caller hears of a failure itself: HTTP, or a queue with dead letters. */
  readonly failures: Queue | undefined;

  constructor(scope: Construct, { name, spec, hub, bundle, logLevel }: HubFunctionProps) {
    super(scope, `${pascal(name)}Function`);
    this.spec = spec;
    this.failures = givesUpSilently(spec) ? failureQueue(this, name) : undefined;
    const logGroup = new LogGroup(this, "Logs", {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    nameLogically(logGroup, `${pascal(name)}Logs`);
    const role = new Role(this, "Role", {
      assumedBy: new ServicePrincipal("lambda.amazonaws.com"),
      inlinePolicies: {
        hub: new PolicyDocument({
          statements: [
            ...statementsFor(
              {
                rights: spec.rights,
                triggers: spec.triggers,
                logGroupArn: logGroup.logGroupArn,
                failuresArn: this.failures?.queueArn,
              },
              hub,
            ),
          ],
        }),
      },
    });
    nameLogically(role, `${pascal(name)}Role`);
    this.lambda = new LambdaFunction(this, "Function", {
      description: spec.summary,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      code: Code.fromAsset(bundle),
      handler: "index.handler",
      timeout: Duration.seconds(spec.timeoutSeconds),
      memorySize: spec.memoryMb,
      environment: {
        ...Object.assign({}, ...spec.rights.map((right) => variablesOf[right](hub))),
        LOG_LEVEL: logLevel,
        NODE_OPTIONS: nodeOptionsOf(spec).join(" "),
      },
      role,
      logGroup,
      loggingFormat: LoggingFormat.JSON,
    });
    nameLogically(this.lambda, `${pascal(name)}Function`);
    acknowledgeNamespace(role, spec, hub);
    acknowledgeCustomRules(role, spec, hub);
    acknowledgeSenders(role, spec, hub);
  }
}

function failureQueue(scope: Construct, name: string): Queue {
  const queue = parkingQueue(scope, `${pascal(name)}Failures`);
  Validations.of(queue).acknowledge({
    id: "AwsSolutions-SQS3",
    reason: "This queue is itself where failures end; its first message raises an alarm.",
  });
  return queue;
}

function givesUpSilently(spec: FunctionSpec): boolean {
  return spec.triggers.some(
    ({ kind }) => kind === "stream" || kind === "rule" || kind === "schedule",
  );
}

/** The one place where an exact name cannot be written down before it exists. */
function acknowledgeNamespace(role: Role, spec: FunctionSpec, hub: HubResources): void {
  if (!spec.rights.some((right) => right === "secrets:read" || right === "secrets:write")) return;
  Validations.of(role).acknowledge({
    id: `AwsSolutions-IAM5[Resource::${findingText(Stack.of(role).resolve(hub.secrets.underPrefixArn))}]`,
    reason:
      "Each connection has a secret of its own, made when an admin connects it, and Secrets Manager ends its ARN with random characters. The right stops at this stack's name prefix, which nothing else uses.",
  });
}

/** Custom rules are made and removed while the hub runs; their names share a prefix on the hub's own bus. */
function acknowledgeCustomRules(role: Role, spec: FunctionSpec, hub: HubResources): void {
  if (!spec.rights.includes("event-rules:write")) return;
  Validations.of(role).acknowledge({
    id: `AwsSolutions-IAM5[Resource::${findingText(Stack.of(role).resolve(hub.bus.customRulesArn))}]`,
    reason:
      "Ops admins make rules of their own while the hub runs, so their names are not known before. The right stops at the hub's own bus and the names that only these rules have.",
  });
}

/** Senders are verified in Amazon SES by an operator, whenever mail is wanted. */
function acknowledgeSenders(role: Role, spec: FunctionSpec, hub: HubResources): void {
  if (!spec.rights.includes("mail:send")) return;
  Validations.of(role).acknowledge({
    id: `AwsSolutions-IAM5[Resource::${findingText(Stack.of(role).resolve(mailIdentitiesArn(hub)))}]`,
    reason:
      "The sender's address is a setting of the hub, chosen after the stack is deployed. The right stops at the account's own identities in this region, and SES sends as verified ones only.",
  });
}

/** A resolved ARN as cdk-nag writes it into the id of a finding: `arn:<AWS::Partition>:…` */
function findingText(resolved: unknown): string {
  if (typeof resolved === "string") return resolved;
  const { "Fn::Join": join, Ref } = ResolvedText.parse(resolved);
  if (Ref !== undefined) return `<${Ref}>`;
  const [separator, parts] = join ?? ["", []];
  return parts.map(findingText).join(separator);
}

const ResolvedText = z.strictObject({
  Ref: z.string().optional(),
  "Fn::Join": z.tuple([z.string(), z.array(z.unknown())]).optional(),
});
