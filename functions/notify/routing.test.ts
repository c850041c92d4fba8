import { describe, expect, test } from "vitest";

import type { NotifierTraits } from "#shared/kit/notifier.ts";
import { minuteMs } from "#shared/model/time.ts";
import { CalendarDate } from "#shared/model/time.ts";
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
  unitId,
  upserted,
  workConnection,
  workItem,
} from "#shared/testing/facts.ts";

import { NotifyRig } from "../../tests/rig/notify-rig.ts";

const chat: NotifierTraits = { reaches: ["channel"], end: "message" };
const mail: NotifierTraits = { reaches: ["person"], end: "nothing" };
const byText = (a = "", b = "") => (a < b ? -1 : 1);
const day = (text: string) => CalendarDate.parse(text);
const dayMinutes = 24 * 60;

/** Who was told by mail, and when, in the order in which it happened. */
function letters(rig: NotifyRig): readonly string[] {
  return rig
    .channel("mail")
    .shown.map(({ target, message }) =>
      target?.kind === "person" ? `${target.name}: ${message.kind ?? ""}` : "nobody",
    );
}

/** boss over hub and hip; red under hub, blue under hip; in each team one account that works. */
async function company(): Promise<NotifyRig> {
  const rig = await NotifyRig.with({ chat, mail });
  const unit = (name: string, parent?: string) =>
    upserted(
      orgUnit(name, {
        originalKind: parent === "dept" ? "team" : "department",
        ...(parent !== undefined && { parentId: unitId(parent) }),
      }),
    );
  const human = (name: string, of: string, manager?: string, given = {}) =>
    upserted(
      person(name, {
        name,
        unitId: unitId(of),
        ...(manager !== undefined && { managerId: personId(manager) }),
        ...given,
      }),
    );
  await rig.hub.apply(
    unit("dept"),
    unit("mid-red", "dept"),
    unit("mid-blue", "dept"),
    unit("red", "mid-red"),
    unit("blue", "mid-blue"),
    human("boss", "dept"),
    human("over-red", "mid-red", "boss"),
    human("over-blue", "mid-blue", "boss"),
    // Away for two weeks when the story begins.
    human("red-lead", "red", "over-red", {
      absences: [{ from: day("2026-03-01"), to: day("2026-03-15") }],
    }),
    human("blue-lead", "blue", "over-blue"),
    human("ana", "red", "red-lead"),
    human("bo", "blue", "blue-lead"),
    upserted(account("ana")),
    upserted(account("bo")),
    upserted(goal("north")),
  );
  return rig;
}

const serves = (name: string, who: string, edges: readonly ReturnType<typeof linkTo>[] = []) =>
  upserted(workItem(name, { assigneeId: accountId(who) }), [
    linkTo(itemId(name), goalId("north")),
    ...edges,
  ]);

describe("the ladder", () => {
  test("of a dependency climbs both lines around a vacation and a leaver, to whoever manages both, and ends", async () => {
    const rig = await company();
    await rig.route({ responseHours: 24, weeklyBudgetOfPerson: 50 });
    await rig.hub.setRule("blocked-across-boundary");
    await rig.hub.apply(
      serves("w1", "ana", [blockedBy(itemId("w1"), itemId("w2"))]),
      serves("w2", "bo"),
    );
    await rig.pass(10);
    // The first recipient is away: the next above stands in, and is told for whom.
    expect(letters(rig).toSorted()).toEqual(["blue-lead: alert", "over-red: alert"]);
    expect(
      rig
        .channel("mail")
        .sent.map(({ because }) => because)
        .toSorted(byText),
    ).toEqual(["Lead of blue", expect.stringContaining("for red-lead (away today)")]);
    // Then somebody in the other line leaves.
    await rig.hub.apply(
      upserted(
        person("over-blue", {
          name: "over-blue",
          version: 1,
          unitId: unitId("mid-blue"),
          managerId: personId("boss"),
          employmentStatus: "inactive",
        }),
      ),
    );
    await rig.pass(2 * dayMinutes, 10);
    expect(letters(rig).slice(2)).toEqual(["boss: alert"]);
    await rig.pass(14 * dayMinutes, 30);
    const alerts = letters(rig).filter((line) => line.endsWith("alert"));
    expect(alerts).toHaveLength(3);
    // By the week, how their part of the company stands.
    expect(letters(rig)).toContain("blue-lead: brief");
    expect(await rig.ofType("rung")).toMatchObject([{ endedBecause: "top of the ladder" }]);
  });

  test("ends where somebody takes care, and says nothing to anybody at night", async () => {
    const rig = await company();
    await rig.route({ responseHours: 24 });
    await rig.hub.setRule("unlinked-work");
    // Eight in the evening.
    rig.hub.clock.advance(11 * 60 * minuteMs);
    await rig.hub.apply(upserted(workItem("late", { assigneeId: accountId("bo") })));
    await rig.pass(60, 10);
    expect(letters(rig)).toEqual([]);
    await rig.pass(12 * 60, 10);
    expect(letters(rig)).toEqual(["blue-lead: alert"]);
    await rig.hub.apply(
      upserted(workItem("late", { assigneeId: accountId("bo"), version: 1 }), [
        linkTo(itemId("late"), goalId("north")),
      ]),
    );
    await rig.pass(4 * dayMinutes, 30);
    expect(letters(rig).filter((line) => line.endsWith("alert"))).toHaveLength(1);
  });
});

test("a leader gets so many messages a week; the rest comes in the digest, and none is lost", async () => {
  const rig = await company();
  await rig.route({ weeklyBudgetOfPerson: 3, responseHours: 720 });
  await rig.hub.setRule("unlinked-work");
  const names = Array.from({ length: 8 }, (_, at) => `e${at}`);
  for (const name of names) {
    await rig.hub.apply(upserted(workItem(name, { assigneeId: accountId("bo") })));
    await rig.pass(5);
  }
  expect(letters(rig)).toEqual(["blue-lead: alert", "blue-lead: alert", "blue-lead: alert"]);
  await rig.pass(7 * dayMinutes, 30);
  const reports = rig
    .channel("mail")
    .shown.filter(
      ({ target, message }) =>
        target?.kind === "person" &&
        target.name === "blue-lead" &&
        (message.kind === "digest" || message.kind === "brief"),
    );
  expect(reports).toHaveLength(1);
  const text = JSON.stringify(reports[0]?.message);
  for (const name of names.slice(3)) expect(text).toContain(`No goal above ${name.toUpperCase()}`);
});

test("a first reading of a thousand findings is one report and a handful of messages", async () => {
  const rig = await company();
  await rig.route({ baselineMinutes: 60, responseHours: 48 });
  await rig.hub.changeConnection(workConnection, (connection) => ({
    ...connection,
    readyAt: rig.hub.clock.now(),
  }));
  await rig.hub.setRule("unlinked-work");
  const count = 1000;
  const changes = Array.from({ length: count }, (_, at) =>
    upserted(workItem(`e${at}`, { assigneeId: accountId(at % 2 === 0 ? "ana" : "bo") })),
  );
  await rig.hub.apply(...changes);
  await rig.pass(30, 10);
  expect(rig.channel("chat").lines).toEqual([]);
  expect(letters(rig)).toEqual([]);
  await rig.pass(7 * dayMinutes - 30, 60);
  const reports = rig.channel("chat").sent.filter(({ kind }) => kind === "baseline");
  expect(reports).toHaveLength(1);
  expect(reports[0]?.sentence).toContain("1,000 findings");
  const perPerson = Map.groupBy(letters(rig), (line) => line.split(":")[0] ?? "");
  for (const lines of perPerson.values()) expect(lines.length).toBeLessThanOrEqual(10);
  const first = (await rig.ofType("notification")).filter(({ rung }) => rung === 0);
  expect(new Set(first.map(({ alertId }) => alertId)).size).toBe(count);
  expect(first.filter(({ state }) => state === "dropped")).toEqual([]);
}, 120_000);
