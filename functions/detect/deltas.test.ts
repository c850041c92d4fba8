import { expect, test } from "vitest";

import type { Connection } from "#shared/model/connection.ts";
import { instantOf, minuteMs } from "#shared/model/time.ts";
import { testEpochMs, workConnection } from "#shared/testing/facts.ts";

import { bearing } from "./deltas.ts";

const at = (minute: number) => instantOf(testEpochMs + minute * minuteMs);

const before: Connection = {
  type: "connection",
  id: workConnection,
  connector: "tool",
  name: "Work",
  settings: {},
  status: "active",
  readyAt: at(0),
  freshAt: at(0),
  createdAt: at(0),
  updatedAt: at(0),
  revision: 0,
};
const problem = { code: "connector.unauthorized", message: "It was refused", since: at(10) };

function bearingOf(was: Partial<Connection>, is: Partial<Connection>) {
  const delta = { before: { ...before, ...was }, after: { ...before, ...is, revision: 1 } };
  const found = bearing(delta);
  return found.length === 1 && found[0] === delta ? "everything" : found;
}

test("a source that was read once more bears on nothing", () => {
  expect(bearingOf({}, { freshAt: at(1), updatedAt: at(1) })).toEqual([]);
});

test("that it works no more, or again before it was stale, is news of itself alone", () => {
  const ofConnection = [{ ofConnection: workConnection }];
  expect(bearingOf({}, { status: "degraded", problem })).toEqual(ofConnection);
  const broken = { status: "degraded" as const, problem };
  expect(bearingOf(broken, { freshAt: at(60) })).toEqual(ofConnection);
  expect(bearingOf({ status: "paused" }, { freshAt: at(60) })).toEqual(ofConnection);
});

test("that it is fresh again after it was stale by anybody's clock bears on everything", () => {
  expect(bearingOf({ status: "degraded", problem }, { freshAt: at(121) })).toBe("everything");
  expect(bearingOf({}, { freshAt: at(119.5) })).toBe("everything");
});

test("what makes it another source bears on everything", () => {
  expect(bearingOf({ status: "draft" }, {})).toBe("everything");
  expect(bearingOf({}, { status: "removing" })).toBe("everything");
  expect(bearingOf({}, { settings: { boards: ["1"] } })).toBe("everything");
});

test("another name is told to whoever names it, and of a new connection there is nothing to rename", () => {
  const both = [{ ofConnection: workConnection }, { ofCoverage: workConnection }];
  expect(bearingOf({}, { name: "Other" })).toEqual(both);
  const { readyAt: _readyAt, ...fresh } = before;
  expect(bearing({ after: fresh })).toEqual([{ ofConnection: workConnection }]);
});
