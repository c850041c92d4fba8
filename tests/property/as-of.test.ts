import * as fc from "fast-check";
import { expect, test } from "vitest";

import { dependencyState } from "#shared/graph/dependency-state.ts";
import { type GraphAsOf, graphAsOf } from "#shared/graph/graph-as-of.ts";
import { lineOfSight } from "#shared/graph/line-of-sight.ts";
import { noLinkRules } from "#shared/graph/link-rules.ts";
import { dependencyStateAsOf, lineOfSightAsOf } from "#shared/graph/sight-as-of.ts";
import type { SightAsOf } from "#shared/graph/sight-as-of.ts";
import { wasOpen } from "#shared/graph/signals-as-of.ts";
import type { SourceStates } from "#shared/graph/sources.ts";
import type { WorkItemId } from "#shared/model/ids.ts";
import type { Instant } from "#shared/model/time.ts";
import { dateOf, minuteMs } from "#shared/model/time.ts";
import { readSourceStates } from "#shared/store/connections.ts";
import { readDocument } from "#shared/store/documents.ts";
import { scanAll } from "#shared/store/list.ts";
import { pastPartsOf } from "#shared/store/past-parts.ts";
import { signalSpec } from "#shared/store/specs.ts";
import { wholeGraphOf } from "#shared/store/whole-graph.ts";
import { goalConnection, itemId, peopleConnection, workConnection } from "#shared/testing/facts.ts";

import { MemoryHub } from "../rig/memory-hub.ts";
import { beginning, step, take } from "./history.ts";
import type { Step } from "./history.ts";

/*
 * The law: asked afterwards for any moment, the hub says what it said then, or that it does not know; it
 * never says anything else. Connections stay as they are here: that a source stood still for a while is
 * not remembered.
 */

const allItems = ["i1", "i2", "i3", "i4", "i5", "i6"].map(itemId);
const allowances = [{ reason: "Known work", labels: ["known"] }];
const isKept = new Set(["connection", "rule", "link-rule", "clock"]);
const steps = fc.array(
  step.filter(({ kind }) => !isKept.has(kind)),
  { minLength: 1, maxLength: 40, size: "max" },
);

interface Said {
  readonly at: Instant;
  readonly sights: ReadonlyMap<
    WorkItemId,
    readonly [verdict: string, reason: string, anchor: string]
  >;
  readonly waits: ReadonlyMap<string, unknown>;
}

const pairs = allItems.flatMap((a) => allItems.map((b) => [a, b] as const));

async function sourcesOf(hub: MemoryHub): Promise<SourceStates> {
  const registry = {
    providesGoals: ({ id }: { id: string }) => id === goalConnection,
    isSource: () => true,
  };
  const sources = await readSourceStates(hub.table, hub.clock, registry);
  return new Map([...sources].map(([id, source]) => [id, { ...source, isStale: false }]));
}

async function saidNow(hub: MemoryHub): Promise<Said> {
  const at = hub.clock.now();
  const items = await scanAll(hub.table);
  const { graph } = wholeGraphOf(items, await sourcesOf(hub), {
    day: dateOf(at),
    linkRules: noLinkRules,
  });
  const sights = [...graph.items()].map((item) => {
    const { verdict, reason, anchorId } = lineOfSight(graph, item, { now: at, allowances });
    return [item.id, [verdict, reason, anchorId]] as const;
  });
  const waits = pairs.map(
    ([a, b]) => [`${a} ${b}`, shortState(dependencyState(graph, graph.dependency(a, b)))] as const,
  );
  return { at, sights: new Map(sights), waits: new Map(waits) };
}

type State = ReturnType<typeof dependencyState>;

/** Without the organisation, of which days are remembered and moments are not. */
function shortState(state: State): unknown {
  if (state.state !== "waiting") return state.state;
  const endOf = ({ teamName, assigneeId, status }: (typeof state)["blocked"]) => [
    teamName,
    assigneeId,
    status,
  ];
  return [state.isLate, endOf(state.blocked), endOf(state.blocking)];
}

async function live(hub: MemoryHub, taken: readonly Step[]): Promise<readonly Said[]> {
  await hub.store(...beginning);
  const said: Said[] = [];
  for (const [turn, given] of taken.entries()) {
    hub.clock.advance(minuteMs);
    await take(hub, given, turn + 1);
    hub.clock.advance(1);
    said.push(await saidNow(hub));
  }
  return said;
}

const tally = { same: 0, unknown: 0 };

/** Where the answers of afterwards differ from those of then, unless they say that nobody knows. */
async function contradictions(hub: MemoryHub, said: readonly Said[]): Promise<readonly unknown[]> {
  const items = await scanAll(hub.table);
  const parts = pastPartsOf(items, { sources: await sourcesOf(hub), linkRules: noLinkRules });
  return said.flatMap((then) => {
    const past = graphAsOf(parts, then.at);
    return [...sightsThatDiffer(past, then), ...waitsThatDiffer(past, then)].map((found) => [
      then.at,
      found,
    ]);
  });
}

function sightsThatDiffer(past: GraphAsOf, said: Said): readonly unknown[] {
  return allItems.flatMap((id) => {
    const item = past.graph.item(id);
    const was = said.sights.get(id);
    const is = item && lineOfSightAsOf(past, item, allowances);
    const isUnknown = past.unknown.has(id) || is?.reason === "past-unknown";
    tally[isUnknown ? "unknown" : "same"] += 1;
    const isSame = isUnknown || isEqual(is && [is.verdict, is.reason], was?.slice(0, 2));
    return isSame && isAnchorSame(is, was?.[2]) ? [] : [{ id, was, is }];
  });
}

function isAnchorSame(is: SightAsOf | undefined, was: string | undefined): boolean {
  return is?.isAnchorKnown !== true || is.anchorId === was;
}

function isEqual(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function waitsThatDiffer(past: GraphAsOf, then: Said): readonly unknown[] {
  return pairs.flatMap(([a, b]) => {
    const state = dependencyStateAsOf(past, a, b);
    if (state.state === "unknown") return [];
    const [is, was] = [shortState(state), then.waits.get(`${a} ${b}`)];
    return isEqual(is, was) ? [] : [{ a, b, is, was }];
  });
}

/** Few records that change so often that most forget how they began. */
const longSteps = fc.array(
  step.filter(
    (one) =>
      ["goal", "link", "removal"].includes(one.kind) || (one.kind === "item" && one.id < "i4"),
  ),
  { minLength: 120, maxLength: 200, size: "max" },
);

/** Whatever happens to it, its stream is not read: here the graph alone matters. */
async function unheard(): Promise<MemoryHub> {
  const hub = new MemoryHub();
  for (const id of [workConnection, goalConnection, peopleConnection]) await hub.connect(id);
  return hub;
}

test("what the hub says of a moment afterwards is what it said then, or that it does not know", async () => {
  const law = fc.asyncProperty(steps, async (taken) => {
    const hub = await unheard();
    const said = await live(hub, taken);
    expect(await contradictions(hub, said)).toEqual([]);
  });
  await fc.assert(law, { numRuns: 60 });
  // Records are small here: most of what was is remembered.
  expect(tally.same).toBeGreaterThan(tally.unknown);
}, 60_000);

test("nor does it say anything else where records have forgotten how they began", async () => {
  const law = fc.asyncProperty(longSteps, async (taken) => {
    const hub = await unheard();
    const said = await live(hub, taken);
    expect(await contradictions(hub, said)).toEqual([]);
  });
  await fc.assert(law, { numRuns: 8 });
}, 60_000);

test("the signals that were open at a moment are those that are told of it afterwards", async () => {
  const law = fc.asyncProperty(fc.array(step, { maxLength: 25, size: "max" }), async (taken) => {
    const hub = await MemoryHub.ready();
    await hub.apply(...beginning);
    const said: (readonly [Instant, readonly string[]])[] = [];
    for (const [turn, given] of taken.entries()) {
      hub.clock.advance(minuteMs);
      await take(hub, given, turn + 1);
      await hub.settle();
      hub.clock.advance(1);
      said.push([hub.clock.now(), (await hub.openSignals()).map(({ id }) => id).toSorted()]);
    }
    const signals = (await scanAll(hub.table))
      .filter((item) => item["type"] === "signal")
      .map((item) => readDocument(signalSpec, item));
    const told = (at: Instant, answer: boolean | "unknown") =>
      signals.filter((signal) => wasOpen(signal, at) === answer).map(({ id }) => id);
    // What is kept of earlier openings must cost no write unit: of some nobody knows any more.
    const known = said.map(([at, ids]): (typeof said)[number] => {
      const forgotten: ReadonlySet<string> = new Set(told(at, "unknown"));
      return [at, ids.filter((id) => !forgotten.has(id))];
    });
    expect(said.map(([at]) => [at, told(at, true).toSorted()])).toEqual(known);
  });
  await fc.assert(law, { numRuns: 30 });
}, 60_000);
