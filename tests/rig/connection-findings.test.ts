import { expect, test } from "vitest";

import { dayMs, instantOf, minuteMs } from "#shared/model/time.ts";
import { getGap, quarantine, removeGap, saveGaps } from "#shared/store/connection-parts.ts";
import { listSelfChecks } from "#shared/store/self-checks.ts";
import {
  goal,
  goalConnection,
  itemId,
  orgUnit,
  peopleConnection,
  testEpochMs,
  upserted,
  workConnection,
  workItem,
} from "#shared/testing/facts.ts";

import { MemoryHub } from "./memory-hub.ts";

/* What is found of connections, and what time alone brings about, as the real handlers find it. */

async function openIn(hub: MemoryHub): Promise<readonly string[]> {
  return (await hub.openSignals()).map(({ rule, subjectId }) => `${rule} ${subjectId}`).toSorted();
}

test("a gap opens a finding about its connection as soon as it is noticed, and ends it when it is gone", async () => {
  const hub = await MemoryHub.ready();
  const gap = { what: "Goals", why: "The plan has none" };
  await saveGaps(hub.table, workConnection, hub.clock.now(), [gap]);
  await hub.settle();
  expect(await openIn(hub)).toEqual([`coverage-lost ${workConnection}`]);
  const seen = await getGap(hub.table, workConnection, gap.what);
  if (!seen) throw new Error("No gap was kept");
  await removeGap(hub.table, seen);
  await hub.settle();
  expect(await openIn(hub)).toEqual([]);
  expect(await hub.drift()).toBe(0);
});

test("records that cannot be read open one from a number on", async () => {
  const hub = await MemoryHub.ready();
  const where = { connectionId: workConnection, collection: "issues", at: hub.clock.now() };
  const records = (count: number) =>
    Array.from({ length: count }, (_, at) => ({ record: String(at), reason: "no title" }));
  await quarantine(hub.table, where, records(10));
  await hub.settle();
  expect(await openIn(hub)).toEqual([]);
  await quarantine(hub.table, where, records(11));
  await hub.settle();
  expect(await openIn(hub)).toEqual([`coverage-lost ${workConnection}`]);
  expect(await hub.drift()).toBe(0);
});

test("a connection that works no more is found at once, and is over as soon as it works", async () => {
  const hub = await MemoryHub.ready();
  const since = hub.clock.now();
  const problem = { code: "connector.unauthorized", message: "The token was refused", since };
  await hub.changeConnection(workConnection, (one) => ({ ...one, status: "degraded", problem }));
  await hub.settle();
  expect(await openIn(hub)).toEqual([`connection-degraded ${workConnection}`]);
  expect(await hub.drift()).toBe(0);
  await hub.changeConnection(workConnection, ({ problem: _over, ...one }) => ({
    ...one,
    status: "active",
    freshAt: hub.clock.now(),
  }));
  await hub.settle();
  expect(await openIn(hub)).toEqual([]);
});

test("what only time brings about is found by the hourly pass, and is no drift", async () => {
  const hub = await MemoryHub.ready();
  const endOn = instantOf(testEpochMs).slice(0, 10) as never;
  await hub.apply(
    upserted(orgUnit("red", { endOn })),
    upserted(
      goal("g", { teamName: "red", progress: 0.5, sourceVersion: testEpochMs - 47.5 * dayMs }),
    ),
  );
  await hub.tickDetect();
  const before = await openIn(hub);
  hub.clock.advance(dayMs - 10 * minuteMs);
  for (const id of [workConnection, goalConnection, peopleConnection]) {
    await hub.changeConnection(id, (one) => ({ ...one, freshAt: hub.clock.now() }));
  }
  await hub.tickDetect();
  const [latest] = await listSelfChecks(hub.table);
  expect(latest?.result).toMatchObject({ drift: 0, opened: 2, expected: 2 });
  const opened = (await openIn(hub)).filter((one) => !before.includes(one));
  expect(opened.map((one) => one.split(" ")[0])).toEqual(["owner-left", "stale-by-evidence"]);
});

test("the same content of a version three days later is kept, and is a sign of life", async () => {
  const hub = await MemoryHub.ready();
  const now = hub.clock.nowMs();
  const heard = (days: number) => ({
    sourceVersion: now - days * dayMs,
    readAt: instantOf(now - days * minuteMs),
  });
  await hub.apply(upserted(workItem("epic", heard(40))));
  const stale = `stale-by-evidence ${itemId("epic")}`;
  expect(await openIn(hub)).toContain(stale);
  // So little later it is worth no write.
  expect(await hub.store(upserted(workItem("epic", heard(38))))).toMatchObject({ unchanged: 1 });
  expect(await hub.store(upserted(workItem("epic", heard(1))))).toMatchObject({ applied: 1 });
  await hub.settle();
  expect(await openIn(hub)).not.toContain(stale);
  expect(await hub.drift()).toBe(0);
});
