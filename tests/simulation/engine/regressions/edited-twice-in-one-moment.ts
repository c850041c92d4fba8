import { calm } from "./calm.ts";
import type { Regression } from "./regression.ts";

export const editedTwiceInOneMoment: Regression = {
  name: "a second edit in the moment of the first, hidden before it could be read, is found by comparing",
  found:
    "A tool whose clock tells minutes: a record was edited, read, edited again within the minute and hidden. When it was shown again its version was the one that the hub held, with other content, and no reconcile looked closer.",
  mendedBy:
    "fix(functions/pull): what was read in the very moment of its version is read once more by a reconcile",
  plan: {
    seed: 4845,
    config: { ...calm, granularityMs: 60_000, company: { number: 4, isSmall: true }, isRead: true },
    steps: [
      {
        id: "s2",
        afterMinutes: 0,
        act: {
          kind: "meanwhile",
          function: "ingest",
          at: 1,
          tool: "board",
          edit: "again",
          on: "table.write work-item",
        },
      },
      { id: "s3", afterMinutes: 0, act: { kind: "edit", tool: "board", edit: "again" } },
      { id: "s4", afterMinutes: 0, act: { kind: "edit", tool: "board", edit: "hide" } },
      { id: "s9", afterMinutes: 23, act: { kind: "edit", tool: "tracker", edit: "again" } },
    ],
  },
};
