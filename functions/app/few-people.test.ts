import { expect, test } from "vitest";

import type { OrgUnitId } from "#shared/model/ids.ts";
import {
  account,
  accountId,
  goal,
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

test.each([
  [of(unitId("small")), undefined, 2],
  [`${of(unitId("small"))}&status=done`, undefined, 0],
  ["text=small", 2, 2],
  ["team=none", undefined, 1],
  [of(unitId("big")), 5, 5],
  ["text=big", 5, 5],
  ["status=open", 8, 8],
])(
  "work that fits %s is listed, and counted unless it is asked for as that of few",
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
  ["q=OF-SMALL0", 1],
  [of(unitId("big")), 5],
  [of(unitId("dept")), 7],
  ["severity=warning", 8],
])(
  "alerts that fit %s have no numbers where they are asked for as those of few",
  async (query, open) => {
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
  },
);
