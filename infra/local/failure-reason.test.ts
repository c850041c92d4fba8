import { expect, test } from "vitest";

import { HubError } from "#shared/errors.ts";

import { failureReason } from "./failure-reason.ts";

test("a reason names the failure, and quotes nothing of what was read", () => {
  const read = () => {
    try {
      return JSON.parse("ann@company.example asks for leave");
    } catch (error) {
      return failureReason(error);
    }
  };
  expect(read()).toBe("SyntaxError: a text could not be read");
  expect(failureReason(new TypeError("fetch failed\nann"))).toBe("TypeError: fetch failed");
  expect(failureReason(new HubError("store.unavailable", "The table is away"))).toBe(
    "store.unavailable: The table is away",
  );
});
