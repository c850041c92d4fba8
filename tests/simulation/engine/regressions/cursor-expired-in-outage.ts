import { calm } from "./calm.ts";
import type { Regression } from "./regression.ts";

export const cursorExpiredInOutage: Regression = {
  name: "a cursor that expired during an outage is read whole after it",
  found:
    "A task that was made after a cursor had expired in an outage stayed missing when the tool was back.",
  mendedBy:
    "test(tests/simulation): the stream is read as it fills; nobody is told twice, and what nobody knows is recorded",
  plan: {
    seed: 196,
    config: calm,
    steps: [
      { id: "s5", afterMinutes: 0, act: { kind: "expire", tool: "board", which: "all" } },
      { id: "s6", afterMinutes: 10, act: { kind: "outage", tool: "board" } },
      { id: "s8", afterMinutes: 1, act: { kind: "rest", minutes: 100 } },
      { id: "s9", afterMinutes: 3, act: { kind: "edit", tool: "board", edit: "create" } },
    ],
  },
};
