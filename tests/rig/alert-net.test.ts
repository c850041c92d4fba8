import { expect, test } from "vitest";

import { CustomRuleId } from "#shared/model/custom-rule.ts";
import type { CustomRule } from "#shared/model/custom-rule.ts";
import { alertId, signalId } from "#shared/model/ids.ts";
import type { AlertId, SignalId } from "#shared/model/ids.ts";
import type { Routing } from "#shared/model/routing.ts";
import { Routing as RoutingSchema } from "#shared/model/routing.ts";
import { hourMs } from "#shared/model/time.ts";
import { rules } from "#shared/rules/index.ts";
import { reconcileAlerts } from "#shared/store/alert-net.ts";
import { customRuleKey, customRuleSpec } from "#shared/store/custom-rules.ts";
import { createDocument } from "#shared/store/documents.ts";
import { factKey, ruleSettingsKey } from "#shared/store/keys.ts";
import { routingSpec } from "#shared/store/specs.ts";
import {
  account,
  accountId,
  goal,
  goalId,
  itemId,
  linkTo,
  orgUnit,
  person,
  unitId,
  upserted,
  workItem,
} from "#shared/testing/facts.ts";
import { createSilentLogger } from "#shared/testing/silent-logger.ts";

import { MemoryHub } from "./memory-hub.ts";

const unlinked = async (hub: MemoryHub) =>
  (await hub.alerts()).filter(({ rule }) => rule === "unlinked-work");

async function net(hub: MemoryHub, untilMs = Infinity) {
  const { table, clock } = hub;
  const compared = await reconcileAlerts(
    { table, clock, rules, logger: createSilentLogger() },
    { untilMs },
  );
  await hub.settle();
  return compared;
}

/** A custom rule that takes in all work without a goal. */
async function customRule(hub: MemoryHub): Promise<CustomRuleId> {
  const at = hub.clock.now();
  const rule: CustomRule = {
    type: "custom-rule",
    id: CustomRuleId.parse("custom-0000000001"),
    title: "Adrift",
    why: "It drifts.",
    nextStep: "Ask.",
    pattern: { detail: { rule: ["unlinked-work"] } },
    isEnabled: true,
    deployment: { state: "deployed", at },
    createdAt: at,
    updatedAt: at,
    revision: 0,
  };
  await createDocument(hub.table, customRuleSpec, rule);
  return rule.id;
}

async function readyHub(): Promise<MemoryHub> {
  const hub = await MemoryHub.ready();
  await hub.setRule("unlinked-work");
  await hub.apply(upserted(goal("g")));
  return hub;
}

test("an event that is lost for good leaves neither a signal without its alert, nor the reverse", async () => {
  const hub = await readyHub();
  hub.isBusDown = true;
  await hub.apply(upserted(workItem("a")), upserted(workItem("b")));
  expect(await unlinked(hub)).toEqual([]);
  await net(hub);
  expect(await unlinked(hub)).toMatchObject([{ status: "open" }, { status: "open" }]);
  await hub.apply(upserted(workItem("a", { version: 2 }), [linkTo(itemId("a"), goalId("g"))]));
  expect(await unlinked(hub)).toHaveLength(2);
  await net(hub);
  expect(await unlinked(hub)).toMatchObject([{ subjectId: itemId("b") }]);
  expect(await net(hub)).toEqual({ changed: 0, remaining: 0 });
});

test("a signal or an alert that cannot be read keeps the net from no other", async () => {
  const hub = await readyHub();
  await hub.apply(...["a", "b", "c"].map((name) => upserted(workItem(name))));
  const spoil = async (id: SignalId | AlertId) => {
    const item = await hub.table.get(factKey(id));
    if (item) await hub.table.write({ kind: "put", item: { ...item, title: 1 }, condition: [] });
  };
  await spoil(signalId("unlinked-work", itemId("a")));
  await spoil(alertId("unlinked-work", itemId("b")));
  const lost = factKey(alertId("unlinked-work", itemId("c")));
  await hub.table.write({ kind: "delete", key: lost, condition: [] });
  await net(hub);
  expect((await unlinked(hub)).map(({ subjectId }) => subjectId)).toEqual([
    itemId("a"),
    itemId("c"),
  ]);
});

test("settings of a rule that cannot be read keep the net from no other rule, and no end from being seen", async () => {
  const hub = await readyHub();
  await hub.setRule("owner-left");
  const anns = (name: string) => upserted(workItem(name, { assigneeId: accountId("ann") }));
  await hub.apply(
    upserted(account("ann")),
    upserted(person("ann", { employmentStatus: "inactive" })),
    anns("a"),
    anns("b"),
  );
  const left = async () =>
    (await hub.alerts()).flatMap(({ rule, subjectId }) => (rule === "owner-left" ? subjectId : []));
  expect(await left()).toEqual([itemId("a"), itemId("b")]);
  hub.isBusDown = true;
  await hub.apply(anns("c"), upserted(workItem("a", { version: 1 })));
  const key = ruleSettingsKey("owner-left");
  const settings = await hub.table.get(key);
  if (!settings) throw new Error("There are settings");
  await hub.table.write({ kind: "put", item: { ...settings, graceMinutes: "x" }, condition: [] });
  await net(hub);
  expect(await unlinked(hub)).toHaveLength(3);
  // Nobody can say how long the new one is to wait; of what is over nothing is asked.
  expect(await left()).toEqual([itemId("b")]);
  await hub.table.write({ kind: "put", item: settings, condition: [] });
  await net(hub);
  expect(await left()).toEqual([itemId("b"), itemId("c")]);
});

test("all alerts of a signal that is kept no more end in one net", async () => {
  const hub = await readyHub();
  const rule = await customRule(hub);
  await hub.apply(upserted(workItem("a")));
  expect((await hub.alerts()).map((one) => one.rule)).toEqual(
    expect.arrayContaining(["unlinked-work", rule]),
  );
  const kept = factKey(signalId("unlinked-work", itemId("a")));
  await hub.table.write({ kind: "delete", key: kept, condition: [] });
  await net(hub);
  expect(await hub.alerts()).toEqual([]);
});

test("what stands of a rule that was deleted is ended as far as the time reaches, and the rest is counted", async () => {
  const hub = await readyHub();
  const rule = await customRule(hub);
  await hub.apply(upserted(workItem("a")), upserted(workItem("b")));
  const ofRule = async () => (await hub.alerts()).filter((one) => one.rule === rule);
  expect(await ofRule()).toHaveLength(2);
  await hub.table.write({ kind: "delete", key: customRuleKey(rule), condition: [] });
  expect(await net(hub, hub.clock.nowMs())).toEqual({ changed: 0, remaining: 2 });
  expect(await ofRule()).toHaveLength(2);
  await net(hub);
  expect(await ofRule()).toEqual([]);
});

test("a net that runs out of time says what is left, and the next one goes on there", async () => {
  const hub = await readyHub();
  hub.isBusDown = true;
  await hub.apply(upserted(workItem("a")), upserted(workItem("b")));
  const { changed, remaining } = await net(hub, hub.clock.nowMs());
  expect([changed, remaining > 1]).toEqual([0, true]);
  await net(hub);
  expect(await unlinked(hub)).toHaveLength(2);
});

test("a scope that shrinks resolves what stands outside it, and one that widens brings it back", async () => {
  const hub = await readyHub();
  await hub.apply(
    upserted(orgUnit("dept", {})),
    upserted(orgUnit("red", { parentId: unitId("dept") })),
    upserted(person("ana", { unitId: unitId("red") })),
    upserted(account("ana")),
    upserted(workItem("ours", { assigneeId: accountId("ana") })),
    upserted(workItem("nobodys")),
  );
  expect(await unlinked(hub)).toHaveLength(2);
  await hub.setRule("unlinked-work", { scope: { unitIds: [unitId("dept")] } });
  await net(hub);
  expect(await unlinked(hub)).toMatchObject([{ subjectId: itemId("ours") }]);
  await hub.setRule("unlinked-work");
  await net(hub);
  const back = (await unlinked(hub)).find(({ subjectId }) => subjectId === itemId("nobodys"));
  expect(back).toMatchObject({ status: "open", generation: 1, wokenAt: hub.clock.now() });
});

test("what a first reading finds is baseline where a routing says how long, and news later or without one", async () => {
  const hub = await readyHub();
  await hub.apply(upserted(workItem("before")));
  const routing: Routing = RoutingSchema.parse({
    type: "routing",
    baselineMinutes: 60,
    updatedAt: hub.clock.now(),
    revision: 0,
  });
  await createDocument(hub.table, routingSpec, routing);
  await hub.apply(upserted(workItem("during")));
  hub.clock.advance(hourMs);
  await hub.apply(upserted(workItem("after")));
  const marks = new Map((await unlinked(hub)).map((one) => [one.subjectId, one.isBaseline]));
  expect(["before", "during", "after"].map((name) => marks.get(itemId(name)))).toEqual([
    undefined,
    true,
    undefined,
  ]);
});
