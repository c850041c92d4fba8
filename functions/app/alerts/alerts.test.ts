import { describe, expect, test } from "vitest";
import * as z from "zod";

import { alertId } from "#shared/model/ids.ts";
import type { ConnectionId } from "#shared/model/ids.ts";
import { DispatchId, channelRecipient } from "#shared/model/notification.ts";
import type { Notification } from "#shared/model/notification.ts";
import { instantOf, minuteMs } from "#shared/model/time.ts";
import { createDocument } from "#shared/store/documents.ts";
import { dispatchSpec, notificationSpec } from "#shared/store/specs.ts";
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
  total: z.int().optional(),
  counts: z.record(z.string(), z.int()).optional(),
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
  ["sent", 0, "opened,\n told"],
  ["uncertain", 0, "may have been shown"],
  ["attempting", 0, "being told now"],
  ["attempting", 1, "may have been shown"],
  ["deferred", 1, "the channel has not taken it"],
] as const)(
  "an alert says in words what became of telling: %s, %i minutes ago",
  async (outcome, minutes, words) => {
    const rig = await troubled();
    const { table, clock } = rig.hub;
    const now = clock.now();
    const id = alertId("unlinked-work", itemId("e1"));
    const dispatchId = DispatchId.parse("dispatch:1");
    const common = {
      connectionId: goalConnection,
      recipient: channelRecipient(goalConnection),
      because: "Channel of red",
      createdAt: now,
      updatedAt: now,
      revision: 0,
    };
    const told: Notification = {
      ...common,
      type: "notification",
      alertId: id,
      generation: 1,
      reason: "opened",
      rung: 0,
      groupKey: "g",
      severity: "warning",
      mode: "message",
      state: "packed",
      dueAt: now,
      dispatchId,
    };
    await createDocument(table, notificationSpec, told);
    await createDocument(table, dispatchSpec, {
      ...common,
      type: "dispatch",
      id: dispatchId,
      kind: "alert",
      title: "t",
      alerts: [{ alertId: id, generation: 1, reason: "opened" }],
      alertCount: 1,
      outcome,
      attemptCount: 1,
      attempts: [],
    });
    const spoilt = {
      pk: id,
      sk: "notification#~",
      type: "notification",
      outcome: "of another age",
    };
    await table.write({ kind: "put", item: spoilt, condition: [] });
    clock.advance(minutes * minuteMs);
    const { status, text } = await rig.get(`/alerts/${unlinked("e1")}`, { accept: "text/html" });
    expect(status).toBe(200);
    expect(text.replaceAll(/\s+/gu, " ")).toContain(words.replaceAll(/\s+/gu, " "));
    expect(text).toContain("Channel of red");
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
    expect((await list(rig, query)).alerts).toHaveLength(count);
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

describe("matters", () => {
  const Groups = z.looseObject({
    total: z.int(),
    totalAlerts: z.int(),
    groups: z.array(
      z.looseObject({ key: z.string(), rule: z.string(), count: z.int(), open: z.int() }),
    ),
  });
  const groups = async (rig: AppRig, query = "") =>
    Groups.parse((await rig.get(`/api/alert-groups${query}`)).body);

  test("are the same rule, teams and goal; each says how many and since when", async () => {
    const rig = await troubled();
    await rig.hub.apply(upserted(workItem("e3", { assigneeId: accountId("ana") })));
    const { total, totalAlerts, groups: found } = await groups(rig);
    expect([total, totalAlerts]).toEqual([3, 4]);
    expect(found).toContainEqual(
      expect.objectContaining({
        rule: "unlinked-work",
        count: 2,
        open: 2,
        severity: "warning",
        teams: [{ id: unitId("red"), name: "red" }],
      }),
    );
    const red = found.find(({ count }) => count === 2);
    const { total: inIt } = await list(rig, `?group=${encodeURIComponent(red?.key ?? "")}`);
    expect(inIt).toBe(2);
  });

  test("follow each other by pages without repeating", async () => {
    const rig = await troubled();
    const first = Groups.extend({ next: z.string() }).parse(
      (await rig.get("/api/alert-groups?limit=1")).body,
    );
    const rest = await groups(rig, `?limit=9&after=${first.next}`);
    expect(new Set([...first.groups, ...rest.groups].map(({ key }) => key)).size).toBe(3);
  });
});

describe("filters", () => {
  test.each([
    [`?team=${encodeURIComponent(unitId("dept"))}`, 2],
    ["?severity=critical", 0],
    ["?q=WAITS%20elsewhere", 0],
    ["?q=e1", 1],
    ["?contested=true", 0],
    ["?baseline=true", 0],
    ["?status=pending&held=true", 0],
    [`?goal=${encodeURIComponent(goalId("north"))}`, 0],
  ])("%s finds %i", async (query, count) => {
    expect((await list(await troubled(), query)).alerts).toHaveLength(count);
  });
});

describe("a contest", () => {
  const act = async (rig: AppRig, verb: string, json: unknown = {}) =>
    rig.send("POST", `/api/alerts/${unlinked("e1")}/${verb}`, { json });

  test("is shown to the rule's owner without a name, and answered", async () => {
    const rig = await troubled();
    const said = await act(rig, "contest", { reason: "not-ours", note: "ask Blue" });
    expect(said.body).toMatchObject({ status: "open", contest: { reason: "not-ours" } });
    expect((await list(rig, "?contested=true")).total).toBe(1);
    const page = await rig.get(`/alerts/${unlinked("e1")}`, { accept: "text/html" });
    expect(page.text).toContain("It is not ours");
    const answered = await act(rig, "answer-contest", { decision: "upheld" });
    expect(answered.body).toMatchObject({ status: "snoozed", snoozedUntilChange: true });
    expect((await act(rig, "answer-contest", { decision: "dismissed" })).status).toBe(409);
    expect((await act(rig, "contest", { reason: "whatever" })).status).toBe(400);
    expect((await act(rig, "unsnooze")).body).toMatchObject({ status: "open" });
  });
});

describe("many at once", () => {
  test("each ends by itself: what it does not fit is refused with a reason, the others go on", async () => {
    const rig = await troubled();
    const ids = ["e1", "nobody", "e2"].map((name) => alertId("unlinked-work", itemId(name)));
    const { status, body } = await rig.send("POST", "/api/alerts/bulk", {
      json: { ids, action: { verb: "snooze-until-change" } },
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      results: [
        { id: ids[0], outcome: "changed", status: "snoozed" },
        { id: ids[1], outcome: "refused", reason: "There is no such alert" },
        { id: ids[2], outcome: "changed" },
      ],
    });
  });

  test("whole groups are ticked with one box, without any script", async () => {
    const rig = await troubled();
    await rig.hub.apply(upserted(workItem("e3", { assigneeId: accountId("ana") })));
    const { body } = await rig.get("/api/alert-groups");
    const found = z.looseObject({
      groups: z.array(z.looseObject({ key: z.string(), count: z.int() })),
    });
    const key = found.parse(body).groups.find(({ count }) => count === 2)?.key ?? "";
    const form = { group: key, do: "acknowledge", back: "/?rule=unlinked-work", query: "" };
    const { status, headers } = await rig.send("POST", "/alerts/bulk", { form });
    expect([status, headers.get("location")]).toEqual([303, "/?rule=unlinked-work&did=bulk-done"]);
    expect((await list(rig, "?status=acknowledged")).total).toBe(2);
    const none = await rig.send("POST", "/alerts/bulk", { form: { do: "acknowledge" } });
    expect(none.headers.get("location")).toBe("/?did=none-ticked");
  });
});
