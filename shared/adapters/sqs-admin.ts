import {
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  StartMessageMoveTaskCommand,
} from "@aws-sdk/client-sqs";
import type {
  GetQueueAttributesCommandInput,
  Message,
  ReceiveMessageCommandInput,
  SQSClient,
  StartMessageMoveTaskCommandInput,
} from "@aws-sdk/client-sqs";

import { HubError } from "#shared/errors.ts";
import { instantOf } from "#shared/model/time.ts";
import type { DeadLetter, QueueAdmin } from "#shared/ports/queue.ts";

import { calling } from "./aws-failure.ts";

/** The calls of an operator's view; a test passes its own. */
export interface SqsAdministering {
  getQueueAttributes(
    input: GetQueueAttributesCommandInput,
  ): Promise<{ readonly Attributes?: Partial<Record<string, string>> | undefined }>;
  receiveMessage(
    input: ReceiveMessageCommandInput,
  ): Promise<{ readonly Messages?: Message[] | undefined }>;
  startMessageMoveTask(input: StartMessageMoveTaskCommandInput): Promise<unknown>;
}

interface AdminQueue {
  readonly url: string;
  readonly deadUrl: string;
}

/** SQS hands out at most ten messages a call. */
const messagesPerCallMax = 10;
/** A short poll asks only some of the servers that hold a queue; this many barren answers end a look. */
const barrenCallsMax = 3;

export function sqsAdministering(client: SQSClient): SqsAdministering {
  return {
    getQueueAttributes: (input) => client.send(new GetQueueAttributesCommand(input)),
    receiveMessage: (input) => client.send(new ReceiveMessageCommand(input)),
    startMessageMoveTask: (input) => client.send(new StartMessageMoveTaskCommand(input)),
  };
}

/** The operator's side of the hub's SQS queues, each with its dead-letter queue. Figures are approximate. */
export function createSqsQueueAdmin(
  sqs: SqsAdministering,
  queues: Readonly<Record<string, AdminQueue>>,
): QueueAdmin {
  return {
    async depths() {
      const entries = await Promise.all(
        Object.entries(queues).map(async ([name, { url, deadUrl }]) => {
          const [waiting, dead] = await Promise.all([countOf(sqs, url), countOf(sqs, deadUrl)]);
          return [name, { waiting, dead }] as const;
        }),
      );
      return Object.fromEntries(entries);
    },
    deadLetters: (queue, limit) => look(sqs, { queue, url: known(queues, queue).deadUrl, limit }),
    async redrive(queue) {
      const { deadUrl } = known(queues, queue);
      const dead = await countOf(sqs, deadUrl);
      if (dead === 0) return 0;
      const { QueueArn: deadArn } = await attributesOf(sqs, deadUrl, ["QueueArn"]);
      await calling(`The dead letters of ${queue} could not be moved back`, () =>
        // Without a destination each message returns to the queue that it came from.
        sqs.startMessageMoveTask({ SourceArn: deadArn }),
      );
      return dead;
    },
  };
}

function known(queues: Readonly<Record<string, AdminQueue>>, name: string): AdminQueue {
  const queue = Object.hasOwn(queues, name) ? queues[name] : undefined;
  if (queue !== undefined) return queue;
  throw new HubError(
    "entity.not-found",
    `There is no queue of this name: use ${Object.keys(queues).join(" or ")}`,
  );
}

async function attributesOf(
  sqs: SqsAdministering,
  url: string,
  names: GetQueueAttributesCommandInput["AttributeNames"],
): Promise<Partial<Record<string, string>>> {
  const answer = await calling("The queue did not tell its attributes", () =>
    sqs.getQueueAttributes({ QueueUrl: url, AttributeNames: names }),
  );
  return answer.Attributes ?? {};
}

/** Everything not yet done: visible, delayed, and in the hands of a consumer. */
async function countOf(sqs: SqsAdministering, url: string): Promise<number> {
  const attributes = await attributesOf(sqs, url, [
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesDelayed",
    "ApproximateNumberOfMessagesNotVisible",
  ]);
  return Object.values(attributes).reduce((sum, value) => sum + Number(value ?? 0), 0);
}

interface Look {
  readonly queue: string;
  readonly url: string;
  readonly limit: number;
}

/** Reads without hiding (visibility 0), so that a look never delays a redrive. May miss some. */
async function look(
  sqs: SqsAdministering,
  { queue, url, limit }: Look,
): Promise<readonly DeadLetter[]> {
  const seen = new Map<string, DeadLetter>();
  for (let barren = 0; seen.size < limit && barren < barrenCallsMax;) {
    const before = seen.size;
    const { Messages: messages = [] } = await calling(
      `The dead letters of ${queue} cannot be read`,
      () =>
        sqs.receiveMessage({
          QueueUrl: url,
          MaxNumberOfMessages: Math.min(limit, messagesPerCallMax),
          VisibilityTimeout: 0,
          WaitTimeSeconds: 1,
          MessageSystemAttributeNames: [
            "ApproximateReceiveCount",
            "SentTimestamp",
            "ApproximateFirstReceiveTimestamp",
          ],
        }),
    );
    for (const message of messages) {
      const letter = deadLetterOf(queue, message);
      if (letter !== undefined) seen.set(letter.id, letter);
    }
    barren = seen.size > before ? 0 : barren + 1;
  }
  return [...seen.values()].slice(0, limit);
}

/** SQS keeps neither why nor when a message died: the reason is general, the time that of its first receive. */
function deadLetterOf(queue: string, message: Message): DeadLetter | undefined {
  if (message.MessageId === undefined) return undefined;
  const attributes = message.Attributes ?? {};
  const receiveCount = Number(attributes.ApproximateReceiveCount ?? 0);
  return {
    id: message.MessageId,
    queue,
    body: message.Body ?? "",
    reason: "Every attempt failed; the log of the function says why",
    receiveCount,
    diedAt: instantOf(
      Number(attributes.ApproximateFirstReceiveTimestamp ?? attributes.SentTimestamp ?? 0),
    ),
  };
}
