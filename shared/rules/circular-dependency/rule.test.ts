import { describe, expect, test } from "vitest";

import type { Evaluation } from "#shared/kit/rule.ts";
import type { AssertedEdge } from "#shared/model/change.ts";
import type { WorkItem } from "#shared/model/facts.ts";
import type { WorkItemId } from "#shared/model/ids.ts";
import type { CalendarDate, Instant } from "#shared/model/time.ts";
import { blockedBy, itemId, workConnection, workItem } from "#shared/testing/facts.ts";
import { graphOf, now, source } from "#shared/testing/graph.ts";
import type { GraphParts } from "#shared/testing/graph.ts";

import { circularDependency } from "./rule.ts";

const [a, b, c] = ["a", "b", "c"].map(itemId) as [WorkItemId, WorkItemId, WorkItemId];
const items = ["a", "b", "c"].map((name) => workItem(name));
const round: readonly AssertedEdge[] = [blockedBy(a, b), blockedBy(b, c), blockedBy(c, a)];

function evaluate(subject: WorkItemId, parts: GraphParts, graph = graphOf(parts)): Evaluation {
  return circularDependency.evaluate({ view: graph, subjectId: subject, options: {}, now });
}

describe("work that waits in a circle", () => {
  test("is one finding, with every dependency of the way round", () => {
    const graph = graphOf({ items, edges: round });
    expect([...circularDependency.subjects(graph)]).toEqual([a]);
    const found = evaluate(a, {}, graph);
    expect(found).toMatchObject({
      state: "open",
      severity: "warning",
      evidence: {
        path: [
          { id: a, role: "subject" },
          { id: b, role: "blocking" },
          { id: c, role: "blocking" },
          { id: a, role: "blocking" },
        ],
        facts: { members: 3 },
      },
    });
    expect(found.state === "open" && found.evidence.sentence).toBe(
      "“A Work a” waits for “B Work b”, which waits for “C Work c”, which waits for “A Work a” again: none of them can start.",
    );
  });

  test("is critical where a date within it cannot be kept", () => {
    const dueOn = "2026-04-01" as CalendarDate;
    const dated = items.map((item) => (item.id === b ? { ...item, dueOn } : item));
    expect(evaluate(a, { items: dated, edges: round })).toMatchObject({
      severity: "critical",
      evidence: { facts: { dueOn } },
    });
  });

  test("names the newest dependency where the tools tell of all since when", () => {
    const graph = graphOf({ items, edges: round });
    const since = (itemId_: WorkItemId, to: WorkItemId, at: string) =>
      graph.addHistory({
        itemId: itemId_,
        transitions: [{ what: "blocked-by", at: at as Instant, to }],
        isCut: false,
        sourceVersion: 1,
        readAt: now,
      });
    since(a, b, "2026-01-01T00:00:00.000Z");
    since(b, c, "2026-02-01T00:00:00.000Z");
    const unsure = evaluate(a, {}, graph);
    expect(unsure.state === "open" && unsure.evidence.sentence).not.toContain("newest");
    since(c, a, "2026-01-15T00:00:00.000Z");
    const sure = evaluate(a, {}, graph);
    expect(sure.state === "open" && sure.evidence.sentence).toContain(
      "The newest of these dependencies, since 2026-02-01, is that “B Work b” waits for “C Work c”.",
    );
  });

  test("that hangs together is one, told by a shortest way round", () => {
    const edges = [...round, blockedBy(a, c)];
    expect(evaluate(a, { items, edges })).toMatchObject({
      state: "open",
      evidence: { path: [{ id: a }, { id: c }, { id: a }], facts: { members: 3 } },
    });
  });

  test.each<[because: string, subject: WorkItemId, parts: GraphParts]>([
    ["removed", a, {}],
    ["no-circle", a, { items, edges: [blockedBy(a, b), blockedBy(b, c)] }],
    ["no-circle", a, { items: items.slice(0, 2), edges: round }],
    ["joined-another-circle", b, { items, edges: round }],
  ])("clears, because %s", (because, subject, parts) => {
    expect(evaluate(subject, parts)).toEqual({ state: "cleared", because });
  });

  test("ends where one of it is closed", () => {
    const closed = (id: WorkItemId): WorkItem[] =>
      items.map((item) => (item.id === id ? { ...item, status: "done" as const } : item));
    expect(evaluate(a, { items: closed(a), edges: round })).toMatchObject({ because: "closed" });
    expect(evaluate(a, { items: closed(b), edges: round })).toMatchObject({
      because: "no-circle",
    });
  });

  test("stands as it stood where its tool stands still, or it waits for more than is looked at", () => {
    const sources = [source(workConnection, { isStale: true })];
    expect(evaluate(a, { items, edges: round, sources })).toEqual({
      state: "unknown",
      because: "source-stale",
    });
    const many = Array.from({ length: 600 }, (_, n) => workItem(`m${n}`));
    const edges = [...round, ...many.map(({ id }) => blockedBy(a, id))];
    expect(evaluate(a, { items: [...items, ...many], edges })).toEqual({
      state: "cleared",
      because: "waits-for-too-much",
    });
  });
});

describe("what touches it", () => {
  const touched = circularDependency.touched;
  const from = (id: WorkItemId, onlyOpen = false) => [
    { kind: "circles-of-waiting", itemId: id, onlyOpen },
  ];

  test("a dependency that comes or goes, from its far end", () => {
    const edge = { ...blockedBy(a, b), createdAt: now } as never;
    expect(touched({ after: edge })).toEqual(from(b));
    expect(touched({ before: edge })).toEqual(from(b));
    expect(touched({ before: edge, after: edge })).toEqual([]);
  });

  test("an item that opens or closes; of one that stays open what evidence repeats", () => {
    const open = workItem("a");
    const closed = workItem("a", { status: "done" });
    expect(touched({ before: open, after: closed })).toEqual(from(a));
    expect(touched({ before: closed, after: open })).toEqual(from(a));
    expect(touched({ after: open })).toEqual(from(a));
    expect(touched({ before: open })).toEqual(from(a));
    expect(touched({ after: closed })).toEqual([]);
    expect(touched({ before: open, after: { ...open, title: "Other" } })).toEqual(from(a, true));
    expect(touched({ before: open, after: { ...open, status: "todo", labels: [] } })).toEqual([]);
    expect(touched({ before: closed, after: { ...closed, title: "Other" } })).toEqual([]);
  });
});
