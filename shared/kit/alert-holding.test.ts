import { describe, expect, test } from "vitest";

import { connectionId, factId, signalId } from "#shared/model/ids.ts";
import type { GoalId, OrgUnitId } from "#shared/model/ids.ts";
import { Alert } from "#shared/model/signal.ts";
import type { Signal } from "#shared/model/signal.ts";
import type { Instant } from "#shared/model/time.ts";
import { dayMs, instantOf, minuteMs } from "#shared/model/time.ts";

import { isOfFirstReading } from "./alert-baseline.ts";
import { alertFingerprint } from "./alert-fingerprint.ts";
import {
  openFromSignal,
  outOfScope,
  reconcile,
  snoozeEnd,
  waitAnew,
  wake,
} from "./alert-lifecycle.ts";
import { isInScope } from "./alert-scope.ts";
import { heldByShare } from "./alert-share.ts";
import { acknowledge, answerContest, contest, snoozeUntilChange } from "./alert-verbs.ts";

const startMs = Date.parse("2026-11-21T08:00:00.000Z");
const at = (minutes: number): Instant => instantOf(startMs + minutes * minuteMs);
const connection = connectionId("0123456789");
const subjectId = factId("work-item", "jira", connection, "10001");
const unit = (name: string) => factId("org-unit", "hr", connection, name);
const policy = { graceMinutes: 0, holdDownMinutes: 60, why: "because", nextStep: "do it" };
const ana = (minutes: number, note?: string) => ({ by: "ana", note, now: at(minutes) });

function signal(overrides: Partial<Signal> = {}): Signal {
  return {
    type: "signal",
    id: signalId("unlinked-work", subjectId),
    rule: "unlinked-work",
    subjectId,
    state: "open",
    generation: 1,
    severity: "warning",
    title: "No goal above PAY-1",
    evidence: { sentence: "It has none.", path: [], facts: { kind: "epic" } },
    teamIds: [],
    connectionIds: [connection],
    openedAt: at(0),
    revision: 1,
    ...overrides,
  };
}

const openAlert = () => openFromSignal(signal(), policy, at(0));
function done(alert: Alert | undefined): Alert {
  if (!alert) throw new Error("nothing was changed");
  return Alert.parse(alert);
}

describe("hold-down", () => {
  const cleared = signal({ state: "cleared", clearedAt: at(5), clearedBecause: "linked" });
  const second = signal({
    generation: 2,
    openedAt: at(7),
    earlier: [{ openedAt: at(0), clearedAt: at(5) }],
  });
  const ended = done(reconcile(openAlert(), cleared, { ...policy, now: at(6) }));

  test("an opening soon after a clearing waits until the hold-down is over, and then opens", () => {
    const waiting = done(reconcile(ended, second, { ...policy, now: at(8) }));
    expect(waiting).toMatchObject({ status: "pending", graceUntil: at(65), lastEndedAt: at(5) });
    expect(waitAnew(waiting, policy, at(64))).toBeUndefined();
    expect(waitAnew(waiting, policy, at(65))).toMatchObject({ status: "open" });
  });

  test("a longer grace outlasts it, and none at all opens at once", () => {
    const graced = { ...policy, graceMinutes: 90, now: at(8) };
    expect(reconcile(ended, second, graced)).toMatchObject({ graceUntil: at(97) });
    const none = { ...policy, holdDownMinutes: 0, now: at(8) };
    expect(reconcile(ended, second, none)).toMatchObject({ status: "open" });
  });

  test("counts from the resolution where the signal keeps nothing of its openings", () => {
    const { earlier: _earlier, ...bare } = second;
    expect(reconcile(ended, bare, { ...policy, now: at(8) })).toMatchObject({ graceUntil: at(66) });
  });

  test("a longer one that is set while it waits is waited for, and a shorter one lets it go", () => {
    const waiting = done(reconcile(ended, second, { ...policy, now: at(8) }));
    const longer = { ...policy, holdDownMinutes: 120 };
    expect(waitAnew(waiting, longer, at(9))).toMatchObject({ graceUntil: at(125) });
    expect(waitAnew(waiting, { ...policy, holdDownMinutes: 0 }, at(9))?.status).toBe("open");
  });
});

describe("a snooze until something changes", () => {
  test("lasts while it says the same, whatever its spaces, and ends when it does not", () => {
    const quiet = done(snoozeUntilChange(openAlert(), ana(1)));
    const { evidence } = signal();
    const spaced = signal({ evidence: { ...evidence, sentence: " It  has none. " } });
    expect(reconcile(quiet, spaced, { ...policy, now: at(2) })).toMatchObject({
      status: "snoozed",
    });
    const worse = signal({ severity: "critical" });
    const woken = done(reconcile(quiet, worse, { ...policy, now: at(3) }));
    expect(woken).toMatchObject({ status: "open", severity: "critical", wokenAt: at(3) });
    expect(woken.history.at(-1)).toMatchObject({ by: "hub", note: "what it says has changed" });
    expect(woken).not.toHaveProperty("snoozedUntilChangeOf");
  });

  test("ends after 90 days, counted from when it began", () => {
    const quiet = done(snoozeUntilChange(openAlert(), ana(1)));
    const contested = done(contest(quiet, "wrong", ana(60 * 24 * 30)));
    const end = instantOf(startMs + minuteMs + 90 * dayMs);
    expect(snoozeEnd(contested)).toBe(end);
    expect(wake(contested, instantOf(Date.parse(end) - 1))).toBeUndefined();
    expect(wake(contested, end)).toMatchObject({ status: "open", wokenAt: end });
  });

  test.each([
    [{ severity: "info" }, false],
    [{ teamIds: [unit("b")] }, false],
    [{ title: "Other" }, true],
  ] as const)("%o says the same: %s", (change, same) => {
    const { severity, evidence } = signal();
    const before = { severity, evidence, teamIds: [] };
    const after = { ...before, ...change } as typeof before;
    expect(alertFingerprint(before) === alertFingerprint(after)).toBe(same);
  });
});

describe("a contest", () => {
  test("names nobody, and leaves the status as it is", () => {
    const seen = done(acknowledge(openAlert(), ana(1)));
    const contested = done(contest(seen, "not-ours", ana(2, "ask Blue")));
    expect(contested).toMatchObject({
      status: "acknowledged",
      contest: { reason: "not-ours", note: "ask Blue", at: at(2) },
    });
    expect(JSON.stringify([contested.contest, contested.history.at(-1)])).not.toContain("ana");
    expect(contest(contested, "not-ours", ana(3))).toBeUndefined();
    expect(() => contest(contested, "wrong", ana(3))).toThrowError("not answered yet");
  });

  test("that is upheld quiets it until what it says changes; one that is dismissed changes nothing", () => {
    const contested = done(contest(openAlert(), "wrong", ana(1)));
    const upheld = done(answerContest(contested, "upheld", ana(2)));
    expect(upheld).toMatchObject({ status: "snoozed", contest: { answer: { at: at(2) } } });
    expect(
      reconcile(upheld, signal({ severity: "info" }), { ...policy, now: at(3) }),
    ).toMatchObject({
      status: "open",
    });
    const dismissed = done(answerContest(contested, "dismissed", ana(2, "it is right")));
    expect(dismissed).toMatchObject({
      status: "open",
      contest: { answer: { decision: "dismissed", note: "it is right" } },
    });
    expect(() => answerContest(dismissed, "upheld", ana(3))).toThrowError("dismissed already");
    expect(() => answerContest(openAlert(), "upheld", ana(3))).toThrowError("Nobody");
  });

  test("may be repeated once after an answer, and belongs to its generation", () => {
    const first = done(contest(openAlert(), "wrong", ana(1)));
    const answered = done(answerContest(first, "dismissed", ana(2)));
    const again = done(contest(answered, "wrong", ana(3)));
    const twice = done(answerContest(again, "dismissed", ana(4)));
    expect(() => contest(twice, "other", ana(5))).toThrowError("contested twice");
    const next = reconcile(twice, signal({ generation: 2 }), { ...policy, now: at(99) });
    expect(next).not.toHaveProperty("contest");
  });
});

describe("the scope", () => {
  const g = (name: string) => factId("goal", "okr", connection, name);
  const up: Readonly<Record<string, readonly OrgUnitId[]>> = {
    [unit("red")]: [unit("red"), unit("all")],
  };
  const surroundings = {
    unitsUp: (id: OrgUnitId) => up[id] ?? [id],
    goalsUp: (id: GoalId) => (id === g("kr") ? [g("kr"), g("o")] : [id]),
  };
  const found = signal({
    teamIds: [unit("red")],
    evidence: {
      sentence: "s",
      path: [{ id: g("kr"), role: "goal", label: "KR" }],
      facts: { kind: "epic" },
    },
  });

  test.each([
    [undefined, true],
    [{ unitIds: [] }, true],
    [{ unitIds: [unit("all")] }, true],
    [{ unitIds: [unit("blue")] }, false],
    [{ goalIds: [g("o")] }, true],
    [{ goalIds: [g("x")] }, false],
    [{ kinds: ["epic"] }, true],
    [{ kinds: ["task"], unitIds: [unit("all")] }, false],
  ])("%j takes it in: %s", (scope, expected) => {
    expect(isInScope(scope, found, surroundings)).toBe(expected);
  });

  test("that shrinks resolves what stands outside; one that widens brings it back as it was found", () => {
    const outside = { ...policy, isInScope: false, now: at(5) };
    expect(reconcile(undefined, signal(), outside)).toBeUndefined();
    const contested = done(contest(openAlert(), "wrong", ana(1)));
    const gone = done(reconcile(contested, signal(), outside));
    expect(gone).toMatchObject({ status: "resolved", resolvedBecause: outOfScope });
    expect(reconcile(gone, signal(), outside)).toBeUndefined();
    const back = done(reconcile(gone, signal(), { ...policy, now: at(9) }));
    expect(back).toMatchObject({ status: "open", generation: 1, wokenAt: at(9), contest: {} });
    expect(back).not.toHaveProperty("resolvedAt");
  });

  test("that had it resolved holds down no later opening", () => {
    const gone = done(
      reconcile(openAlert(), signal(), { ...policy, isInScope: false, now: at(5) }),
    );
    const next = reconcile(gone, signal({ generation: 2, openedAt: at(6) }), {
      ...policy,
      now: at(7),
    });
    expect(next).toMatchObject({ status: "open" });
  });
});

describe("the share that a unit states", () => {
  const allowed = [
    { unitId: unit("all"), share: 0, reason: "nothing" },
    { unitId: unit("red"), share: 0.2, reason: "running the business" },
  ];
  const held = (found: number) =>
    heldByShare(allowed, [unit("team")], {
      unitsUp: () => [unit("team"), unit("red"), unit("all")],
      nameOf: () => "Payments",
      shareOf: (id) => (id === unit("red") ? { looked: 10, found } : { looked: 1, found: 1 }),
    });

  test("holds alerts back up to it, by the nearest that says anything", () => {
    expect(held(2)).toBe("within the 20 % that Payments states for running the business");
    expect(held(3)).toBeUndefined();
  });

  test("an alert that is held waits for it, whatever its grace, and all go when it is exceeded", () => {
    const heldBecause = "within the 20 % that Payments states for it";
    const waiting = openFromSignal(signal(), { ...policy, heldBecause }, at(0));
    expect(Alert.parse(waiting)).toMatchObject({ status: "pending", heldBecause });
    expect(waitAnew(waiting, { ...policy, heldBecause }, at(500))).toBeUndefined();
    const freed = done(waitAnew(waiting, policy, at(500)));
    expect(freed.status).toBe("open");
    expect(freed).not.toHaveProperty("heldBecause");
  });
});

test.each([
  [undefined, 60, true],
  [at(-59), 60, true],
  [at(-60), 60, false],
  [at(-1), 0, false],
])(
  "what rests on a source that was ready at %s is of the first reading: %i minutes, %s",
  (readyAt, minutes, expected) => {
    const restsOn = [{ connectionId: connection, ...(readyAt !== undefined && { readyAt }) }];
    expect(isOfFirstReading({ restsOn, openedAt: at(0) }, minutes)).toBe(expected);
    expect(isOfFirstReading({ openedAt: at(0) }, minutes)).toBe(false);
  },
);
