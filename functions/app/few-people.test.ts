import { expect, test } from "vitest";

import type { OrgUnitId } from "#shared/model/ids.ts";
import {
  account,
  accountId,
  goal,
  goalId,
  orgUnit,
  person,
  unitId,
  upserted,
  workItem,
} from "#shared/testing/facts.ts";

import { AppRig } from "../../tests/rig/app-rig.ts";

/** Five people in one team and two in another, an epic each without a goal, and one of nobody known. */
async function company(): Promise<AppRig> {
  const rig = await AppRig.create();
  await rig.hub.setRule("unlinked-work", { graceMinutes: 0 });
  const team = (name: string, people: number) => [
    upserted(orgUnit(name, { parentId: unitId("dept") })),
    ...Array.from({ length: people }, (_, n) => `${name}${n}`).flatMap((who) => [
      upserted(person(who, { unitId: unitId(name) })),
      upserted(account(who)),
      upserted(workItem(`of-${who}`, { container: name, assigneeId: accountId(who) })),
    ]),
  ];
  await rig.hub.apply(upserted(orgUnit("dept")), upserted(goal("north")));
  await rig.hub.apply(...team("big", 5), ...team("small", 2), upserted(workItem("nobodys")));
  return rig;
}

async function read(rig: AppRig, path: string): Promise<Record<string, unknown>> {
  return (await rig.get(path)).body as Record<string, unknown>;
}

const of = (team: OrgUnitId) => `team=${encodeURIComponent(team)}`;
const custom = (pattern: object) => ({
  json: { title: "Adrift", why: "Many.", nextStep: "Ask.", pattern },
});
const smallOnly = { detail: { teamIds: [unitId("small")] } };

test.each([
  [of(unitId("small")), undefined, 2],
  [`${of(unitId("small"))}&status=done`, undefined, 0],
  ["text=small", undefined, 2],
  ["team=none", undefined, 1],
  [of(unitId("big")), 5, 5],
  ["text=big", 5, 5],
  ["status=open", 8, 8],
])(
  "work that fits %s is listed, and counted unless it is that of few",
  async (query, total, rows) => {
    const rig = await company();
    const list = await read(rig, `/api/work-items?${query}`);
    expect(list["total"]).toBe(total);
    expect(list["items"]).toHaveLength(rows);
    const { status, text } = await rig.get(`/work-items?${query}`);
    expect([status, /\d items fit/u.test(text)]).toEqual([200, total !== undefined]);
  },
);

test.each([
  [of(unitId("small")), undefined],
  ["q=OF-SMALL0", undefined],
  [of(unitId("big")), 5],
  [of(unitId("dept")), 7],
  ["severity=warning", 8],
])("alerts that fit %s have no numbers where they are those of few", async (query, open) => {
  const rig = await company();
  const [list, groups] = [
    await read(rig, `/api/alerts?${query}`),
    await read(rig, `/api/alert-groups?${query}`),
  ];
  const told = (answer: Record<string, unknown>) =>
    (answer["counts"] as { readonly open: number } | undefined)?.open;
  expect([list["total"], told(list), groups["totalAlerts"], told(groups)]).toEqual(
    Array.from({ length: 4 }, () => open),
  );
  expect(list["alerts"]).not.toHaveLength(0);
  expect((await rig.get(`/?${query}`)).status).toBe(200);
});

test("a custom rule whose pattern names a small team says of no number how much it fits", async () => {
  const rig = await company();
  const trial = await rig.send("POST", "/api/custom-rules/check", { json: { pattern: smallOnly } });
  expect([trial.status, trial.body]).toEqual([200, expect.objectContaining({ open: 8 })]);
  expect(trial.body).not.toHaveProperty("fittingOpen");
  const { body } = await rig.send("POST", "/api/custom-rules", custom(smallOnly));
  const { id } = body as { readonly id: string };
  const { rules } = (await read(rig, "/api/rules")) as { rules: { name: string }[] };
  expect(rules.find(({ name }) => name === id)).not.toHaveProperty("openSignals");
  expect(rules.find(({ name }) => name === "unlinked-work")).toMatchObject({ openSignals: 8 });
  expect(await read(rig, `/api/custom-rules/${id}`)).not.toHaveProperty("standingAlerts");
  for (const path of ["/rules", "/custom-rules", `/custom-rules/${id}`]) {
    const page = await rig.get(path);
    expect([page.status, page.text.includes("undefined")]).toEqual([200, false]);
  }
});

test("a link rule that fits the work of a small team says of no number how much that is", async () => {
  const rig = await company();
  const preview = async (project: string) =>
    read(rig, `/api/link-rules/preview?filter=${encodeURIComponent(`project = ${project}`)}`);
  expect(await preview("big")).toMatchObject({ openItems: 5, closedItems: 0, unlinkedItems: 5 });
  const few = await preview("small");
  for (const field of ["openItems", "closedItems", "unlinkedItems", "wouldBeLinked", "ownLinks"]) {
    expect(few).not.toHaveProperty(field);
  }
  const { body } = await rig.send("POST", "/api/link-rules", {
    json: { name: "Small", filter: "project = small", goalId: goalId("north") },
  });
  const { id } = body as { readonly id: string };
  const { rules } = (await read(rig, "/api/link-rules")) as { rules: object[] };
  for (const rule of [body, ...rules]) {
    expect(rule).not.toHaveProperty("openItems");
    expect(rule).not.toHaveProperty("linkedItems");
  }
  for (const path of ["/link-rules", `/link-rules/${id}`]) {
    const page = await rig.get(path);
    expect([page.status, page.text.includes("undefined")]).toEqual([200, false]);
  }
});
