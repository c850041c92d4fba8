import { expect, test } from "vitest";

import { HubError } from "#shared/errors.ts";
import { signalId } from "#shared/model/ids.ts";
import type { SelfCheck } from "#shared/model/self-check.ts";
import { dayMs, epochMsOf, hourMs, instantOf, minuteMs } from "#shared/model/time.ts";
import type { Table } from "#shared/ports/table.ts";
import { unlinkedWork } from "#shared/rules/unlinked-work/rule.ts";
import { createDocument, replaceDocument, updateDocument } from "#shared/store/documents.ts";
import { factKey } from "#shared/store/keys.ts";
import { statePersonLink } from "#shared/store/person-links.ts";
import { listSelfChecks, selfCheckSpec, wantedSelfCheck } from "#shared/store/self-checks.ts";
import { signalSpec } from "#shared/store/specs.ts";
import { goal, goalId, itemId, linkTo, upserted, workItem } from "#shared/testing/facts.ts";

import { MemoryHub } from "../../tests/rig/memory-hub.ts";

async function withUnlinked(wrap?: (table: Table) => Table): Promise<MemoryHub> {
  const hub = await MemoryHub.ready(wrap, [unlinkedWork]);
  await hub.apply(
    upserted(goal("north")),
    upserted(workItem("a")),
    upserted(workItem("b")),
    upserted(workItem("c"), [linkTo(itemId("c"), goalId("north"))]),
  );
  hub.clock.advance(10 * minuteMs);
  return hub;
}

/** A signal is lost without a record, as no fault that we know loses one. */
async function lose(hub: MemoryHub, name: string): Promise<void> {
  const key = factKey(signalId("unlinked-work", itemId(name)));
  await hub.settle();
  await hub.table.write({ kind: "delete", key, condition: [] });
  hub.loseRecords();
}

async function latest({ table }: MemoryHub): Promise<SelfCheck | undefined> {
  return (await listSelfChecks(table))[0];
}

async function ask(hub: MemoryHub, given: Partial<SelfCheck> = {}): Promise<void> {
  const wanted = { ...wantedSelfCheck(hub.clock.now(), "person"), ...given };
  await createDocument(hub.table, selfCheckSpec, wanted);
}

test("where all signals are right, the run says what was looked at and that nothing was mended", async () => {
  const hub = await withUnlinked();
  await hub.tickDetect();
  expect(await latest(hub)).toMatchObject({
    state: "done",
    startedBy: "schedule",
    result: { subjects: 3, drift: 0, expected: 0, opened: 0, cleared: 0, unreadable: 0 },
  });
});

test("before anything is connected the run ends, and has found nothing", async () => {
  const hub = new MemoryHub();
  await hub.tickDetect();
  await ask(hub, { wantedAt: instantOf(hub.clock.nowMs() + 1) });
  await hub.settle();
  const nothing = { subjects: 0, drift: 0, expected: 0, unreadable: 0 };
  expect(await listSelfChecks(hub.table)).toMatchObject([
    { state: "done", startedBy: "person", result: nothing },
    { state: "done", startedBy: "schedule", result: nothing },
  ]);
});

test("a lost signal is mended, counted by its rule, and told with what was stored and what is true", async () => {
  const hub = await withUnlinked();
  await lose(hub, "a");
  await hub.tickDetect();
  expect((await latest(hub))?.result).toMatchObject({
    opened: 1,
    drift: 1,
    driftByRule: { "unlinked-work": 1 },
    examples: [
      { rule: "unlinked-work", subjectId: itemId("a"), stored: "not-open", found: "open" },
    ],
  });
  expect((await hub.openSignals()).map(({ subjectId }) => subjectId).toSorted()).toEqual([
    itemId("a"),
    itemId("b"),
  ]);
  const line = hub.logs.find(({ event }) => event === "self-check.done");
  expect(line?.fields).toMatchObject({ subjects: 3, drift: 1, unreadable: 0 });
});

test("what only time brought about is mended, and is no drift", async () => {
  const hub = await withUnlinked();
  await hub.tickDetect();
  const expiresAt = instantOf(hub.clock.nowMs() + minuteMs);
  await hub.apply(
    upserted(workItem("c", { version: 1 }), [
      { ...linkTo(itemId("c"), goalId("north")), expiresAt } as ReturnType<typeof linkTo>,
    ]),
  );
  hub.clock.advance(hourMs);
  await hub.tickDetect();
  expect((await latest(hub))?.result).toMatchObject({ opened: 1, expected: 1, drift: 0 });
});

test("a change that is still on its way through the stream is no drift", async () => {
  const hub = await withUnlinked();
  await hub.store(upserted(workItem("late", { version: 0, readAt: hub.clock.now() })));
  await hub.tickDetect();
  expect((await latest(hub))?.result).toMatchObject({ opened: 1, expected: 1, drift: 0 });
});

const lately: readonly (readonly [string, (hub: MemoryHub) => Promise<unknown>])[] = [
  [
    "a person's link",
    async ({ table, clock }) => {
      const ends = { fromId: itemId("a"), toId: goalId("north"), source: "person" as const };
      return statePersonLink(
        table,
        { type: "link", ...ends, confidence: 1, createdAt: clock.now() },
        [],
      );
    },
  ],
  [
    "a goal that was dropped",
    async (hub) =>
      hub.store(
        upserted(goal("north", { version: 1, status: "dropped", readAt: hub.clock.now() })),
      ),
  ],
  [
    "a goal that was removed",
    async (hub) =>
      hub.store({
        kind: "removed",
        id: goalId("north"),
        sourceVersion: hub.clock.nowMs(),
        readAt: hub.clock.now(),
      }),
  ],
  [
    "a rule that was switched off",
    async (hub) => hub.setRule("unlinked-work", { isEnabled: false }),
  ],
];

test.each(lately)(
  "what %s brings about is no drift either, as long as that is young",
  async (_what, change) => {
    const hub = await withUnlinked();
    await change(hub);
    await hub.tickDetect();
    const result = (await latest(hub))?.result;
    expect(result?.drift).toBe(0);
  },
);

test("what was written a moment ago is still to be looked at: it is no drift", async () => {
  const hub = await withUnlinked();
  const key = factKey(signalId("unlinked-work", itemId("a")));
  await hub.store(upserted(workItem("a", { version: 1 }), [linkTo(itemId("a"), goalId("north"))]));
  hub.loseRecords();
  hub.clock.advance(10 * minuteMs);
  // By somebody who had read the item before it was linked.
  const evaluatedAt = hub.clock.now();
  await updateDocument(hub.table, signalSpec, key, (one) => ({ ...one, evaluatedAt }));
  await hub.tickDetect();
  expect((await latest(hub))?.result).toMatchObject({ cleared: 1, expected: 1, drift: 0 });
});

test("a change that was read long ago and never came through is drift, whatever else is young", async () => {
  const hub = await withUnlinked();
  await lose(hub, "a");
  await hub.store(upserted(workItem("late", { readAt: hub.clock.now() })));
  await hub.tickDetect();
  expect((await latest(hub))?.result).toMatchObject({ expected: 1, drift: 1 });
});

test("whoever asks is answered once, however often the stream tells of it", async () => {
  const hub = await withUnlinked();
  await ask(hub);
  await hub.settle();
  expect(await latest(hub)).toMatchObject({ state: "done", startedBy: "person", attempts: 1 });
  await lose(hub, "a");
  await hub.redeliver();
  expect(await latest(hub)).toMatchObject({ attempts: 1, result: { drift: 0 } });
});

test("of two that ask at once one is carried out, and it is the answer to both", async () => {
  const hub = await withUnlinked();
  await ask(hub);
  await ask(hub, { wantedAt: instantOf(hub.clock.nowMs() + 5) });
  hub.clock.advance(10);
  await hub.settle();
  const runs = await listSelfChecks(hub.table);
  expect(runs.map(({ state }) => state)).toEqual(["done"]);
  hub.clock.advance(minuteMs);
  await ask(hub);
  await hub.settle();
  expect(await listSelfChecks(hub.table)).toHaveLength(2);
});

test("one that was begun twice and never ended is given up, and the stream goes on", async () => {
  const hub = await withUnlinked();
  await ask(hub, { state: "wanted", attempts: 2 });
  await hub.store(upserted(workItem("after", { version: 1 })));
  await hub.settle();
  expect(await latest(hub)).toMatchObject({ state: "failed", problem: "out-of-time" });
  expect((await hub.openSignals()).map(({ subjectId }) => subjectId)).toContain(itemId("after"));
});

test("what makes it fail is noted with it; the clock's own run throws it, so that an alarm is raised", async () => {
  let isDown = false;
  const hub = await withUnlinked((table) => ({
    ...table,
    scan: async (request) => {
      if (isDown) throw new HubError("store.unavailable", "The table does not answer");
      return table.scan(request);
    },
  }));
  isDown = true;
  await expect(hub.tickDetect()).rejects.toThrow("does not answer");
  expect(await latest(hub)).toMatchObject({ state: "failed", problem: "store.unavailable" });
  hub.clock.advance(minuteMs);
  await ask(hub);
  await hub.settle();
  expect(await latest(hub)).toMatchObject({ state: "failed", startedBy: "person" });
});

test("runs are kept for thirty days, and shown the latest first", async () => {
  const hub = await withUnlinked();
  await hub.tickDetect();
  hub.clock.advance(hourMs);
  await hub.tickDetect();
  const runs = await listSelfChecks(hub.table);
  expect(runs.map(({ wantedAt }) => wantedAt)).toEqual(
    runs
      .map(({ wantedAt }) => wantedAt)
      .toSorted()
      .toReversed(),
  );
  const [run] = runs;
  if (!run) throw new Error("There are two runs");
  expect(selfCheckSpec.expiresAtEpochSeconds?.(run)).toBe(
    (epochMsOf(run.wantedAt) + 30 * dayMs) / 1000,
  );
  expect(await replaceDocument(hub.table, selfCheckSpec, run, run)).toBeDefined();
});
