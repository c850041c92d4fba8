import { describe, expect, test } from "vitest";

import { Org } from "#shared/graph/org.ts";
import type { OrgParts } from "#shared/graph/org.ts";
import type { Evaluation } from "#shared/kit/rule.ts";
import type { SubjectId } from "#shared/model/ids.ts";
import {
  account,
  accountId,
  goal,
  goalId,
  itemId,
  orgUnit,
  peopleConnection,
  person,
  personId,
  unitId,
  workItem,
} from "#shared/testing/facts.ts";
import { graphOf, now, source, under, wholeSources } from "#shared/testing/graph.ts";
import type { GraphParts } from "#shared/testing/graph.ts";

import { ownerLeft } from "./rule.ts";

function evaluate(id: SubjectId, parts: GraphParts): Evaluation {
  return ownerLeft.evaluate({ view: graphOf(parts), subjectId: id, options: {}, now });
}

const left = person("ann", { employmentStatus: "inactive", unitId: unitId("red") });
function orgWith(given: Partial<OrgParts> = {}): Org {
  return new Org({
    units: [orgUnit("red")],
    people: [left, person("bob", { unitId: unitId("red") })],
    accounts: [account("ann"), account("bob")],
    matches: [],
    ...given,
  });
}
const anns = workItem("epic", { assigneeId: accountId("ann") });
const ended = (endOn: string) => orgUnit("red", { endOn: endOn as never });

describe("an owner who has left", () => {
  test("is told of an open anchor by its title, goes to their team, and names nobody", () => {
    const found = evaluate(itemId("epic"), { items: [anns], org: orgWith() });
    expect(found).toMatchObject({
      state: "open",
      severity: "warning",
      title: "Its owner has left: EPIC Work epic",
      evidence: {
        sentence: "The epic “Work epic” is still open, and its owner has left the company.",
        facts: { reason: "owner-left" },
      },
      teamIds: [unitId("red")],
      leaderId: personId("bob"),
    });
    expect(JSON.stringify(found)).not.toMatch(/Person ann|Account ann/u);
  });

  test("is told of a goal", () => {
    const goals = [goal("g", { ownerId: accountId("ann") })];
    expect(evaluate(goalId("g"), { goals, org: orgWith() })).toMatchObject({
      state: "open",
      title: "Its owner has left: Goal g",
    });
  });

  test("is told of an account that was deactivated, whoever it belongs to", () => {
    const org = orgWith({ people: [], accounts: [account("ann", { isActive: false })] });
    expect(evaluate(itemId("epic"), { items: [anns], org })).toMatchObject({
      state: "open",
      evidence: { facts: { reason: "account-deactivated" } },
    });
  });

  test("is told of a team on the day after its last one, and not before", () => {
    const items = [workItem("epic", { teamName: "red" })];
    const on = (endOn: string) =>
      evaluate(itemId("epic"), { items, org: orgWith({ units: [ended(endOn)] }) });
    expect(on("2026-03-01")).toMatchObject({
      state: "open",
      title: "Its team was dissolved: EPIC Work epic",
      evidence: { facts: { reason: "team-dissolved", endOn: "2026-03-01" } },
    });
    expect(on("2026-03-02")).toMatchObject({
      state: "cleared",
      turnsAt: "2026-03-03T00:00:00.000Z",
    });
  });

  test.each<[because: string, parts: GraphParts]>([
    ["removed", {}],
    ["closed", { items: [workItem("epic", { ...anns, status: "done" })] }],
    ["has-a-parent", { items: [under("epic", "top", anns), workItem("top")] }],
    ["not-work", { items: [workItem("epic", { ...anns, kind: "portfolio" })] }],
    ["owner-there-or-unknown", { items: [workItem("epic", { assigneeId: accountId("bob") })] }],
    // Nobody is guessed at.
    [
      "owner-there-or-unknown",
      { items: [anns], org: orgWith({ accounts: [account("ann", { workEmail: "x@y.example" })] }) },
    ],
  ])("is quiet because: %s", (because, parts) => {
    expect(evaluate(itemId("epic"), { org: orgWith(), ...parts })).toMatchObject({
      state: "cleared",
      because,
    });
  });

  test("leaves what stands while the HR system stands still", () => {
    const sources = wholeSources.map((one) =>
      one.id === peopleConnection ? source(one.id, { isStale: true }) : one,
    );
    expect(evaluate(itemId("epic"), { items: [anns], org: orgWith(), sources })).toMatchObject({
      state: "unknown",
      because: "source-stale",
    });
  });
});

describe("what touches it", () => {
  test("that somebody is away for a while does not", () => {
    const before = person("ann");
    const absences = [{ from: "2026-03-02" as never, to: "2026-03-06" as never }];
    expect(ownerLeft.touched({ before, after: { ...before, absences } })).toEqual([]);
  });

  test("that somebody leaves touches all that is theirs", () => {
    const touches = ownerLeft.touched({ before: person("ann"), after: left });
    expect(touches).toMatchObject([{ kind: "person", of: "owned" }, { kind: "open" }]);
  });

  test("the title of a goal touches no more than what is open", () => {
    const before = goal("g");
    const touches = ownerLeft.touched({ before, after: { ...before, title: "Other" } });
    expect(touches).toEqual([{ kind: "subject", id: before.id, onlyOpen: true }]);
  });
});
