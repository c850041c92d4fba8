import { calm } from "./calm.ts";
import type { Regression } from "./regression.ts";

export const goalDeletedBeforeFirstReading: Regression = {
  name: "nobody can miss what went before the first reading came to it",
  found:
    "The first reading died at its cursor, and a goal that it had not come to was deleted meanwhile; the law " +
    "asked for an unlinked item, as if the hub had known the goal that it links to.",
  mendedBy:
    "test(tests/simulation): small plans on companies that were read before, and troubles that truly meet the first reading",
  plan: {
    seed: 99,
    config: { ...calm, hasWebhooks: false, company: { number: 99, isSmall: true } },
    steps: [
      {
        id: "s1",
        afterMinutes: 0,
        isAtOnce: true,
        act: {
          kind: "mishap",
          function: "pull",
          what: "die",
          when: "before",
          at: 2,
          times: 1,
          on: "table.write cursor",
        },
      },
      { id: "s3", afterMinutes: 0, act: { kind: "edit", tool: "board", edit: "goal delete" } },
    ],
  },
};
