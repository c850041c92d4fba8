import { describe, expect, test } from "vitest";

import { pull } from "#functions/pull/pull.ts";
import { alertId, dependencyId } from "#shared/model/ids.ts";
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
  removed,
  unitId,
  upserted,
  workItem,
} from "#shared/testing/facts.ts";

import { AppRig } from "./app-rig.ts";

const path = (room: string, id: string) => `/${room}/${encodeURIComponent(id)}`;
const ann = path("people", personId("ann"));

/** Everything about Ann; her address is in nobody else's. */
const traces = [
  "Ann Lee",
  "ann.lee@",
  "hr%3Aperson%3Aconn_people0001%3Aann",
  personId("ann"),
  accountId("ann"),
];
const crossing = dependencyId(itemId("api"), itemId("db"));

/** Every page and every answer that tells of people, or of what they do. */
const everywhere = [
  "/",
  "/people",
  "/people/find?text=Lee",
  path("accounts", accountId("ann")),
  ann,
  path("people", personId("bob")),
  "/erasures",
  "/org",
  `/org?unit=${encodeURIComponent(unitId("red"))}`,
  "/org/problems",
  "/org/preview?day=2026-06-01",
  "/work-items?status=open",
  path("work-items", itemId("api")),
  "/goals",
  path("goals", goalId("growth")),
  path("alerts", alertId("blocked-across-boundary", crossing)),
  "/coverage",
  "/api/people",
  "/api/people/summary",
  "/api/people/likely-pairs",
  `/api${ann}`,
  `/api${path("people", personId("bob"))}`,
  "/api/accounts?matched=any",
  "/api/erasures",
  "/api/org",
  `/api/org?unit=${encodeURIComponent(unitId("red"))}`,
  "/api/org/problems",
  "/api/org/preview?day=2026-06-01",
  "/api/work-items",
  `/api${path("work-items", itemId("api"))}`,
  "/api/goals",
  `/api${path("goals", goalId("growth"))}`,
  "/api/alerts?status=all",
  `/api${path("alerts", alertId("blocked-across-boundary", crossing))}`,
];

const moved = [
  {
    validFrom: CalendarDate.parse("2026-03-02"),
    unitId: unitId("red"),
    managerId: personId("ann"),
  },
  { validFrom: CalendarDate.parse("2026-06-01"), unitId: unitId("blue") },
];
const company = (version = 0) => [
  upserted(orgUnit("dept", { originalKind: "department", level: 2, version })),
  upserted(orgUnit("red", { parentId: unitId("dept"), version })),
  upserted(orgUnit("blue", { parentId: unitId("dept"), version })),
  upserted(
    person("ann", {
      name: "Ann Lee",
      workEmail: "ann.lee@company.example",
      unitId: unitId("red"),
      endOn: CalendarDate.parse("2026-05-31"),
      version,
    }),
  ),
  upserted(person("bob", { placements: moved, version })),
  upserted(person("cleo", { unitId: unitId("blue"), managerId: personId("ann"), version })),
  upserted(
    account("ann", { displayName: "Ann Lee", workEmail: "ann.lee@company.example", version }),
  ),
  upserted(account("cleo", { version })),
  upserted(goal("growth", { ownerId: accountId("ann"), version })),
  upserted(workItem("api", { assigneeId: accountId("ann"), version }), [
    blockedBy(itemId("api"), itemId("db")),
  ]),
  upserted(workItem("db", { assigneeId: accountId("cleo"), version })),
];

async function hubWithAnn(): Promise<AppRig> {
  const rig = await AppRig.create();
  for (const { name } of rig.deps.rules) await rig.hub.setRule(name);
  await rig.hub.apply(...company());
  return rig;
}

/** Where anything of Ann is still to be read; asked in her own name, an address may be in the question. */
async function placesWithTraces(rig: AppRig): Promise<readonly string[]> {
  const found: string[] = [];
  for (const target of everywhere) {
    const { text, status } = await rig.get(target, { accept: "text/html" });
    if (status < 400 && traces.some((trace) => text.includes(trace))) found.push(target);
  }
  return found;
}

/** What the puller does with everything that was sent to it. */
async function runPulls(rig: AppRig): Promise<void> {
  for (const message of rig.messages) await pull(rig.deps, message);
  rig.pulls.sent.length = 0;
  await rig.hub.settle();
  rig.hub.clock.advance(5000);
}

describe("erasing a person on request", () => {
  test("from their page: the word is asked for, it is under way, and then they are nowhere", async () => {
    const rig = await hubWithAnn();
    expect((await placesWithTraces(rig)).length).toBeGreaterThan(10);
    expect((await rig.get(ann)).text).toContain("Type ERASE to confirm");

    const hasty = await rig.send("POST", `${ann}/erase`, { form: { confirm: "erase" } });
    expect(hasty.headers.get("location")).toContain("did=erase-unconfirmed");
    expect(rig.messages).toEqual([]);

    const asked = await rig.send("POST", `${ann}/erase`, { form: { confirm: "ERASE" } });
    expect(asked.headers.get("location")).toBe("/erasures?did=erasing");
    expect(rig.messages).toEqual([{ kind: "erase", personId: personId("ann") }]);
    expect((await rig.get(ann)).text).toContain("Send the request again");
    expect((await rig.get("/erasures")).text).toContain("1 erasure is under way");

    await runPulls(rig);
    expect(await placesWithTraces(rig)).toEqual([]);
    expect((await rig.get(`/api${ann}`)).status).toBe(404);
    const { body } = await rig.get("/api/erasures");
    expect(body).toMatchObject({ underWay: 0, receipts: [{ left: 0 }] });
    expect((await rig.get("/erasures")).text).toContain("2026-03-02");
    expect(await rig.hub.drift()).toBe(0);
  });

  test("through the API: later deliveries do not bring them back, lifting it does", async () => {
    const rig = await hubWithAnn();
    const { status, body } = await rig.send("POST", `/api${ann}/erasure`);
    expect([status, body]).toEqual([202, { personId: personId("ann"), state: "under-way" }]);
    await runPulls(rig);
    await rig.hub.apply(...company(5));
    rig.hub.clock.advance(5000);
    expect(await placesWithTraces(rig)).toEqual([]);

    const lift = async (identifier: string) =>
      (await rig.send("POST", "/api/erasures/lift", { json: { identifier } })).body;
    expect(await lift("nobody@company.example")).toEqual({ lifted: false });
    expect(await lift("Ann.Lee@company.example")).toEqual({ lifted: true });
    expect(await lift(personId("ann"))).toEqual({ lifted: true });
    await rig.hub.apply(...company(9));
    expect((await rig.get(`/api${ann}`)).body).toMatchObject({ name: "Ann Lee" });
  });

  test("that broke off when nothing but its note was left can be asked for again", async () => {
    const rig = await hubWithAnn();
    await rig.send("POST", `/api${ann}/erasure`);
    rig.pulls.sent.length = 0;
    await rig.hub.apply(removed(personId("ann"), 3));
    const again = await rig.send("POST", `/api${ann}/erasure`);
    expect(again.status).toBe(202);
    await runPulls(rig);
    expect((await rig.get("/api/erasures")).body).toMatchObject({ underWay: 0 });
    expect(await placesWithTraces(rig)).toEqual([]);
  });

  test("of nobody is refused, and nothing is sent", async () => {
    const rig = await hubWithAnn();
    const target = `/api${path("people", personId("nobody"))}/erasure`;
    expect((await rig.send("POST", target)).status).toBe(404);
    expect(rig.messages).toEqual([]);
  });
});
