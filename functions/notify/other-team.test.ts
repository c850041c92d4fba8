import { expect, test } from "vitest";

import type { NotifierTraits } from "#shared/kit/notifier.ts";
import {
  account,
  accountId,
  goal,
  orgUnit,
  person,
  personId,
  unitId,
  upserted,
  workItem,
} from "#shared/testing/facts.ts";

import { NotifyRig } from "../../tests/rig/notify-rig.ts";

const chat: NotifierTraits = { reaches: ["channel"], end: "message" };
const mail: NotifierTraits = { reaches: ["person"], end: "nothing" };
const anyTime = { quietFrom: "00:00", quietUntil: "00:00", workingDays: [1, 2, 3, 4, 5, 6, 7] };

/** boss over red and blue, each with a lead and somebody who works. */
async function twoTeams(): Promise<NotifyRig> {
  const rig = await NotifyRig.with({ chat, mail });
  await rig.hub.setRule("unlinked-work");
  const human = (name: string, unit: string, manager: string) =>
    upserted(person(name, { name, unitId: unitId(unit), managerId: personId(manager) }));
  const team = (name: string) => upserted(orgUnit(name, { parentId: unitId("dept") }));
  await rig.hub.apply(
    upserted(goal("g")),
    upserted(orgUnit("dept", { originalKind: "department" })),
    team("red"),
    team("blue"),
    upserted(person("boss", { name: "boss", unitId: unitId("dept") })),
    ...["red", "blue"].map((name) => human(`lead-${name}`, name, "boss")),
    ...["red", "blue"].map((name) => human(`one-of-${name}`, name, `lead-${name}`)),
    ...["red", "blue"].map((name) => upserted(account(`one-of-${name}`))),
  );
  await rig.route({ ...anyTime, responseHours: 6 });
  return rig;
}

const workOf = (team: string, version: number) =>
  upserted(workItem("e1", { assigneeId: accountId(`one-of-${team}`), version }));
const told = (rig: NotifyRig) =>
  rig
    .channel("mail")
    .shown.filter(({ message }) => message.kind === "alert")
    .map(({ target, message: { reason } }) =>
      target?.kind === "person" ? `${target.name} ${reason}` : "everybody",
    );

test("what becomes another team's is told to them before it is told to anybody above them", async () => {
  const rig = await twoTeams();
  await rig.hub.apply(workOf("red", 0));
  await rig.pass(20);
  await rig.hub.apply(workOf("blue", 1));
  await rig.pass(75);
  expect(told(rig)).toEqual(["lead-red opened", "lead-blue opened"]);
  await rig.pass(12 * 60, 5);
  expect(told(rig)).toEqual(["lead-red opened", "lead-blue opened", "boss escalated"]);
});

test("so it is where its ladder had come to its end, and nobody hears of it twice", async () => {
  const rig = await twoTeams();
  await rig.hub.apply(workOf("red", 0));
  await rig.pass(12 * 60, 5);
  const before = ["lead-red opened", "boss escalated"];
  expect(told(rig)).toEqual(before);
  await rig.hub.apply(workOf("blue", 1));
  await rig.pass(75);
  expect(told(rig)).toEqual([...before, "lead-blue opened"]);
  await rig.hub.apply(workOf("red", 2));
  await rig.pass(10 * 60, 1);
  expect(told(rig)).toEqual([...before, "lead-blue opened"]);
});

test("whoever was told as the manager above it has their own time when it becomes their team's", async () => {
  const rig = await twoTeams();
  await rig.hub.apply(
    upserted(person("top", { name: "top" })),
    upserted(
      person("boss", {
        name: "boss",
        unitId: unitId("dept"),
        managerId: personId("top"),
        version: 1,
      }),
    ),
    upserted(
      person("one-of-dept", {
        name: "one-of-dept",
        unitId: unitId("dept"),
        managerId: personId("boss"),
      }),
    ),
    upserted(account("one-of-dept")),
  );
  await rig.hub.apply(workOf("red", 0));
  await rig.pass(7 * 60, 5);
  const before = ["lead-red opened", "boss escalated"];
  expect(told(rig)).toEqual(before);
  await rig.hub.apply(workOf("dept", 1));
  await rig.pass(4 * 60, 1);
  expect(told(rig)).toEqual(before);
  await rig.pass(4 * 60, 1);
  expect(told(rig)).toEqual([...before, "top escalated"]);
});

test("one that goes back and forth is told further up all the same", async () => {
  const rig = await twoTeams();
  for (let at = 0; at < 5; at += 1) {
    await rig.hub.apply(workOf(at % 2 === 0 ? "red" : "blue", at));
    await rig.pass(4 * 60, 1);
  }
  expect(told(rig)).toEqual(["lead-red opened", "lead-blue opened", "boss escalated"]);
});

test("what has stood for days is told within the hour, and in no later digest", async () => {
  const rig = await twoTeams();
  await rig.hub.apply(workOf("red", 0));
  await rig.pass(26 * 60, 5);
  await rig.hub.apply(workOf("blue", 1));
  await rig.pass(75);
  expect(told(rig)).toContain("lead-blue opened");
});
