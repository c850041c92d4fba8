import { describe, expect, test } from "vitest";

import { connectionId } from "#shared/model/ids.ts";
import type { AlertId, SignalId } from "#shared/model/ids.ts";
import type { DispatchId, Notification } from "#shared/model/notification.ts";
import { channelRecipient } from "#shared/model/notification.ts";
import type { Alert } from "#shared/model/signal.ts";
import { Instant } from "#shared/model/time.ts";
import { goalId, itemId } from "#shared/testing/facts.ts";

import type { Due, Packing } from "./pack-due.ts";
import { packDue } from "./pack-due.ts";

const now = Instant.parse("2026-03-04T09:00:00.000Z");
const channelId = connectionId("chat000000");

function due(
  name: string,
  given: { readonly notification?: Partial<Notification>; readonly alert?: Partial<Alert> } = {},
): Due {
  const id = `alert:rule:${name}` as AlertId;
  const alert: Alert = {
    type: "alert",
    id,
    signalId: `signal:rule:${name}` as SignalId,
    rule: "rule",
    subjectId: itemId(name),
    generation: 1,
    status: "open",
    severity: "warning",
    title: name,
    why: "why",
    nextStep: "next",
    evidence: { sentence: "s", path: [], facts: {} },
    teamIds: [],
    connectionIds: [],
    openedAt: now,
    updatedAt: now,
    history: [],
    revision: 1,
    ...given.alert,
  };
  const notification: Notification = {
    type: "notification",
    alertId: id,
    generation: 1,
    reason: "opened",
    rung: 0,
    recipient: channelRecipient(channelId),
    connectionId: channelId,
    because: "Channel of red",
    groupKey: name.slice(0, 1),
    severity: alert.severity,
    mode: "message",
    state: "waiting",
    dueAt: now,
    createdAt: now,
    updatedAt: now,
    revision: 0,
    ...given.notification,
  };
  return { notification, alert };
}

const packing: Packing = {
  now,
  isEach: false,
  budgetLeft: undefined,
  baselineLeft: 3,
  nextDigestAt: now,
  shownOf: () => undefined,
};
const names = (all: readonly { readonly due: readonly Due[] }[]) =>
  all.map((one) => one.due.map(({ alert }) => alert?.title).join(" "));

test("one message a group: the gravest first, then the oldest", () => {
  const older = Instant.parse("2026-03-01T09:00:00.000Z");
  const { dispatches } = packDue(
    [
      due("a1"),
      due("b1", { alert: { openedAt: older } }),
      due("a2"),
      due("c1", { alert: { severity: "critical" } }),
    ],
    packing,
  );
  expect(names(dispatches)).toEqual(["c1", "b1", "a1 a2"]);
  expect(dispatches.map(({ kind }) => kind)).toEqual(["alert", "alert", "group"]);
});

test("what exceeds the budget waits for the digest, and nothing is left out", () => {
  const all = ["a1", "a2", "b1", "c1", "d1"].map((name) => due(name));
  const { dispatches, postponed } = packDue(all, { ...packing, budgetLeft: 2 });
  expect(names(dispatches)).toEqual(["a1 a2", "b1"]);
  expect(postponed).toHaveLength(2);
});

test("what is added to a message that was shown takes nothing of the budget", () => {
  const shown = { id: "dispatch:1" as DispatchId };
  const { dispatches } = packDue([due("a1")], { ...packing, budgetLeft: 0, shownOf: () => shown });
  expect(dispatches).toMatchObject([{ addTo: shown.id, takesBudget: false }]);
});

test("a first reading tells of so many groups by themselves, whatever the budget", () => {
  const all = ["a1", "b1", "c1", "d1"].map((name) => due(name, { alert: { isBaseline: true } }));
  const { dispatches, postponed } = packDue(all, packing);
  expect([dispatches.length, postponed.length]).toEqual([3, 1]);
});

test("programs get each by itself, whatever its mode", () => {
  const all = [due("a1"), due("a2", { notification: { mode: "digest" } })];
  const { dispatches } = packDue(all, { ...packing, isEach: true, budgetLeft: 0 });
  expect(names(dispatches)).toEqual(["a1", "a2"]);
});

test("what is due in the digest is one dispatch", () => {
  const all = ["a1", "b1"].map((name) => due(name, { notification: { mode: "digest" } }));
  expect(packDue(all, { ...packing, budgetLeft: 0 }).dispatches).toMatchObject([
    { kind: "digest", takesBudget: false },
  ]);
});

describe("is dropped, with the reason", () => {
  const contest = { reason: "wrong", at: now } as const;
  test.each([
    [{ status: "resolved", resolvedBecause: "linked" }, "resolved before it could be told: linked"],
    [
      { status: "resolved", resolvedBecause: "rule-switched-off" },
      "resolved before it could be told: the rule was switched off",
    ],
    [{ generation: 2 }, "over before it could be told"],
    [{ status: "acknowledged" }, "acknowledged before it could be told"],
    [{ status: "snoozed" }, "snoozed before it could be told"],
    [{ contest }, "contested before it could be told"],
  ] as const)("what is over or taken care of: %o", (alert, because) => {
    expect(packDue([due("a1", { alert })], packing).dropped).toMatchObject([{ because }]);
  });

  test("a contest that was answered, and no other", () => {
    const notification = { reason: "contested" } as const;
    const answer = { decision: "upheld", at: now } as const;
    const answered = due("a1", { notification, alert: { contest: { ...contest, answer } } });
    const open = due("b1", { notification, alert: { contest, status: "acknowledged" } });
    const packed = packDue([answered, open], packing);
    expect(packed.dropped).toMatchObject([{ because: "answered before it could be told" }]);
    expect(names(packed.dispatches)).toEqual(["b1"]);
  });
});

test("a digest has first what is gravest, then what is about goals, then what is oldest: there may be no room for all", () => {
  const mode = { notification: { mode: "digest" } } as const;
  const at = (day: string) => Instant.parse(`2026-03-${day}T09:00:00.000Z`);
  const { dispatches } = packDue(
    [
      due("new", { ...mode, alert: { openedAt: at("03") } }),
      due("old", { ...mode, alert: { openedAt: at("01") } }),
      due("objective", {
        ...mode,
        alert: {
          subjectId: goalId("o"),
          evidence: { sentence: "s", path: [], facts: { kind: "objective" } },
        },
      }),
      due("grave", { ...mode, alert: { openedAt: at("04"), severity: "critical" } }),
    ],
    packing,
  );
  expect(names(dispatches)).toEqual(["grave objective old new"]);
});
