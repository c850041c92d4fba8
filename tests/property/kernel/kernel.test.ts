import { expect, test } from "vitest";

import { checkCourses } from "./check-courses.ts";

/* `npm run kernel -- --runs 100000` runs as many as one likes, on all cores. */
test("after any course of commands the kernel's incremental answers are the oracle's, along ways that exist", () => {
  const { failure, runs } = checkCourses(1500, 20_260_302);
  expect(failure).toBeUndefined();
  expect(runs).toBe(1500);
}, 60_000);
