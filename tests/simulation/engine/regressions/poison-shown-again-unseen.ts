import { calm } from "./calm.ts";
import type { Regression } from "./regression.ts";

export const poisonShownAgainUnseen: Regression = {
  name: "what was hidden while its page was read again, and cannot be understood, is met by the look at everything",
  found:
    "A pull died on its page; before it came again, a record of that page was hidden, and then shown as it was, which nobody tells. The check wanted it in quarantine within two hours, as if it had been changed.",
  mendedBy:
    "test(tests/simulation): what was shown again is a silent change for records that cannot be understood, too",
  plan: {
    seed: 1861,
    config: { ...calm, hasWebhooks: false, company: { number: 1861, isSmall: true } },
    steps: [
      {
        id: "s3",
        afterMinutes: 0,
        act: {
          kind: "mishap",
          function: "pull",
          what: "die",
          when: "after",
          at: 1,
          times: 1,
          on: "table.write work-item",
        },
      },
      { id: "s4", afterMinutes: 0, act: { kind: "edit", tool: "tracker", edit: "cycle" } },
      { id: "s5", afterMinutes: 0, act: { kind: "edit", tool: "tracker", edit: "poison" } },
      { id: "s7", afterMinutes: 25, act: { kind: "edit", tool: "tracker", edit: "hide" } },
      { id: "s10", afterMinutes: 16, act: { kind: "edit", tool: "tracker", edit: "show" } },
      { id: "s11", afterMinutes: 0, act: { kind: "rest", minutes: 100 } },
      { id: "s12", afterMinutes: 0, act: { kind: "rest", minutes: 27 * 60 } },
    ],
  },
};
