import { expect, test } from "vitest";

import { environments, readEnvironment } from "./environment.ts";

test("a function sees its own variables and none of Lambda's", () => {
  expect(
    readEnvironment(environments.sweep, {
      TABLE_NAME: "hub",
      PULLS_QUEUE_URL: "https://sqs.test/pulls",
      LOG_LEVEL: "info",
      AWS_SECRET_ACCESS_KEY: "not for us",
    }),
  ).toEqual({ TABLE_NAME: "hub", PULLS_QUEUE_URL: "https://sqs.test/pulls", LOG_LEVEL: "info" });
});

test("all missing and malformed variables are named at once, without their values", () => {
  const read = () =>
    readEnvironment(environments.sweep, { PULLS_QUEUE_URL: "s3cret", LOG_LEVEL: "loud" });
  expect(read).toThrow(/TABLE_NAME.*PULLS_QUEUE_URL.*LOG_LEVEL/u);
  expect(read).not.toThrow(/s3cret/u);
});
