import { describe, expect, test } from "vitest";

import { compileLinkRules } from "#shared/graph/link-rules-compile.ts";
import { LiveGraph } from "#shared/graph/live-graph.ts";
import { Org } from "#shared/graph/org.ts";
import { Dependency, Link } from "#shared/model/edges.ts";
import { dependencyId } from "#shared/model/ids.ts";
import { instantOf } from "#shared/model/time.ts";
import { rules } from "#shared/rules/index.ts";
import {
  account,
  accountId,
  blockedBy,
  goal,
  goalId,
  itemId,
  orgUnit,
  person,
  testEpochMs,
  unitId,
  workItem,
} from "#shared/testing/facts.ts";
import { graphOf, link, now, under } from "#shared/testing/graph.ts";
import type { GraphParts } from "#shared/testing/graph.ts";
import { linkRule } from "#shared/testing/link-rules.ts";

import { LiveFindings } from "./live-findings.ts";

function live(parts: GraphParts, options: Readonly<Record<string, unknown>> = {}): LiveFindings {
  const set = rules.map((rule) => ({
    rule,
    options: rule.options.parse(options[rule.name] ?? {}),
  }));
  return new LiveFindings(new LiveGraph(graphOf(parts)), set, now);
}
const linked = (from: string, to: string, given: Partial<Link> = {}) =>
  Link.parse({ ...link(from, to), createdAt: now, ...given });
const waits = (from: string, on: string, given: Partial<Dependency> = {}) =>
  Dependency.parse({ ...blockedBy(itemId(from), itemId(on)), createdAt: now, ...given });
const unlinked = (findings: LiveFindings) => [...findings.openFindings("unlinked-work").keys()];

function teams(annIn: string): Org {
  return new Org({
    units: [orgUnit("red"), orgUnit("blue")],
    people: [person("ann", { unitId: unitId(annIn) }), person("bob", { unitId: unitId("blue") })],
    accounts: [account("ann"), account("bob")],
    matches: [],
  });
}

describe("findings about a graph that lives", () => {
  test("open and clear with the change that brings it about, and only then is anything told", () => {
    const findings = live({
      items: [workItem("epic"), under("story", "epic")],
      goals: [goal("g")],
    });
    expect(unlinked(findings)).toEqual([itemId("epic")]);
    const cleared = findings.apply([{ after: linked("epic", "g") }]);
    expect(cleared).toEqual([
      {
        rule: "unlinked-work",
        subjectId: itemId("epic"),
        evaluation: { state: "cleared", because: "linked" },
      },
    ]);
    expect(findings.apply([{ after: under("story", "epic", { title: "Renamed" }) }])).toEqual([]);
    const [opened] = findings.apply([{ after: goal("g", { status: "dropped" }) }]);
    expect(opened?.evaluation).toMatchObject({
      state: "open",
      evidence: { facts: { reason: "goal-dropped" } },
    });
  });

  test("follow an item that leaves its parent, and one whose parent goes", () => {
    const findings = live({
      items: [workItem("epic"), under("story", "epic")],
      goals: [goal("g")],
    });
    findings.apply([{ after: linked("epic", "g") }, { after: workItem("story") }]);
    expect(unlinked(findings)).toEqual([itemId("story")]);
    findings.apply([{ after: under("story", "epic") }]);
    expect(unlinked(findings)).toEqual([]);
    findings.apply([{ before: workItem("epic") }]);
    expect(unlinked(findings)).toEqual([itemId("story")]);
  });

  test("see a link run out as time passes, and time never goes back", () => {
    const later = (ms: number) => instantOf(testEpochMs + ms);
    const findings = live({ items: [workItem("epic")], goals: [goal("g")] });
    findings.apply([{ after: linked("epic", "g", { expiresAt: later(10) }) }]);
    expect(findings.apply([], { now: later(9) })).toEqual([]);
    expect(findings.apply([], { now: later(10) })).toHaveLength(1);
    expect(findings.apply([], { now: later(5) })).toEqual([]);
    expect(unlinked(findings)).toEqual([itemId("epic")]);
  });

  test("see a link rule run out as time passes: what it gave to any item, it takes back", () => {
    const later = (ms: number) => instantOf(testEpochMs + ms);
    const rule = linkRule("r", "kind = epic", { expiresAt: later(10) });
    const findings = live({
      items: [workItem("epic", { kind: "epic" })],
      goals: [goal("g")],
      linkRules: compileLinkRules([rule], now),
    });
    expect(findings.apply([], { now: later(9) })).toEqual([]);
    expect(unlinked(findings)).toEqual([]);
    findings.apply([], { now: later(10) });
    expect(unlinked(findings)).toEqual([itemId("epic")]);
  });

  test("tell of a circle while it is one, and of what stands unlinked once it is broken", () => {
    const findings = live({ items: [workItem("a"), under("b", "a")], goals: [goal("g")] });
    expect(unlinked(findings)).toEqual([itemId("a")]);
    findings.apply([{ after: under("a", "b") }]);
    expect(unlinked(findings)).toEqual([]);
    expect([...findings.openFindings("circular-hierarchy").keys()]).toEqual([itemId("a")]);
    findings.apply([{ after: workItem("b") }]);
    expect(unlinked(findings)).toEqual([itemId("b")]);
    expect(findings.openFindings("circular-hierarchy").size).toBe(0);
  });

  test("keep a dependency that a second source asserts when the first takes it back", () => {
    const items = [workItem("a", { teamName: "red" }), workItem("b", { teamName: "blue" })];
    const findings = live({ items, goals: [goal("g")], org: teams("red") });
    const id = dependencyId(itemId("a"), itemId("b"));
    const open = () => findings.openFindings("blocked-across-boundary").has(id);
    findings.apply([{ after: waits("a", "b") }, { after: waits("a", "b", { source: "person" }) }]);
    expect(open()).toBe(true);
    findings.apply([{ before: waits("a", "b") }]);
    expect(open()).toBe(true);
    findings.apply([{ before: waits("a", "b", { source: "person" }) }]);
    expect(open()).toBe(false);
  });

  test("find what was allowed for a team once its assignee has left it, and the other way round", () => {
    const items = [workItem("epic", { assigneeId: accountId("ann") })];
    const options = { "unlinked-work": { allowances: [{ reason: "Desk", teams: ["Red"] }] } };
    const findings = live({ items, goals: [goal("g")], org: teams("red") }, options);
    expect(unlinked(findings)).toEqual([]);
    const [before, after] = ["red", "blue"].map((in_) => person("ann", { unitId: unitId(in_) }));
    if (!before || !after) throw new Error("There are two");
    findings.apply([{ before, after }], { org: teams("blue") });
    expect(unlinked(findings)).toEqual([itemId("epic")]);
    findings.apply([{ before: after, after: before }], { org: teams("red") });
    expect(unlinked(findings)).toEqual([]);
  });

  test("follow what is taken away and was never held as they follow its tombstone", () => {
    for (const delta of [{ before: workItem("epic") }, { buriedId: itemId("epic") }]) {
      const findings = live({ items: [under("story", "epic")], goals: [goal("g")] });
      findings.apply([delta]);
      expect(unlinked(findings)).toEqual([itemId("story")]);
    }
  });

  test("clear by a tombstone of what was only referred to", () => {
    const findings = live({ items: [under("story", "epic")], goals: [goal("g")] });
    expect(unlinked(findings)).toEqual([]);
    findings.apply([{ buriedId: itemId("epic") }]);
    expect(unlinked(findings)).toEqual([itemId("story")]);
    findings.apply([{ after: workItem("epic") }, { after: linked("epic", "g") }]);
    expect(unlinked(findings)).toEqual([]);
    findings.apply([{ buriedId: goalId("g") }]);
    expect(unlinked(findings)).toEqual([itemId("epic")]);
  });
});
