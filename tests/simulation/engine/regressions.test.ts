import { expect, test } from "vitest";

import type { PlanConfig, Step } from "./plan.ts";
import { runPlan } from "./run-plan.ts";

/** Plans that once broke an invariant, made as small as they could be, each named after what it broke. */

const calm: PlanConfig = {
  hasWebhooks: true,
  dropped: 0,
  duplicated: 0,
  delayed: 0,
  busDuplicated: 0,
  shards: 1,
  isEager: false,
  pageSize: 5,
  indexLagMs: 0,
  skewMs: { tracker: 0, board: 0, people: 0 },
  granularityMs: 1,
  graceMinutes: 0,
};

const broken: readonly (readonly [
  name: string,
  seed: number,
  config: PlanConfig,
  steps: readonly Step[],
])[] = [
  [
    "a notifier that dies before it told anybody leaves a word that nobody knows",
    110,
    calm,
    [
      {
        id: "s4",
        afterMinutes: 0,
        act: { kind: "mishap", function: "notify", what: "die", when: "after", at: 6, times: 1 },
      },
    ],
  ],
  [
    "alerts whose target was down while they opened are told of when it is up",
    80,
    { ...calm, busDuplicated: 0.4, graceMinutes: 20 },
    [{ id: "s1", afterMinutes: 0, act: { kind: "target-down", target: "alert" } }],
  ],
  [
    "a cursor that expired during an outage is read whole after it",
    196,
    calm,
    [
      { id: "s5", afterMinutes: 0, act: { kind: "expire", tool: "board", which: "all" } },
      { id: "s6", afterMinutes: 10, act: { kind: "outage", tool: "board" } },
      { id: "s8", afterMinutes: 1, act: { kind: "rest", minutes: 100 } },
      { id: "s9", afterMinutes: 3, act: { kind: "edit", tool: "board", edit: "create" } },
    ],
  ],
];

test.each(broken)("%s", async (_name, seed, config, steps) => {
  expect((await runPlan({ seed, config, steps })).violations).toEqual([]);
});
