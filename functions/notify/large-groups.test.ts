import { expect, test } from "vitest";

import type { NotifierTraits } from "#shared/kit/notifier.ts";
import { dispatchAlertsMax } from "#shared/model/notification.ts";
import { goal, goalId, itemId, linkTo, upserted, workItem } from "#shared/testing/facts.ts";

import { NotifyRig } from "../../tests/rig/notify-rig.ts";

const board: NotifierTraits = { reaches: ["channel"], end: "update" };
const chat: NotifierTraits = { reaches: ["channel"], end: "message" };

test("a message of more alerts than it keeps by name is not said to be over while any may stand", async () => {
  const rig = await NotifyRig.with({ board, chat });
  await rig.hub.setRule("unlinked-work");
  await rig.hub.apply(upserted(goal("g")));
  rig.isDeaf = true;
  const names = Array.from({ length: dispatchAlertsMax + 1 }, (_, at) => `e${at}`);
  await rig.hub.apply(...names.map((name) => upserted(workItem(name))));
  await rig.pass(75);
  rig.isDeaf = false;
  const message = (await rig.dispatches()).find(({ kind }) => kind === "group");
  expect(message).toMatchObject({ alertCount: names.length });
  const named = names.filter((name) =>
    message?.alerts.some(({ alertId }) => alertId.endsWith(`:${name}`)),
  );
  expect(named).toHaveLength(dispatchAlertsMax);
  await rig.hub.apply(
    ...named.map((name) =>
      upserted(workItem(name, { version: 1 }), [linkTo(itemId(name), goalId("g"))]),
    ),
  );
  await rig.pass(10);
  expect(await rig.hub.alerts("open")).toHaveLength(1);
  const [last] = rig.channel("board").shown.slice(-1);
  expect(last?.message).toMatchObject({
    reason: "opened",
    standing: `${dispatchAlertsMax} of ${names.length} resolved`,
  });
  expect(rig.channel("chat").sent.map(({ reason }) => reason)).toEqual(["opened"]);
});
