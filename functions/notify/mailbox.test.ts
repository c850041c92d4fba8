import { expect, test } from "vitest";

import { createMemoryTable } from "#shared/adapters/memory/memory-table.ts";
import { connectionId } from "#shared/model/ids.ts";
import { channelRecipient } from "#shared/model/notification.ts";
import { instantOf, minuteMs } from "#shared/model/time.ts";
import { mailboxKey } from "#shared/store/alerting-keys.ts";
import { getDocument } from "#shared/store/documents.ts";
import { mailboxSpec } from "#shared/store/specs.ts";
import { ManualClock } from "#shared/testing/manual-clock.ts";

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

test("several of one run count as one, and what is due later is not in hand", async () => {
  const { clock, deps } = rig();
  const first = await announce(deps, recipient, { dueAt: clock.now() });
  const second = await announce(deps, recipient, { dueAt: clock.now() }, first);
  expect(second).toMatchObject({ count: 2, isAllNew: true });
  const later = { dueAt: instantOf(clock.nowMs() + minuteMs) };
  expect(await announce(deps, recipient, later, second)).toMatchObject({ isAllNew: false });
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
