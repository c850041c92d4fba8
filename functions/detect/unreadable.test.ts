import { expect, test } from "vitest";

import type { AssertedEdge } from "#shared/model/change.ts";
import type { Fact, Goal } from "#shared/model/facts.ts";
import { signalId } from "#shared/model/ids.ts";
import { instantOf, minuteMs } from "#shared/model/time.ts";
import type { Item, Json } from "#shared/ports/table.ts";
import { factKey, linkRulesPartition } from "#shared/store/keys.ts";
import { scanAll } from "#shared/store/list.ts";
import { OrgReader } from "#shared/store/org-reader.ts";
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
  workItem,
} from "#shared/testing/facts.ts";

import { MemoryHub } from "../../tests/rig/memory-hub.ts";

/*
 * Items that no schema of today understands. One of them stops nobody, and nothing is concluded from
 * what it may have said.
 */

/** Two teams, an unlinked epic of each kind, a goal with a linked epic, a wait between the teams. */
async function company(): Promise<MemoryHub> {
  const hub = await MemoryHub.ready();
  for (const rule of ["unlinked-work", "blocked-across-boundary"]) await hub.setRule(rule);
  const member = (name: string, team: string) => [
    upserted(person(name, { unitId: unitId(team) })),
    upserted(account(name)),
  ];
  const linked = (name: string, given: Partial<Fact>, edges: readonly AssertedEdge[] = []) =>
    upserted({ ...workItem(name), ...given } as Fact, [
      linkTo(itemId(name), goalId("north")),
      ...edges,
    ]);
  await hub.apply(
    upserted(orgUnit("red")),
    upserted(orgUnit("blue")),
    ...member("ana", "red"),
    ...member("bo", "blue"),
    upserted(goal("north")),
    linked("waits", { assigneeId: accountId("ana") }, [
      blockedBy(itemId("waits"), itemId("blocks")),
    ]),
    linked("blocks", { assigneeId: accountId("bo") }),
    upserted(workItem("lonely")),
    upserted(workItem("closed", { status: "done" })),
    upserted(workItem("below", { parentId: itemId("closed"), kind: "task" })),
    upserted(workItem("other")),
  );
  hub.clock.advance(10 * minuteMs);
  return hub;
}

async function find(hub: MemoryHub, is: (item: Item) => boolean): Promise<Item> {
  const item = (await scanAll(hub.table)).find(is);
  if (!item) throw new Error("There is no such item");
  return item;
}

/** Spoils an item as an editor's hand would: the stream tells of it like of any change. */
async function poison(
  hub: MemoryHub,
  is: (item: Item) => boolean,
  spoil: Record<string, Json> = { shape: { of: "another age" }, hash: "edited" },
): Promise<void> {
  const item = await find(hub, is);
  await hub.table.write({ kind: "put", item: { ...item, ...spoil }, condition: [] });
}

const open = async (hub: MemoryHub) =>
  (await hub.openSignals()).map(({ rule, subjectId }) => `${rule} ${subjectId}`).toSorted();

const at = (id: string) => (item: Item) => item.pk === id && item.sk === "0";
const beside = (id: string, kind: string) => (item: Item) =>
  item.pk === id && item.sk.startsWith(`${kind}#`);

const kinds: readonly (readonly [string, (item: Item) => boolean])[] = [
  ["a work item with a signal", at(itemId("lonely"))],
  ["open work under a closed anchor", at(itemId("below"))],
  ["an end of a dependency", at(itemId("blocks"))],
  ["a goal", at(goalId("north"))],
  ["a link", beside(itemId("waits"), "link")],
  ["a dependency", beside(itemId("waits"), "dependency")],
  ["a person", at(personId("bo"))],
  ["an account", at(accountId("bo"))],
  ["a unit", at(unitId("blue"))],
  ["a signal", (item) => item["type"] === "signal"],
  ["an alert", (item) => item["type"] === "alert"],
  ["a connection", (item) => item["type"] === "connection"],
  ["settings of a rule", (item) => item["type"] === "rule-settings"],
];

test.each(kinds)("%s that cannot be read stops nothing, and ends no signal", async (_kind, is) => {
  const hub = await company();
  const before = await open(hub);
  expect(before).toHaveLength(4);
  const spoilt = await find(hub, is);
  await poison(hub, is);
  await hub.settle();
  const result = await hub.selfCheck();
  const spoiltSubject = JSON.stringify(spoilt["subjectId"] ?? "").replaceAll('"', "");
  // One that cannot be read is in no list either; it stays where it is.
  const isSignal = spoilt["type"] === "signal";
  expect(await open(hub)).toEqual(
    before.filter((one) => !isSignal || !one.includes(spoiltSubject)),
  );
  expect([result.unreadable, result.drift]).toEqual([1, {}]);
  expect(result.unreadableNamed[0]?.type).toBe(spoilt["type"]);
  await hub.apply(upserted(workItem("late", { version: 9 })));
  // Without a connection or the settings of a rule, nothing can be concluded of anything.
  const isAll = spoilt["type"] === "connection" || spoilt["type"] === "rule-settings";
  expect((await open(hub)).includes(`unlinked-work ${itemId("late")}`)).toBe(!isAll);
});

test.each(["match-rate", "org-change"])(
  "a %s that cannot be read stops no evaluation, whoever reads the organisation next",
  async (type) => {
    const hub = await company();
    await hub.selfCheck();
    const found = (await scanAll(hub.table)).filter((item) => item["type"] === type);
    const last = found.toSorted((a, b) => (a.sk < b.sk ? 1 : -1))[0];
    if (!last) throw new Error(`There is no ${type}`);
    const spoilt = { ...last, accounts: "many", facts: "all" };
    await hub.table.write({ kind: "put", item: spoilt, condition: [] });
    const org = await new OrgReader(hub.table, hub.clock).read();
    expect([...org.units()]).toHaveLength(2);
    await hub.apply(upserted(person("cat", { unitId: unitId("red") })));
    await hub.apply(upserted(workItem("late", { version: 9 })));
    expect(await open(hub)).toContain(`unlinked-work ${itemId("late")}`);
    expect((await hub.selfCheck()).drift).toEqual({});
  },
);

test("how many are matched is counted anew where the count cannot be read", async () => {
  const hub = await company();
  await hub.selfCheck();
  const stood = await find(hub, ({ type }) => type === "match-rate");
  await hub.table.write({ kind: "put", item: { ...stood, accounts: "many" }, condition: [] });
  await hub.selfCheck();
  expect(await find(hub, ({ type }) => type === "match-rate")).toEqual(stood);
});

test("what was put right is seen again, by the stream alone", async () => {
  const hub = await company();
  await poison(hub, at(itemId("lonely")));
  await hub.settle();
  await hub.apply(
    upserted(workItem("lonely", { version: 1 }), [linkTo(itemId("lonely"), goalId("north"))]),
  );
  expect(await open(hub)).not.toContain(`unlinked-work ${itemId("lonely")}`);
});

test("a record of a person that cannot be read is replaced by the next that can", async () => {
  const hub = await company();
  await poison(hub, at(personId("bo")));
  await hub.apply(upserted(person("bo", { unitId: unitId("red"), version: 1 })));
  expect((await open(hub)).filter((one) => one.startsWith("blocked"))).toEqual([]);
});

test("the organisation is read without those that cannot be, which are known by their keys", async () => {
  const hub = await company();
  await poison(hub, at(unitId("blue")));
  const reader = new OrgReader(hub.table, hub.clock);
  const org = await reader.read();
  expect([...org.units()].map(({ id }) => id)).toEqual([unitId("red")]);
  expect([org.isUnreadable(unitId("blue")), org.hasUnreadable("org-unit")]).toEqual([true, true]);
  await hub.apply(upserted(orgUnit("blue", { version: 1, level: 4 })));
  expect((await reader.read()).isUnreadable(unitId("blue"))).toBe(false);
});

test("a child of what cannot be read is not called unlinked", async () => {
  const hub = await company();
  await hub.apply(upserted(workItem("under", { parentId: itemId("waits"), kind: "story" })));
  await poison(hub, at(itemId("waits")));
  await hub.settle();
  await hub.selfCheck();
  expect((await open(hub)).filter((one) => one.includes("under"))).toEqual([]);
});

const under: readonly (readonly [string, (item: Item) => boolean])[] = [
  ["a link to it", beside(itemId("serves"), "link")],
  ["the work that links to it", at(itemId("serves"))],
  ["a goal below it", at(goalId("part"))],
  ["a link of a goal below it", beside(goalId("beside"), "link")],
];

test.each(under)(
  "a goal is not said to be without work where %s cannot be read",
  async (_what, is) => {
    const hub = await MemoryHub.ready();
    await hub.setRule("goal-without-work");
    const old = { createdAt: instantOf(0) };
    await hub.apply(
      upserted(goal("worked-for", old)),
      upserted(workItem("serves"), [linkTo(itemId("serves"), goalId("worked-for"))]),
      upserted(goal("whole", old)),
      upserted(goal("part", { parentId: goalId("whole") })),
      upserted(goal("linked", old)),
      upserted(goal("beside"), [linkTo(goalId("beside"), goalId("linked"))]),
    );
    const isOfRule = (one: string) => one.startsWith("goal-without-work");
    expect((await open(hub)).filter(isOfRule)).toEqual([]);
    await poison(hub, is);
    await hub.settle();
    await hub.selfCheck();
    expect((await open(hub)).filter(isOfRule)).toEqual([]);
  },
);

test("parts of an objective that cannot be read are not counted by themselves, and a finding about them stands", async () => {
  const hub = await MemoryHub.ready();
  await hub.setRule("too-many-objectives");
  const names = ["a", "b", "c", "d"];
  const parts = (given: Partial<Goal>, version = 0) =>
    names.map((name) => upserted(goal(name, { teamName: "red", version, ...given })));
  const found = async () =>
    (await open(hub)).filter((one) => one.startsWith("too-many-objectives"));
  await hub.apply(upserted(orgUnit("red")), upserted(orgUnit("blue")));
  await hub.apply(upserted(goal("whole", { teamName: "red" })));
  await hub.apply(...parts({ parentId: goalId("whole") }));
  expect(await found()).toEqual([]);
  await poison(hub, at(goalId("whole")));
  await hub.settle();
  await hub.selfCheck();
  expect(await found()).toEqual([]);
  await hub.apply(upserted(goal("whole", { teamName: "blue", version: 1 })));
  expect(await found()).toEqual([`too-many-objectives ${unitId("red")}`]);
  await poison(hub, at(goalId("whole")));
  await hub.settle();
  const { drift } = await hub.selfCheck();
  expect([await found(), drift]).toEqual([[`too-many-objectives ${unitId("red")}`], {}]);
  await hub.apply(upserted(goal("whole", { teamName: "red", version: 2 })));
  expect(await found()).toEqual([]);
});

test("an objective is counted by itself from when what it is part of is known, or known to be gone", async () => {
  const hub = await MemoryHub.ready();
  await hub.setRule("too-many-objectives");
  const found = async () => (await open(hub)).filter((one) => one.startsWith("too-many"));
  const part = (name: string, whole: string) =>
    upserted(goal(name, { teamName: "red", parentId: goalId(whole) }));
  await hub.apply(upserted(orgUnit("red")));
  await hub.apply(part("a", "theme"), part("b", "theme"), part("c", "gone"), part("d", "gone"));
  expect(await found()).toEqual([]);
  await hub.apply(upserted(goal("theme", { kind: "theme" })));
  expect(await found()).toEqual([]);
  await hub.apply(removed(goalId("gone"), 5));
  expect(await found()).toEqual([`too-many-objectives ${unitId("red")}`]);
  expect((await hub.selfCheck()).drift).toEqual({});
});

test("while a link rule cannot be read no work becomes unlinked, and what is linked clears", async () => {
  const hub = await company();
  const item = { pk: linkRulesPartition, sk: "rule", type: "link-rule", name: 7 };
  await hub.table.write({ kind: "put", item, condition: [] });
  await hub.apply(
    upserted(workItem("late", { version: 9 })),
    upserted(workItem("lonely", { version: 1 }), [linkTo(itemId("lonely"), goalId("north"))]),
  );
  await hub.selfCheck();
  const is = await open(hub);
  expect(is.filter((one) => one.includes("late") || one.includes("lonely"))).toEqual([]);
  expect(is).toContain(`unlinked-work ${itemId("other")}`);
});

test("what is told of an item that cannot be read names no value of it, and nobody", async () => {
  const hub = await company();
  await poison(hub, at(personId("bo")), { name: { secret: "Bo Winter" }, hash: "edited" });
  await hub.settle();
  const { unreadableNamed } = await hub.selfCheck();
  const told = JSON.stringify([
    unreadableNamed,
    hub.logs.filter(({ event }) => event === "store.set-aside"),
  ]);
  expect(unreadableNamed[0]).toMatchObject({
    type: "person",
    reason: expect.stringContaining("name"),
  });
  expect(told).not.toMatch(/Winter|:bo["\s]/u);
});

test("a record that was removed stays removed, whatever else stands beside it", async () => {
  const hub = await company();
  await poison(hub, beside(itemId("waits"), "link"));
  await hub.apply(removed(itemId("lonely"), 5));
  expect(await open(hub)).not.toContain(`unlinked-work ${itemId("lonely")}`);
});

test("a signal that cannot be read, and is taken away or overwritten, is found anew by the stream alone", async () => {
  const hub = await company();
  const id = signalId("unlinked-work", itemId("lonely"));
  const stood = await find(hub, at(id));
  await poison(hub, at(id), { severity: "terrible" });
  await hub.settle();
  await hub.table.write({ kind: "delete", key: factKey(id), condition: [] });
  await hub.settle();
  expect(await open(hub)).toContain(`unlinked-work ${itemId("lonely")}`);
  await poison(hub, at(id), { severity: "terrible" });
  await hub.settle();
  const item = { ...stood, title: "By hand", revision: 9 };
  await hub.table.write({ kind: "put", item, condition: [] });
  await hub.settle();
  expect((await hub.openSignals()).map(({ title }) => title)).not.toContain("By hand");
});
