import type {
  Message,
  ReceiveMessageCommandInput,
  StartMessageMoveTaskCommandInput,
} from "@aws-sdk/client-sqs";
import { expect, test } from "vitest";

import { createSqsQueueAdmin } from "./sqs-admin.ts";

const queues = {
  inbox: { url: "https://sqs.test/inbox", deadUrl: "https://sqs.test/inbox-dead" },
  pulls: { url: "https://sqs.test/pulls", deadUrl: "https://sqs.test/pulls-dead" },
};

function message(id: string): Message {
  return {
    MessageId: id,
    Body: `body of ${id}`,
    Attributes: {
      ApproximateReceiveCount: "6",
      SentTimestamp: String(Date.UTC(2026, 0, 1)),
      ApproximateFirstReceiveTimestamp: String(Date.UTC(2026, 0, 2)),
    },
  };
}

/** Answers receives from `batches`, one each, then with nothing. */
function adminOf(given: {
  batches?: readonly (readonly Message[])[];
  counts?: Record<string, string[]>;
}) {
  const received: ReceiveMessageCommandInput[] = [];
  const moved: StartMessageMoveTaskCommandInput[] = [];
  const admin = createSqsQueueAdmin(
    {
      getQueueAttributes: async ({ QueueUrl = "", AttributeNames = [] }) => {
        const [visible = "0", delayed = "0", inFlight = "0"] = given.counts?.[QueueUrl] ?? [];
        const all: Record<string, string> = {
          ApproximateNumberOfMessages: visible,
          ApproximateNumberOfMessagesDelayed: delayed,
          ApproximateNumberOfMessagesNotVisible: inFlight,
          QueueArn: `arn:${QueueUrl}`,
        };
        return {
          Attributes: Object.fromEntries(AttributeNames.map((name) => [name, all[name] ?? ""])),
        };
      },
      receiveMessage: async (input) => {
        const batch = given.batches?.[received.length];
        received.push(input);
        return batch === undefined ? {} : { Messages: [...batch] };
      },
      startMessageMoveTask: async (input) => {
        moved.push(input);
      },
    },
    queues,
  );
  return { admin, received, moved };
}

test("the depth of a queue counts visible, delayed and in-flight messages, dead ones apart", async () => {
  const { admin } = adminOf({
    counts: {
      "https://sqs.test/inbox": ["4", "2", "1"],
      "https://sqs.test/inbox-dead": ["3", "0", "0"],
    },
  });
  expect(await admin.depths()).toEqual({
    inbox: { waiting: 7, dead: 3 },
    pulls: { waiting: 0, dead: 0 },
  });
});

test("looking at dead letters hides none of them and tells each once", async () => {
  const { admin, received } = adminOf({
    batches: [
      [message("a"), message("b")],
      [message("b"), message("c")],
    ],
  });
  const letters = await admin.deadLetters("inbox", 50);
  expect(letters.map(({ id }) => id)).toEqual(["a", "b", "c"]);
  expect(letters[0]).toMatchObject({
    queue: "inbox",
    body: "body of a",
    receiveCount: 6,
    diedAt: "2026-01-02T00:00:00.000Z",
  });
  expect(received.every((call) => call.VisibilityTimeout === 0)).toBe(true);
  expect(received.every((call) => call.QueueUrl === queues.inbox.deadUrl)).toBe(true);
});

test("a look ends at its limit, and after three answers without news", async () => {
  const many = Array.from({ length: 10 }, (_, index) => message(`m${index}`));
  const limited = adminOf({ batches: [many, many] });
  expect(await limited.admin.deadLetters("inbox", 7)).toHaveLength(7);
  expect(limited.received).toHaveLength(1);

  const repeating = adminOf({ batches: Array.from({ length: 20 }, () => many) });
  expect(await repeating.admin.deadLetters("inbox", 100)).toHaveLength(10);
  expect(repeating.received).toHaveLength(4);
});

test("redrive moves the dead letters to where they came from and says how many were seen", async () => {
  const { admin, moved } = adminOf({ counts: { "https://sqs.test/pulls-dead": ["12", "0", "0"] } });
  expect(await admin.redrive("pulls")).toBe(12);
  expect(moved).toEqual([{ SourceArn: "arn:https://sqs.test/pulls-dead" }]);
});

test("redrive of an empty list starts nothing", async () => {
  const { admin, moved } = adminOf({});
  expect(await admin.redrive("inbox")).toBe(0);
  expect(moved).toEqual([]);
});

test.each(["outbox", "constructor"])("a queue named %s is not found", async (name) => {
  const { admin } = adminOf({});
  await expect(admin.redrive(name)).rejects.toMatchObject({ code: "entity.not-found" });
});
