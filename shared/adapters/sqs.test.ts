import type { SendMessageCommandInput } from "@aws-sdk/client-sqs";
import { expect, test } from "vitest";

import { createSqsQueue, messageBytesMax } from "./sqs.ts";

function recordingQueue() {
  const sent: SendMessageCommandInput[] = [];
  const queue = createSqsQueue(
    {
      sendMessage: async (input) => {
        sent.push(input);
      },
    },
    "https://sqs.test/inbox",
  );
  return { queue, sent };
}

test("a message goes to the queue as it is, with its delay", async () => {
  const { queue, sent } = recordingQueue();
  await queue.send("first");
  await queue.send("later", { delaySeconds: 900 });
  expect(sent).toEqual([
    { QueueUrl: "https://sqs.test/inbox", MessageBody: "first" },
    { QueueUrl: "https://sqs.test/inbox", MessageBody: "later", DelaySeconds: 900 },
  ]);
});

test("the size limit counts bytes, and its last byte is still taken", async () => {
  const { queue, sent } = recordingQueue();
  await queue.send("é".repeat(messageBytesMax / 2));
  await expect(queue.send(`${"é".repeat(messageBytesMax / 2)}x`)).rejects.toMatchObject({
    code: "input.too-large",
    details: { bytes: messageBytesMax + 1 },
  });
  await expect(queue.send("")).rejects.toMatchObject({ code: "input.too-large" });
  expect(sent).toHaveLength(1);
});

test.each([-1, 901, 1.5, Number.NaN])(
  "a delay of %d seconds is refused before it is sent",
  async (delaySeconds) => {
    const { queue, sent } = recordingQueue();
    await expect(queue.send("x", { delaySeconds })).rejects.toMatchObject({
      code: "invariant.broken",
    });
    expect(sent).toEqual([]);
  },
);

test("a refusal of SQS is an error that is worth a retry and does not repeat the body", async () => {
  const queue = createSqsQueue(
    {
      sendMessage: async () => {
        throw Object.assign(new Error("cannot store 'secret body'"), { name: "RequestThrottled" });
      },
    },
    "https://sqs.test/inbox",
  );
  const failure = await queue.send("secret body").catch((error: unknown) => error);
  expect(failure).toMatchObject({
    code: "store.unavailable",
    details: { failure: "RequestThrottled" },
  });
  expect(String(failure)).not.toContain("secret body");
});
