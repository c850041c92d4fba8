import { expect, test } from "vitest";

import { dayMs } from "#shared/model/time.ts";
import {
  goal,
  goalConnection,
  goalId,
  itemId,
  linkTo,
  orgUnit,
  peopleConnection,
  unitId,
  upserted,
  workConnection,
  workItem,
} from "#shared/testing/facts.ts";

import { AppRig } from "../../../tests/rig/app-rig.ts";

const of = (team: string, id: string, version = 1, links: Parameters<typeof upserted>[1] = []) =>
  upserted(workItem(id, { version, teamName: team, title: `Work of ${team}` }), links);

async function company() {
  const rig = await AppRig.create();
  await rig.hub.setRule("unlinked-work");
  await rig.hub.apply(
    upserted(goal("g")),
    upserted(orgUnit("all", { name: "All" })),
    upserted(orgUnit("red", { parentId: unitId("all"), level: 1, name: "Red" })),
    upserted(orgUnit("blue", { parentId: unitId("all"), level: 1, name: "Blue" })),
    of("Red", "old"),
    of("Red", "done"),
  );
  rig.hub.clock.advance(8 * dayMs);
  for (const id of [workConnection, goalConnection, peopleConnection]) {
    await rig.hub.changeConnection(id, (one) => ({ ...one, freshAt: rig.hub.clock.now() }));
  }
  await rig.hub.apply(of("Red", "new"), of("Blue", "blue"));
  await rig.hub.apply(of("Red", "done", 2, [linkTo(itemId("done"), goalId("g"))]));
  return rig;
}

test("a scope's week says what waits, what is new and what resolved, each citing its alert", async () => {
  const rig = await company();
  const { body } = await rig.get(`/api/brief?unit=${encodeURIComponent(unitId("red"))}`);
  expect(body).toMatchObject({
    scope: "Red",
    isEmpty: false,
    sections: [
      { title: "Waits for a decision", lines: [{ text: expect.stringContaining("OLD") }] },
      {
        title: "New",
        lines: [
          {
            text: expect.stringContaining("Work of Red"),
            url: expect.stringContaining("/alerts/"),
          },
        ],
      },
      { title: "Resolved", lines: [{ text: expect.stringContaining("DONE") }] },
    ],
  });
  expect(JSON.stringify(body)).not.toContain("Work of Blue");
  const { text } = await rig.get(`/brief?unit=${encodeURIComponent(unitId("all"))}`);
  expect(text).toContain("Work of Blue");
});

test("a unit without anything to tell says so, and one that there is not is not found", async () => {
  const rig = await AppRig.create();
  expect((await rig.get("/api/brief")).body).toMatchObject({ scope: "the company", isEmpty: true });
  expect((await rig.get(`/api/brief?unit=${encodeURIComponent(unitId("none"))}`)).status).toBe(404);
});
