import { expect, test } from "vitest";

import type { SourceState, SourceStates } from "#shared/graph/sources.ts";
import type { Evaluation } from "#shared/kit/rule.ts";
import type { Signal } from "#shared/model/signal.ts";
import { goalConnection, itemId, peopleConnection, workConnection } from "#shared/testing/facts.ts";
import { earlier, later, now, source } from "#shared/testing/graph.ts";

import { nextSignal } from "./next-signal.ts";

const found: Extract<Evaluation, { state: "open" }> = {
  state: "open",
  severity: "warning",
  title: "No goal above A",
  evidence: { sentence: "It has none.", path: [], facts: {} },
  teamIds: [],
  connectionIds: [workConnection],
  restsOn: [goalConnection],
};

function states(...given: readonly SourceState[]): SourceStates {
  return new Map(given.map((one) => [one.id, one]));
}

const both = states(
  source(workConnection, { freshAt: earlier, readyAt: earlier }),
  source(goalConnection, { freshAt: now }),
);

function next(stored: Signal | undefined, given: Partial<Parameters<typeof nextSignal>[0]> = {}) {
  const input = { rule: "unlinked-work", subjectId: itemId("a"), evaluation: found, now };
  return nextSignal({ ...input, sources: both, stored, ...given });
}

function opened(): Signal {
  const signal = next(undefined);
  if (!signal) throw new Error("A finding must open a signal");
  return signal;
}

test("a finding carries how fresh each source was that it rests on, the stalest first", () => {
  expect(opened()).toMatchObject({
    evaluatedAt: now,
    restsOn: [
      { connectionId: workConnection, freshAt: earlier, readyAt: earlier },
      { connectionId: goalConnection, freshAt: now },
    ],
  });
});

test("a source that only became fresher, or staler, is no difference", () => {
  for (const freshAt of [later, undefined]) {
    const sources = states(
      source(workConnection, { freshAt }),
      source(goalConnection, { freshAt }),
    );
    expect(next(opened(), { sources, now: later })).toBeUndefined();
  }
});

test("another source of people is no difference; one of goals is, for it was asked too", () => {
  const other = source(peopleConnection);
  const evaluation = { ...found, restsOn: [goalConnection, peopleConnection] };
  const sources = (providesGoals: boolean) => states(...both.values(), { ...other, providesGoals });
  expect(next(opened(), { evaluation, sources: sources(false), now: later })).toBeUndefined();
  const updated = next(opened(), { evaluation, sources: sources(true), now: later });
  expect(updated?.restsOn?.map(({ connectionId }) => connectionId)).toContain(peopleConnection);
  expect(updated).toMatchObject({ generation: 1, evaluatedAt: later, openedAt: now });
});

test("a signal stored before sources were noted is not written again for their sake", () => {
  const { restsOn: _restsOn, evaluatedAt: _evaluatedAt, ...old } = opened();
  expect(next(old)).toBeUndefined();
});

test("clearing notes how fresh the same sources were then", () => {
  const sources = states(
    source(workConnection, { freshAt: later }),
    source(goalConnection, { freshAt: later }),
  );
  const evaluation = { state: "cleared", because: "linked" } as const;
  expect(next(opened(), { evaluation, sources, now: later })).toMatchObject({
    state: "cleared",
    evaluatedAt: later,
    restsOn: [
      { connectionId: goalConnection, freshAt: later },
      { connectionId: workConnection, freshAt: later },
    ],
  });
});

test("what a table may change of evidence, the order of attributes and what is undefined, is no difference", () => {
  const path = [{ id: itemId("a"), role: "subject" as const, label: "A", url: undefined }];
  const facts = { kind: "epic", reason: "no-link" };
  const evaluation = { ...found, evidence: { sentence: "It has none.", path, facts } };
  const stored = next(undefined, { evaluation });
  if (!stored) throw new Error("A finding must open a signal");
  const evidence = {
    ...stored.evidence,
    path: [{ label: "A", role: "subject" as const, id: itemId("a") }],
    facts: { reason: "no-link", kind: "epic" },
  };
  const kept = { ...stored, evidence };
  expect(next(kept, { evaluation })).toBeUndefined();
  const longer = { ...evaluation.evidence, path: [...path, ...path] };
  expect(next(kept, { evaluation: { ...found, evidence: longer } })).toBeDefined();
  const fewer = { ...evaluation.evidence, facts: { kind: "epic" } };
  expect(next(kept, { evaluation: { ...found, evidence: fewer } })).toBeDefined();
});
