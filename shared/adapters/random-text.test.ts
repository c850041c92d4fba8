import { expect, test } from "vitest";

import { randomText } from "./random-text.ts";

test("has the length asked for, and every character comes up", () => {
  expect(randomText(0)).toBe("");
  const text = randomText(5000);
  expect(text).toMatch(/^[0-9a-z]{5000}$/u);
  // The chance that one of 36 characters is missing among 5,000 is 10^-59.
  expect(new Set(text).size).toBe(36);
});
