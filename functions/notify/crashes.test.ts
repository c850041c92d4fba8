import { describe, expect, test } from "vitest";

import type { NotifierTraits } from "#shared/kit/notifier.ts";
import type { Dispatch } from "#shared/model/notification.ts";
import { hourMs, minuteMs } from "#shared/model/time.ts";
import type { Table } from "#shared/ports/table.ts";
import { readTold } from "#shared/store/told.ts";
import { goal, goalId, itemId, linkTo, upserted, workItem } from "#shared/testing/facts.ts";

import { NotifyRig } from "../../tests/rig/notify-rig.ts";

/** Ends every call from the given write on, before it took effect or after. */
function dyingAt(table: Table, at: number, when: "before" | "after") {
  let writes = 0;
  let isDead = false;
  const write = async <T>(call: () => Promise<T>): Promise<T> => {
    if (isDead) throw new Error("died");
    writes += 1;
    if (writes === at && when === "after") await call();
    if (writes === at) {
      isDead = true;
      throw new Error("died");
    }
    return call();
  };
  const read = async <T>(call: () => Promise<T>): Promise<T> => {
    if (isDead) throw new Error("died");
    return call();
  };
  const dying: Table = {
    ...table,
    get: (key) => read(() => table.get(key)),
    batchGet: (keys) => read(() => table.batchGet(keys)),
    query: (request) => read(() => table.query(request)),
    write: (one) => write(() => table.write(one)),
    transact: (all) => write(() => table.transact(all)),
  };
  return { table: dying, isDead: () => isDead };
}

const kinds = [
  ["message", { reaches: ["channel"], end: "message" }],
  ["update", { reaches: ["channel"], end: "update" }],
] as const satisfies readonly (readonly [string, NotifierTraits])[];

/** More writes than a run of the function makes here. */
const writesMax = 16;

async function twoAlerts(traits: NotifierTraits) {
  const rig = await NotifyRig.with({ channel: traits });
  await rig.hub.setRule("unlinked-work");
  rig.isDeaf = true;
  await rig.hub.apply(upserted(goal("g")), upserted(workItem("e1")), upserted(workItem("e2")));
  const alerts = await rig.hub.alerts("open");
  return { rig, alerts };
}

const transitionsOf = (dispatches: readonly Dispatch[]) =>
  dispatches
    .filter(({ id }) => !id.endsWith("~end"))
    .flatMap(({ alerts }) => alerts.map(({ alertId, reason }) => `${alertId} ${reason}`));

test.each(kinds)(
  "a process may die at any write (%s): each opening is in one message at most, and told or on record",
  async (_name, traits) => {
    let deaths = 0;
    for (let at = 1; at <= writesMax; at += 1) {
      for (const when of ["before", "after"] as const) {
        const { rig, alerts } = await twoAlerts(traits);
        const dying = dyingAt(rig.hub.table, at, when);
        for (const { id } of alerts) {
          await rig.hearAgain(id, "alert.opened.v1", dying.table).catch(() => undefined);
        }
        if (dying.isDead()) deaths += 1;
        for (const { id } of alerts) await rig.hearAgain(id);
        await rig.pass(12);
        const dispatches = await rig.dispatches();
        const told = transitionsOf(dispatches);
        expect(new Set(told).size, `${at} ${when}`).toBe(told.length);
        for (const { id } of alerts) {
          const outcomes = (await readTold(rig.hub.table, id)).map(
            ({ dispatch }) => dispatch?.outcome,
          );
          expect(["sent", "uncertain"], `${at} ${when}`).toContain(outcomes[0]);
          expect(outcomes).toHaveLength(1);
        }
        const keys = rig.channel("channel").sent.map(({ idempotencyKey }) => idempotencyKey);
        expect(new Set(keys).size).toBe(keys.length);
      }
    }
    expect(deaths).toBeGreaterThan(10);
  },
);

/** Whether what was shown says that it is over, by a change in place or by one message each. */
async function endsOf(rig: NotifyRig) {
  const { shown, sent } = rig.channel("channel");
  const dispatches = await rig.dispatches();
  const ends = dispatches.filter(({ id }) => id.endsWith("~end"));
  const keys = sent.map(({ idempotencyKey }) => idempotencyKey);
  const last = shown.findLast(({ verb }) => verb === "update");
  return {
    isInPlace: sent.length === 1 && last?.message.standing?.startsWith("Resolved") === true,
    isTold:
      ends.length === dispatches.length - ends.length &&
      ends.every(({ outcome }) => outcome === "sent" || outcome === "uncertain"),
    isOnce: new Set(keys).size === keys.length,
  };
}

/** The end of both alerts is told by a process that dies; then whatever mends that. */
async function diesTellingEnds(
  traits: NotifierTraits,
  death: { readonly at: number; readonly when: "before" | "after" },
  mend: (given: Awaited<ReturnType<typeof twoAlerts>>) => Promise<void>,
) {
  const given = await twoAlerts(traits);
  const { rig, alerts } = given;
  for (const { id } of alerts) await rig.hearAgain(id);
  await rig.pass(2);
  const linked = ["e1", "e2"].map((one) =>
    upserted(workItem(one, { version: 1 }), [linkTo(itemId(one), goalId("g"))]),
  );
  await rig.hub.apply(...linked);
  const dying = dyingAt(rig.hub.table, death.at, death.when);
  for (const { id } of alerts) {
    await rig.hearAgain(id, "alert.resolved.v1", dying.table).catch(() => undefined);
  }
  await mend(given);
  return endsOf(rig);
}

const menders = {
  "its events come again": async ({ rig, alerts }) => {
    for (const { id } of alerts) await rig.hearAgain(id, "alert.resolved.v1");
    await rig.pass(12);
  },
  "the hour comes, and no event": async ({ rig }) => {
    const { clock } = rig.hub;
    const netAtMs = hourMs - (clock.nowMs() % hourMs) + (60 + 7) * minuteMs;
    clock.advance(netAtMs);
    await rig.tick();
    await rig.pass(3);
  },
} satisfies Record<string, Parameters<typeof diesTellingEnds>[2]>;

describe.each(Object.entries(menders))("a process may die at any write; then %s", (_what, mend) => {
  test.each(kinds)("the end (%s) is told once, or on record", async (name, traits) => {
    for (let at = 1; at <= writesMax; at += 1) {
      for (const when of ["before", "after"] as const) {
        const ends = await diesTellingEnds(traits, { at, when }, mend);
        expect(ends, `${at} ${when}`).toMatchObject(
          name === "update" ? { isInPlace: true } : { isTold: true, isOnce: true },
        );
      }
    }
  });
});

test("any number of runs at once tell one recipient of each alert once", async () => {
  const { rig, alerts } = await twoAlerts({ reaches: ["channel"], end: "message" });
  const runs = alerts.flatMap(({ id }) => [rig.hearAgain(id), rig.hearAgain(id), rig.tick()]);
  await Promise.allSettled(runs);
  await rig.pass(5);
  const told = transitionsOf(await rig.dispatches());
  expect(told.toSorted()).toEqual(alerts.map(({ id }) => `${id} opened`).toSorted());
});
