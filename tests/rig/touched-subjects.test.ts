import { beforeAll, describe, expect, test } from "vitest";

import type { Change } from "#shared/model/change.ts";
import type { Goal, WorkItem } from "#shared/model/facts.ts";
import { rules } from "#shared/rules/index.ts";
import {
  account,
  accountId,
  blockedBy,
  goal,
  goalId,
  itemId,
  linkTo,
  orgUnit,
  person,
  unitId,
  upserted,
  workItem,
} from "#shared/testing/facts.ts";

import { CountingTable } from "./counting-table.ts";
import { MemoryHub } from "./memory-hub.ts";

/*
 * What one change costs: the subjects that are looked at, whether anything was found, and the turns of
 * asking and waiting that detect takes, alerts included. A change that alters no signal must stay cheap,
 * for almost all are of that kind.
 */

const evaluated = new Set<string>();
const watched = rules.map((rule) => ({
  ...rule,
  evaluate: (input: Parameters<typeof rule.evaluate>[0]) => {
    evaluated.add(`${rule.name} ${input.subjectId.replaceAll(/[^=>]*:/gu, "")}`);
    return rule.evaluate(input);
  },
}));

let hub: MemoryHub;
let counting: CountingTable;
let version = 0;

const task = (name: string, given: Partial<WorkItem> = {}) =>
  workItem(name, { kind: "task", ...given });
const next = () => ({ version: (version += 1) });
const links = ["d1", "d2", "d3"];

const beginning: readonly Change[] = [
  ...["t1", "t2", "t3"].map((name) => upserted(orgUnit(name))),
  ...["ann", "bob", "cyd"].map((name) => upserted(account(name))),
  upserted(person("ann", { unitId: unitId("t1") })),
  upserted(person("bob", { unitId: unitId("t2") })),
  upserted(person("cyd", { unitId: unitId("t3") })),
  upserted(goal("top")),
  upserted(goal("goal", { parentId: goalId("top") })),
  upserted(workItem("linked"), [linkTo(itemId("linked"), goalId("goal"))]),
  upserted(workItem("unlinked", { assigneeId: accountId("cyd") })),
  upserted(workItem("closed", { status: "done" })),
  upserted(task("middle", { parentId: itemId("linked") })),
  upserted(task("leaf", { parentId: itemId("middle"), assigneeId: accountId("ann") })),
  upserted(task("late", { parentId: itemId("closed") })),
  upserted(task("other", { parentId: itemId("unlinked"), assigneeId: accountId("bob") })),
  ...links.map((name) => upserted(workItem(name), [linkTo(itemId(name), goalId("top"))])),
];

beforeAll(async () => {
  hub = await MemoryHub.ready((table) => {
    counting = new CountingTable(table);
    return counting.table;
  }, watched);
  await hub.apply(...beginning);
});

interface Cost {
  readonly subjects: readonly string[];
  readonly rounds: number;
}

/** What the change led to, once it is stored; and that nothing was overlooked. */
async function costOf(...changes: readonly Change[]): Promise<Cost> {
  await hub.store(...changes);
  evaluated.clear();
  const { rounds } = await counting.during(() => hub.settle());
  const subjects = [...evaluated].toSorted();
  expect(await hub.drift()).toBe(0);
  return { subjects, rounds };
}

const leaf = (given: Partial<WorkItem> = {}, edges: Parameters<typeof upserted>[1] = []) =>
  upserted(
    task("leaf", {
      parentId: itemId("middle"),
      assigneeId: accountId("ann"),
      ...given,
      ...next(),
    }),
    edges,
  );
const aGoal = (given: Partial<Goal>) =>
  goal("goal", { parentId: goalId("top"), ...given, ...next() });
const other = { parentId: itemId("other") };

describe("a change that alters no finding", () => {
  test.each<[what: string, change: () => Change]>([
    ["the title of a leaf", () => leaf({ title: "Renamed" })],
    ["the status of a leaf", () => leaf({ status: "done" })],
    ["a leaf that is opened again", () => leaf()],
    ["whose work a leaf is", () => leaf({ assigneeId: accountId("bob") })],
    ["a leaf that is new", () => upserted(task("new", { parentId: itemId("middle") }))],
    ["the title of a goal", () => upserted(aGoal({ title: "G" }))],
    ["a goal that is nearer to its end", () => upserted(aGoal({ title: "G", progress: 0.5 }))],
  ])("looks at no subject: %s", async (_what, change) => {
    const { subjects, rounds } = await costOf(change());
    expect(subjects).toEqual([]);
    expect(rounds).toBeLessThanOrEqual(9);
  });

  test.each<[what: string, change: () => Change, subjects: readonly string[]]>([
    [
      "a leaf that moves to another anchor",
      () => leaf(other),
      ["stale-by-evidence linked", "stale-by-evidence middle"],
    ],
    [
      "a link of a leaf",
      () => leaf(other, [linkTo(itemId("leaf"), goalId("goal"))]),
      ["closed-goal-open-work goal", "horizon-mismatch leaf", "stale-by-evidence leaf"],
    ],
    [
      "a leaf that moves back, without its link",
      () => leaf(),
      [
        "goal-without-work goal",
        "horizon-mismatch leaf",
        "stale-by-evidence leaf",
        "stale-by-evidence other",
        "stale-by-evidence unlinked",
      ],
    ],
    [
      "the parent of a goal",
      () => upserted(aGoal({ parentId: undefined })),
      ["floating-goal goal", "goal-without-work top"],
    ],
    [
      "the due date of a leaf",
      () => leaf({ dueOn: "2026-04-01" as never }),
      ["horizon-mismatch leaf"],
    ],
    [
      "the title of a linked anchor",
      () =>
        upserted(workItem("linked", { title: "L", ...next() }), [
          linkTo(itemId("linked"), goalId("goal")),
        ]),
      ["unlinked-work linked"],
    ],
    [
      "a leaf under a closed anchor, which has other open work",
      () => upserted(task("late2", { parentId: itemId("closed"), ...next() })),
      ["unlinked-work closed"],
    ],
    [
      "a dependency between two of one team",
      () => leaf({}, [blockedBy(itemId("leaf"), itemId("middle"))]),
      ["blocked-across-boundary leaf=>middle", "horizon-mismatch leaf=>middle"],
    ],
  ])("looks at the few that it may touch: %s", async (_what, change, wanted) => {
    const { subjects, rounds } = await costOf(change());
    expect(subjects).toEqual(wanted);
    expect(rounds).toBeLessThanOrEqual(9);
  });
});

describe("a change that alters a finding", () => {
  test.each<[what: string, change: () => Change, subjects: readonly string[]]>([
    [
      "a link of an anchor",
      () =>
        upserted(workItem("unlinked", { ...next() }), [linkTo(itemId("unlinked"), goalId("goal"))]),
      [
        "closed-goal-open-work goal",
        "horizon-mismatch unlinked",
        "stale-by-evidence unlinked",
        "unlinked-work unlinked",
      ],
    ],
    [
      "the link taken away",
      () => upserted(workItem("unlinked", { assigneeId: accountId("cyd"), ...next() })),
      [
        "goal-without-work goal",
        "horizon-mismatch unlinked",
        "owner-left unlinked",
        "stale-by-evidence unlinked",
        "unlinked-work unlinked",
      ],
    ],
    [
      "the title of an unlinked anchor",
      () =>
        upserted(workItem("unlinked", { assigneeId: accountId("cyd"), title: "Named", ...next() })),
      ["unlinked-work unlinked"],
    ],
    [
      "a dependency across teams",
      () => leaf({}, [blockedBy(itemId("leaf"), itemId("other"))]),
      [
        "blocked-across-boundary leaf=>middle",
        "blocked-across-boundary leaf=>other",
        "horizon-mismatch leaf=>middle",
        "horizon-mismatch leaf=>other",
      ],
    ],
    [
      "a person who moves, with the edges of their work and what is open",
      () => upserted(person("bob", { unitId: unitId("t1"), ...next() })),
      [
        "blocked-across-boundary leaf=>other",
        "horizon-mismatch leaf=>other",
        "unlinked-work closed",
        "unlinked-work unlinked",
      ],
    ],
    [
      "a parent that closes a circle",
      () =>
        upserted(workItem("linked", { parentId: itemId("leaf"), ...next() }), [
          linkTo(itemId("linked"), goalId("goal")),
        ]),
      ["circular-hierarchy leaf"],
    ],
    [
      "a parent that opens it again, and a dependency taken away",
      () => leaf({ parentId: itemId("unlinked") }),
      [
        "blocked-across-boundary leaf=>other",
        "circular-hierarchy leaf",
        "horizon-mismatch leaf=>other",
        "stale-by-evidence leaf",
        "stale-by-evidence linked",
        "stale-by-evidence middle",
        "stale-by-evidence unlinked",
      ],
    ],
  ])("looks at what it touches and nothing else: %s", async (_what, change, wanted) => {
    const { subjects, rounds } = await costOf(change());
    expect(subjects).toEqual(wanted);
    expect(rounds).toBeLessThanOrEqual(30);
  });

  test("a goal that is dropped: itself, and what links to it, once each", async () => {
    const { subjects } = await costOf(upserted(goal("top", { status: "dropped", ...next() })));
    expect(subjects).toEqual([
      "closed-goal-open-work top",
      "floating-goal top",
      "goal-without-work top",
      ...links.map((name) => `horizon-mismatch ${name}`),
      ...links.map((name) => `unlinked-work ${name}`),
    ]);
  });
});
