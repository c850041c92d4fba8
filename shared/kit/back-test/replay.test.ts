import { expect, test } from "vitest";

import type { PastParts } from "#shared/graph/graph-as-of.ts";
import { compileLinkRules } from "#shared/graph/link-rules-compile.ts";
import { noLinkRules } from "#shared/graph/link-rules.ts";
import type { RememberedRecord } from "#shared/graph/record-as-of.ts";
import { Link } from "#shared/model/edges.ts";
import type { Goal, WorkItem } from "#shared/model/facts.ts";
import { LinkRuleId } from "#shared/model/ids.ts";
import type { LinkRule } from "#shared/model/link-rule.ts";
import type { PastRow, RecordPast } from "#shared/model/past.ts";
import { dayMs, instantOf } from "#shared/model/time.ts";
import type { Instant } from "#shared/model/time.ts";
import { staleByEvidence } from "#shared/rules/stale-by-evidence/rule.ts";
import { unlinkedWork } from "#shared/rules/unlinked-work/rule.ts";
import {
  goal,
  goalId,
  itemId,
  linkTo,
  testEpochMs,
  workConnection,
  workItem,
} from "#shared/testing/facts.ts";
import { under, wholeSources } from "#shared/testing/graph.ts";

import { replay } from "./replay.ts";

const day = (days: number): Instant => instantOf(testEpochMs + days * dayMs);
const heardOn = (days: number) => ({
  sourceVersion: testEpochMs + days * dayMs,
  readAt: day(days),
});

function remembered(
  fact: WorkItem | Goal,
  { since, isCut = false }: Pick<RecordPast, "since"> & { readonly isCut?: boolean },
): RememberedRecord {
  const past = { id: fact.id, since, isCut, hidesOthersEdges: false, rows: [] };
  return { past, fact, sourceVersion: fact.sourceVersion };
}

function partsOf(records: readonly RememberedRecord[], edges: PastParts["edges"]): PastParts {
  return {
    records,
    edges,
    personLinks: [],
    histories: new Map(),
    org: { people: [], units: [], accounts: [], matches: [] },
    unreadable: new Set(),
    sources: new Map(wholeSources.map((one) => [one.id, { ...one, readyAt: day(-90) }])),
    linkRules: noLinkRules,
  };
}

test("what was quiet while not all was known, and then alive, is found when it is quiet again", () => {
  const link = Link.parse({
    ...linkTo(itemId("epic"), goalId("g")),
    assertedBy: itemId("epic"),
    createdAt: day(-90),
  });
  const parts = partsOf(
    [
      remembered(workItem("epic", heardOn(-90)), { since: day(-90) }),
      remembered(under("task", "epic", heardOn(1)), { since: day(1) }),
      // What it was before is forgotten, and with it whether anything about the epic could be said.
      remembered(goal("g"), { since: day(2), isCut: true }),
    ],
    [link],
  );
  const options = staleByEvidence.options.parse({});
  const { looked } = replay({
    parts,
    finders: [{ rule: staleByEvidence, options, looks: [() => true] }],
    from: day(0),
    to: day(60),
    baselineMinutes: 0,
    hasTime: () => true,
  });
  expect(looked[0]?.[0]?.episodes).toMatchObject([{ subjectId: itemId("epic") }]);
});

function unlinkedIn(parts: PastParts, filter: string) {
  const rule: LinkRule = {
    type: "link-rule",
    id: LinkRuleId.parse("linkrule_aaaaaaaaaa"),
    name: filter,
    filter,
    goalId: goalId("gone"),
    confidence: 0.9,
    isEnabled: true,
    createdAt: day(-90),
    updatedAt: day(-90),
    revision: 0,
  };
  const options = unlinkedWork.options.parse({});
  const { looked } = replay({
    parts: { ...parts, linkRules: compileLinkRules([rule], day(10)) },
    finders: [{ rule: unlinkedWork, options, looks: [() => true] }],
    from: day(0),
    to: day(10),
    baselineMinutes: 0,
    hasTime: () => true,
  });
  return looked[0]?.[0]?.episodes.map(({ subjectId, start }) => [subjectId, start]);
}

test("work that a rule links to a goal of which not even a tombstone stands is unlinked", () => {
  const parts = partsOf([remembered(workItem("epic", heardOn(1)), { since: day(1) })], []);
  expect(unlinkedIn(parts, `connection = ${workConnection}`)).toEqual([[itemId("epic"), "seen"]]);
});

test("of removed work whose title is forgotten nothing is found where a rule asks for titles", () => {
  const { id, status, kind, originalKind, canHoldGoal } = workItem("epic");
  const stood = new Map(Object.entries({ status, kind, originalKind, canHoldGoal }));
  const lines = { came: [], went: [] };
  const parts = partsOf(
    [
      {
        past: {
          id,
          since: day(1),
          isCut: false,
          hidesOthersEdges: false,
          rows: [{ at: day(5), was: stood as PastRow["was"], ...lines }],
        },
        sourceVersion: 1,
      },
    ],
    [],
  );
  expect(unlinkedIn(parts, "label = none")).toEqual([[id, "seen"]]);
  expect(unlinkedIn(parts, "title ~ billing")).toEqual([]);
});
