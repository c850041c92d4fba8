import { createTableInput } from "#shared/adapters/dynamodb/schema.ts";
import { environments } from "#shared/adapters/environment.ts";

import type { FunctionSpec, QueueSpec } from "../../topology-parts.ts";
import type { Topology } from "../../topology.ts";
import { pascal } from "../constructs/logical-name.ts";
import type { Resources } from "./deployed-resources.ts";
import { callPermission, roleOf } from "./intended-access.ts";
import { customRules, intendedRights } from "./intended-rights.ts";
import { intendedTrigger } from "./intended-triggers.ts";

/** Where each variable of a function must point. */
const variables: Readonly<Record<string, string>> = {
  TABLE_NAME: "{HubTable}",
  BUS_NAME: "{AlignmentBus}",
  INBOX_QUEUE_URL: "{InboxQueue}",
  INBOX_DEAD_QUEUE_URL: "{InboxDeadLetters}",
  PULLS_QUEUE_URL: "{PullsQueue}",
  PULLS_DEAD_QUEUE_URL: "{PullsDeadLetters}",
  CUSTOM_QUEUE_URL: "{CustomQueue}",
  CUSTOM_DEAD_QUEUE_URL: "{CustomDeadLetters}",
  CUSTOM_QUEUE_ARN: "{CustomQueue.Arn}",
  SECRET_PREFIX: "throughline/",
  ACCESS_TOKEN_SECRET_ARN: "{AccessTokenSecret}",
  PUBLIC_URL: "{HubApi.ApiEndpoint}",
  LOG_LEVEL: "info",
};

const daySeconds = 86_400;
const sqsManaged = { SqsManagedSseEnabled: true };
const parking = { Type: "AWS::SQS::Queue", MessageRetentionPeriod: 14 * daySeconds, ...sqsManaged };

/** What the topology, the table's schema and the functions' own schemas ask of a template. */
export function intendedResources(topology: Topology): Resources {
  return {
    HubTable: intendedTable(),
    AlignmentBus: {
      Type: "AWS::Events::EventBus",
      Description: "Throughline: signals, alerts and changes of goals and connections",
      Name: "throughline-alignment",
    },
    AlignmentArchive: {
      Type: "AWS::Events::Archive",
      SourceArn: "{AlignmentBus.Arn}",
      RetentionDays: 90,
    },
    ...merged(Object.entries(topology.queues).map(intendedQueue)),
    ...merged(Object.entries(topology.rules).map((entry) => intendedRule(topology, ...entry))),
    ...merged(Object.entries(topology.functions).map((entry) => intendedFunction(...entry))),
    ...merged(
      Object.entries(topology.functions).flatMap(([name, { triggers, summary }]) =>
        triggers.map((trigger) => intendedTrigger(name, summary, trigger)),
      ),
    ),
  };
}

function merged(parts: readonly Resources[]): Resources {
  return Object.assign({}, ...parts) as Resources;
}

/** The very input that makes the local table, in the words of a global table with one replica. */
function intendedTable() {
  const { TableName: _name, ...table } = createTableInput("hub");
  const { StreamViewType } = table.StreamSpecification ?? {};
  return {
    Type: "AWS::DynamoDB::GlobalTable",
    ...table,
    StreamSpecification: { StreamViewType },
    TimeToLiveSpecification: { AttributeName: "expiresAtEpochSeconds", Enabled: true },
    SSESpecification: { SSEEnabled: true, SSEType: "KMS" },
    Replicas: [
      {
        Region: "us-east-1",
        DeletionProtectionEnabled: true,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        SSESpecification: { KMSMasterKeyId: "{TableKey.Arn}" },
        GlobalSecondaryIndexes: table.GlobalSecondaryIndexes?.map(({ IndexName }) => ({
          IndexName,
        })),
      },
    ],
  };
}

function intendedQueue([name, spec]: [string, QueueSpec]): Resources {
  const dead = `${pascal(name)}DeadLetters`;
  const queue = `${pascal(name)}Queue`;
  return {
    [dead]: parking,
    [`policy of ["{${dead}}"]`]: policyOf(dead, []),
    [queue]: {
      Type: "AWS::SQS::Queue",
      ...sqsManaged,
      VisibilityTimeout: spec.visibilityTimeoutSeconds,
      MessageRetentionPeriod: spec.retentionDays * daySeconds,
      RedrivePolicy: {
        deadLetterTargetArn: `{${dead}.Arn}`,
        maxReceiveCount: spec.maxReceiveCount,
      },
    },
    [`policy of ["{${queue}}"]`]: policyOf(queue, name === "custom" ? [fromCustomRules] : []),
  };
}

const fromCustomRules = { ArnLike: { "aws:SourceArn": customRules } };

function fromRule(rule: string) {
  return { ArnEquals: { "aws:SourceArn": `{${pascal(rule)}Rule.Arn}` } };
}

/** TLS only; and the rules that may send here, or park what they could not deliver. */
function policyOf(queue: string, senders: readonly object[]) {
  return {
    Type: "AWS::SQS::QueuePolicy",
    Queues: [`{${queue}}`],
    PolicyDocument: {
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Deny",
          Principal: { AWS: "*" },
          Action: "sqs:*",
          Resource: `{${queue}.Arn}`,
          Condition: { Bool: { "aws:SecureTransport": "false" } },
        },
        ...senders.map((Condition) => ({
          Effect: "Allow",
          Principal: { Service: "events.amazonaws.com" },
          Action: "sqs:SendMessage",
          Resource: `{${queue}.Arn}`,
          Condition,
        })),
      ],
    },
  };
}

function intendedRule(
  topology: Topology,
  name: string,
  rule: Topology["rules"][string],
): Resources {
  const targets = Object.entries(topology.functions).filter(([, { triggers }]) =>
    triggers.some((trigger) => trigger.kind === "rule" && trigger.rule === name),
  );
  return {
    [`${pascal(name)}Rule`]: {
      Type: "AWS::Events::Rule",
      Description: rule.summary,
      EventBusName: "{AlignmentBus}",
      EventPattern: rule.pattern,
      State: "ENABLED",
      Targets: targets.map(([target]) => ({
        Id: pascal(target),
        Arn: `{${pascal(target)}Function.Arn}`,
        DeadLetterConfig: { Arn: `{${pascal(target)}Failures.Arn}` },
        RetryPolicy: { MaximumEventAgeInSeconds: daySeconds, MaximumRetryAttempts: 185 },
      })),
    },
  };
}

function intendedFunction(name: string, spec: FunctionSpec): Resources {
  const id = pascal(name);
  const kinds = new Set(spec.triggers.map(({ kind }) => kind));
  const rules = spec.triggers.flatMap((trigger) => (trigger.kind === "rule" ? [trigger.rule] : []));
  const isAsync = kinds.has("rule") || kinds.has("schedule");
  return {
    [`${id}Function`]: {
      Type: "AWS::Lambda::Function",
      Architectures: ["arm64"],
      Description: spec.summary,
      Environment: { Variables: { ...variablesOf(name), NODE_OPTIONS: nodeOptions(spec) } },
      Handler: "index.handler",
      LoggingConfig: { LogFormat: "JSON", LogGroup: `{${id}Logs}` },
      MemorySize: spec.memoryMb,
      Role: `{${id}Role.Arn}`,
      Runtime: "nodejs24.x",
      Timeout: spec.timeoutSeconds,
    },
    [`${id}Role`]: roleOf("lambda.amazonaws.com", intendedRights(name, spec)),
    ...((isAsync || kinds.has("stream")) && {
      [`${id}Failures`]: parking,
      [`policy of ["{${id}Failures}"]`]: policyOf(`${id}Failures`, rules.map(fromRule)),
    }),
    ...(isAsync && {
      [`${id}Invocations`]: {
        Type: "AWS::Lambda::EventInvokeConfig",
        FunctionName: `{${id}Function}`,
        Qualifier: "$LATEST",
        MaximumRetryAttempts: kinds.has("rule") ? 2 : 0,
        MaximumEventAgeInSeconds: kinds.has("rule") ? 21_600 : 60,
        DestinationConfig: { OnFailure: { Destination: `{${id}Failures.Arn}` } },
      },
    }),
    ...(kinds.has("http") && {
      [`${id}ApiPermission`]: callPermission(
        name,
        "apigateway.amazonaws.com",
        "arn:aws:execute-api:us-east-1:{AWS::AccountId}:{HubApi}/*",
      ),
      [`${id}Integration`]: {
        Type: "AWS::ApiGatewayV2::Integration",
        ApiId: "{HubApi}",
        IntegrationType: "AWS_PROXY",
        IntegrationUri: `{${id}Function.Arn}`,
        PayloadFormatVersion: "2.0",
      },
    }),
  };
}

/** Both limits of the heap or none, and 128 MB left for what is not heap. */
function nodeOptions({ memoryMb, semiSpaceMb: half }: FunctionSpec): string {
  if (half === undefined) return "--enable-source-maps";
  const old = memoryMb - 128 - half * 3;
  return `--enable-source-maps --max-semi-space-size=${half} --max-old-space-size=${old}`;
}

/** The variables that the function itself parses, at their targets. */
function variablesOf(name: string): Readonly<Record<string, string | undefined>> {
  const known: Readonly<Record<string, { readonly shape: object }>> = environments;
  const names = Object.keys(known[name]?.shape ?? {});
  return Object.fromEntries(names.map((variable) => [variable, variables[variable]]));
}
