import { expect, test } from "vitest";

import { createMemoryTable } from "#shared/adapters/memory/memory-table.ts";
import { noLinkRules } from "#shared/graph/link-rules.ts";
import { emptyOrg } from "#shared/graph/org.ts";
import type { Evaluation } from "#shared/kit/rule.ts";
import type { Change } from "#shared/model/change.ts";
import type { LinkSource } from "#shared/model/edges.ts";
import type { WorkItem } from "#shared/model/facts.ts";
import type { SubjectId } from "#shared/model/ids.ts";
import { dateOf, instantOf } from "#shared/model/time.ts";
import { rules } from "#shared/rules/index.ts";
import { applyChanges } from "#shared/store/apply-changes.ts";
import { GraphLoader } from "#shared/store/graph-loader.ts";
import { scanAll } from "#shared/store/list.ts";
import { loadWholeGraph } from "#shared/store/whole-graph.ts";
import { goal, goalId, itemId, linkTo, upserted, workItem } from "#shared/testing/facts.ts";
import { wholeSources } from "#shared/testing/graph.ts";
import { ManualClock } from "#shared/testing/manual-clock.ts";

import { loadAround } from "./load-around.ts";

/*
 * Where there is more than a loader reads, what is found in the part that it read is what the whole graph
 * gives.
 */

const numbered = <T>(count: number, make: (name: string) => T): T[] =>
  Array.from({ length: count }, (_, at) => make(String(at).padStart(4, "0")));

interface Asked {
  readonly ruleName: string;
  readonly id: SubjectId;
  readonly given?: Readonly<Record<string, unknown>>;
  /** What no schema of today understands. */
  readonly isSpoilt?: (id: string) => boolean;
}

/** What a rule finds in all that these changes bring, and in the part of it that is loaded for it. */
async function foundIn(
  changes: readonly Change[],
  { ruleName, id, given = {}, isSpoilt }: Asked,
): Promise<readonly Evaluation[]> {
  const clock = new ManualClock("2026-03-02T09:00:00.000Z");
  const now = clock.now();
  const table = createMemoryTable({ onRecord: () => undefined });
  await applyChanges({ table, clock }, changes);
  for (const item of isSpoilt ? await scanAll(table) : []) {
    const isIt = item.sk === "0" && isSpoilt?.(item.pk) === true;
    if (isIt) await table.write({ kind: "put", item: { ...item, status: 7 }, condition: [] });
  }
  const rule = rules.find(({ name }) => name === ruleName);
  if (!rule) throw new Error(`There is no rule ${ruleName}`);
  const options = rule.options.parse(given);
  const sources = new Map(wholeSources.map((one) => [one.id, one]));
  const around = { org: emptyOrg(), sources, linkRules: noLinkRules };
  const loader = new GraphLoader(table, around);
  await loadAround(loader, [{ active: { rule, options }, id }], now);
  const whole = await loadWholeGraph(table, sources, { day: dateOf(now), linkRules: noLinkRules });
  return [whole.graph, loader.graph].map((view) =>
    rule.evaluate({ view, subjectId: id, options, now }),
  );
}

test("work that is linked twice takes no other work's place among what links to a goal", async () => {
  const links = (name: string, ...sources: readonly LinkSource[]) =>
    sources.map((source) => ({
      type: "link" as const,
      fromId: itemId(name),
      toId: goalId("g"),
      source,
      confidence: 1,
    }));
  const dropped = numbered(600, (name) =>
    upserted(workItem(name, { status: "dropped" }), links(name, "native", "field")),
  );
  const [whole, part] = await foundIn(
    [
      upserted(goal("g", { createdAt: instantOf(0) })),
      ...dropped,
      upserted(workItem("z"), links("z", "native")),
    ],
    { ruleName: "goal-without-work", id: goalId("g") },
  );
  expect(whole).toEqual({ state: "cleared", because: "has-work" });
  expect(part).toEqual(whole);
});

test.each<[what: string, given: Partial<WorkItem>]>([
  ["is allowed to serve no goal", { labels: ["ops"] }],
  ["is at home elsewhere first", { parentId: itemId("else"), otherParentIds: [itemId("anchor")] }],
])("what hangs under an item that %s takes no place either", async (_what, first) => {
  const under = (name: string, parent: string, given: Partial<WorkItem> = {}) =>
    workItem(name, { status: "done", parentId: itemId(parent), ...given });
  const found = await foundIn(
    [
      upserted(goal("g")),
      upserted(workItem("anchor", { status: "done" })),
      upserted(workItem("else", { status: "done" })),
      upserted(under("a", "anchor", first)),
      ...numbered(5000, (name) => upserted(under(name, "a"))),
      upserted(under("b", "anchor")),
      upserted(under("open", "b", { status: "todo" })),
    ],
    {
      ruleName: "unlinked-work",
      id: itemId("anchor"),
      given: { allowances: [{ reason: "Upkeep", labels: ["ops"] }] },
    },
  );
  expect(found.map(({ state }) => state)).toEqual(["open", "open"]);
});

test("what cannot be read takes no place among what may be open under a closed anchor", async () => {
  const under = (name: string, given: Partial<WorkItem> = {}) =>
    upserted(workItem(name, { status: "done", parentId: itemId("anchor"), ...given }));
  const found = await foundIn(
    [
      upserted(goal("g")),
      upserted(workItem("anchor", { status: "done" })),
      ...numbered(5000, (name) => under(name)),
      under("open", { status: "todo" }),
    ],
    { ruleName: "unlinked-work", id: itemId("anchor"), isSpoilt: (id) => /:\d+$/u.test(id) },
  );
  expect(found.map(({ state }) => state)).toEqual(["open", "open"]);
});

test("what hangs under a linked item takes no place among what may be open under a closed anchor", async () => {
  const under = (name: string, parent: string, given: Partial<WorkItem> = {}) =>
    workItem(name, { status: "done", parentId: itemId(parent), ...given });
  const [whole, part] = await foundIn(
    [
      upserted(goal("g")),
      upserted(workItem("anchor", { status: "done" })),
      upserted(under("a", "anchor"), [linkTo(itemId("a"), goalId("g"))]),
      ...numbered(5000, (name) => upserted(under(name, "a"))),
      upserted(under("b", "anchor")),
      upserted(under("open", "b", { status: "todo" })),
    ],
    { ruleName: "unlinked-work", id: itemId("anchor") },
  );
  expect(whole).toMatchObject({ state: "open", evidence: { path: [{ id: itemId("open") }, {}] } });
  expect(part?.state).toBe("open");
});
