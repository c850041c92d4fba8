import { expect, test } from "vitest";
import * as z from "zod";

import { readEnvironment, variables } from "./environment.ts";

const { TABLE_NAME, INBOX_QUEUE_URL, LOG_LEVEL } = variables;
const schema = z.strictObject({ TABLE_NAME, INBOX_QUEUE_URL, LOG_LEVEL });

test("a function sees its own variables and none of Lambda's", () => {
  expect(
    readEnvironment(schema, {
      TABLE_NAME: "hub",
      INBOX_QUEUE_URL: "https://sqs.test/inbox",
      LOG_LEVEL: "info",
      AWS_SECRET_ACCESS_KEY: "not for us",
    }),
  ).toEqual({ TABLE_NAME: "hub", INBOX_QUEUE_URL: "https://sqs.test/inbox", LOG_LEVEL: "info" });
});

test("all missing and malformed variables are named at once, without their values", () => {
  const read = () => readEnvironment(schema, { INBOX_QUEUE_URL: "s3cret", LOG_LEVEL: "loud" });
  expect(read).toThrow(/TABLE_NAME.*INBOX_QUEUE_URL.*LOG_LEVEL/u);
  expect(read).not.toThrow(/s3cret/u);
});
