import { describe, expect, test } from "vitest";

import type { Person } from "#shared/model/facts.ts";
import { CalendarDate } from "#shared/model/time.ts";
import {
  account,
  accountId,
  blockedBy,
  goal,
  goalId,
  itemId,
  orgUnit,
  person,
  personId,
  unitId,
  upserted,
  workItem,
} from "#shared/testing/facts.ts";

import { AppRig } from "../../../tests/rig/app-rig.ts";
import { appContext } from "../app-deps.ts";
import { OrgAnswer, ProblemAnswer } from "./org-answers.ts";
import { PreviewAnswer } from "./preview-answers.ts";
import { previewOther } from "./preview.ts";

const day = (text: string) => CalendarDate.parse(text);
const [today, later] = [day("2026-03-02"), day("2026-04-01")];
const people = (team: string, count: number, given: Partial<Person> = {}) =>
  Array.from({ length: count }, (_, at) =>
    person(`${team}${at}`, { unitId: unitId(team), ...given }),
  );

/** From red, which bob leaves for blue in April and ann for good; ann's work waits on bob's. */
async function company(): Promise<AppRig> {
  const rig = await AppRig.create();
  for (const { name } of rig.deps.rules) await rig.hub.setRule(name);
  const moves = [
    { validFrom: today, unitId: unitId("red"), managerId: personId("red0") },
    { validFrom: later, unitId: unitId("blue"), managerId: personId("blue0") },
  ];
  const records = [
    orgUnit("dept", { originalKind: "department", level: 2 }),
    orgUnit("red", { parentId: unitId("dept") }),
    orgUnit("blue", { parentId: unitId("dept") }),
    orgUnit("squad", { isDeliveryTeam: true, boundToId: unitId("red") }),
    orgUnit("guild", { isDeliveryTeam: true }),
    ...people("red", 6),
    ...people("blue", 3),
    person("bob", { placements: moves }),
    person("cat", { unitId: unitId("red"), managerId: personId("red0") }),
    person("ann", {
      unitId: unitId("red"),
      managerId: personId("red0"),
      endOn: day("2026-03-31"),
    }),
    ...["ann", "bob", "cat"].map((name) => account(name)),
    goal("g", { ownerId: accountId("ann") }),
    workItem("b", { assigneeId: accountId("bob") }),
    workItem("d", { assigneeId: accountId("ann") }),
  ];
  await rig.hub.apply(
    ...records.map((record) => upserted(record)),
    upserted(workItem("a", { assigneeId: accountId("cat") }), [
      blockedBy(itemId("a"), itemId("b")),
    ]),
  );
  return rig;
}

const org = async (rig: AppRig, query = "") =>
  OrgAnswer.parse((await rig.get(`/api/org${query}`)).body);
const preview = async (rig: AppRig, query = "") =>
  PreviewAnswer.parse((await rig.get(`/api/org/preview${query}`)).body);

describe("the organisation of a day", () => {
  test("is told level by level, with leads, and with counts of five people and more", async () => {
    const rig = await company();
    const { units, path, deliveryTeams, comingDays } = await org(rig);
    expect(units).toMatchObject([{ id: unitId("dept"), kind: "department", people: 12, units: 2 }]);
    expect({ path, deliveryTeams, comingDays }).toEqual({
      path: [],
      deliveryTeams: 1,
      comingDays: [later],
    });
    const dept = await org(rig, `?unit=${encodeURIComponent(unitId("dept"))}`);
    expect(dept.units.map(({ name, people: count }) => [name, count])).toEqual([
      ["blue", undefined],
      ["red", 9],
    ]);
    expect(dept.units[1]).toMatchObject({ lead: { id: personId("red0") }, deliveryTeams: 1 });
    const red = await org(rig, `?unit=${encodeURIComponent(unitId("red"))}`);
    expect(red.path).toEqual([{ id: unitId("dept"), name: "dept" }]);
  });

  test("is another on another day", async () => {
    const rig = await company();
    const dept = await org(rig, `?day=${later}&unit=${encodeURIComponent(unitId("dept"))}`);
    expect(dept.units.map(({ name, people: count }) => [name, count])).toEqual([
      ["blue", undefined],
      ["red", 7],
    ]);
    const before = await org(rig, "?day=2020-01-01");
    expect(before.units[0]).toMatchObject({ name: "dept", people: 0 });
  });

  test("is paged, also on its page, and so are delivery teams", async () => {
    const rig = await company();
    await rig.hub.apply(
      ...Array.from({ length: 120 }, (_, at) =>
        upserted(orgUnit(`team${at}`, { isDeliveryTeam: at % 2 === 0 })),
      ),
    );
    const first = await org(rig, "?limit=40");
    const second = await org(rig, `?limit=40&after=${first.next}`);
    expect([first.units.length, second.units.length, second.next]).toEqual([40, 21, undefined]);
    const page = await rig.get("/org?limit=40");
    expect(page.text).toContain("The first 40 of 61 entries");
    expect(page.text).toContain("More teams");
    const teams = await rig.get("/api/org/delivery-teams?limit=10");
    expect(teams.body).toMatchObject({ total: 61, teams: expect.any(Array) });
  });

  test("of an unknown unit is not found", async () => {
    const rig = await company();
    expect((await rig.get(`/api/org?unit=${encodeURIComponent(unitId("no"))}`)).status).toBe(404);
  });

  test("is an invitation where nobody is known", async () => {
    const rig = await AppRig.create();
    expect((await rig.get("/org")).text).toContain("No organisation is known yet");
    expect((await rig.get("/org/preview")).text).toContain("Nothing changes");
    expect((await rig.get("/org/problems")).text).toContain("Everything adds up");
  });
});

describe("what does not add up", () => {
  test("is told edge by edge, of units in a circle too, which are still to be seen", async () => {
    const rig = await company();
    await rig.hub.apply(
      upserted(person("lost", { unitId: unitId("gone"), managerId: personId("nobody") })),
      upserted(person("x", { managerId: personId("y") })),
      upserted(person("y", { managerId: personId("x") })),
      upserted(orgUnit("m", { parentId: unitId("n") })),
      upserted(orgUnit("n", { parentId: unitId("m") })),
    );
    const { body } = await rig.get("/api/org/problems");
    const list = ProblemAnswer.array().parse((body as { problems: unknown }).problems);
    expect(list.map(({ kind, people: who, units }) => [kind, who.length, units.length])).toEqual([
      ["reporting-cycle", 2, 0],
      ["unit-cycle", 0, 2],
      ["missing-manager", 1, 0],
      ["missing-unit", 1, 0],
    ]);
    const { units, problems } = await org(rig);
    expect(units.map(({ name }) => name)).toEqual(["dept", "m"]);
    expect(problems).toBe(4);
    const page = await rig.get("/org/problems?kind=reporting-cycle");
    expect(page.text).toContain("They report to each other in a circle");
    expect(page.text).not.toContain("does not exist.");
  });
});

describe("a preview", () => {
  test("is of the next day on which something changes, and tells all of it in sentences", async () => {
    const rig = await company();
    const found = await preview(rig);
    expect(found).toMatchObject({ day: later, today, isEmpty: false });
    expect(found.moves).toEqual({
      total: 2,
      byUnit: [
        { unit: { id: unitId("blue"), name: "blue" }, leaving: 0 },
        { unit: { id: unitId("red"), name: "red" }, arriving: 0 },
      ],
      join: 0,
    });
    expect(found.goals.changes).toMatchObject([
      {
        id: goalId("g"),
        change: "loses-owner",
        sentence: "Its owner leaves: somebody else must take it over.",
      },
    ]);
    expect(found.dependencies.changes).toMatchObject([
      {
        change: "becomes-cross-team",
        sentence:
          "It comes to wait on another team: red and blue meet in the department dept. Today both are of red.",
      },
    ]);
    const opened = found.alerts.changes.find(({ change }) => change === "opens");
    expect(opened).toMatchObject({ rule: "blocked-across-boundary" });
    const moved = found.alerts.changes.filter(({ change }) => change === "re-routes");
    expect(moved).toMatchObject([
      { sentence: "It goes to blue, then Person blue0, instead of red, then Person red0." },
    ]);
    expect(found.leavers[0]).not.toHaveProperty("counts");
    expect(found.leavers).toMatchObject([
      {
        team: { name: "red" },
        work: [{ id: itemId("d"), successor: { id: personId("red0") }, because: "manager" }],
      },
    ]);
  });

  test("of today is empty, and its page leads to goals, work and alerts", async () => {
    const rig = await company();
    expect(await preview(rig, `?day=${today}`)).toMatchObject({ isEmpty: true });
    const { text } = await rig.get("/org/preview");
    for (const path of ["/goals/", "/work-items/", "/alerts/"])
      expect(text).toContain(`href="${path}`);
    expect(text).toContain("fewer than 5");
    // Whoever leaves is nowhere named: their work is.
    expect(text).not.toContain("Person ann");
  });

  test("leaves out rules that are switched off, and changes nothing", async () => {
    const rig = await company();
    await rig.hub.setRule("blocked-across-boundary", { isEnabled: false });
    await rig.hub.settle();
    const before = rig.hub.table.usage().writeUnits;
    const found = await preview(rig);
    expect(found.alerts.changes.map(({ rule }) => rule)).not.toContain("blocked-across-boundary");
    expect(rig.hub.table.usage().writeUnits).toBe(before);
  });

  test("of an uploaded organisation tells of the same things", async () => {
    const rig = await company();
    const units = ["dept", "red", "blue", "squad", "guild"].map((name) =>
      orgUnit(name, { ...(name === "red" && { parentId: unitId("dept") }) }),
    );
    const uploaded = { people: [...people("red", 6), ...people("blue", 3)], units };
    const found = await previewOther(appContext(rig.deps), uploaded, { limit: 10 });
    expect(found).toMatchObject({ isEmpty: false, goals: { total: 1 } });
    expect(found.day).toBe(today);
  });
});
