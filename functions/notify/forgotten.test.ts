import { expect, test } from "vitest";

import { acknowledge, answerContest, contest, snooze } from "#shared/kit/alert-verbs.ts";
import type { NotifierTraits } from "#shared/kit/notifier.ts";
import type { Alert } from "#shared/model/signal.ts";
import { dayMs, hourMs, instantOf } from "#shared/model/time.ts";
import { replaceDocument } from "#shared/store/documents.ts";
import { ruleSettingsKey } from "#shared/store/keys.ts";
import { alertSpec } from "#shared/store/specs.ts";
import {
  account,
  accountId,
  goal,
  goalId,
  itemId,
  linkTo,
  person,
  upserted,
  workItem,
} from "#shared/testing/facts.ts";

import { NotifyRig } from "../../tests/rig/notify-rig.ts";

const chat: NotifierTraits = { reaches: ["channel"], end: "message" };
const board: NotifierTraits = { reaches: ["channel"], end: "update" };

const epic = (name: string, version = 0) => upserted(workItem(name, { version }));
const linked = (name: string, version: number) =>
  upserted(workItem(name, { version }), [linkTo(itemId(name), goalId("g"))]);

/** A hub that has told of E1, and hears nothing any more. */
async function deafHub(traits: Readonly<Record<string, NotifierTraits>>) {
  const rig = await NotifyRig.with(traits);
  await rig.hub.setRule("unlinked-work", { holdDownMinutes: 0 });
  await rig.hub.apply(upserted(goal("g")), epic("e1"));
  await rig.pass(5);
  rig.isDeaf = true;
  return rig;
}

async function change(rig: NotifyRig, verb: (alert: Alert) => Alert | undefined): Promise<void> {
  const [alert] = await rig.hub.alerts();
  const next = alert && verb(alert);
  if (!alert || !next) throw new Error("There is nothing to change");
  await replaceDocument(rig.hub.table, alertSpec, alert, next);
  await rig.hub.settle();
}

const by = (rig: NotifyRig) => ({ by: "ops", now: rig.hub.clock.now() });
const standingOf = (rig: NotifyRig) => rig.channel("board").shown.at(-1)?.message.standing;

test("an end whose event was lost for good is shown all the same, once, wherever its opening was", async () => {
  const rig = await deafHub({ board, chat });
  await rig.hub.apply(linked("e1", 1));
  await rig.pass(75);
  expect(standingOf(rig)).toBe("Resolved: linked");
  await rig.pass(180);
  expect(rig.channel("board").lines).toHaveLength(2);
  expect(rig.channel("chat").sent.map(({ reason }) => reason)).toEqual(["opened", "resolved"]);
});

test("so is an end where a ladder is still to be climbed, or rests", async () => {
  const rig = await deafHub({ board });
  await rig.route({ quietFrom: "00:00", quietUntil: "00:00" });
  // Long enough for the ladder to begin anew, as somebody has said who hears of what.
  await rig.pass(75);
  await rig.hub.apply(linked("e1", 1));
  await rig.pass(75);
  expect(standingOf(rig)).toBe("Resolved: linked");
});

test("whoever took care of it, or put it off until another day, is shown though no event said so", async () => {
  const rig = await deafHub({ board });
  await change(rig, (alert) => acknowledge(alert, by(rig)));
  await rig.pass(75);
  expect(standingOf(rig)).toMatch(/^Acknowledged/u);
  for (const days of [3, 9]) {
    const until = instantOf(rig.hub.clock.nowMs() + days * dayMs);
    await change(rig, (alert) => snooze(alert, until, by(rig)));
    await rig.pass(75);
    expect(standingOf(rig)).toBe(`Snoozed until ${until.slice(0, 10)}`);
  }
});

test("a contest and its dismissal are shown, and told of, though no event said so", async () => {
  const rig = await deafHub({ board });
  await change(rig, (alert) => contest(alert, "wrong", { by: "x", now: rig.hub.clock.now() }));
  await rig.pass(75);
  expect(rig.channel("board").lines.filter((line) => line.includes("Contested:"))).not.toEqual([]);
  await change(rig, (alert) => answerContest(alert, "dismissed", by(rig)));
  await rig.pass(75);
  const { sent, lines } = rig.channel("board");
  expect(sent.map(({ reason }) => reason)).toEqual(["opened", "contested", "woken"]);
  expect(lines.at(-1)).not.toContain("Contested: its rule's owner decides");
});

test("an opening is over where the next one is found, though both their events were lost", async () => {
  const rig = await deafHub({ board });
  await rig.hub.apply(linked("e1", 1));
  await rig.hub.apply(epic("e1", 2));
  await rig.pass(90);
  const { shown, sent } = rig.channel("board");
  expect(sent).toHaveLength(2);
  expect(shown.find(({ verb }) => verb === "update")).toMatchObject({
    receipt: "receipt 1",
    message: { standing: "Resolved" },
  });
});

test("an opening is over where events come so late that several have followed", async () => {
  const rig = await deafHub({ board });
  for (const version of [1, 3]) {
    await rig.hub.apply(linked("e1", version));
    await rig.hub.apply(epic("e1", version + 1));
  }
  const [alert] = await rig.hub.alerts("open");
  expect(alert?.generation).toBe(3);
  if (alert) await rig.hearAgain(alert.id);
  expect(rig.channel("board").shown.find(({ verb }) => verb === "update")).toMatchObject({
    receipt: "receipt 1",
    message: { standing: "Resolved" },
  });
});

test("where nothing was lost, the look for it writes nothing, and ends what is over for good", async () => {
  const rig = await deafHub({ board });
  rig.isDeaf = false;
  await rig.hub.apply(epic("e2"), epic("e3"));
  await rig.hub.apply(linked("e2", 1));
  await change(rig, (alert) => acknowledge(alert, by(rig)));
  await rig.pass(75);
  const before = rig.hub.table.usage().writeUnits;
  for (let hour = 0; hour < 3; hour += 1) {
    rig.hub.clock.advance(60 * 60_000 - (rig.hub.clock.nowMs() % (60 * 60_000)) + 7 * 60_000);
    await rig.tick();
  }
  expect(rig.hub.table.usage().writeUnits).toBe(before);
  expect(rig.hub.logs.filter(({ event }) => event === "notify.forgotten")).toEqual([]);
  const listed = (await rig.ofType("rung")).filter(({ lpk }) => lpk !== undefined);
  expect(listed).toHaveLength(2);
});

test("a rule whose settings cannot be read keeps the look for what was lost from no other rule", async () => {
  const rig = await deafHub({ board });
  await rig.hub.setRule("owner-left");
  await rig.hub.apply(
    upserted(account("ann")),
    upserted(person("ann", { employmentStatus: "inactive" })),
    upserted(workItem("e2", { assigneeId: accountId("ann") }), [linkTo(itemId("e2"), goalId("g"))]),
  );
  const ofLeft = (await rig.hub.alerts()).find(({ rule }) => rule === "owner-left");
  const at = { by: "x", now: rig.hub.clock.now() };
  const contested = ofLeft && contest(ofLeft, "wrong", at);
  if (!contested) throw new Error("There is an alert");
  await replaceDocument(rig.hub.table, alertSpec, ofLeft, contested);
  const settings = await rig.hub.table.get(ruleSettingsKey("owner-left"));
  if (!settings) throw new Error("There are settings");
  await rig.hub.table.write({
    kind: "put",
    item: { ...settings, graceMinutes: "x" },
    condition: [],
  });
  await rig.hub.apply(linked("e1", 1));
  rig.hub.clock.advance(hourMs);
  await expect(rig.pass(60)).rejects.toThrow("does not parse");
  expect(standingOf(rig)).toBe("Resolved: linked");
});
