import { calm } from "./calm.ts";
import type { Regression } from "./regression.ts";

export const writeAfterAFailedBatch: Regression = {
  name: "what a failed batch of detect still wrote is looked at",
  found:
    "Of two signals written side by side one was refused, which failed the batch; it was repeated and had looked when the other write came, of what had been so before. Nobody looked again.",
  mendedBy: "fix(functions/detect): a batch that fails has ended with all its writes",
  plan: {
    seed: 6569,
    config: {
      ...calm,
      delayed: 0.0943283383268863,
      shards: 2,
      company: { number: 6569, isSmall: false },
    },
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
      { id: "s2", afterMinutes: 0, act: { kind: "rotate" } },
      {
        id: "s6",
        afterMinutes: 8,
        act: {
          kind: "mishap",
          function: "detect",
          what: "fail",
          when: "after",
          at: 2,
          times: 1,
          on: "table.write signal",
        },
      },
      {
        id: "s8",
        afterMinutes: 0,
        act: {
          kind: "meanwhile",
          function: "detect",
          at: 1,
          tool: "board",
          edit: "all goals turn",
          on: "table.write signal",
        },
      },
      {
        id: "s11",
        afterMinutes: 0,
        act: {
          kind: "meanwhile",
          function: "detect",
          at: 1,
          tool: "board",
          edit: "all goals turn",
          on: "table.write signal",
        },
      },
      { id: "s12", afterMinutes: 0, act: { kind: "edit", tool: "board", edit: "goal delete" } },
      { id: "s16", afterMinutes: 25, act: { kind: "rest", minutes: 100 } },
    ],
  },
};
