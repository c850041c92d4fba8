import { PolicyStatement } from "aws-cdk-lib/aws-iam";

import type { QueueName, Right, Trigger } from "../../topology.ts";
import type { HubResources } from "./hub-resources.ts";

type Grant = readonly [actions: readonly string[], resources: readonly string[]];

/** Writing encrypts, and DynamoDB asks in the caller's name. The names that its manual writes with `*`. */
const keyWriting = [
  "kms:Encrypt",
  "kms:ReEncryptFrom",
  "kms:ReEncryptTo",
  "kms:GenerateDataKey",
  "kms:GenerateDataKeyWithoutPlaintext",
];

/** What a right of the topology means in IAM: exact actions on exact resources. */
function grantsOfRight(right: Right, hub: HubResources): readonly Grant[] {
  const { table, secrets } = hub;
  switch (right) {
    case "table:read":
      return [
        [["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Scan"], [table.arn]],
        [["dynamodb:Query"], [table.arn, ...table.indexArns]],
        [["kms:Decrypt", "kms:DescribeKey"], [table.keyArn]],
      ];
    case "table:write":
      return [
        [
          [
            "dynamodb:PutItem",
            "dynamodb:UpdateItem",
            "dynamodb:DeleteItem",
            "dynamodb:ConditionCheckItem",
          ],
          [table.arn],
        ],
        [["kms:Decrypt", "kms:DescribeKey", ...keyWriting], [table.keyArn]],
      ];
    case "queue:inbox:send":
      return sendTo(hub, "inbox");
    case "queue:pulls:send":
      return sendTo(hub, "pulls");
    case "queues:admin":
      return Object.values(hub.queues).flatMap(({ queue, deadLetters }): readonly Grant[] => [
        // A move of dead letters back runs in the caller's name: it reads there and sends here.
        [["sqs:GetQueueAttributes", "sqs:SendMessage"], [queue.queueArn]],
        [
          [
            "sqs:GetQueueAttributes",
            "sqs:ReceiveMessage",
            "sqs:DeleteMessage",
            "sqs:StartMessageMoveTask",
          ],
          [deadLetters.queueArn],
        ],
      ]);
    case "bus:publish":
      return [[["events:PutEvents"], [hub.bus.bus.eventBusArn]]];
    case "secrets:read":
      return [[["secretsmanager:GetSecretValue"], [secrets.underPrefixArn]]];
    case "secrets:write":
      return [
        [
          [
            "secretsmanager:CreateSecret",
            "secretsmanager:PutSecretValue",
            "secretsmanager:UpdateSecretVersionStage",
            "secretsmanager:DeleteSecret",
          ],
          [secrets.underPrefixArn],
        ],
      ];
    case "access-token:read":
      return [[["secretsmanager:GetSecretValue"], [secrets.accessTokenArn]]];
    case "public-url":
      return [];
  }
}

function sendTo(hub: HubResources, name: QueueName): readonly Grant[] {
  return [[["sqs:SendMessage"], [hub.queues[name].queue.queueArn]]];
}

/** What Lambda needs in the function's name to read the trigger. */
function grantsOfTrigger(trigger: Trigger, hub: HubResources): readonly Grant[] {
  switch (trigger.kind) {
    case "queue":
      return [
        [
          ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
          [hub.queues[trigger.queue].queue.queueArn],
        ],
      ];
    case "stream":
      return [
        [
          [
            "dynamodb:DescribeStream",
            "dynamodb:GetRecords",
            "dynamodb:GetShardIterator",
            "dynamodb:ListStreams",
          ],
          [hub.table.streamArn],
        ],
        [["kms:Decrypt", "kms:DescribeKey"], [hub.table.keyArn]],
      ];
    // These services call the function; it needs no right.
    case "http":
    case "rule":
    case "schedule":
      return [];
  }
}

export interface FunctionNeeds {
  readonly rights: readonly Right[];
  readonly triggers: readonly Trigger[];
  readonly logGroupArn: string;
  /** Where Lambda puts what it gave up on, if the trigger has no dead-letter queue of its own. */
  readonly failuresArn: string | undefined;
}

/** All statements of a function's role, one per action list and resource list. */
export function statementsFor(needs: FunctionNeeds, hub: HubResources): readonly PolicyStatement[] {
  const grants: readonly Grant[] = [
    // Streams of a log group are named by Lambda, so this ARN ends with `:*`, the only form there is.
    [["logs:CreateLogStream", "logs:PutLogEvents"], [needs.logGroupArn]],
    ...(needs.failuresArn === undefined
      ? []
      : [[["sqs:SendMessage"], [needs.failuresArn]] as const]),
    ...needs.triggers.flatMap((trigger) => grantsOfTrigger(trigger, hub)),
    ...needs.rights.flatMap((right) => grantsOfRight(right, hub)),
  ];
  return grants.map(
    ([actions, resources]) =>
      new PolicyStatement({ actions: [...actions], resources: [...resources] }),
  );
}
