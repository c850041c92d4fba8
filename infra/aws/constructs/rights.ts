import { Stack } from "aws-cdk-lib";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";

import type { Right, Trigger } from "../../topology-parts.ts";
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

/** Whoever the account may send mail as: verified in Amazon SES when an operator wants mail, or never. */
export function mailIdentitiesArn({ bus }: HubResources): string {
  return Stack.of(bus).formatArn({ service: "ses", resource: "identity", resourceName: "*" });
}

/** What a right of the topology means in IAM: exact actions on exact resources. */
const grantsOfRight: Readonly<Record<Right, (hub: HubResources) => readonly Grant[]>> = {
  "table:read": ({ table }) => [
    [["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Scan"], [table.arn]],
    [["dynamodb:Query"], [table.arn, ...table.indexArns]],
    [["kms:Decrypt", "kms:DescribeKey"], [table.keyArn]],
  ],
  "table:write": ({ table }) => [
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
  ],
  "queue:inbox:send": ({ queues }) => [[["sqs:SendMessage"], [queues.inbox.queue.queueArn]]],
  "queue:pulls:send": ({ queues }) => [[["sqs:SendMessage"], [queues.pulls.queue.queueArn]]],
  "queues:admin": ({ queues }) =>
    Object.values(queues).flatMap(({ queue, deadLetters }): readonly Grant[] => [
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
    ]),
  "bus:publish": ({ bus }) => [[["events:PutEvents"], [bus.bus.eventBusArn]]],
  "event-rules:write": ({ bus }) => [
    [
      ["events:PutRule", "events:DeleteRule", "events:PutTargets", "events:RemoveTargets"],
      [bus.customRulesArn],
    ],
  ],
  "secrets:read": ({ secrets }) => [[["secretsmanager:GetSecretValue"], [secrets.underPrefixArn]]],
  "secrets:write": ({ secrets }) => [
    [
      [
        "secretsmanager:CreateSecret",
        "secretsmanager:PutSecretValue",
        "secretsmanager:UpdateSecretVersionStage",
        "secretsmanager:DeleteSecret",
      ],
      [secrets.underPrefixArn],
    ],
  ],
  "access-token:read": ({ secrets }) => [
    [["secretsmanager:GetSecretValue"], [secrets.accessTokenArn]],
  ],
  // A mail that is given whole is checked by the second, whichever call takes it.
  "mail:send": (hub) => [[["ses:SendEmail", "ses:SendRawEmail"], [mailIdentitiesArn(hub)]]],
  "sources:call": () => [],
  "public-url": () => [],
};

/** What Lambda needs in the function's name to read the trigger. The other kinds call the function. */
function grantsOfTrigger(trigger: Trigger, hub: HubResources): readonly Grant[] {
  if (trigger.kind === "queue") {
    const { queueArn } = hub.queues[trigger.queue].queue;
    return [[["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"], [queueArn]]];
  }
  if (trigger.kind === "stream") {
    const reading = ["DescribeStream", "GetRecords", "GetShardIterator", "ListStreams"];
    return [
      [reading.map((action) => `dynamodb:${action}`), [hub.table.streamArn]],
      [["kms:Decrypt", "kms:DescribeKey"], [hub.table.keyArn]],
    ];
  }
  return [];
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
    ...needs.rights.flatMap((right) => grantsOfRight[right](hub)),
  ];
  return grants.map(
    ([actions, resources]) =>
      new PolicyStatement({ actions: [...actions], resources: [...resources] }),
  );
}
