import { expect, test } from "vitest";

import { planOf } from "../plan-of.ts";
import type { Act, Plan } from "../plan.ts";
import { calm } from "../regressions/calm.ts";
import { ddmin } from "./ddmin.ts";
import { minimize } from "./minimize.ts";
import { planLiteral } from "./plan-literal.ts";
import { violationKind } from "./violation-kind.ts";

test("whatever few items matter, exactly they are left, in their order", async () => {
  const items = Array.from({ length: 40 }, (_, at) => at);
  for (const needed of [[], [0], [39], [3, 4], [7, 21, 22, 38], items]) {
    const has = async (some: readonly number[]) => needed.every((one) => some.includes(one));
    expect(await ddmin(items, has)).toEqual(needed);
  }
});

test("no single item of what is left could have gone, though none is needed by itself", async () => {
  const items = Array.from({ length: 30 }, (_, at) => at);
  const isFailing = async (some: readonly number[]) =>
    some.filter((one) => one % 2 === 0).length >= 3 && some.some((one) => one % 7 === 0);
  const left = await ddmin(items, isFailing);
  expect(await isFailing(left)).toBe(true);
  for (const at of left.keys()) expect(await isFailing(left.toSpliced(at, 1))).toBe(false);
});

const plan: Plan = {
  seed: 11,
  config: {
    ...planOf(11).config,
    dropped: 0.2,
    duplicated: 0.25,
    delayed: 0.5,
    busDuplicated: 0.125,
    shards: 3,
    pageSize: 2,
    indexLagMs: 20_000,
    skewMs: { tracker: 60_000, board: -60_000, people: 0 },
    granularityMs: 60_000,
    graceMinutes: 20,
  },
  steps: [
    ...planOf(11).steps.map((step) => ({ ...step, id: `before ${step.id}` })),
    {
      id: "crash",
      afterMinutes: 9,
      act: { kind: "mishap", function: "pull", what: "fail", when: "after", at: 12, times: 3 },
    },
    { id: "pause", afterMinutes: 5, act: { kind: "check" } },
    {
      id: "race",
      afterMinutes: 7,
      act: { kind: "meanwhile", function: "detect", at: 4, tool: "board", edit: "move" },
    },
    ...planOf(12).steps.map((step) => ({ ...step, id: `after ${step.id}` })),
  ],
};

test("steps, faults of the config and payloads go, as far as the plan still fails", async () => {
  const touches = ({ kind, ...act }: Act) =>
    "edit" in act && `${kind} ${act.edit}`.endsWith("move");
  const isFailing = async ({ config, steps }: Plan) => {
    const crash = steps.findIndex(({ id, act }) => id === "crash" && act.kind === "mishap");
    const moved = steps.findIndex(({ id, act }) => id === "race" && touches(act));
    const minutes = steps
      .slice(crash + 1, moved + 1)
      .reduce((sum, { afterMinutes }) => sum + afterMinutes, 0);
    return crash >= 0 && moved > crash && minutes >= 12 && config.skewMs.board < 0;
  };
  const { plan: minimal } = await minimize(plan, isFailing);
  expect(minimal).toEqual({
    seed: 11,
    config: {
      ...plan.config,
      dropped: 0,
      duplicated: 0,
      delayed: 0,
      busDuplicated: 0,
      shards: 1,
      pageSize: 5,
      indexLagMs: 0,
      skewMs: { tracker: 0, board: -60_000, people: 0 },
      granularityMs: 1,
      graceMinutes: 0,
    },
    steps: [
      {
        id: "crash",
        afterMinutes: 0,
        act: { kind: "mishap", function: "pull", what: "fail", when: "after", at: 1, times: 1 },
      },
      { id: "race", afterMinutes: 12, act: { kind: "edit", tool: "board", edit: "move" } },
    ],
  });
});

test("a plan that does not fail is refused, rather than called minimal", async () => {
  await expect(minimize(plan, async () => false)).rejects.toThrow("seed 11 does not fail");
});

test("a plan is written down as the TypeScript that it came from", () => {
  const written = planLiteral(plan);
  expect(written).toContain('act: { kind: "check" }');
  const json = written
    // Keys, commas and what the calm config says are the only differences to JSON.
    .replace("...calm", JSON.stringify(calm).slice(1, -1))
    .replaceAll(/(?<=[{,\s])(\w+): /gu, '"$1": ')
    .replaceAll(/,(?=\s*[\]}])/gu, "");
  expect(JSON.parse(json)).toEqual(plan);
  expect(planLiteral({ ...plan, config: calm })).toContain("config: calm,");
});

test("a kind is the sentence without what differs between runs", () => {
  const kind = (what: string) => violationKind({ invariant: 3, at: "s1", what });
  const one = kind("2 signals differ from a recomputed graph: -sg:a,b c +x");
  expect(one).toBe("3 signals differ from");
  expect(kind("17 signals differ from a recomputed graph: +y")).toBe(one);
  expect(kind("wi:1 is missing instead of {}")).not.toBe(kind("wi:1 is {} instead of {}"));
});
