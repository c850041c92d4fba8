import { describe, expect, test } from "vitest";

import type { AssertedEdge as Asserted } from "#shared/model/change.ts";
import type { OrgUnitId } from "#shared/model/ids.ts";
import { instantOf } from "#shared/model/time.ts";
import {
  account,
  accountId,
  blockedBy,
  goalConnection,
  itemId,
  orgUnit,
  peopleConnection,
  person,
  personId,
  unitId,
  upserted,
  workConnection,
  workItem,
} from "#shared/testing/facts.ts";

import { AppRig } from "../../../tests/rig/app-rig.ts";
import type { BackTestAnswer } from "./back-test-answers.ts";

const hourMs = 3_600_000;
const rule = "/api/rules/unlinked-work/back-test";
const custom = "/api/custom-rules/back-test";
const unlinked = { detail: { rule: ["unlinked-work"] } };

/** By team, how many people it has, and how many epics without a goal somebody of it is at. */
type Company = Readonly<Record<string, readonly [people: number, epics: number]>>;

async function livedCompany(company: Company): Promise<AppRig> {
  const rig = await AppRig.create();
  const { hub } = rig;
  const freshAt = instantOf(hub.clock.nowMs() + 30 * 24 * hourMs);
  for (const id of [goalConnection, peopleConnection, workConnection]) {
    await hub.changeConnection(id, (one) => ({ ...one, freshAt }));
  }
  hub.clock.advance(hourMs);
  const names = Object.keys(company);
  const people = names.flatMap((team) =>
    Array.from({ length: company[team]?.[0] ?? 0 }, (_, n) =>
      upserted(person(`${team}${n}`, { unitId: unitId(team) })),
    ),
  );
  await hub.apply(
    ...names.map((team) => upserted(orgUnit(team))),
    ...people,
    ...names.map((team) => upserted(account(`${team}0`))),
  );
  hub.clock.advance(hourMs);
  const epics = names.flatMap((team) =>
    Array.from({ length: company[team]?.[1] ?? 0 }, (_, n) =>
      upserted(workItem(`${team}-${n}`, { container: team, assigneeId: accountId(`${team}0`) })),
    ),
  );
  await hub.apply(...epics);
  hub.clock.advance(3 * hourMs);
  return rig;
}

async function asked(rig: AppRig, path: string, json: object): Promise<BackTestAnswer> {
  const { status, body } = await rig.send("POST", path, { json: { days: 30, ...json } });
  expect(status).toBe(200);
  return body as BackTestAnswer;
}

const ids = (...names: string[]): OrgUnitId[] => names.map(unitId);
const left = expect.arrayContaining([
  expect.stringContaining("fewer than five people is left out"),
]);

describe("of a team of fewer than five people a back-test tells no number", () => {
  const company: Company = { big: [5, 2], small: [2, 3], tiny: [3, 1] };

  test.each([
    ["a scope of that team", rule, { scope: { unitIds: ids("small") } }],
    [
      "a pattern that names it",
      custom,
      { pattern: { detail: { ...unlinked.detail, teamIds: ids("small") } } },
    ],
    ["a pattern of titles", custom, { pattern: { detail: { title: [{ wildcard: "*SMALL-*" }] } } }],
    [
      "a pattern in the scope of that team",
      custom,
      { pattern: unlinked, scope: { unitIds: ids("small") } },
    ],
  ])("asked by %s", async (_how, path, json) => {
    const answer = await asked(await livedCompany(company), path, json);
    expect(answer).toMatchObject({
      wanted: { raised: 0, waitedOut: 0, standing: 0 },
      byTeam: [],
      byRule: [],
      sample: [],
      notKnown: left,
    });
    expect(answer.wanted.byWeek.every(({ raised }) => raised === 0)).toBe(true);
  });

  test("asked for what waits, or stood before", async () => {
    const rig = await livedCompany(company);
    const scope = { unitIds: ids("small") };
    const waiting = await asked(rig, rule, { scope, graceMinutes: 40_000 });
    expect(waiting.wanted).toMatchObject({ raised: 0, waitedOut: 0 });
    rig.hub.clock.advance(3 * 24 * hourMs);
    const early = await asked(rig, rule, { scope, days: 1 });
    expect(early.notKnown.join(" ")).not.toMatch(/3 findings|stood when/u);
  });

  test("as the difference of two scopes", async () => {
    const rig = await livedCompany(company);
    const scoped = async (...names: string[]) =>
      (await asked(rig, rule, { scope: { unitIds: ids(...names) } })).wanted.raised;
    expect([await scoped("big", "small", "tiny"), await scoped("big", "tiny")]).toEqual([2, 2]);
  });

  test("as the difference of what is set and what is tried", async () => {
    const rig = await livedCompany(company);
    const allowances = [{ reason: "keep it", teams: ["small"] }];
    const answer = await asked(rig, rule, { options: { allowances } });
    expect(answer).toMatchObject({
      wanted: { raised: 2 },
      today: { raised: 2 },
      compared: { both: 2, onlyToday: 0, onlyWanted: 0 },
      notKnown: left,
    });
  });

  test("by what it and a large team wait for of each other", async () => {
    const rig = await livedCompany(company);
    const edge = blockedBy(itemId("big-0"), itemId("small-0"));
    const waiting = workItem("big-0", { version: 1, assigneeId: accountId("big0") });
    await rig.hub.apply(upserted(waiting, [edge]));
    rig.hub.clock.advance(48 * hourMs);
    const api = "/api/rules/blocked-across-boundary/back-test";
    const all = await asked(rig, api, {});
    expect(all).toMatchObject({ wanted: { raised: 1 } });
    expect(all.byTeam).toEqual([{ teamId: unitId("big"), name: "big", group: "team", raised: 1 }]);
    const one = await asked(rig, api, { scope: { unitIds: ids("small") } });
    expect(one).toMatchObject({ wanted: { raised: 0 }, byTeam: [] });
  });
});

test("small teams are told of together where they are five people and more", async () => {
  const rig = await livedCompany({ big: [5, 2], small: [2, 3], tiny: [3, 1] });
  const answer = await asked(rig, rule, {});
  expect(answer.byTeam.map(({ name, raised }) => [name, raised])).toEqual([
    ["big", 2],
    ["Small teams, together", 4],
  ]);
  const pattern = { detail: { rule: ["unlinked-work"], severity: ["warning"] } };
  expect(await asked(rig, custom, { pattern })).toMatchObject({ wanted: { raised: 6 } });
});

test("people who are in two small teams are no more than they are", async () => {
  const rig = await livedCompany({ big: [5, 2], small: [3, 2], beside: [0, 0] });
  const { hub } = rig;
  const beside = [0, 1, 2].map((n): Asserted => ({
    type: "membership",
    personId: personId(`small${n}`),
    unitId: unitId("beside"),
  }));
  await hub.apply(upserted(orgUnit("beside", { version: 1 }), beside));
  await hub.apply(upserted(workItem("besides", { teamName: "beside" })));
  hub.clock.advance(3 * hourMs);
  const { wanted, notKnown, sample } = await asked(rig, rule, {});
  expect([wanted.raised, sample.flatMap(({ teams }) => teams)]).toEqual([2, ["big", "big"]]);
  expect(notKnown).toEqual(left);
});

test("a company of few is told nothing but that", async () => {
  const rig = await livedCompany({ small: [2, 3] });
  expect(await asked(rig, rule, {})).toMatchObject({ wanted: { raised: 0 }, notKnown: left });
});
