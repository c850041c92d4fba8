import { expect, test } from "vitest";

import { readBatchResponse } from "./batch-response.ts";

const known = new Set(["1", "2", "3"]);
const failures = (...identifiers: readonly unknown[]) => ({
  batchItemFailures: identifiers.map((itemIdentifier) => ({ itemIdentifier })),
});

// The conditions that docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html lists
// for complete success and complete failure (read 2026-11).
test.each<readonly [string, unknown, string]>([
  ["nothing", undefined, "succeeded"],
  ["null", null, "succeeded"],
  ["an empty response", {}, "succeeded"],
  ["an empty list", failures(), "succeeded"],
  ["a null list", { batchItemFailures: null }, "succeeded"],
  ["one of the batch", failures("2"), "partial"],
  ["all of the batch", failures("1", "2", "3"), "partial"],
  ["an empty identifier", failures(""), "failed"],
  ["a null identifier", failures(null), "failed"],
  ["a misspelt key", { batchItemFailures: [{ itemIdentifer: "1" }] }, "failed"],
  ["an identifier of no record", failures("1", "9"), "failed"],
  ["text", "ok", "failed"],
])("%s", (_name, value, kind) => {
  expect(readBatchResponse(value, known).kind).toBe(kind);
});

test("a partial failure names exactly the records that failed", () => {
  const response = readBatchResponse(failures("3", "1", "3"), known);
  expect(response).toEqual({ kind: "partial", failed: new Set(["1", "3"]) });
});
