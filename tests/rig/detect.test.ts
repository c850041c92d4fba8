import { describe, expect, test } from "vitest";

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
  personId,
  removed,
  unitId,
  upserted,
  workConnection,
  workItem,
} from "#shared/testing/facts.ts";

import { MemoryHub } from "./memory-hub.ts";

async function openOf(hub: MemoryHub): Promise<readonly string[]> {
  return (await hub.openSignals()).map(
    ({ rule, subjectId }) => `${rule} ${subjectId.split(":").at(-1)}`,
  );
}

describe("unlinked work", () => {
  test("an unlinked epic is one signal, not one for each item under it", async () => {
    const hub = await MemoryHub.ready();
    const stories = ["s1", "s2", "s3"].map((name) =>
      upserted(workItem(name, { kind: "story", parentId: itemId("epic") })),
    );
    await hub.apply(upserted(workItem("epic")), ...stories);
    expect(await openOf(hub)).toEqual(["unlinked-work epic"]);
    expect(await hub.drift()).toBe(0);
  });

  test("linking the epic is one write of the item and one cleared signal, whatever hangs below", async () => {
    const hub = await MemoryHub.ready();
    const children = Array.from({ length: 50 }, (_, n) =>
      upserted(workItem(`s${n}`, { kind: "story", parentId: itemId("epic") })),
    );
    await hub.apply(upserted(goal("g")), upserted(workItem("epic")), ...children);
    await hub.apply(
      upserted(workItem("epic", { version: 1 }), [linkTo(itemId("epic"), goalId("g"))]),
    );
    expect(await openOf(hub)).toEqual([]);
    const cleared = hub.events.filter(({ type }) => type === "signal.cleared.v1");
    expect(cleared).toHaveLength(1);
    expect(await hub.drift()).toBe(0);
  });

  test("nothing is called unlinked while a source that may hold goals is still being read", async () => {
    const hub = new MemoryHub();
    await hub.connect(workConnection);
    await hub.apply(upserted(workItem("epic")));
    expect(await openOf(hub)).toEqual([]);
  });

  test("a goal that is deleted opens the signal of what it supported, and its return clears it", async () => {
    const hub = await MemoryHub.ready();
    await hub.apply(
      upserted(goal("g")),
      upserted(workItem("epic"), [linkTo(itemId("epic"), goalId("g"))]),
    );
    expect(await openOf(hub)).toEqual([]);
    await hub.apply(removed(goalId("g"), 5));
    expect(await openOf(hub)).toEqual(["unlinked-work epic"]);
    await hub.apply(upserted(goal("g", { version: 6 })));
    expect(await openOf(hub)).toEqual([]);
    expect(await hub.drift()).toBe(0);
  });

  test("moving a story out of a linked epic makes it an anchor of its own", async () => {
    const hub = await MemoryHub.ready();
    await hub.apply(
      upserted(goal("g")),
      upserted(workItem("epic"), [linkTo(itemId("epic"), goalId("g"))]),
      upserted(workItem("story", { kind: "story", parentId: itemId("epic") })),
    );
    await hub.apply(upserted(workItem("story", { kind: "story", version: 2 })));
    expect(await openOf(hub)).toEqual(["unlinked-work story"]);
  });

  test("deleting an unlinked epic leaves its children as anchors, each with its own signal", async () => {
    const hub = await MemoryHub.ready();
    await hub.apply(
      upserted(workItem("epic")),
      upserted(workItem("a", { kind: "story", parentId: itemId("epic") })),
      upserted(workItem("b", { kind: "story", parentId: itemId("epic") })),
    );
    await hub.apply(removed(itemId("epic"), 3));
    expect((await openOf(hub)).toSorted()).toEqual(["unlinked-work a", "unlinked-work b"]);
    expect(await hub.drift()).toBe(0);
  });

  test("closing an unlinked epic keeps its signal as long as work under it is open", async () => {
    const hub = await MemoryHub.ready();
    const story = (status: "todo" | "done", version: number) =>
      upserted(workItem("story", { kind: "story", parentId: itemId("epic"), status, version }));
    await hub.apply(upserted(workItem("epic")), story("todo", 0));
    await hub.apply(upserted(workItem("epic", { status: "done", version: 1 })));
    expect(await openOf(hub)).toEqual(["unlinked-work epic"]);
    await hub.apply(story("done", 2));
    expect(await openOf(hub)).toEqual([]);
    expect(await hub.drift()).toBe(0);
  });

  test("a cycle of parents supports nothing and is one signal", async () => {
    const hub = await MemoryHub.ready();
    await hub.apply(
      upserted(workItem("a", { parentId: itemId("b") })),
      upserted(workItem("b", { parentId: itemId("c") })),
      upserted(workItem("c", { parentId: itemId("a") })),
    );
    expect(await openOf(hub)).toEqual(["circular-hierarchy a"]);
    expect(await hub.drift()).toBe(0);
  });

  test("switching the rule off clears what it had found", async () => {
    const hub = await MemoryHub.ready();
    await hub.apply(upserted(workItem("epic")));
    await hub.setRule("unlinked-work", { isEnabled: false });
    await hub.settle();
    expect(await openOf(hub)).toEqual([]);
  });

  test("an allowance takes its kind of work out of the alerts", async () => {
    const hub = await MemoryHub.ready();
    await hub.setRule("unlinked-work", {
      options: { allowances: [{ reason: "Support", labels: ["support"] }] },
    });
    await hub.apply(upserted(workItem("desk", { labels: ["support"] })));
    expect(await openOf(hub)).toEqual([]);
  });
});

/** Two teams of one department, led by a head; ann and bob work, each in their own team. */
const org = [
  upserted(orgUnit("company", { originalKind: "company", level: 0 })),
  upserted(orgUnit("dept", { originalKind: "department", level: 2, parentId: unitId("company") })),
  upserted(orgUnit("red", { parentId: unitId("dept") })),
  upserted(orgUnit("blue", { parentId: unitId("dept") })),
  upserted(person("head", { unitId: unitId("dept") })),
  upserted(person("ann", { unitId: unitId("red"), managerId: personId("head") })),
  upserted(person("bob", { unitId: unitId("blue"), managerId: personId("head") })),
  upserted(account("ann")),
  upserted(account("bob")),
];
const task = (name: string, assignee: string, given = {}) =>
  workItem(name, { kind: "task", assigneeId: accountId(assignee), ...given });

describe("blocked across a boundary", () => {
  async function blockedHub(): Promise<MemoryHub> {
    const hub = await MemoryHub.ready();
    await hub.setRule("unlinked-work", { isEnabled: false });
    await hub.apply(
      ...org,
      upserted(task("blocking", "bob")),
      upserted(task("blocked", "ann"), [blockedBy(itemId("blocked"), itemId("blocking"))]),
    );
    return hub;
  }

  test("names the level where the teams meet and their lowest common manager", async () => {
    const hub = await blockedHub();
    const [signal, ...others] = await hub.openSignals();
    expect(others).toEqual([]);
    expect(signal).toMatchObject({
      rule: "blocked-across-boundary",
      evidence: { facts: { boundary: "department", meetingUnit: "dept" } },
      teamIds: [unitId("red"), unitId("blue")],
      leaderId: personId("head"),
    });
  });

  test.each([
    [
      "the blocking item is finished",
      [upserted(task("blocking", "bob", { status: "done", version: 1 }))],
    ],
    ["the dependency is removed", [upserted(task("blocked", "ann", { version: 1 }))]],
    ["the work moves into one team", [upserted(task("blocking", "ann", { version: 1 }))]],
    [
      "a person moves into the other's team",
      [upserted(person("bob", { unitId: unitId("red"), managerId: personId("head"), version: 1 }))],
    ],
    ["the blocking item is deleted", [removed(itemId("blocking"), 1)]],
    [
      "an assignee cannot be matched any more",
      [upserted(account("bob", { workEmail: undefined as never, version: 1 }))],
    ],
  ])("clears when %s", async (_when, changes) => {
    const hub = await blockedHub();
    await hub.apply(...changes);
    expect(await hub.openSignals()).toEqual([]);
    expect(await hub.drift()).toBe(0);
  });

  test("never says that an unmatched assignee is of another team", async () => {
    const hub = await MemoryHub.ready();
    await hub.setRule("unlinked-work", { isEnabled: false });
    await hub.apply(
      ...org,
      upserted(task("blocking", "stranger")),
      upserted(task("blocked", "ann"), [blockedBy(itemId("blocked"), itemId("blocking"))]),
    );
    expect(await hub.openSignals()).toEqual([]);
  });

  test("opens when the blocking item arrives after the dependency on it", async () => {
    const hub = await MemoryHub.ready();
    await hub.setRule("unlinked-work", { isEnabled: false });
    await hub.apply(
      ...org,
      upserted(task("blocked", "ann"), [blockedBy(itemId("blocked"), itemId("blocking"))]),
    );
    expect(await hub.openSignals()).toEqual([]);
    await hub.apply(upserted(task("blocking", "bob")));
    expect(await hub.openSignals()).toHaveLength(1);
  });
});

describe("alerts", () => {
  test("an alert opens with its signal and resolves itself when the signal clears", async () => {
    const hub = await MemoryHub.ready();
    await hub.setRule("unlinked-work");
    await hub.apply(upserted(goal("g")), upserted(workItem("epic")));
    expect(await hub.alerts("open")).toHaveLength(1);
    await hub.apply(
      upserted(workItem("epic", { version: 1 }), [linkTo(itemId("epic"), goalId("g"))]),
    );
    expect(await hub.alerts()).toEqual([]);
    expect(await hub.alerts("resolved")).toMatchObject([{ resolvedBecause: "linked" }]);
    expect(hub.events.map(({ type }) => type).filter((type) => type.startsWith("alert."))).toEqual([
      "alert.opened.v1",
      "alert.resolved.v1",
    ]);
  });

  test("an alert in its grace waits, and nobody hears of it when it clears in time", async () => {
    const hub = await MemoryHub.ready();
    await hub.apply(upserted(goal("g")), upserted(workItem("epic")));
    expect(await hub.alerts()).toMatchObject([{ status: "pending" }]);
    await hub.apply(
      upserted(workItem("epic", { version: 1 }), [linkTo(itemId("epic"), goalId("g"))]),
    );
    expect(hub.events.some(({ type }) => type.startsWith("alert."))).toBe(false);
  });
});
