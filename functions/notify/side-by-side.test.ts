import { expect, test } from "vitest";

import type { AlertId } from "#shared/model/ids.ts";
import { epochMsOf, Instant, minuteMs } from "#shared/model/time.ts";
import type { Table } from "#shared/ports/table.ts";
import { goal, upserted, workItem } from "#shared/testing/facts.ts";
import type { ManualClock } from "#shared/testing/manual-clock.ts";

import { NotifyRig } from "../../tests/rig/notify-rig.ts";

/** Numbers from 0 to 1 that are the same for the same seed. */
function chances(seed: number): () => number {
  let state = seed * 7919 + 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

/** Every call takes its time, and the index that tells what waits is up to nine seconds behind. */
function slowAndLagging(table: Table, clock: ManualClock, chance: () => number): Table {
  const slowly = async <T>(call: () => Promise<T>): Promise<T> => {
    const turns = Math.floor(chance() * 6);
    for (let turn = 0; turn < turns; turn += 1) {
      await new Promise((resolve) => void setImmediate(resolve));
    }
    clock.advance(Math.floor(chance() * 3));
    return call();
  };
  return {
    ...table,
    get: (key) => slowly(() => table.get(key)),
    batchGet: (keys) => slowly(() => table.batchGet(keys)),
    write: (one) => slowly(() => table.write(one)),
    transact: (all) => slowly(() => table.transact(all)),
    query: (request) =>
      slowly(async () => {
        const page = await table.query(request);
        if (!request.partition.startsWith("waiting#")) return page;
        const shownMs = clock.nowMs() - chance() * 9000;
        const isShown = (at: unknown) => epochMsOf(Instant.parse(at)) <= shownMs;
        return { ...page, items: page.items.filter((item) => isShown(item["updatedAt"])) };
      }),
  };
}

/** Two: a third that announces for itself would mend what the second leaves behind. */
const alertsAtOnce = 2;
const timesPerSeed = 12;

/** A few alerts at once to one channel, again and again with a quiet time between. */
async function tellAtOnce(seed: number) {
  const rig = await NotifyRig.with({ chat: { reaches: ["channel"], end: "message" } });
  await rig.hub.setRule("unlinked-work");
  rig.isDeaf = true;
  const items = Array.from({ length: alertsAtOnce * timesPerSeed }, (_, at) => workItem(`e${at}`));
  await rig.hub.apply(upserted(goal("g")), ...items.map((item) => upserted(item)));
  const alerts = (await rig.hub.alerts("open")).map(({ id }) => id);
  const table = slowAndLagging(rig.hub.table, rig.hub.clock, chances(seed));
  const left: string[] = [];
  for (let at = 0; at < alerts.length; at += alertsAtOnce) {
    const some: readonly AlertId[] = alerts.slice(at, at + alertsAtOnce);
    await Promise.all(some.map((id) => rig.hearAgain(id, "alert.opened.v1", table)));
    for (let minute = 0; minute < 2; minute += 1) {
      rig.hub.clock.advance(minuteMs);
      await rig.handler(table)({ schedule: true });
    }
    const waiting = (await rig.ofType("notification")).filter(({ state }) => state === "waiting");
    left.push(...waiting.map(({ alertId }) => String(alertId)));
  }
  const dispatches = await rig.dispatches();
  return { alerts, left, told: dispatches.flatMap((one) => one.alerts.map((a) => a.alertId)) };
}

test("runs side by side, each counting on what others announced, leave nothing behind an index that lags", async () => {
  for (let seed = 1; seed <= 12; seed += 1) {
    const { alerts, left, told } = await tellAtOnce(seed);
    expect(left, `seed ${seed}`).toEqual([]);
    expect(told.toSorted(), `seed ${seed}`).toEqual(alerts.toSorted());
  }
});
