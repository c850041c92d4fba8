import { expect, test } from "vitest";

import type { NotifierTraits } from "#shared/kit/notifier.ts";
import { rules } from "#shared/rules/index.ts";
import { reconcileAlerts } from "#shared/store/alert-net.ts";
import { goal, upserted, workItem } from "#shared/testing/facts.ts";
import { createSilentLogger } from "#shared/testing/silent-logger.ts";

import { NotifyRig } from "../../tests/rig/notify-rig.ts";

const board: NotifierTraits = { reaches: ["channel"], end: "update" };

test("what comes back into scope and waits there is told of when it has waited, to those who took it for over", async () => {
  const rig = await NotifyRig.with({ board });
  const { table, clock } = rig.hub;
  const net = async () => {
    const logger = createSilentLogger();
    await reconcileAlerts({ table, clock, rules, logger }, { untilMs: Infinity });
    await rig.hub.settle();
  };
  await rig.hub.setRule("unlinked-work");
  await rig.hub.apply(upserted(goal("g")), upserted(workItem("e1")));
  await rig.pass(75);
  await rig.hub.setRule("unlinked-work", { scope: { kinds: ["nothing"] } });
  await net();
  await rig.pass(5);
  const standing = () => rig.channel("board").shown.at(-1)?.message.standing;
  expect(standing()).toBe("Resolved: out of scope");
  await rig.hub.setRule("unlinked-work", { graceMinutes: 240 });
  await net();
  expect((await rig.hub.alerts()).map(({ status }) => status)).toEqual(["pending"]);
  await rig.pass(240, 10);
  await net();
  await rig.pass(5);
  expect(standing()).toBeUndefined();
  expect(rig.channel("board").sent.map(({ reason }) => reason)).toEqual(["opened", "woken"]);
});
