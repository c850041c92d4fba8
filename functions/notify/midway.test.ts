import { expect, test } from "vitest";

import { wake } from "#shared/kit/alert-lifecycle.ts";
import { snooze, contest } from "#shared/kit/alert-verbs.ts";
import type { NotifierTraits } from "#shared/kit/notifier.ts";
import type { Alert } from "#shared/model/signal.ts";
import { hourMs, instantOf } from "#shared/model/time.ts";
import type { Table } from "#shared/ports/table.ts";
import { replaceDocument } from "#shared/store/documents.ts";
import { alertSpec } from "#shared/store/specs.ts";
import { goal, goalId, itemId, linkTo, upserted, workItem } from "#shared/testing/facts.ts";

import { NotifyRig } from "../../tests/rig/notify-rig.ts";

const chat: NotifierTraits = { reaches: ["channel"], end: "message" };
const board: NotifierTraits = { reaches: ["channel"], end: "update" };

const epic = (name: string, version = 0) => upserted(workItem(name, { version }));
const linked = (name: string, version: number) =>
  upserted(workItem(name, { version }), [linkTo(itemId(name), goalId("g"))]);

async function hubWith(
  traits: Readonly<Record<string, NotifierTraits>>,
  wrap?: (table: Table) => Table,
): Promise<NotifyRig> {
  const rig = await NotifyRig.with(traits, wrap);
  await rig.hub.setRule("unlinked-work");
  await rig.hub.apply(upserted(goal("g")));
  return rig;
}

async function change(rig: NotifyRig, verb: (alert: Alert) => Alert | undefined): Promise<void> {
  const [alert] = await rig.hub.alerts();
  const next = alert && verb(alert);
  if (alert && next) await replaceDocument(rig.hub.table, alertSpec, alert, next);
  await rig.hub.settle();
}

const setStatus = (rig: NotifyRig, name: string, status: "paused" | "active" | "removing") =>
  rig.hub.changeConnection(rig.channel(name).id, (one) => ({ ...one, status }));

test("what changed while its channel was paused is shown when it is resumed", async () => {
  const rig = await hubWith({ board });
  await rig.hub.apply(epic("e1"));
  await setStatus(rig, "board", "paused");
  await rig.hub.apply(linked("e1", 1));
  await rig.pass(24 * 60, 30);
  expect(rig.channel("board").shown).toHaveLength(1);
  await setStatus(rig, "board", "active");
  await rig.pass(150, 10);
  expect(rig.channel("board").shown.at(-1)).toMatchObject({
    verb: "update",
    message: { standing: "Resolved: linked" },
  });
});

test("what waited for a channel that is removed is told to the default channel, if nobody else hears of it", async () => {
  const rig = await hubWith({ chat, board });
  await rig.route({ defaultChannelId: rig.channel("board").id });
  // Until nine in the evening.
  await rig.pass(12 * 60, 60);
  await rig.hub.apply(epic("e1"));
  expect(rig.channel("board").sent).toEqual([]);
  await setStatus(rig, "board", "removing");
  await rig.pass(16 * 60, 30);
  expect(rig.channel("chat").sent).toMatchObject([
    { because: expect.stringContaining("Default channel") },
  ]);
});

test("what stood when nobody had set up who hears of it is told when somebody has", async () => {
  const rig = await hubWith({ chat });
  await setStatus(rig, "chat", "paused");
  await rig.hub.apply(epic("e1"));
  await rig.pass(120, 30);
  await setStatus(rig, "chat", "active");
  await rig.pass(120, 30);
  await rig.route({ quietFrom: "00:00", quietUntil: "00:00" });
  await rig.pass(120, 1);
  expect(rig.channel("chat").lines).toEqual(["send alert opened: No goal above E1 Work e1"]);
  await rig.pass(120, 1);
  expect(rig.channel("chat").sent).toHaveLength(1);
});

test("a waking is told once, though the ladder was climbed while it was being told", async () => {
  let onRung: (() => Promise<void>) | undefined;
  const rig = await hubWith({ chat }, (table) => ({
    ...table,
    write: async (one) => {
      const isWaking = one.kind === "put" && one.item["type"] === "rung" && one.item["wokenAt"];
      const first = isWaking === undefined || isWaking === false ? undefined : onRung;
      if (first) onRung = undefined;
      await first?.();
      return table.write(one);
    },
  }));
  await rig.hub.apply(epic("e1"));
  const until = instantOf(rig.hub.clock.nowMs() + hourMs);
  await change(rig, (alert) => snooze(alert, until, { by: "ops", now: rig.hub.clock.now() }));
  rig.hub.clock.advance(2 * hourMs);
  onRung = async () => {
    const [rung] = await rig.ofType("rung");
    const item = { ...rung, rung: 3, revision: Number(rung?.["revision"]) + 1 };
    await rig.hub.table.write({ kind: "put", item: item as never, condition: [] });
  };
  await change(rig, (alert) => wake(alert, rig.hub.clock.now()));
  expect(onRung).toBeUndefined();
  await rig.pass(120, 1);
  expect(rig.channel("chat").sent.map(({ reason }) => reason)).toEqual(["opened", "woken"]);
});

test("a contest whose event was lost for good reaches the rule's owner all the same", async () => {
  const rig = await hubWith({ chat });
  await rig.hub.apply(epic("e1"));
  rig.isDeaf = true;
  await change(rig, (alert) => contest(alert, "wrong", { by: "x", now: rig.hub.clock.now() }));
  await rig.pass(180, 1);
  expect(rig.channel("chat").sent.map(({ reason }) => reason)).toEqual(["opened", "contested"]);
});
