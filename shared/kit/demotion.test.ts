import { expect, test } from "vitest";

import type { AlertId, SignalId } from "#shared/model/ids.ts";
import type { Alert } from "#shared/model/signal.ts";
import { hourMs, instantOf, dayMs } from "#shared/model/time.ts";
import { itemId } from "#shared/testing/facts.ts";

import type { ToldOpening } from "./demotion.ts";
import { decideDemotion } from "./demotion.ts";

const nowMs = Date.parse("2026-03-29T09:00:00.000Z");
const now = instantOf(nowMs);
const toldMs = nowMs - 10 * dayMs;

function opening(alert: Partial<Alert> = {}, given: Partial<ToldOpening> = {}): ToldOpening {
  const openedAt = instantOf(toldMs);
  return {
    generation: 1,
    toldAt: openedAt,
    alert: {
      type: "alert",
      id: "alert:rule:x" as AlertId,
      signalId: "signal:rule:x" as SignalId,
      rule: "rule",
      subjectId: itemId("x"),
      generation: 1,
      status: "open",
      severity: "warning",
      title: "x",
      why: "why",
      nextStep: "next",
      evidence: { sentence: "s", path: [], facts: {} },
      teamIds: [],
      connectionIds: [],
      openedAt,
      updatedAt: openedAt,
      history: [],
      revision: 1,
      ...alert,
    },
    ...given,
  };
}

const resolved = (afterMs: number): Partial<Alert> => ({
  status: "resolved",
  resolvedAt: instantOf(toldMs + afterMs),
});
const handled: Partial<Alert> = {
  status: "acknowledged",
  history: [{ to: "acknowledged", at: instantOf(toldMs + 1), by: "ops" }],
};
const decide = (...openings: readonly ToldOpening[]) =>
  decideDemotion(openings, { graceMinutes: 30, now });
const ignored = (count: number) => Array.from({ length: count }, () => opening());

test("a rule of whose alerts fewer than a tenth are acted on is demoted, with the numbers", () => {
  expect(decide(...ignored(19), opening(handled))).toEqual({ told: 20, acted: 1 });
  expect(decide(...ignored(18), opening(handled), opening(handled))).toBeUndefined();
});

test("of fewer than twenty nothing is concluded, nor of what was told longer ago", () => {
  expect(decide(...ignored(19))).toBeUndefined();
  const long = instantOf(nowMs - 29 * dayMs);
  expect(decide(...ignored(19), opening({}, { toldAt: long }))).toBeUndefined();
});

test("what people have had no week to answer says nothing yet", () => {
  const lately = instantOf(nowMs - 6 * dayMs);
  expect(decide(...ignored(19), opening({}, { toldAt: lately }))).toBeUndefined();
});

test.each([
  ["what was over at once ended by itself", resolved(hourMs / 2), 0],
  ["what was mended after people had the time was acted on", resolved(5 * hourMs), 1],
  ["what somebody contests was acted on", { contest: { reason: "wrong", at: now } } as const, 1],
])("%s", (_what, alert, acted) => {
  expect(decide(...ignored(20), opening(alert))).toEqual({ told: 21, acted });
});

test("what opened anew since, or is gone, says nothing", () => {
  const others = [opening({ generation: 2 }), opening({}, { alert: undefined })];
  expect(decide(...ignored(20), ...others)).toEqual({ told: 20, acted: 0 });
});
