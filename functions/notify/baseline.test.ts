import { expect, test } from "vitest";

import type { NotifierTraits } from "#shared/kit/notifier.ts";
import { dayMs, hourMs, minuteMs } from "#shared/model/time.ts";
import type { Table } from "#shared/ports/table.ts";
import { alertList } from "#shared/store/keys.ts";
import { goal, upserted, workConnection, workItem } from "#shared/testing/facts.ts";

import { NotifyRig } from "../../tests/rig/notify-rig.ts";

const chat: NotifierTraits = { reaches: ["channel"], end: "message" };

/** A source that was read just now, with an hour for what that finds. */
async function firstReading(): Promise<NotifyRig> {
  const rig = await NotifyRig.with({ chat });
  await rig.hub.setRule("unlinked-work");
  await rig.hub.apply(upserted(goal("g")));
  await rig.route({ baselineMinutes: 60 });
  await rig.hub.changeConnection(workConnection, (one) => ({
    ...one,
    readyAt: rig.hub.clock.now(),
  }));
  return rig;
}

const reports = (rig: NotifyRig) =>
  rig.channel("chat").sent.filter(({ kind }) => kind === "baseline");

test("that a first reading has found nothing is not read out of all alerts by the minute", async () => {
  const rig = await firstReading();
  let count = 0;
  const table: Table = {
    ...rig.hub.table,
    query: (request) => {
      if (request.partition === alertList("acknowledged")) count += 1;
      return rig.hub.table.query(request);
    },
  };
  for (let minute = 0; minute < 7 * 60; minute += 1) {
    rig.hub.clock.advance(minuteMs);
    await rig.tick(table);
  }
  expect(reports(rig)).toEqual([]);
  expect(count).toBeGreaterThan(0);
  expect(count).toBeLessThanOrEqual(12);
});

test("what it found is told within the hour where the clock did not call as its time was over", async () => {
  const rig = await firstReading();
  await rig.hub.apply(upserted(workItem("e1")));
  rig.hub.clock.advance(hourMs + 12 * minuteMs);
  await rig.pass(60);
  expect(reports(rig)).toHaveLength(1);
  rig.hub.clock.advance(dayMs);
  await rig.pass(60);
  expect(reports(rig)).toHaveLength(1);
});
