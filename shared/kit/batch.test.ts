import { expect, test } from "vitest";

import { eachMessage } from "./batch.ts";

test("every message is tried, and exactly those that failed come back", async () => {
  const tried: string[] = [];
  const told: string[] = [];
  const response = await eachMessage(
    ["a", "b", "c"].map((messageId) => ({ messageId })),
    async ({ messageId }) => {
      tried.push(messageId);
      if (messageId !== "b") throw new Error(`${messageId} failed`);
    },
    ({ messageId }, error) => told.push(`${messageId}: ${String(error)}`),
  );
  expect(tried).toEqual(["a", "b", "c"]);
  expect(response).toEqual({
    batchItemFailures: [{ itemIdentifier: "a" }, { itemIdentifier: "c" }],
  });
  expect(told).toEqual(["a: Error: a failed", "c: Error: c failed"]);
});

test("an empty batch has no failures", async () => {
  const nothing = await eachMessage(
    [],
    async () => undefined,
    () => undefined,
  );
  expect(nothing).toEqual({ batchItemFailures: [] });
});
