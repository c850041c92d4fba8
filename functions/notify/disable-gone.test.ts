import { expect, test } from "vitest";

import type { SendOutcome } from "#shared/kit/notifier.ts";
import { getConnection } from "#shared/store/connections.ts";
import { goal, upserted, workItem } from "#shared/testing/facts.ts";

import { NotifyRig } from "../../tests/rig/notify-rig.ts";

/** A hub with one channel that gives this answer to whatever is sent, and two alerts one after the other. */
async function twoAlertsWith(answer: SendOutcome) {
  const rig = await NotifyRig.with({ channel: { reaches: ["channel"], end: "message" } });
  const channel = rig.channels["channel"];
  if (!channel) throw new Error("the rig has no channel");
  let asked = 0;
  channel.answer = () => {
    asked += 1;
    return answer;
  };
  await rig.hub.setRule("unlinked-work");
  await rig.hub.apply(upserted(goal("g")), upserted(workItem("e1")));
  await rig.hub.apply(upserted(workItem("e2")));
  return { asked, connection: await getConnection(rig.hub.table, channel.id), logs: rig.hub.logs };
}

test("a target that is gone for good is asked once, and its connection is paused and says why", async () => {
  const reason = "The receiver answered 410: it is gone";
  const { asked, connection, logs } = await twoAlertsWith({
    outcome: "refused",
    reason,
    isGone: true,
  });
  expect(asked).toBe(1);
  expect(connection).toMatchObject({ status: "paused", problem: { message: reason } });
  expect(logs.filter(({ event }) => event === "notify.disabled")).toHaveLength(1);
});

test("one message that is refused leaves the connection as it is", async () => {
  const { asked, connection } = await twoAlertsWith({ outcome: "refused", reason: "404" });
  expect(asked).toBe(2);
  expect(connection).toMatchObject({ status: "active" });
});
