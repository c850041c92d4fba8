import { expect, test } from "vitest";

import type { NotifierTraits } from "#shared/kit/notifier.ts";
import { hourMs } from "#shared/model/time.ts";
import { replaceDocument } from "#shared/store/documents.ts";
import { ruleSettingsKey } from "#shared/store/keys.ts";
import { alertSpec } from "#shared/store/specs.ts";
import {
  blockedBy,
  goal,
  itemId,
  upserted,
  workConnection,
  workItem,
} from "#shared/testing/facts.ts";

import { NotifyRig } from "../../tests/rig/notify-rig.ts";

const chat: NotifierTraits = { reaches: ["channel"], end: "message" };

async function atNight(baselineMinutes = 0): Promise<NotifyRig> {
  const rig = await NotifyRig.with({ chat });
  await rig.hub.setRule("unlinked-work");
  await rig.hub.apply(upserted(goal("g")));
  // Nine in the evening.
  rig.hub.clock.advance(11 * hourMs);
  await rig.route({ baselineMinutes });
  if (baselineMinutes > 0) {
    const readyAt = rig.hub.clock.now();
    await rig.hub.changeConnection(workConnection, (one) => ({ ...one, readyAt }));
  }
  await rig.hub.apply(upserted(workItem("e1")));
  return rig;
}

/** What its rule finds by now weighs more. */
async function worsen(rig: NotifyRig): Promise<void> {
  for (const alert of await rig.hub.alerts("open")) {
    await replaceDocument(rig.hub.table, alertSpec, alert, { ...alert, severity: "critical" });
  }
  await rig.hub.settle();
}

const told = (rig: NotifyRig) =>
  rig.channel("chat").sent.map(({ kind, severity }) => `${kind ?? ""} ${severity}`);

test("what waits for a channel's morning and becomes critical is told at night, once", async () => {
  const rig = await atNight();
  await rig.pass(65);
  expect(told(rig)).toEqual([]);
  await worsen(rig);
  await rig.pass(65);
  expect(told(rig)).toEqual(["alert critical"]);
  await rig.pass(14 * 60, 10);
  expect(told(rig)).toHaveLength(1);
});

test("what a first reading found waits for its end, also where it becomes critical", async () => {
  const rig = await atNight(4 * 60);
  await rig.pass(10);
  await worsen(rig);
  await rig.pass(3 * 60);
  expect(told(rig)).toEqual([]);
  await rig.pass(2 * 60);
  expect(told(rig)).toContain("alert critical");
});

test("a rule whose settings cannot be read keeps what became critical of no other rule from being told", async () => {
  const rig = await atNight();
  await rig.hub.setRule("circular-dependency");
  const itself = blockedBy(itemId("e2"), itemId("e2"));
  await rig.hub.apply(upserted(workItem("e2"), [itself]));
  await rig.pass(10);
  await worsen(rig);
  const settings = await rig.hub.table.get(ruleSettingsKey("circular-dependency"));
  if (!settings) throw new Error("There are settings");
  const spoilt = { ...settings, graceMinutes: "x" };
  await rig.hub.table.write({ kind: "put", item: spoilt, condition: [] });
  let failures = 0;
  for (let minute = 0; minute < 65; minute += 1) await rig.pass(1).catch(() => (failures += 1));
  expect(failures).toBeGreaterThan(0);
  expect(told(rig)).toEqual(["group critical"]);
});
