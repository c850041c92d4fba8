import { calm } from "./calm.ts";
import type { Regression } from "./regression.ts";

export const lateNewsOfADeletion: Regression = {
  name: "late news of a deletion does not take away what was restored",
  found:
    "An issue was deleted and restored, which is no change; the webhook of the deletion came late and was believed until the reconcile.",
  mendedBy: "fix(connectors/jira): late news of a deletion is looked into",
  plan: {
    seed: 1024,
    config: { ...calm, delayed: 0.3883978649508208 },
    steps: [
      { id: "s8", afterMinutes: 0, act: { kind: "edit", tool: "tracker", edit: "drift" } },
      { id: "s9", afterMinutes: 0, act: { kind: "edit", tool: "tracker", edit: "delete" } },
      { id: "s13", afterMinutes: 0, act: { kind: "edit", tool: "tracker", edit: "restore" } },
      { id: "s15", afterMinutes: 0, act: { kind: "rest", minutes: 100 } },
    ],
  },
};
