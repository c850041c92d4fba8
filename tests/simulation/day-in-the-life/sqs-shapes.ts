import type { SQSEvent } from "aws-lambda";

import type { Letter } from "./mailbox.ts";

/** Letters as Lambda hands them to a function. */
export function sqsEventOf(letters: readonly Letter[]): SQSEvent {
  return {
    Records: letters.map(({ id, body, receives }) => ({
      messageId: id,
      receiptHandle: `${id}#${receives}`,
      body,
      attributes: {
        ApproximateReceiveCount: String(receives),
        SentTimestamp: "0",
        SenderId: "receive",
        ApproximateFirstReceiveTimestamp: "0",
      },
      messageAttributes: {},
      md5OfBody: "",
      eventSource: "aws:sqs",
      eventSourceARN: "arn:aws:sqs:local:000000000000:inbox",
      awsRegion: "local",
    })),
  };
}

/** Ids of the letters that the function gave back. */
export function failuresIn(answer: unknown): ReadonlySet<string> {
  // The function's own declared answer, handed through the host.
  const { batchItemFailures } = answer as { batchItemFailures: { itemIdentifier: string }[] };
  return new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
}
