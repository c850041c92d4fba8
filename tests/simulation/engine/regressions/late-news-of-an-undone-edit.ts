import { calm } from "./calm.ts";
import type { Regression } from "./regression.ts";

export const lateNewsOfAnUndoneEdit: Regression = {
  name: "late news of an edit that was undone meanwhile is not believed",
  found:
    "Issue I6 was moved and moved back, which is no change; the webhook of the first move came half an hour late and was believed until the reconcile.",
  mendedBy: "fix(connectors/jira): a delivery that was long on its way is read again at the tool",
  plan: {
    seed: 781,
    config: { ...calm, delayed: 0.20579334790818393 },
    steps: [
      { id: "s3", afterMinutes: 0, act: { kind: "edit", tool: "tracker", edit: "move" } },
      { id: "s5", afterMinutes: 0, act: { kind: "edit", tool: "tracker", edit: "cycle" } },
      { id: "s9", afterMinutes: 17, act: { kind: "rest", minutes: 100 } },
    ],
  },
};
