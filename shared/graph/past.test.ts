import { describe, expect, test } from "vitest";

import { boundedHistory, type History, type Transition } from "#shared/model/history.ts";
import { instantOf } from "#shared/model/time.ts";
import { itemId, testEpochMs } from "#shared/testing/facts.ts";

import { blockedSince, type ItemState, stateAt, statusSince } from "./past.ts";

const at = (seconds: number) => instantOf(testEpochMs + seconds * 1000);
const [epic, first, second] = [itemId("epic"), itemId("first"), itemId("second")];

function past(...transitions: readonly Transition[]): History {
  return boundedHistory({ itemId: epic, transitions, sourceVersion: 0, readAt: at(99) });
}

const history = past(
  { what: "status", at: at(1), from: "todo", to: "in-progress" },
  { what: "blocked-by", at: at(2), to: first },
  { what: "parent", at: at(3), to: second },
  { what: "blocked-by", at: at(4), from: first },
  { what: "blocked-by", at: at(5), to: first },
  { what: "status", at: at(6), from: "in-progress", to: "done" },
);
const now: ItemState = { status: "done", parentId: second, blockedBy: new Set([first]) };

describe("what was", () => {
  test.each([
    [0, { status: "todo", parentId: undefined, blockedBy: new Set() }],
    [1, { status: "in-progress", parentId: undefined, blockedBy: new Set() }],
    [2, { status: "in-progress", parentId: undefined, blockedBy: new Set([first]) }],
    [4, { status: "in-progress", parentId: second, blockedBy: new Set() }],
    [9, now],
  ])("after %i seconds is what is, with all later changes undone", (seconds, expected) => {
    expect(stateAt(now, history, at(seconds))).toEqual({ ...expected, isKnown: true });
  });

  test("is not known before the first change that was kept", () => {
    const cut = { ...history, isCut: true };
    expect(stateAt(now, cut, at(0)).isKnown).toBe(false);
    expect(stateAt(now, cut, at(1)).isKnown).toBe(true);
  });
});

test("it waits since the last time that it began to", () => {
  expect(blockedSince(history, first)).toBe(at(5));
  expect(blockedSince(history, second)).toBeUndefined();
  expect(blockedSince(past({ what: "blocked-by", at: at(7), from: first }), first)).toBeUndefined();
});

test("its status is as old as the change that led to it, and of unknown age where none did", () => {
  expect(statusSince(history, "done")).toBe(at(6));
  expect(statusSince(history, "todo")).toBeUndefined();
  expect(statusSince(past(), "todo")).toBeUndefined();
});
