import { describe, expect, test } from "vitest";
import * as z from "zod";

import { alertId } from "#shared/model/ids.ts";
import type { ConnectionId } from "#shared/model/ids.ts";
import { instantOf, minuteMs } from "#shared/model/time.ts";
import { notificationKey } from "#shared/store/keys.ts";
import {
  account,
  accountId,
  blockedBy,
  goal,
  goalConnection,
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
import { AlertAnswer, AlertDetail } from "./alert-answers.ts";

const List = z.looseObject({
  total: z.int(),
  counts: z.record(z.string(), z.int()),
  alerts: z.array(AlertAnswer),
  next: z.string().optional(),
});

const unlinked = (name: string) => encodeURIComponent(alertId("unlinked-work", itemId(name)));

/** Two teams under one department, a goal, one dependency between the teams, some unlinked epics. */
async function troubled(): Promise<AppRig> {
  const rig = await AppRig.create();
  for (const { name } of rig.deps.rules) await rig.hub.setRule(name);
  const head = { unitId: unitId("dept") };
  const member = (name: string, team: string) => [
    upserted(person(name, { unitId: unitId(team), managerId: personId("head") })),
    upserted(account(name)),
  ];
  await rig.hub.apply(
    upserted(orgUnit("dept", { originalKind: "department", level: 2 })),
    upserted(orgUnit("red", { parentId: unitId("dept") })),
    upserted(orgUnit("blue", { parentId: unitId("dept") })),
    upserted(person("head", head)),
    ...member("ana", "red"),
    ...member("bo", "blue"),
    upserted(goal("north")),
    upserted(workItem("w1", { assigneeId: accountId("ana") }), [
      linkTo(itemId("w1"), goalId("north")),
      blockedBy(itemId("w1"), itemId("w2")),
    ]),
    upserted(workItem("w2", { assigneeId: accountId("bo") }), [
      linkTo(itemId("w2"), goalId("north")),
    ]),
    upserted(workItem("e1", { assigneeId: accountId("ana") })),
    upserted(workItem("e2", { kind: "task", originalKind: "Task" })),
  );
  return rig;
}

const list = async (rig: AppRig, query = "") =>
  List.parse((await rig.get(`/api/alerts${query}`)).body);

test.each([
  ["sent", 0, "opened, told"],
  ["uncertain", 0, "may have been shown"],
  ["attempting", 0, "being told now"],
  ["attempting", 1, "may have been shown"],
  ["deferred", 1, "the channel has not taken it"],
] as const)(
  "an alert says in words what became of telling: %s, %i minutes ago",
  async (outcome, minutes, words) => {
    const rig = await troubled();
    const { table, clock } = rig.hub;
    const told = {
      type: "notification",
      alertId: alertId("unlinked-work", itemId("e1")),
      connectionId: goalConnection,
      generation: 1,
      reason: "opened",
      outcome,
      attempts: 1,
      updatedAt: clock.now(),
    } as const;
    const item = { ...told, ...notificationKey(told) };
    await table.write({ kind: "put", item, condition: [] });
    const spoilt = { ...item, sk: `${item.sk}~`, outcome: "of another age" };
    await table.write({ kind: "put", item: spoilt, condition: [] });
    clock.advance(minutes * minuteMs);
    const { status, text } = await rig.get(`/alerts/${unlinked("e1")}`, { accept: "text/html" });
    expect(status).toBe(200);
    expect(text).toContain(words);
  },
);

describe("the list", () => {
  test("tells evidence, path, teams, leader, next step and how fresh the sources are", async () => {
    const rig = await troubled();
    const { alerts } = await list(rig, "?rule=blocked-across-boundary");
    expect(alerts).toMatchObject([
      {
        status: "open",
        ruleTitle: "Blocked by another team",
        evidence: {
          path: [
            { id: itemId("w1"), url: "https://tool.example/w1" },
            { id: itemId("w2") },
            { id: unitId("dept") },
          ],
        },
        teams: [{ name: "red" }, { name: "blue" }],
        leader: { name: "Person head" },
        nextStep: expect.any(String),
        sources: expect.arrayContaining([expect.objectContaining({ isReady: true })]),
      },
    ]);
  });

  test("puts what needs somebody first, and leaves out what is pending or over", async () => {
    const rig = await troubled();
    await rig.send("POST", `/api/alerts/${unlinked("e1")}/acknowledge`, { json: {} });
    const { alerts, counts, total } = await list(rig);
    expect(alerts.map(({ status, severity }) => `${status} ${severity}`)).toEqual([
      "open warning",
      "open info",
      "acknowledged warning",
    ]);
    expect([total, counts]).toMatchObject([3, { open: 2, acknowledged: 1, resolved: 0 }]);
  });

  test.each([
    ["?rule=unlinked-work", 2],
    [`?team=${encodeURIComponent(unitId("blue"))}`, 1],
    ["?status=acknowledged", 0],
    ["?connection=conn_goals00001", 0],
    ["?status=all&rule=unlinked-work", 2],
  ])("%s finds %i", async (query, count) => {
    const rig = await troubled();
    expect((await list(rig, query)).total).toBe(count);
  });

  test("pages follow each other without repeating or skipping, also when one leaves in between", async () => {
    const rig = await troubled();
    const first = await list(rig, "?limit=1");
    const { next = "" } = first;
    await rig.send("POST", `/api/alerts/${encodeURIComponent(first.alerts[0]?.id ?? "")}/snooze`, {
      json: { until: instantOf(rig.hub.clock.nowMs() + 60 * minuteMs) },
    });
    const rest = await list(rig, `?limit=5&after=${next}`);
    const ids = [...first.alerts, ...rest.alerts].map(({ id }) => id);
    expect(new Set(ids).size).toBe(3);
  });

  test("a cursor that no list gave is refused", async () => {
    const rig = await troubled();
    expect((await rig.get("/api/alerts?after=***")).status).toBe(400);
    expect((await rig.get("/api/alerts?limit=0")).status).toBe(400);
    expect((await rig.get("/api/alerts?status=odd")).status).toBe(400);
  });
});

describe("handling", () => {
  const act = async (rig: AppRig, verb: string, json: unknown = {}) =>
    rig.send("POST", `/api/alerts/${unlinked("e1")}/${verb}`, { json });

  test("acknowledging names who and why, and may be repeated", async () => {
    const rig = await troubled();
    const { status, body } = await act(rig, "acknowledge", { by: "Ana", note: "mine" });
    expect(status).toBe(200);
    expect(AlertDetail.parse(body)).toMatchObject({
      status: "acknowledged",
      history: [{ to: "open" }, { to: "acknowledged", by: "Ana", note: "mine" }],
    });
    const again = AlertDetail.parse((await act(rig, "acknowledge")).body);
    expect(again.history).toHaveLength(2);
  });

  test("snoozing needs a moment in the future, and ends early when asked", async () => {
    const rig = await troubled();
    const at = (minutes: number) => instantOf(rig.hub.clock.nowMs() + minutes * minuteMs);
    expect((await act(rig, "snooze", { until: at(-1) })).body).toMatchObject({
      error: { code: "input.invalid", issues: [{ path: "until" }] },
    });
    expect((await act(rig, "snooze")).status).toBe(400);
    expect((await act(rig, "snooze", { until: at(60) })).body).toMatchObject({ status: "snoozed" });
    expect((await act(rig, "unsnooze")).body).toMatchObject({ status: "open" });
  });

  test("an alert whose cause is gone is over: no verb fits any more", async () => {
    const rig = await troubled();
    const fromId = itemId("e1");
    await rig.send("POST", "/api/links", { json: { fromId, toId: goalId("north") } });
    const { body } = await rig.get(`/api/alerts/${unlinked("e1")}`);
    expect(body).toMatchObject({ status: "resolved", resolvedBecause: "linked" });
    for (const verb of ["acknowledge", "unsnooze"]) {
      expect(await act(rig, verb)).toMatchObject({
        status: 409,
        body: { error: { code: "entity.conflict" } },
      });
    }
  });

  test("an alert that is not there is not found", async () => {
    const rig = await troubled();
    expect((await rig.get(`/api/alerts/${unlinked("nobody")}`)).status).toBe(404);
    const verb = `/api/alerts/${unlinked("nobody")}/acknowledge`;
    expect((await rig.send("POST", verb, { json: {} })).status).toBe(404);
    expect((await rig.get("/api/alerts/17")).status).toBe(400);
  });
});

test("signals are listed by state and rule, cleared ones with their reason", async () => {
  const rig = await troubled();
  const open = await rig.get("/api/signals?rule=unlinked-work");
  expect(open.body).toMatchObject({ total: 2, signals: [{ state: "open" }, {}] });
  await rig.send("POST", "/api/links", { json: { fromId: itemId("e1"), toId: goalId("north") } });
  rig.hub.clock.advance(minuteMs);
  const cleared = await rig.get("/api/signals?state=cleared&rule=unlinked-work");
  expect(cleared.body).toMatchObject({ signals: [{ clearedBecause: "linked" }] });
});

test("an alert names every source that it rests on, as fresh as it is now and as it was then", async () => {
  const rig = await troubled();
  rig.hub.clock.advance(5 * minuteMs);
  await rig.hub.changeConnection("conn_work000001" as ConnectionId, (connection) => ({
    ...connection,
    freshAt: rig.hub.clock.now(),
  }));
  const { evaluatedAt, sources } = AlertDetail.parse(
    (await rig.get(`/api/alerts/${unlinked("e1")}`)).body,
  );
  expect(evaluatedAt).toBeDefined();
  expect(
    sources.map(({ connectionId, ageSeconds, atEvaluation }) => [
      connectionId,
      ageSeconds,
      atEvaluation?.ageSeconds,
    ]),
  ).toEqual([
    ["conn_goals00001", 300, 0],
    ["conn_people0001", 300, 0],
    ["conn_work000001", 0, 0],
  ]);
  const { text } = await rig.get(`/alerts/${unlinked("e1")}`, { accept: "text/html" });
  expect(text).toContain("When it was found");
  expect(text).toContain("conn_people0001 0 s old");
});
