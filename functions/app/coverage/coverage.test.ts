import { describe, expect, test } from "vitest";

import type { AssertedEdge } from "#shared/model/change.ts";
import { dateOf } from "#shared/model/time.ts";
import { countDelivery } from "#shared/store/delivery-counts.ts";
import { unknownConnections } from "#shared/store/keys.ts";
import {
  account,
  accountId,
  goal,
  goalId,
  itemId,
  linkTo,
  orgUnit,
  person,
  personId,
  unitId,
  upserted,
  workItem,
} from "#shared/testing/facts.ts";

import { AppRig } from "../../../tests/rig/app-rig.ts";
import { CoverageAnswer } from "./coverage.ts";

/** So many people of a team, with an account and an unlinked epic each. */
function team(name: string, people: number) {
  return [
    upserted(orgUnit(name)),
    ...Array.from({ length: people }, (_, index) => `${name}${index}`).flatMap((who) => [
      upserted(person(who, { unitId: unitId(name) })),
      upserted(account(who)),
      upserted(workItem(`of-${who}`, { assigneeId: accountId(who) })),
    ]),
  ];
}

const read = async (rig: AppRig) => CoverageAnswer.parse((await rig.get("/api/coverage")).body);

describe("verdicts by team", () => {
  test("teams of fewer than five people share one line", async () => {
    const rig = await AppRig.create();
    await rig.hub.apply(...team("big", 5), ...team("small", 3), ...team("tiny", 2));
    const { byTeam, openWork, verdicts } = await read(rig);
    expect(byTeam.map(({ name, verdicts }) => [name, verdicts.unlinked])).toEqual([
      ["big", 5],
      ["Small teams, together", 5],
    ]);
    expect([openWork, verdicts.unlinked]).toEqual([10, 10]);
  });

  test("a single small team is not told from the work of nobody we know", async () => {
    const rig = await AppRig.create();
    await rig.hub.apply(...team("big", 5), ...team("small", 4), upserted(workItem("nobodys")));
    const { byTeam } = await read(rig);
    expect(byTeam.map(({ name, group, verdicts }) => [name, group, verdicts.unlinked])).toEqual([
      ["big", "team", 5],
      ["No team known", "no-team", 5],
    ]);
  });

  test("a single small team is told of with the next larger one where all work has a team", async () => {
    const rig = await AppRig.create();
    await rig.hub.apply(...team("big", 7), ...team("five", 5), ...team("small", 4));
    const { byTeam } = await read(rig);
    expect(byTeam.map(({ name, group, verdicts }) => [name, group, verdicts.unlinked])).toEqual([
      ["big", "team", 7],
      ["Small teams, together", "small-teams", 9],
    ]);
  });

  test("people who are in two small teams are no more than they are", async () => {
    const rig = await AppRig.create();
    await rig.hub.apply(...team("big", 5), ...team("small", 3), upserted(workItem("nobodys")));
    const also = [0, 1, 2].map((n): AssertedEdge => ({
      type: "membership",
      personId: personId(`small${n}`),
      unitId: unitId("beside"),
    }));
    await rig.hub.apply(upserted(orgUnit("beside"), also));
    await rig.hub.apply(upserted(workItem("besides", { teamName: "beside" })));
    const { byTeam } = await read(rig);
    expect(byTeam.map(({ name, verdicts }) => [name, verdicts.unlinked])).toEqual([
      ["big", 5],
      ["No team known", 5],
    ]);
  });

  test("closed work is not counted, and connections are told apart", async () => {
    const rig = await AppRig.create();
    await rig.hub.apply(
      upserted(goal("north")),
      upserted(workItem("a"), [linkTo(itemId("a"), goalId("north"))]),
      upserted(workItem("b", { status: "done" })),
    );
    const { openWork, byConnection } = await read(rig);
    expect(openWork).toBe(1);
    expect(byConnection).toMatchObject([
      { connectionId: "conn_work000001", verdicts: { linked: 1 } },
    ]);
  });
});

describe("what team figures rest on", () => {
  test("the share of a team's people with a known account, of teams of five and more", async () => {
    const rig = await AppRig.create();
    await rig.hub.apply(
      ...team("big", 5),
      upserted(account("big0", { workEmail: "elsewhere@other.example" })),
      ...team("small", 4),
      ...team("tiny", 1),
    );
    const { byTeam } = await read(rig);
    expect(byTeam.map(({ name, matchRate }) => [name, matchRate])).toEqual([
      ["big", { people: 5, matched: 4, percent: 80 }],
      ["Small teams, together", undefined],
      ["No team known", undefined],
    ]);
  });

  test("people's accounts count; bots that belong to nobody are no gap", async () => {
    const rig = await AppRig.create();
    await rig.hub.apply(
      ...team("red", 3),
      upserted(account("ghost", { workEmail: "ghost@elsewhere.example" })),
      upserted(account("bot", { kind: "app", workEmail: "bot@elsewhere.example" })),
    );
    expect((await read(rig)).accounts).toEqual({
      total: 4,
      matched: 3,
      unmatched: 1,
      matchPercent: 75,
    });
  });
});

test("refused deliveries are told, also those for connections that do not exist", async () => {
  const rig = await AppRig.create();
  const { table, clock } = rig.hub;
  await countDelivery(table, unknownConnections, { "unknown-connection": 2 }, clock.now());
  const { unknownDeliveries } = await read(rig);
  expect(unknownDeliveries).toEqual([
    { day: dateOf(clock.now()), counts: { "unknown-connection": 2 } },
  ]);
});

describe("dead letters", () => {
  const letter = {
    id: "m1",
    queue: "inbox",
    body: JSON.stringify({
      connectionId: "conn_work000001",
      receivedAt: "x",
      body: { text: "PAYLOAD" },
    }),
    reason: "connector.drifted: field x is gone",
    receiveCount: 5,
    diedAt: "2026-03-02T09:00:00.000Z",
  };

  test("are listed with their reason and without their content, and can be put back", async () => {
    const rig = await AppRig.create();
    rig.dead.push(letter, { ...letter, id: "m2", body: "not json" });
    const { body, text } = await rig.get("/api/dead-letters");
    expect(body).toMatchObject({
      deadLetters: [{ kind: "delivery", connectionId: "conn_work000001", receiveCount: 5 }, {}],
    });
    expect(text).not.toContain("PAYLOAD");
    expect((await read(rig)).queues).toEqual([{ name: "inbox", waiting: 3, dead: 2 }]);
    const redriven = await rig.send("POST", "/api/dead-letters/redrive", {
      json: { queue: "inbox" },
    });
    expect([redriven.status, redriven.body]).toEqual([202, { moved: 2 }]);
  });

  test("of a queue that there is not cannot be put back", async () => {
    const rig = await AppRig.create();
    const json = { queue: "nowhere" };
    expect(await rig.send("POST", "/api/dead-letters/redrive", { json })).toMatchObject({
      status: 400,
      body: { error: { issues: [{ path: "queue" }] } },
    });
  });
});

test("health tells what the host knows of itself", async () => {
  const rig = await AppRig.create({ host: async () => ({ uptimeSeconds: 12 }) });
  expect((await rig.get("/api/health")).body).toMatchObject({
    status: "ok",
    host: { uptimeSeconds: 12 },
  });
});
