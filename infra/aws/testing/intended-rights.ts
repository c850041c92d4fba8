import type { FunctionSpec, Right } from "../../topology-parts.ts";
import { pascal } from "../constructs/logical-name.ts";

const onTable = (...actions: readonly string[]) =>
  actions.map((action) => `dynamodb:${action} on {HubTable.Arn}`);
const onKey = (...actions: readonly string[]) =>
  actions.map((action) => `kms:${action} on {TableKey.Arn}`);
const onQueue = (queue: string, ...actions: readonly string[]) =>
  actions.map((action) => `sqs:${action} on {${queue}.Arn}`);

/** Rules that admins make while the hub runs, on the hub's own bus. */
export const customRules = "arn:aws:events:us-east-1:{AWS::AccountId}:rule/{AlignmentBus}/custom-*";

/** A resource with a wildcard: connections come and go, each with a secret under this prefix. */
export const secretsOfConnections =
  "arn:aws:secretsmanager:us-east-1:{AWS::AccountId}:secret:throughline/*";
/** Whoever the account may send mail as. */
export const mailIdentities = "arn:aws:ses:us-east-1:{AWS::AccountId}:identity/*";
const onSecrets = (...actions: readonly string[]) =>
  actions.map((action) => `secretsmanager:${action} on ${secretsOfConnections}`);

/** The rights of the topology in IAM's words: written down apart from the stack, to hold it to. */
const meaning: Readonly<Record<Right, readonly string[]>> = {
  "table:read": [
    ...onTable("GetItem", "BatchGetItem", "Query", "Scan"),
    "dynamodb:Query on {HubTable.Arn}/index/reverse",
    "dynamodb:Query on {HubTable.Arn}/index/assignee",
    "dynamodb:Query on {HubTable.Arn}/index/list",
    "dynamodb:Query on {HubTable.Arn}/index/connection",
    ...onKey("Decrypt", "DescribeKey"),
  ],
  "table:write": [
    ...onTable("PutItem", "UpdateItem", "DeleteItem", "ConditionCheckItem"),
    ...onKey("Decrypt", "DescribeKey", "Encrypt", "ReEncryptFrom", "ReEncryptTo"),
    ...onKey("GenerateDataKey", "GenerateDataKeyWithoutPlaintext"),
  ],
  "queue:inbox:send": onQueue("InboxQueue", "SendMessage"),
  "queue:pulls:send": onQueue("PullsQueue", "SendMessage"),
  "queues:admin": ["Inbox", "Pulls", "Custom"].flatMap((queue) => [
    ...onQueue(`${queue}Queue`, "GetQueueAttributes", "SendMessage"),
    ...onQueue(`${queue}DeadLetters`, "GetQueueAttributes", "ReceiveMessage"),
    ...onQueue(`${queue}DeadLetters`, "DeleteMessage", "StartMessageMoveTask"),
  ]),
  "bus:publish": ["events:PutEvents on {AlignmentBus.Arn}"],
  "event-rules:write": ["PutRule", "DeleteRule", "PutTargets", "RemoveTargets"].map(
    (action) => `events:${action} on ${customRules}`,
  ),
  "secrets:read": onSecrets("GetSecretValue"),
  "secrets:write": onSecrets(
    "CreateSecret",
    "PutSecretValue",
    "UpdateSecretVersionStage",
    "DeleteSecret",
  ),
  "access-token:read": ["secretsmanager:GetSecretValue on {AccessTokenSecret}"],
  "mail:send": ["SendEmail", "SendRawEmail"].map((action) => `ses:${action} on ${mailIdentities}`),
  "sources:call": [],
  "public-url": [],
};

const readingOf = {
  http: () => [],
  rule: () => [],
  schedule: () => [],
  stream: () => [
    ...["DescribeStream", "GetRecords", "GetShardIterator", "ListStreams"].map(
      (action) => `dynamodb:${action} on {HubTable.StreamArn}`,
    ),
    ...onKey("Decrypt", "DescribeKey"),
  ],
  queue: (queue: string) =>
    onQueue(`${pascal(queue)}Queue`, "ReceiveMessage", "DeleteMessage", "GetQueueAttributes"),
};

/** Everything a function's role may do, sorted. */
export function intendedRights(
  name: string,
  { rights, triggers }: FunctionSpec,
): readonly string[] {
  const isCalledSilently = triggers.some(({ kind }) => kind !== "http" && kind !== "queue");
  const all = [
    // The log group's ARN ends with `:*`, because Lambda names the streams in it.
    `logs:CreateLogStream on {${pascal(name)}Logs.Arn}`,
    `logs:PutLogEvents on {${pascal(name)}Logs.Arn}`,
    ...(isCalledSilently ? onQueue(`${pascal(name)}Failures`, "SendMessage") : []),
    ...triggers.flatMap((trigger) =>
      trigger.kind === "queue" ? readingOf.queue(trigger.queue) : readingOf[trigger.kind](),
    ),
    ...rights.flatMap((right) => meaning[right]),
  ];
  return [...new Set(all)].toSorted();
}
