import { expect, test } from "vitest";

import { type FunctionSpec, type Trigger } from "../topology-parts.ts";
import { topology, type Topology } from "../topology.ts";
import { refusedByAws } from "./limits.ts";

const queueTrigger: Trigger = {
  kind: "queue",
  queue: "inbox",
  batchSize: 10,
  batchWindowSeconds: 0,
  maxConcurrency: 10,
};
const streamTrigger: Trigger = {
  kind: "stream",
  filters: [{ eventName: ["INSERT"] }],
  batchSize: 100,
  retryAttempts: 10,
  maxRecordAgeHours: 23,
};

function withFunction(change: Partial<FunctionSpec>): Topology {
  const spec: FunctionSpec = {
    summary: "A function",
    triggers: [],
    rights: [],
    timeoutSeconds: 60,
    memoryMb: 512,
  };
  return { ...topology, functions: { some: { ...spec, ...change } } };
}

test("AWS takes the topology as it is", () => {
  expect(refusedByAws(topology)).toEqual([]);
});

test.each<[what: string, change: Partial<FunctionSpec>, refusal: RegExp]>([
  ["more time than a function has", { timeoutSeconds: 901 }, /900 seconds/u],
  ["less memory than there is", { memoryMb: 64 }, /128 to 10,240/u],
  ["a semi-space that V8 would round up", { semiSpaceMb: 12 }, /power of two/u],
  ["a young generation that leaves no room", { semiSpaceMb: 64 }, /half the memory/u],
  [
    "a batch above ten without a window",
    { triggers: [{ ...queueTrigger, batchSize: 11 }] },
    /at least a second/u,
  ],
  ["concurrency of one", { triggers: [{ ...queueTrigger, maxConcurrency: 1 }] }, /2 to 1,000/u],
  [
    "a function slower than its messages are hidden",
    { triggers: [queueTrigger], timeoutSeconds: 361 },
    /stays hidden/u,
  ],
  [
    "six filters",
    {
      triggers: [
        { ...streamTrigger, filters: Array.from({ length: 6 }, () => ({ eventName: ["INSERT"] })) },
      ],
    },
    /five filters/u,
  ],
  [
    "records older than the stream",
    { triggers: [{ ...streamTrigger, maxRecordAgeHours: 24 }] },
    /24 hours/u,
  ],
  [
    "an answer slower than the front door waits",
    { triggers: [{ kind: "http", routes: ["ANY /"] }], timeoutSeconds: 30 },
    /30 seconds/u,
  ],
  [
    "half a minute of a schedule",
    { triggers: [{ kind: "schedule", everyMinutes: 0.5 }] },
    /whole minutes/u,
  ],
])("%s is refused before a deployment tries it", (_what, change, refusal) => {
  expect(refusedByAws(withFunction(change))).toEqual([expect.stringMatching(refusal)]);
});

test("a queue and a pattern beyond the limits are refused", () => {
  const inbox = { ...topology.queues.inbox, retentionDays: 15 };
  expect(
    refusedByAws({
      ...topology,
      queues: { ...topology.queues, inbox },
      rules: { long: { summary: "Long", pattern: { source: ["x".repeat(2048)] } } },
    }),
  ).toEqual([
    expect.stringMatching(/^inbox: .*14 days/u),
    expect.stringMatching(/^long: .*2,048/u),
  ]);
});
