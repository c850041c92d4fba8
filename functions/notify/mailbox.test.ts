import { expect, test } from "vitest";

import { createMemoryTable } from "#shared/adapters/memory/memory-table.ts";
import { connectionId } from "#shared/model/ids.ts";
import { channelRecipient } from "#shared/model/notification.ts";
import type { Instant } from "#shared/model/time.ts";
import { instantOf, minuteMs } from "#shared/model/time.ts";
import { mailboxKey } from "#shared/store/alerting-keys.ts";
import { getDocument } from "#shared/store/documents.ts";
import { mailboxSpec } from "#shared/store/specs.ts";
import { ManualClock } from "#shared/testing/manual-clock.ts";

import type { Announced } from "./mailbox.ts";
import { announce, HeldMailbox } from "./mailbox.ts";

const recipient = channelRecipient(connectionId("channel001"));

function rig() {
  const clock = new ManualClock("2026-11-21T10:00:00.000Z");
  const deps = { table: createMemoryTable(), clock };
  const dueAt = async () => {
    const found = await getDocument(deps.table, mailboxSpec, mailboxKey(recipient));
    return found?.dueAt;
  };
  return { clock, deps, dueAt };
}

test("who has in hand all that waits need not look again once the index shows it", async () => {
  const { clock, deps, dueAt } = rig();
  const announced = await announce(deps, recipient, { dueAt: clock.now() });
  const held = await HeldMailbox.take(deps, recipient, announced);
  await held?.release(undefined);
  expect(await dueAt()).toBeUndefined();
});

test("what another run announced a moment before is looked for once more", async () => {
  const { clock, deps, dueAt } = rig();
  await announce(deps, recipient, { dueAt: clock.now() });
  clock.advance(1000);
  const announced = await announce(deps, recipient, { dueAt: clock.now() });
  expect(announced.isAllNew).toBe(false);
  const held = await HeldMailbox.take(deps, recipient, announced);
  await held?.release(undefined);
  expect(await dueAt()).toBe(instantOf(clock.nowMs() + 10_000));
});

test("what is announced after that is seen, and looked for once more too", async () => {
  const { clock, deps, dueAt } = rig();
  const announced = await announce(deps, recipient, { dueAt: clock.now() });
  await announce(deps, recipient, { dueAt: clock.now() });
  const held = await HeldMailbox.take(deps, recipient, announced);
  await held?.release(undefined);
  expect(await dueAt()).toBe(instantOf(clock.nowMs() + 10_000));
});

test("what was put off when the mailbox was let go of is looked for once more", async () => {
  const { clock, deps, dueAt } = rig();
  const first = await announce(deps, recipient, { dueAt: clock.now() });
  const slow = await HeldMailbox.take(deps, recipient, first);
  clock.advance(12_000);
  await slow?.release(instantOf(clock.nowMs() + 60 * minuteMs));
  clock.advance(100);
  const announced = await announce(deps, recipient, { dueAt: clock.now() });
  const held = await HeldMailbox.take(deps, recipient, announced);
  // The index showed nothing of what waits for its hour.
  await held?.release(undefined);
  expect(await dueAt()).toBe(instantOf(clock.nowMs() + 10_000));
});

test("of several of one run, and of what is due later, nobody claims to have all in hand", async () => {
  const { clock, deps } = rig();
  const later = { dueAt: instantOf(clock.nowMs() + minuteMs) };
  expect(await announce(deps, recipient, later)).toMatchObject({ isAllNew: false });
  clock.advance(10_000);
  const first = await announce(deps, recipient, { dueAt: clock.now() });
  expect(first).toMatchObject({ isAllNew: true });
  const second = await announce(deps, recipient, { dueAt: clock.now() });
  expect(second).toMatchObject({ isAllNew: false });
});

/** What another run announces between this run's look at the mailbox and its write. */
async function overtaken(
  { clock, deps }: ReturnType<typeof rig>,
  given: { readonly mine: Instant; readonly theirs: Instant },
) {
  const { table } = deps;
  let writes = 0;
  const other: Announced[] = [];
  const slow: typeof table = {
    ...table,
    write: async (one) => {
      writes += 1;
      if (writes === 1) {
        clock.advance(1);
        other.push(await announce(deps, recipient, { dueAt: given.theirs }));
      }
      return table.write(one);
    },
  };
  const mine = await announce({ table: slow, clock }, recipient, { dueAt: given.mine });
  return { mine, other: other[0], writes };
}

test("what another run has announced meanwhile need not be announced again", async () => {
  const given = rig();
  const dueAt = given.clock.now();
  await announce(given.deps, recipient, { dueAt });
  const { mine, other, writes } = await overtaken(given, { mine: dueAt, theirs: dueAt });
  expect(writes).toBe(1);
  expect(mine).toEqual({ mailbox: other?.mailbox, isAllNew: false });
  // Nobody who takes it now lets go without a look at what the index may hide.
  expect(other?.isAllNew).toBe(false);
  const held = await HeldMailbox.take(given.deps, recipient, other);
  await held?.release(undefined);
  expect(await given.dueAt()).toBe(instantOf(given.clock.nowMs() + 10_000));
});

test("it is announced all the same where the other is due later, or may claim to have all in hand", async () => {
  const later = rig();
  const dueAt = later.clock.now();
  const inAMinute = instantOf(later.clock.nowMs() + minuteMs);
  await announce(later.deps, recipient, { dueAt: inAMinute });
  const overtakenByLater = await overtaken(later, { mine: dueAt, theirs: inAMinute });
  expect(overtakenByLater.writes).toBe(2);
  expect(await later.dueAt()).toBe(dueAt);

  const quiet = rig();
  await announce(quiet.deps, recipient, { dueAt: quiet.clock.now() });
  quiet.clock.advance(6_000);
  const now = quiet.clock.now();
  expect((await overtaken(quiet, { mine: now, theirs: now })).writes).toBe(2);
});

test("a hundred runs announce to one mailbox at once, and none of them fails", async () => {
  const { clock, deps, dueAt } = rig();
  const announcing = Array.from({ length: 100 }, () =>
    announce(deps, recipient, { dueAt: clock.now() }),
  );
  const ended = await Promise.allSettled(announcing);
  expect(ended.filter(({ status }) => status === "rejected")).toEqual([]);
  expect(await dueAt()).toBe(clock.now());
});
