import type { SQSEvent } from "aws-lambda";
import { expect, test } from "vitest";

import { acknowledge } from "#shared/kit/alert-verbs.ts";
import { AlertId, customAlertId, signalId } from "#shared/model/ids.ts";
import { minuteMs } from "#shared/model/time.ts";
import type { CustomRuleEvent } from "#shared/ports/event-rules.ts";
import { rules } from "#shared/rules/index.ts";
import { reconcileAlerts } from "#shared/store/alert-net.ts";
import { createDocument } from "#shared/store/documents.ts";
import { factKey } from "#shared/store/keys.ts";
import { alertSpec } from "#shared/store/specs.ts";
import {
  account,
  accountId,
  goal,
  goalId,
  itemId,
  linkTo,
  person,
  upserted,
  workItem,
} from "#shared/testing/facts.ts";
import { createSilentLogger } from "#shared/testing/silent-logger.ts";

import { AppRig } from "../../tests/rig/app-rig.ts";
import { createHandler } from "./handler.ts";

const words = { title: "Epics adrift", why: "They are many.", nextStep: "Ask." };
const ownId = (id: string, name: string) =>
  customAlertId(id, signalId("unlinked-work", itemId(name)));
const pattern = { detail: { rule: ["unlinked-work"], severity: ["warning"] } };
const epic = (id: string, version = 1, links: Parameters<typeof upserted>[1] = []) =>
  upserted(workItem(id, { version, kind: "epic" }), links);

async function hubWithRule() {
  const rig = await AppRig.create();
  await rig.hub.setRule("unlinked-work");
  await rig.hub.apply(upserted(goal("g")), epic("before"));
  const { body } = await rig.send("POST", "/api/custom-rules", { json: { ...words, pattern } });
  const { id } = body as { readonly id: string };
  const alerts = async () =>
    (await rig.hub.alerts()).filter(({ rule }) => rule === id).map((alert) => alert.title);
  return { rig, id, alerts };
}

test("findings that fit become alerts of the rule: those that stand, and those that come", async () => {
  const { rig, id, alerts } = await hubWithRule();
  expect(await alerts()).toEqual(["Epics adrift: No goal above BEFORE Work before"]);
  await rig.hub.apply(epic("after"), upserted(workItem("task", { kind: "task" })));
  expect(await alerts()).toHaveLength(2);
  const own = await rig.get(`/api/alerts/${encodeURIComponent(ownId(id, "after"))}`);
  expect(own.body).toMatchObject({ status: "open", rule: id, why: words.why });
});

test("an alert ends with its finding, and when what is found fits no more", async () => {
  const { rig, id, alerts } = await hubWithRule();
  await rig.hub.apply(epic("other"));
  await rig.hub.apply(epic("before", 2, [linkTo(itemId("before"), goalId("g"))]));
  expect(await alerts()).toHaveLength(1);
  // A task is found too, but as no more than a hint.
  await rig.hub.apply(upserted(workItem("other", { version: 2, kind: "task" })));
  expect(await alerts()).toEqual([]);
  const other = await rig.get(`/api/alerts/${encodeURIComponent(ownId(id, "other"))}`);
  expect(other.body).toMatchObject({ status: "resolved", resolvedBecause: "out of scope" });
});

test.each([
  [
    "switched off",
    async (rig: AppRig, api: string) =>
      rig.send("PUT", api, { json: { ...words, pattern, isEnabled: false } }),
  ],
  [
    "narrowed",
    async (rig: AppRig, api: string) =>
      rig.send("PUT", api, {
        json: {
          ...words,
          pattern: { detail: { rule: ["unlinked-work"], severity: ["critical"] } },
        },
      }),
  ],
  ["deleted", async (rig: AppRig, api: string) => rig.send("DELETE", api)],
])("a rule that is %s resolves its alerts, and nobody else's", async (_how, change) => {
  const { rig, id, alerts } = await hubWithRule();
  expect(await change(rig, `/api/custom-rules/${id}`)).toMatchObject({ status: 200 });
  expect(await alerts()).toEqual([]);
  expect(await rig.hub.alerts()).toMatchObject([{ rule: "unlinked-work", status: "open" }]);
});

test("what another rule finds about the same work neither ends nor alters an alert", async () => {
  const { rig, id, alerts } = await hubWithRule();
  await rig.hub.setRule("owner-left");
  const owned = (version: number, accountName?: string) =>
    upserted(
      workItem("before", {
        version,
        kind: "epic",
        ...(accountName !== undefined && { assigneeId: accountId(accountName) }),
      }),
    );
  const left = [account("ann"), person("ann", { employmentStatus: "inactive" })];
  const findings = async () => (await rig.hub.openSignals()).map(({ rule }) => rule).toSorted();
  await rig.hub.apply(...left.map((one) => upserted(one)), owned(2, "ann"));
  expect(await findings()).toEqual(["owner-left", "unlinked-work"]);
  expect(await alerts()).toEqual(["Epics adrift: No goal above BEFORE Work before"]);
  await rig.hub.apply(owned(3));
  expect(await findings()).toEqual(["unlinked-work"]);
  expect(await alerts()).toHaveLength(1);
  const both = { detail: { rule: ["unlinked-work", "owner-left"], severity: ["warning"] } };
  await rig.send("PUT", `/api/custom-rules/${id}`, { json: { ...words, pattern: both } });
  await rig.hub.apply(owned(4, "ann"));
  expect(await alerts()).toHaveLength(2);
  await rig.hub.apply(
    upserted(goal("g")),
    epic("before", 5, [linkTo(itemId("before"), goalId("g"))]),
  );
  await rig.hub.apply(epic("before", 6), owned(7, "ann"));
  expect(await alerts()).toHaveLength(2);
});

test("an alert under an id of before goes on under its own, with what was decided about it", async () => {
  const { rig, id, alerts } = await hubWithRule();
  const { table, clock } = rig.hub;
  const own = ownId(id, "before");
  const alert = (await rig.hub.alerts()).find((one) => one.id === own);
  if (!alert) throw new Error("There is an alert");
  const before = AlertId.parse(`alert:${id}:${itemId("before")}`);
  await table.write({ kind: "delete", key: factKey(own), condition: [] });
  clock.advance(minuteMs);
  const taken = acknowledge({ ...alert, id: before }, { by: "ops", now: clock.now() });
  if (!taken) throw new Error("It can be acknowledged");
  await createDocument(table, alertSpec, taken);
  const deps = { table, clock, rules, logger: createSilentLogger() };
  await reconcileAlerts(deps, { untilMs: Infinity });
  expect(await alerts()).toHaveLength(1);
  const answer = async (one: AlertId) =>
    (await rig.get(`/api/alerts/${encodeURIComponent(one)}`)).body;
  expect(await answer(own)).toMatchObject({ status: "acknowledged", openedAt: alert.openedAt });
  expect(await answer(before)).toMatchObject({
    status: "resolved",
    resolvedBecause: "goes-on-under-another-id",
  });
});

test("grace and delivery of a custom rule are set like those of any other", async () => {
  const { rig, id } = await hubWithRule();
  const set = await rig.send("PUT", `/api/rules/${id}`, { json: { graceMinutes: 60 } });
  expect(set.status).toBe(200);
  await rig.hub.apply(epic("after"));
  const after = await rig.get(`/api/alerts/${encodeURIComponent(ownId(id, "after"))}`);
  expect(after.body).toMatchObject({ status: "pending" });
});

test("of a batch from the bus, only what cannot be read comes back", async () => {
  const { rig, id } = await hubWithRule();
  const { table, clock, logs } = rig.hub;
  const handler = createHandler({ table, clock, rules, logger: createSilentLogger(logs) });
  const told = {
    customRule: id as CustomRuleEvent["customRule"],
    detail: { id: signalId("unlinked-work", itemId("before")) },
  } satisfies CustomRuleEvent;
  const batch = {
    Records: [
      { messageId: "1", body: JSON.stringify(told) },
      { messageId: "2", body: "{" },
      { messageId: "3", body: JSON.stringify(told) },
    ],
  } as SQSEvent;
  expect(await handler(batch)).toEqual({ batchItemFailures: [{ itemIdentifier: "2" }] });
});

test("a pattern that a later release cannot read stops nobody else, opens and ends nothing, and can be mended", async () => {
  const { rig, id, alerts } = await hubWithRule();
  const key = { pk: "custom-rules", sk: id };
  const stored = await rig.hub.table.get(key);
  const unread = { detail: { rule: [{ "no-such-operator": "x" }] } };
  await rig.hub.table.write({
    kind: "put",
    item: { ...stored, ...key, pattern: unread },
    condition: [],
  });
  await rig.hub.apply(epic("after"));
  await reconcileAlerts(
    { table: rig.hub.table, clock: rig.hub.clock, rules, logger: createSilentLogger() },
    { untilMs: Infinity },
  );
  expect(await alerts()).toHaveLength(1);
  expect(await rig.hub.alerts()).toHaveLength(3);
  expect((await rig.get("/api/custom-rules")).body).toMatchObject({
    rules: [
      { id, deployment: { state: "failed", problem: expect.stringContaining("cannot read") } },
    ],
  });
  await rig.hub.apply(epic("before", 2, [linkTo(itemId("before"), goalId("g"))]));
  expect(await alerts()).toEqual([]);
  const mended = await rig.send("PUT", `/api/custom-rules/${id}`, { json: { ...words, pattern } });
  expect(mended.status).toBe(200);
  expect(await alerts()).toEqual(["Epics adrift: No goal above AFTER Work after"]);
});

test("a rule that a later release cannot read at all opens nothing, and its alerts end with their findings", async () => {
  const { rig, id, alerts } = await hubWithRule();
  const key = { pk: "custom-rules", sk: id };
  const stored = await rig.hub.table.get(key);
  if (!stored) throw new Error("There is a rule");
  await rig.hub.table.write({ kind: "put", item: { ...stored, title: 1 }, condition: [] });
  await rig.hub.apply(epic("after"));
  expect(await alerts()).toEqual(["Epics adrift: No goal above BEFORE Work before"]);
  await rig.hub.apply(epic("before", 2, [linkTo(itemId("before"), goalId("g"))]));
  expect(await alerts()).toEqual([]);
  await rig.hub.table.write({ kind: "put", item: stored, condition: [] });
  const { table, clock } = rig.hub;
  const deps = { table, clock, rules, logger: createSilentLogger() };
  await reconcileAlerts(deps, { untilMs: Infinity });
  expect(await alerts()).toEqual(["Epics adrift: No goal above AFTER Work after"]);
});
