import { expect, test } from "vitest";

import { HubError } from "#shared/errors.ts";
import { defineRule } from "#shared/kit/rule.ts";
import { signalId } from "#shared/model/ids.ts";
import { minuteMs } from "#shared/model/time.ts";
import type { Table, Write } from "#shared/ports/table.ts";
import { unlinkedWork } from "#shared/rules/unlinked-work/rule.ts";
import { factKey } from "#shared/store/keys.ts";
import { goal, goalId, itemId, linkTo, upserted, workItem } from "#shared/testing/facts.ts";

import { MemoryHub } from "../../tests/rig/memory-hub.ts";

/** What befalls the next signal that is written. */
interface Fate {
  /** What others do between the look and the write. */
  readonly meanwhile: () => Promise<void>;
  /** Whether whoever wrote it ends with that. */
  readonly isLast: boolean;
}

function fated(table: Table, take: () => Fate | undefined): Table {
  return {
    ...table,
    write: async (write) => {
      const fate = isSignal(write) ? take() : undefined;
      if (!fate) return table.write(write);
      await fate.meanwhile();
      const outcome = await table.write(write);
      if (fate.isLast) throw new HubError("store.unavailable", "The process was ended");
      return outcome;
    },
  };
}

function isSignal(write: Write): boolean {
  return write.kind === "put" && write.item["type"] === "signal";
}

/** An item was linked, after a while without, to a goal that was dropped just now; whoever hears of that writes under `fate`. */
async function withDroppedGoal(
  given: Omit<Fate, "meanwhile">,
  meanwhile: (hub: MemoryHub) => Promise<unknown>,
): Promise<MemoryHub> {
  let fate: Fate | undefined;
  const take = () => {
    const taken = fate;
    fate = undefined;
    return taken;
  };
  const hub = await MemoryHub.ready((table) => fated(table, take), [unlinkedWork]);
  await hub.apply(upserted(goal("north")), upserted(goal("south")), upserted(workItem("a")));
  await hub.apply(upserted(workItem("a", { version: 1 }), [linkTo(itemId("a"), goalId("north"))]));
  expect(await hub.openSignals()).toEqual([]);
  await hub.store(upserted(goal("north", { status: "dropped", version: 1 })));
  fate = { ...given, meanwhile: async () => void (await meanwhile(hub)) };
  return hub;
}

const relinked = upserted(workItem("a", { version: 2 }), [linkTo(itemId("a"), goalId("south"))]);

test("a signal that rests on what was read too early is looked at once more", async () => {
  const hub = await withDroppedGoal({ isLast: false }, (one) => one.apply(relinked));
  await hub.settle();
  expect(await hub.openSignals()).toEqual([]);
});

test("so it is where whoever wrote it ends with that, and the way that led there is gone", async () => {
  const hub = await withDroppedGoal({ isLast: true }, (one) => one.apply(relinked));
  await expect(hub.settle()).rejects.toThrow("was ended");
  expect(await hub.openSignals()).toHaveLength(1);
  await hub.settle();
  expect(await hub.openSignals()).toEqual([]);
  expect(await hub.drift()).toBe(0);
});

test("so it is for whichever writing of its life, however soon after the one before", async () => {
  let meanwhile: (() => Promise<unknown>) | undefined;
  const take = (): Fate | undefined => {
    const others = meanwhile;
    meanwhile = undefined;
    return others && { meanwhile: async () => void (await others()), isLast: false };
  };
  const hub = await MemoryHub.ready((table) => fated(table, take), [unlinkedWork]);
  await hub.apply(upserted(goal("north")), upserted(workItem("a")));
  let version = 0;
  const change = (...to: readonly "north"[]) =>
    upserted(
      workItem("a", { version: (version += 1) }),
      to.map((name) => linkTo(itemId("a"), goalId(name))),
    );
  for (let writings = 1; writings < 16; writings += 2) {
    await hub.store(change("north"));
    meanwhile = () => hub.apply(change());
    await hub.settle();
    expect(await hub.drift()).toBe(0);
  }
});

test("a rule that never says the same twice is looked at a few times, and not for ever", async () => {
  let clock: MemoryHub["clock"] | undefined;
  let looks = 0;
  const restless = defineRule({
    ...unlinkedWork,
    evaluate: (input) => {
      const found = unlinkedWork.evaluate(input);
      if (found.state !== "open") return found;
      looks += 1;
      // However long each of them takes.
      clock?.advance(minuteMs);
      return { ...found, evidence: { ...found.evidence, sentence: `Look ${looks}` } };
    },
  });
  const hub = await MemoryHub.ready(undefined, [restless]);
  ({ clock } = hub);
  await hub.apply(upserted(workItem("a")));
  expect((await hub.openSignals()).map(({ revision }) => revision)).toEqual([9]);
});

test("whoever loses a write leaves the subject to the record of who won, though that took it away", async () => {
  const key = factKey(signalId(unlinkedWork.name, itemId("a")));
  const hub = await withDroppedGoal({ isLast: false }, async ({ table }) => {
    // What was cleared long ago expires.
    await table.write({ kind: "delete", key, condition: [] });
  });
  await hub.settle();
  expect(await hub.openSignals()).toHaveLength(1);
});
