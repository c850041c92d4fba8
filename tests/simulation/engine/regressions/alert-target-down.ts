import { calm } from "./calm.ts";
import type { Regression } from "./regression.ts";

export const alertTargetDown: Regression = {
  name: "alerts whose target was down while they opened are told of when it is up",
  found:
    "Nobody was told of an alert whose events had come to a function that was down, late and twice.",
  mendedBy:
    "test(tests/simulation): the stream is read as it fills; nobody is told twice, and what nobody knows is recorded",
  plan: {
    seed: 80,
    config: { ...calm, busDuplicated: 0.4, graceMinutes: 20 },
    steps: [{ id: "s1", afterMinutes: 0, act: { kind: "target-down", target: "alert" } }],
  },
};
