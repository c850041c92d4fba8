import { expect, test } from "vitest";

import { sourceState } from "#shared/graph/sources.ts";
import type { Connection } from "#shared/model/connection.ts";
import { instantOf } from "#shared/model/time.ts";
import { testEpochMs, workConnection } from "#shared/testing/facts.ts";
import { graphOf, now } from "#shared/testing/graph.ts";

import { connectionDegraded } from "./rule.ts";

const connection: Connection = {
  type: "connection",
  id: workConnection,
  connector: "tool",
  name: "Work",
  settings: {},
  status: "active",
  readyAt: now,
  freshAt: now,
  createdAt: now,
  updatedAt: now,
  revision: 0,
};
const problem = { code: "connector.unauthorized", message: "The token was refused", since: now };

function evaluate(given: Partial<Connection>) {
  const sources = [sourceState({ ...connection, ...given }, false, testEpochMs)];
  return connectionDegraded.evaluate({
    view: graphOf({ sources }),
    subjectId: workConnection,
    options: {},
    now,
  });
}

test("a connection that no waiting mends is told of with its problem and since when, to no team", () => {
  expect(evaluate({ status: "degraded", problem })).toMatchObject({
    state: "open",
    title: "Connection does not work: Work",
    evidence: {
      sentence:
        "The connection “Work” has had a problem since 2026-03-02 that no waiting mends (connector.unauthorized).",
      facts: { problem: "connector.unauthorized" },
    },
    teamIds: [],
    connectionIds: [workConnection],
  });
});

test("one that reads on and refuses a part has a problem as well", () => {
  expect(evaluate({ problem })).toMatchObject({ state: "open" });
});

test.each<[Partial<Connection>]>([[{}], [{ status: "paused", problem }]])(
  "one that works, or that an admin has paused, is not told of: %o",
  (given) => {
    expect(evaluate(given)).toMatchObject({ state: "cleared", because: "works" });
  },
);

test("a change of how it stands touches it alone", () => {
  const itself = [{ kind: "subject", id: workConnection }];
  expect(connectionDegraded.touched({ ofConnection: workConnection })).toEqual(itself);
  expect(connectionDegraded.touched({ ofCoverage: workConnection })).toEqual([]);
  expect(connectionDegraded.touched({ after: connection })).toEqual(itself);
  const later = instantOf(testEpochMs + 1);
  const touchedBy = (change: Partial<Connection>) =>
    connectionDegraded.touched({ before: connection, after: { ...connection, ...change } });
  expect(touchedBy({ status: "degraded", problem })).toEqual(itself);
  expect(touchedBy({ readyAt: later, freshAt: later, revision: 1 })).toEqual([]);
});
