import { calm } from "./calm.ts";
import type { Regression } from "./regression.ts";

export const workDeletedBeforeFirstReading: Regression = {
  name: "of work that went before the first reading came to it, a goal's word is all there is",
  found:
    "The first reading of work failed, and before it was tried again a task was deleted that a goal names; the law asked for a finding about the goal, as if the hub had known that task.",
  mendedBy: "test(tests/simulation): what others link to is not heard of by that",
  plan: {
    seed: 33927,
    config: { ...calm, hasWebhooks: false, company: { number: 33927, isSmall: true } },
    steps: [
      {
        id: "s1",
        afterMinutes: 0,
        isAtOnce: true,
        act: {
          kind: "mishap",
          function: "pull",
          what: "fail",
          when: "before",
          at: 1,
          times: 1,
          on: "table.write cursor",
        },
      },
      { id: "s4", afterMinutes: 0, act: { kind: "edit", tool: "board", edit: "delete" } },
      { id: "s5", afterMinutes: 0, act: { kind: "edit", tool: "board", edit: "goal status" } },
    ],
  },
};
