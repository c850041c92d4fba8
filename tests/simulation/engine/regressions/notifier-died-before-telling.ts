import { calm } from "./calm.ts";
import type { Regression } from "./regression.ts";

export const notifierDiedBeforeTelling: Regression = {
  name: "a notifier that dies before it told anybody leaves a word that nobody knows",
  found:
    "Nobody was told of an alert that opened, for the notifier had died between its claim and the channel; " +
    "the law asked for more than anybody can know, and now for the record that says so.",
  mendedBy:
    "test(tests/simulation): the stream is read as it fills; nobody is told twice, and what nobody knows is recorded",
  plan: {
    seed: 110,
    config: calm,
    steps: [
      {
        id: "s4",
        afterMinutes: 0,
        act: { kind: "mishap", function: "notify", what: "die", when: "after", at: 6, times: 1 },
      },
    ],
  },
};
