import { expect, test } from "vitest";

import type { Evaluation } from "#shared/kit/rule.ts";
import type { Connection, CoverageGap } from "#shared/model/connection.ts";
import { workConnection } from "#shared/testing/facts.ts";
import { graphOf, now, source } from "#shared/testing/graph.ts";

import { coverageLost } from "./rule.ts";

const gap = (what: string, given: Partial<CoverageGap> = {}): CoverageGap => ({
  type: "coverage-gap",
  connectionId: workConnection,
  what,
  why: "A right is missing",
  at: now,
  ...given,
});

interface Hidden {
  readonly gaps?: readonly CoverageGap[];
  readonly quarantined?: number;
  readonly isReady?: boolean;
}

function evaluate(given: Hidden, options: unknown = {}): Evaluation {
  const { gaps = [], quarantined = 0, isReady = true } = given;
  const view = graphOf({ sources: [source(workConnection, { name: "Work", isReady })] });
  for (const one of gaps) view.addHidden(one);
  for (let at = 0; at < quarantined; at += 1) {
    const entry = { collection: "issues", record: String(at), reason: "no title", at: now };
    view.addHidden({ type: "quarantined", connectionId: workConnection, ...entry });
  }
  const parsed = coverageLost.options.parse(options);
  return coverageLost.evaluate({ view, subjectId: workConnection, options: parsed, now });
}

test("what a tool does not show is named, whatever the order in which it was noticed", () => {
  const gaps = ["d", "b", "a", "c"].map((what) => gap(what));
  const found = evaluate({ gaps });
  expect(found).toMatchObject({
    state: "open",
    severity: "warning",
    title: "Not all of Work can be seen",
    evidence: {
      sentence: "Of the connection “Work” it does not show “a”, “b”, “c”, 1 more.",
      facts: { gaps: 4 },
    },
    connectionIds: [workConnection],
    teamIds: [],
  });
  expect(evaluate({ gaps: gaps.toReversed() })).toEqual(found);
});

test("records that could not be read are told of from a number on, and one more is no news", () => {
  expect(evaluate({ quarantined: 10 })).toMatchObject({ because: "covered" });
  const some = evaluate({ quarantined: 11 });
  expect(some).toMatchObject({ state: "open", severity: "info" });
  expect(evaluate({ quarantined: 12 })).toEqual(some);
  expect(evaluate({ quarantined: 250 })).toMatchObject({
    evidence: { sentence: expect.stringContaining("more than 200 records") as string },
  });
});

test("what is known, is an offer to connect another tool, or is shown to nobody, is no loss", () => {
  expect(evaluate({ gaps: [gap("Goals")] }, { ignoreGaps: ["Goals"] })).toMatchObject({
    because: "covered",
  });
  const offer = gap("Links to another tool", { isMendedByConnecting: true });
  const always = gap("Tasks in no project", { isForEverybody: true });
  expect(evaluate({ gaps: [offer, always] })).toMatchObject({ because: "covered" });
});

test("nothing is said while a connection is read for the first time", () => {
  expect(evaluate({ gaps: [gap("Goals")], isReady: false })).toMatchObject({ state: "unknown" });
});

test("what it cannot see and its name touch it, and not whether it works or was read once more", () => {
  const itself = [{ kind: "subject", id: workConnection }];
  expect(coverageLost.touched({ ofCoverage: workConnection })).toEqual(itself);
  expect(coverageLost.touched({ ofConnection: workConnection })).toEqual([]);
  const before: Connection = {
    type: "connection",
    id: workConnection,
    connector: "tool",
    name: "Work",
    settings: {},
    status: "active",
    createdAt: now,
    updatedAt: now,
    revision: 0,
  };
  const touchedBy = (change: Partial<Connection>) =>
    coverageLost.touched({ before, after: { ...before, ...change } });
  expect(touchedBy({ status: "degraded", freshAt: now })).toEqual([]);
  expect(touchedBy({ status: "removing" })).toEqual(itself);
  expect(touchedBy({ readyAt: now })).toEqual(itself);
  expect(touchedBy({ name: "Another" })).toEqual(itself);
  expect(coverageLost.touched({ before })).toEqual(itself);
});
