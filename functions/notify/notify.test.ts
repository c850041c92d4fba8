import { describe, expect, test } from "vitest";

import { wake } from "#shared/kit/alert-lifecycle.ts";
import { acknowledge, contest, snooze } from "#shared/kit/alert-verbs.ts";
import type { NotifierTraits } from "#shared/kit/notifier.ts";
import type { Alert } from "#shared/model/signal.ts";
import { dayMs, hourMs, instantOf, minuteMs } from "#shared/model/time.ts";
import { replaceDocument } from "#shared/store/documents.ts";
import { alertSpec } from "#shared/store/specs.ts";
import { goal, goalId, itemId, linkTo, upserted, workItem } from "#shared/testing/facts.ts";

import { NotifyRig } from "../../tests/rig/notify-rig.ts";

const chat: NotifierTraits = { reaches: ["channel"], end: "message" };
const board: NotifierTraits = { reaches: ["channel"], end: "update" };
const program: NotifierTraits = { reaches: ["channel"], end: "nothing", isSystem: true };

/** A hub of which nobody has set up who hears of what, with a rule that has no grace. */
async function plainHub(traits: Readonly<Record<string, NotifierTraits>> = { chat }) {
  const rig = await NotifyRig.with(traits);
  await rig.hub.setRule("unlinked-work");
  await rig.hub.apply(upserted(goal("g")));
  return rig;
}

const epic = (name: string, version = 0) => upserted(workItem(name, { version }));
const linked = (name: string, version: number) =>
  upserted(workItem(name, { version }), [linkTo(itemId(name), goalId("g"))]);

async function alertOf(rig: NotifyRig, ...statuses: Alert["status"][]): Promise<Alert> {
  const [alert] = await rig.hub.alerts(...statuses);
  if (!alert) throw new Error("There is no alert");
  return alert;
}

async function act(rig: NotifyRig, verb: (alert: Alert) => Alert | undefined): Promise<void> {
  const alert = await alertOf(rig);
  const next = verb(alert);
  if (next) await replaceDocument(rig.hub.table, alertSpec, alert, next);
  await rig.hub.settle();
}

const by = (rig: NotifyRig) => ({ by: "ops", now: rig.hub.clock.now() });

describe("one transition", () => {
  test("is one message, however often its event comes, and its end is another", async () => {
    const rig = await plainHub();
    await rig.hub.apply(epic("e1"));
    const { id } = await alertOf(rig);
    await rig.hearAgain(id);
    await Promise.all([rig.hearAgain(id), rig.hearAgain(id)]);
    await rig.hub.apply(linked("e1", 1));
    await Promise.all([
      rig.hearAgain(id, "alert.resolved.v1"),
      rig.hearAgain(id, "alert.opened.v1"),
    ]);
    await rig.pass(10);
    expect(rig.channel("chat").lines).toEqual([
      "send alert opened: No goal above E1 Work e1",
      "send alert resolved: No goal above E1 Work e1",
    ]);
    expect(rig.channel("chat").sent[0]).toMatchObject({
      url: expect.stringMatching(/^https:\/\/hub\.example\/alerts\/alert%3Aunlinked-work/u),
      ruleTitle: expect.stringMatching(/\S/u),
      because: "Is told of every alert",
    });
  });

  test("is told, though its event was lost for good", async () => {
    const rig = await plainHub();
    rig.isDeaf = true;
    await rig.hub.apply(epic("e1"));
    await rig.pass(90);
    expect(rig.channel("chat").sent).toHaveLength(1);
  });

  test("that is over before anybody could be told is told to nobody", async () => {
    const rig = await plainHub();
    rig.isDeaf = true;
    await rig.hub.apply(epic("e1"));
    const { id } = await alertOf(rig);
    await rig.hub.apply(linked("e1", 1));
    await rig.hearAgain(id);
    await rig.pass(90);
    expect(rig.channel("chat").sent).toEqual([]);
  });

  test("of each generation is told anew", async () => {
    const rig = await plainHub();
    await rig.hub.apply(epic("e1"));
    await rig.hub.apply(linked("e1", 1));
    await rig.pass(180, 30);
    await rig.hub.apply(epic("e1", 2));
    expect(rig.channel("chat").sent.map(({ reason }) => reason)).toEqual([
      "opened",
      "resolved",
      "opened",
    ]);
  });
});

describe("a channel", () => {
  test("that asks to wait is tried again by the clock, and told nothing that is over by then", async () => {
    const rig = await plainHub();
    const channel = rig.channel("chat");
    channel.answer = () => ({ outcome: "retry", afterMs: 1000, reason: "429" });
    await rig.hub.apply(epic("e1"), epic("e2"));
    await rig.pass(5);
    await rig.hub.apply(linked("e1", 1));
    channel.answer = () => undefined;
    await rig.pass(60);
    expect(channel.lines).toEqual(["send alert opened: No goal above E2 Work e2"]);
    const [over] = await rig.dispatches();
    expect(over).toMatchObject({
      outcome: "refused",
      attempts: expect.arrayContaining([
        expect.objectContaining({ detail: "over before it could be told" }),
      ]),
    });
  });

  test("that refuses for good is not asked again", async () => {
    const rig = await plainHub();
    let asked = 0;
    rig.channel("chat").answer = () => {
      asked += 1;
      return { outcome: "refused", reason: "no_service" };
    };
    await rig.hub.apply(epic("e1"));
    await rig.pass(10);
    expect(asked).toBe(1);
  });

  test("whose answer was lost is not asked again, is on record, and hears of the end", async () => {
    const rig = await plainHub();
    const channel = rig.channel("chat");
    channel.answer = () => ({ outcome: "uncertain", reason: "no answer" });
    await rig.hub.apply(epic("e1"));
    channel.answer = () => undefined;
    await rig.pass(10);
    expect((await rig.dispatches()).map(({ outcome }) => outcome)).toEqual(["uncertain"]);
    expect(rig.hub.logs.filter(({ event }) => event === "notify.uncertain")).toHaveLength(1);
    await rig.hub.apply(linked("e1", 1));
    expect(channel.sent.map(({ reason }) => reason)).toEqual(["resolved"]);
  });

  test("that drops repeats is asked again by the same key", async () => {
    const rig = await plainHub();
    const channel = rig.channel("chat");
    channel.dropsRepeats = true;
    const keys: string[] = [];
    channel.answer = ({ idempotencyKey }) => {
      keys.push(idempotencyKey);
      return keys.length < 3 ? { outcome: "uncertain", reason: "no answer" } : undefined;
    };
    await rig.hub.apply(epic("e1"));
    await rig.pass(30);
    expect(keys).toHaveLength(3);
    expect(new Set(keys).size).toBe(1);
    expect((await rig.dispatches()).map(({ outcome }) => outcome)).toEqual(["sent"]);
  });

  test("in which a run died is on record as uncertain, and nothing is shown twice", async () => {
    const rig = await plainHub();
    const channel = rig.channel("chat");
    channel.answer = () => {
      throw new Error("the process died");
    };
    await expect(rig.hub.apply(epic("e1"))).rejects.toThrow("died");
    channel.answer = () => undefined;
    const { id } = await alertOf(rig);
    await rig.hearAgain(id);
    await rig.pass(10);
    expect(channel.sent).toEqual([]);
    expect((await rig.dispatches()).map(({ outcome }) => outcome)).toEqual(["uncertain"]);
    await rig.hub.apply(epic("e2"));
    await rig.pass(2);
    expect(channel.sent).toHaveLength(1);
  });

  test("dead for two days is not flooded when it lives: what is over is told to nobody, the rest once", async () => {
    const rig = await plainHub();
    const channel = rig.channel("chat");
    channel.answer = () => ({ outcome: "retry", afterMs: 30_000, reason: "503" });
    const names = Array.from({ length: 30 }, (_, at) => `e${at}`);
    for (const name of names) {
      await rig.hub.apply(epic(name));
      await rig.pass(96, 8);
    }
    await rig.hub.apply(...names.slice(0, 25).map((name) => linked(name, 1)));
    channel.answer = () => undefined;
    await rig.pass(120, 2);
    const told = channel.sent.flatMap(({ sections, title }) =>
      sections ? sections.flatMap(({ lines }) => lines.map(({ text }) => text)) : [title],
    );
    expect(told.toSorted()).toEqual(
      names
        .slice(25)
        .map((name) => `No goal above ${name.toUpperCase()} Work ${name}`)
        .toSorted(),
    );
    expect(channel.sent.length).toBeLessThan(3);
  });

  test("that can change a message does, once for several changes, and says nothing new", async () => {
    const rig = await plainHub({ board });
    const channel = rig.channel("board");
    await rig.hub.apply(epic("e1"));
    await act(rig, (alert) => acknowledge(alert, by(rig)));
    await rig.pass(3);
    await rig.hub.apply(linked("e1", 1));
    await rig.pass(3);
    expect(channel.shown.map(({ verb, message }) => [verb, message.standing])).toEqual([
      ["send", undefined],
      ["update", "Acknowledged: somebody takes care of it"],
      ["update", "Resolved: linked"],
    ]);
    expect(channel.shown.map(({ receipt }) => receipt)).toEqual([
      undefined,
      "receipt 1",
      "receipt 1",
    ]);
  });

  test("that can change a message has what is new of a group added to what was shown of it", async () => {
    const rig = await plainHub({ board });
    await rig.hub.apply(epic("e1"));
    await rig.pass(5);
    await rig.hub.apply(epic("e2"), epic("e3"));
    await rig.pass(3);
    const channel = rig.channel("board");
    expect(channel.sent).toHaveLength(1);
    expect(channel.shown.at(-1)?.message).toMatchObject({
      kind: "group",
      sections: [{ lines: [{}, {}, {}] }],
    });
  });

  test("of a program is told of each alert by itself", async () => {
    const rig = await plainHub({ program });
    await rig.route();
    rig.isDeaf = true;
    await rig.hub.apply(epic("e1"), epic("e2"), epic("e3"));
    await rig.pass(90);
    expect(rig.channel("program").sent.map(({ kind }) => kind)).toEqual([
      "alert",
      "alert",
      "alert",
    ]);
  });

  test("whose settings do not fit loses nothing", async () => {
    const rig = await plainHub({ chat, board });
    const { registry } = rig.deps;
    const broken = registry.find("chat");
    if (!broken) throw new Error("There is no such connector");
    const settings = broken.settings;
    Object.assign(broken, { settings: settings.extend({ url: settings }) });
    await rig.hub.apply(epic("e1"));
    expect(rig.channel("board").sent).toHaveLength(1);
    Object.assign(broken, { settings });
    await rig.pass(180, 5);
    expect(rig.channel("chat").sent).toHaveLength(1);
  });
});

describe("an alert", () => {
  test("that wakes from a snooze is told of again, each time", async () => {
    const rig = await plainHub();
    await rig.hub.apply(epic("e1"));
    for (const day of [1, 2]) {
      const until = instantOf(rig.hub.clock.nowMs() + hourMs);
      await act(rig, (alert) => snooze(alert, until, by(rig)));
      await rig.pass(day * 120, 60);
      await act(rig, (alert) => wake(alert, rig.hub.clock.now()));
    }
    await rig.pass(3);
    expect(rig.channel("chat").lines).toEqual([
      "send alert opened: No goal above E1 Work e1",
      "send alert woken: Still open: No goal above E1 Work e1",
      "send alert woken: Still open: No goal above E1 Work e1",
    ]);
  });

  test("that is contested goes to the rule's owner, with the reason and without a name", async () => {
    const rig = await plainHub({ chat, board });
    await rig.route({ quietFrom: "00:00", quietUntil: "00:00" });
    await rig.hub.setRule("unlinked-work", { ownerChannelId: rig.channel("board").id });
    await rig.hub.apply(epic("e1"));
    await act(rig, (alert) => contest(alert, "wrong", { by: "Ana", now: rig.hub.clock.now() }));
    await rig.pass(3);
    const [message] = rig.channel("board").sent;
    expect(message).toMatchObject({
      reason: "contested",
      title: expect.stringMatching(/^Contested/u),
    });
    expect(JSON.stringify(message)).not.toContain("Ana");
    expect(message?.sentence).toContain("is wrong");
    await rig.pass(5 * 24 * 60, 60);
    expect(rig.channel("chat").sent).toHaveLength(1);
  });
});

test("a rule of digests is told of once a week, in one message", async () => {
  const rig = await plainHub();
  await rig.route();
  await rig.hub.setRule("unlinked-work", { delivery: "digest" });
  await rig.hub.apply(...["e1", "e2", "e3"].map((name) => epic(name)));
  await rig.pass(60, 10);
  expect(rig.channel("chat").sent).toEqual([]);
  await rig.hub.apply(linked("e3", 1));
  await rig.pass((8 * dayMs) / minuteMs, 30);
  const { sent } = rig.channel("chat");
  expect(sent).toHaveLength(1);
  expect(sent[0]).toMatchObject({ kind: "digest", title: "2 findings in this digest" });
});

test("a rule that hardly anybody heeds goes to digests by itself, and its owner hears of it once", async () => {
  const rig = await plainHub();
  for (let at = 0; at < 21; at += 1) {
    await rig.hub.apply(epic(`e${at}`));
    rig.hub.clock.advance(minuteMs);
  }
  // Nobody is judged by what they have had no week to answer.
  await rig.pass((6 * dayMs) / minuteMs, 1);
  expect(rig.channel("chat").sent.filter(({ kind }) => kind === "notice")).toEqual([]);
  await rig.pass((2 * dayMs) / minuteMs, 1);
  const notices = rig.channel("chat").sent.filter(({ kind }) => kind === "notice");
  expect(notices.map(({ title }) => title)).toEqual([expect.stringContaining("goes to digests")]);
  await rig.hub.apply(epic("later"));
  expect(rig.channel("chat").sent.some(({ title }) => title.includes("LATER"))).toBe(false);
});
