import { describe, expect, test } from "vitest";

import { asanaKind } from "./asana-tool.ts";
import { jiraKind } from "./jira-tool.ts";
import { runSeed } from "./run-seed.ts";
import { Tally } from "./tally.ts";

/** Enough to notice a mechanism that broke; `npm run converge` runs a thousand. */
const seeds = 25;
/** One seed in twenty meets an event stream that was forgotten: these hold two of them. */
const firstSeed = 16;

describe.each([jiraKind, asanaKind])("histories of $connector under faults", (kind) => {
  test("end as a clean full read does", async () => {
    let webhooks = 0;
    const met = new Tally();
    for (let seed = firstSeed; seed < firstSeed + seeds; seed += 1) {
      const result = await runSeed(kind, seed);
      const { missing, surplus, deadLetters, drift } = result;
      expect({ seed, missing, surplus, deadLetters, drift }).toEqual({
        seed,
        missing: [],
        surplus: [],
        deadLetters: 0,
        drift: 0,
      });
      webhooks += result.webhooks.dropped + result.webhooks.duplicated;
      met.addAll(result.met);
    }
    // A run without faults proves nothing.
    expect(webhooks).toBeGreaterThan(seeds);
    expect([...kind.expiries, "429", "503", "401"].filter((name) => met.of(name) === 0)).toEqual(
      [],
    );
  });
});
