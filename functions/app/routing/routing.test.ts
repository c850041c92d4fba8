import { expect, test } from "vitest";

import { alertId } from "#shared/model/ids.ts";
import type { ConnectionId } from "#shared/model/ids.ts";
import {
  itemId,
  orgUnit,
  person,
  personId,
  unitId,
  upserted,
  workItem,
} from "#shared/testing/facts.ts";

import { AppRig } from "../../../tests/rig/app-rig.ts";

const pager = "conn_pager00000" as ConnectionId;

/** A hub with a channel, and two teams below one division with a lead each. */
async function company() {
  const rig = await AppRig.create();
  await rig.hub.setRule("unlinked-work");
  await rig.hub.connect(pager, { connector: "pager", name: "Pager", settings: {} });
  await rig.hub.apply(
    upserted(orgUnit("all")),
    upserted(orgUnit("red", { parentId: unitId("all"), level: 1, name: "Red" })),
    upserted(person("boss", { unitId: unitId("all"), name: "The boss" })),
    upserted(person("ann", { unitId: unitId("red"), managerId: personId("boss"), name: "Ann" })),
    upserted(workItem("lone", { teamName: "Red" })),
  );
  return rig;
}

const route = `/api/alerts/${encodeURIComponent(alertId("unlinked-work", itemId("lone")))}/route`;

test("until somebody sets it, the routing is its defaults, and every channel is told at once", async () => {
  const rig = await company();
  expect((await rig.get("/api/routing")).body).toMatchObject({
    isDefault: true,
    responseHours: 48,
    weeklyBudgetOfPerson: 10,
    connected: [{ id: pager, name: "Pager", reaches: ["channel"] }],
  });
  expect((await rig.get(route)).body).toMatchObject({
    isDefault: true,
    rungs: [{ rung: 0, told: [{ kind: "channel", name: "Pager" }], skipped: [] }],
  });
});

test("the channel of a unit is told of its alerts, and of those of the units below", async () => {
  const rig = await company();
  const channels = [{ unitId: unitId("all"), connectionId: pager }];
  const set = await rig.send("PUT", "/api/routing", { json: { channels } });
  expect(set).toMatchObject({ status: 200, body: { isDefault: false, channels } });
  const { body } = await rig.get(`/api/routing/preview?teams=${encodeURIComponent(unitId("red"))}`);
  expect(body).toMatchObject({
    isDefault: false,
    rungs: [{ told: [{ name: "Pager", because: expect.stringContaining("above Red") }] }],
  });
});

test.each([
  [{ defaultChannelId: "conn_0000000000" }, "defaultChannelId"],
  [{ peopleThroughId: pager }, "peopleThroughId"],
  [{ channels: [{ unitId: unitId("nowhere"), connectionId: pager }] }, "channels.0.unitId"],
  [
    {
      channels: [
        { unitId: unitId("red"), connectionId: pager },
        { unitId: unitId("red"), connectionId: pager },
      ],
    },
    "channels.1.unitId",
  ],
  [{ timeZone: "Europe/Atlantis" }, "timeZone"],
  [{ quietFrom: "25:00" }, "quietFrom"],
  [{ workingDays: [] }, "workingDays"],
])("%j is refused at %s, and nothing is set", async (json, path) => {
  const rig = await company();
  expect(await rig.send("PUT", "/api/routing", { json })).toMatchObject({
    status: 400,
    body: { error: { issues: [{ path }] } },
  });
  expect((await rig.get("/api/routing")).body).toMatchObject({ isDefault: true });
});

test("routing that somebody changed since it was read is not replaced", async () => {
  const rig = await company();
  const { body } = await rig.send("PUT", "/api/routing", { json: {} });
  const { revision } = body as { readonly revision: number };
  expect((await rig.send("PUT", "/api/routing", { json: { revision } })).status).toBe(200);
  expect((await rig.send("PUT", "/api/routing", { json: { revision } })).status).toBe(409);
});

test("the form says what is set, keeps what was typed, and sets it", async () => {
  const rig = await company();
  const form = {
    "unit-0": unitId("red"),
    "channel-0": pager,
    responseHours: "24",
    weeklyBudgetOfPerson: "5",
    quietFrom: "19:00",
    quietUntil: "07:30",
    workingDays: "1",
    timeZone: "Europe/Berlin",
    timeZones: "Lisbon = Europe/Lisbon",
    digestDay: "2",
    digestTime: "09:00",
    baselineMinutes: "0",
    baselineAlertsMax: "3",
  };
  const wrong = await rig.send("POST", "/routing", { form: { ...form, timeZones: "Lisbon" } });
  expect(wrong.status).toBe(400);
  expect(wrong.text).toContain("19:00");
  expect((await rig.send("POST", "/routing", { form })).status).toBe(303);
  expect((await rig.get("/api/routing")).body).toMatchObject({
    responseHours: 24,
    workingDays: [1],
    timeZones: [{ location: "Lisbon", timeZone: "Europe/Lisbon" }],
    channels: [{ unitId: unitId("red"), connectionId: pager }],
  });
  expect((await rig.get("/routing")).text).toContain("Lisbon = Europe/Lisbon");
  expect(
    (await rig.get(`/routing/preview?team=${encodeURIComponent(unitId("red"))}`)).text,
  ).toContain("Pager");
});

test("an alert that there is not has no route", async () => {
  const rig = await company();
  const other = `/api/alerts/${encodeURIComponent(alertId("unlinked-work", itemId("other")))}/route`;
  expect((await rig.get(other)).status).toBe(404);
});
