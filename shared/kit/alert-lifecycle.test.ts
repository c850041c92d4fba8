import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { HubError } from "#shared/errors.ts";
import { connectionId, factId, signalId } from "#shared/model/ids.ts";
import { Alert } from "#shared/model/signal.ts";
import type { Signal } from "#shared/model/signal.ts";
import type { Instant } from "#shared/model/time.ts";
import { instantOf, minuteMs } from "#shared/model/time.ts";

import { openFromSignal, promote, reconcile, resolve, wake } from "./alert-lifecycle.ts";
import { isStanding } from "./alert-transition.ts";
import { acknowledge, snooze, unsnooze } from "./alert-verbs.ts";

const startMs = Date.parse("2026-11-21T08:00:00.000Z");
const at = (minutes: number): Instant => instantOf(startMs + minutes * minuteMs);
const connection = connectionId("0123456789");
const subjectId = factId("work-item", "jira", connection, "10001");
const policy = { graceMinutes: 60, holdDownMinutes: 0, why: "because", nextStep: "do it" };
const ana = (minutes: number) => ({ by: "ana", now: at(minutes) });

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
    evidence: { sentence: "It has none.", path: [], facts: { reason: "no-link" } },
    teamIds: [],
    connectionIds: [connection],
    openedAt: at(0),
    revision: 1,
    ...overrides,
  };
}

const cleared = (generation = 1): Signal =>
  signal({ state: "cleared", generation, clearedAt: at(5), clearedBecause: "linked" });
const openAlert = (): Alert => openFromSignal(signal(), { ...policy, graceMinutes: 0 }, at(0));

describe("grace", () => {
  test("a fresh signal makes a pending alert that opens when its grace is over, not before", () => {
    const pending = openFromSignal(signal(), policy, at(1));
    expect(Alert.parse(pending)).toMatchObject({ status: "pending", graceUntil: at(60) });
    expect(promote(pending, at(59))).toBeUndefined();
    const opened = promote(pending, at(60));
    expect(opened).toMatchObject({ status: "open", openedAt: at(0) });
    expect(opened).not.toHaveProperty("graceUntil");
  });

  test("a signal older than the grace opens at once", () => {
    expect(openFromSignal(signal(), policy, at(60)).status).toBe("open");
  });

  test("a pending alert whose signal clears is resolved without ever having been open", () => {
    const pending = openFromSignal(signal(), policy, at(1));
    const done = reconcile(pending, cleared(), { ...policy, now: at(5) });
    expect(done).toMatchObject({ status: "resolved", resolvedBecause: "linked" });
    expect(done?.history.map(({ to }) => to)).toEqual(["pending", "resolved"]);
  });
});

describe("people", () => {
  test("an acknowledged alert keeps that through re-evaluation, and takes the new evidence", () => {
    const seen = acknowledge(openAlert(), { ...ana(1), note: "looking" });
    const changed = signal({ title: "No goal above PAY-1 Checkout", severity: "critical" });
    const next = reconcile(seen, changed, { ...policy, now: at(2) });
    expect(next).toMatchObject({
      status: "acknowledged",
      severity: "critical",
      title: changed.title,
    });
    expect(next?.history.at(-1)).toEqual({
      to: "acknowledged",
      at: at(1),
      by: "ana",
      note: "looking",
    });
  });

  test("a snooze ends by itself at its time, or earlier by a person", () => {
    const quiet = snooze(openAlert(), at(30), ana(1));
    if (!quiet) throw new Error("nothing was snoozed");
    expect(wake(quiet, at(29))).toBeUndefined();
    expect(wake(quiet, at(30))).toMatchObject({ status: "open" });
    expect(unsnooze(quiet, ana(3))).toMatchObject({ status: "open" });
    expect(unsnooze(quiet, ana(3))).not.toHaveProperty("snoozedUntil");
  });

  test.each([0, -1, 91 * 24 * 60])("a snooze of %i minutes is refused", (minutes) => {
    expect(() => snooze(openAlert(), at(minutes), ana(0))).toThrowError(
      expect.objectContaining({
        code: "input.invalid",
        issues: [expect.objectContaining({ path: "until" })],
      }),
    );
  });

  test("doing the same twice changes nothing", () => {
    const seen = acknowledge(openAlert(), ana(1));
    const quiet = snooze(openAlert(), at(30), ana(1));
    expect(seen && acknowledge(seen, ana(2))).toBeUndefined();
    expect(quiet && snooze(quiet, at(30), ana(2))).toBeUndefined();
    expect(unsnooze(openAlert(), ana(2))).toBeUndefined();
  });

  test("verbs that do not fit the status are conflicts", () => {
    const pending = openFromSignal(signal(), policy, at(1));
    const done = resolve(openAlert(), "linked", at(1));
    if (!done) throw new Error("nothing was resolved");
    const conflict = expect.objectContaining({ code: "entity.conflict" });
    expect(() => acknowledge(pending, ana(2))).toThrowError(conflict);
    expect(() => acknowledge(done, ana(2))).toThrowError(conflict);
    expect(() => snooze(done, at(9), ana(2))).toThrowError(conflict);
    expect(() => snooze(pending, at(9), ana(2))).toThrowError(conflict);
    expect(() => unsnooze(done, ana(2))).toThrowError(conflict);
  });
});

describe("reconciling", () => {
  const now = { ...policy, graceMinutes: 0, now: at(9) };

  test("the same signal twice changes nothing", () => {
    expect(reconcile(openAlert(), signal(), now)).toBeUndefined();
  });

  test("a cleared signal without an alert needs none", () => {
    expect(reconcile(undefined, cleared(), now)).toBeUndefined();
  });

  test("the next generation opens anew, also when the clearing in between was never seen", () => {
    const second = signal({ generation: 2, openedAt: at(8) });
    const seen = acknowledge(openAlert(), ana(1));
    const resolved = resolve(openAlert(), "linked", at(5));
    for (const before of [seen, resolved]) {
      const next = reconcile(before, second, now);
      expect(next).toMatchObject({ status: "open", generation: 2, openedAt: at(8) });
      expect(next).not.toHaveProperty("resolvedAt");
      expect(next?.history.slice(-2).map(({ to }) => to)).toEqual(["resolved", "open"]);
    }
  });

  test("an older reading of the signal never undoes a later generation", () => {
    const second = openFromSignal(signal({ generation: 2 }), { ...policy, graceMinutes: 0 }, at(0));
    expect(reconcile(second, cleared(1), now)).toBeUndefined();
    expect(reconcile(second, signal(), now)).toBeUndefined();
  });
});

/** One step of a history: the signal flips, its event is handled (or lost), or a person or the clock acts. */
const step = fc.oneof(
  fc.constant("flip" as const),
  fc.constant("deliver" as const),
  fc.constant("acknowledge" as const),
  fc.constant("snooze" as const),
  fc.constant("unsnooze" as const),
  fc.constant("clock" as const),
);

test("over any history an alert stands only for an open signal, in its generation, once handled", () => {
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 60 }),
      fc.integer({ min: 0, max: 20 }),
      (steps, grace) => {
        let current = signal();
        let alert: Alert | undefined;
        let minute = 0;
        for (const name of [...steps, "deliver" as const]) {
          minute += 3;
          const before = alert;
          if (name === "flip") current = flipped(current, minute);
          else alert = act(name, alert, current, { minute, grace }) ?? alert;
          if (alert) Alert.parse(alert);
          expectLawful(before, alert, current);
        }
        const isOpen = current.state === "open";
        expect(alert !== undefined && isStanding(alert)).toBe(isOpen);
        expect(isOpen ? alert?.generation : current.generation).toBe(current.generation);
      },
    ),
  );
});

function flipped(current: Signal, minute: number): Signal {
  return current.state === "open"
    ? { ...cleared(current.generation), openedAt: current.openedAt, clearedAt: at(minute) }
    : signal({ generation: current.generation + 1, openedAt: at(minute) });
}

function act(
  name: "deliver" | "acknowledge" | "snooze" | "unsnooze" | "clock",
  alert: Alert | undefined,
  current: Signal,
  { minute, grace }: { minute: number; grace: number },
): Alert | undefined {
  const now = at(minute);
  if (name === "deliver") return reconcile(alert, current, { ...policy, graceMinutes: grace, now });
  if (!alert) return undefined;
  if (name === "clock") return promote(alert, now) ?? wake(alert, now);
  try {
    if (name === "acknowledge") return acknowledge(alert, ana(minute));
    if (name === "snooze") return snooze(alert, at(minute + 10), ana(minute));
    return unsnooze(alert, ana(minute));
  } catch (error) {
    if (error instanceof HubError && error.code === "entity.conflict") return undefined;
    throw error;
  }
}

/** Resolved only when the signal had cleared or moved on; generations never go back. */
function expectLawful(before: Alert | undefined, after: Alert | undefined, current: Signal): void {
  if (!before || !after || before === after) return;
  expect(after.generation).toBeGreaterThanOrEqual(before.generation);
  const ended = isStanding(before) && after.status === "resolved";
  expect(ended && current.state === "open").toBe(false);
  const forgotten = before.status === "acknowledged" && after.status === "open";
  expect(forgotten && after.generation === before.generation).toBe(false);
}
