import { expect, test } from "vitest";

import { regressions } from "./regressions/kept.ts";
import { runPlan } from "./run-plan.ts";

test.each(regressions)("$name", async ({ plan }) => {
  expect((await runPlan(plan)).violations).toEqual([]);
});

test("every plan that is kept has a name of its own, says what it found and what mended it", () => {
  expect(new Set(regressions.map(({ name }) => name)).size).toBe(regressions.length);
  for (const { found, mendedBy } of regressions) {
    expect(found.length).toBeGreaterThan(20);
    expect(mendedBy).toMatch(/^[a-z]+\(.+\): ./u);
  }
});
