import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { connectors } from "#connectors/index.ts";
import { lineOfSight } from "#shared/graph/line-of-sight.ts";
import type { SourceState } from "#shared/graph/sources.ts";
import { MemoryGraph } from "#shared/graph/view.ts";
import type { UrlResolver } from "#shared/kit/connector.ts";
import type { Rejected, Upsert } from "#shared/model/change.ts";
import type { Fact } from "#shared/model/facts.ts";
import { ConnectionId } from "#shared/model/ids.ts";
import { instantOf } from "#shared/model/time.ts";
import { rules } from "#shared/rules/index.ts";
import { orgOf } from "#shared/store/org-reader.ts";
import { createSilentLogger } from "#shared/testing/silent-logger.ts";
import { wallClock } from "#shared/testing/simulator/wall-clock.ts";
import { sourceContext } from "#shared/testing/source-context.ts";

import { sections } from "./business-words.ts";
import { famousEpicTitle, supportLabel, supportProjectName } from "./company.ts";
import { sampleConnections } from "./connect-sample.ts";
import type { ConnectionBody } from "./connect-sample.ts";
import { startSampleCompany } from "./start.ts";
import type { SampleCompany } from "./start.ts";

/** The sample as the real connectors read it, and what the rules then say of it. */
interface ReadSample {
  readonly facts: readonly Fact[];
  readonly graph: MemoryGraph;
  readonly rejected: readonly Rejected[];
  /** Titles of open signals by rule. */
  readonly open: ReadonlyMap<string, readonly string[]>;
  readonly boundaries: readonly string[];
}

let sample: SampleCompany;
let read: ReadSample;
const folder = mkdtempSync(join(tmpdir(), "sample-"));

beforeAll(async () => {
  sample = await startSampleCompany({
    dataDir: folder,
    seed: 1,
    pacePerMinute: 0,
    clock: wallClock,
    logger: createSilentLogger(),
  });
  read = await readSample(sample);
}, 90_000);
afterAll(async () => {
  await sample.close();
  rmSync(folder, { recursive: true });
});

async function readSample(company: SampleCompany): Promise<ReadSample> {
  const bodies = sampleConnections(company).filter(({ connector }) => connector !== "slack");
  const connections = bodies.map((body, at) => {
    return { ...body, id: ConnectionId.parse(`conn_000000000${at}`) };
  });
  const resolveUrl: UrlResolver = (text) => {
    const url = new URL(text);
    for (const connection of connections) {
      const known = connectors.find(({ name }) => name === connection.connector);
      const id = known?.recognizeUrl?.(url, connection);
      if (typeof id === "string") return id;
    }
    return undefined;
  };
  const upserts: Upsert[] = [];
  const rejected: Rejected[] = [];
  for (const connection of connections) {
    for await (const page of pages(connection, resolveUrl)) {
      rejected.push(...page.rejected);
      for (const change of page.changes) if (change.kind === "upserted") upserts.push(change);
    }
  }
  const states = connections.map(({ id, name }): SourceState => {
    return { id, name, providesGoals: true, isReady: true, isStale: false, freshAt: undefined };
  });
  return judge(upserts, rejected, new Map(states.map((state) => [state.id, state])));
}

async function* pages(
  connection: ConnectionBody & { readonly id: ConnectionId },
  resolveUrl: UrlResolver,
) {
  const connector = connectors.find(({ name }) => name === connection.connector);
  const create = await connector?.source?.();
  if (!connector || !create) throw new Error(`no source for ${connection.connector}`);
  const context = sourceContext({
    connectionId: connection.id,
    // The registry holds sources untyped; their own schema has just parsed the settings.
    settings: connector.settings.parse(connection.settings) as never,
    clock: wallClock,
    resolveUrl,
  });
  const source = create(context);
  for (const { name } of connector.collections) yield* source.pull(name, undefined);
}

function judge(
  upserts: readonly Upsert[],
  rejected: readonly Rejected[],
  sources: ReadonlyMap<ConnectionId, SourceState>,
): ReadSample {
  const now = instantOf(wallClock.nowMs());
  const facts = upserts.map(({ record }) => record);
  const graph = graphOf(upserts, new MemoryGraph(orgOf(facts, { matches: [] }), sources));
  const open = new Map<string, string[]>();
  const boundaries: string[] = [];
  for (const rule of rules) {
    const own = rule.name === "unlinked-work" ? { allowances: allowancesIn(facts) } : {};
    const options = rule.options.parse(own);
    const titles: string[] = [];
    for (const subjectId of rule.subjects(graph)) {
      const evaluation = rule.evaluate({ view: graph, subjectId, options, now });
      if (evaluation.state !== "open") continue;
      titles.push(evaluation.title);
      boundaries.push(String(evaluation.evidence.facts["boundary"] ?? ""));
    }
    open.set(rule.name, titles);
  }
  return { facts, graph, rejected, open, boundaries: boundaries.filter(Boolean) };
}

function graphOf(upserts: readonly Upsert[], graph: MemoryGraph): MemoryGraph {
  const createdAt = instantOf(wallClock.nowMs());
  for (const { record, edges } of upserts) {
    if (record.type === "work-item") graph.addItem(record);
    else if (record.type === "goal") graph.addGoal(record);
    for (const edge of edges) {
      const whole = { ...edge, createdAt, assertedBy: record.id };
      if (whole.type === "link") graph.addLink(whole);
      else if (whole.type === "dependency") graph.addDependency(whole);
    }
  }
  return graph;
}

/** What the sample sets in the hub. */
function allowancesIn(facts: readonly Fact[]) {
  const desk = facts.find((fact) => fact.type === "work-item" && fact.title === supportProjectName);
  const containers = desk?.type === "work-item" && desk.container ? [desk.container] : [];
  return [
    { reason: "Support rotation", labels: [supportLabel] },
    { reason: "Support desk", containers },
  ];
}

describe("the sample company, read by the real connectors", () => {
  test("is read whole, with nothing rejected", () => {
    const count = (type: Fact["type"]) =>
      new Set(read.facts.filter((fact) => fact.type === type).map(({ id }) => id)).size;
    expect(read.rejected).toEqual([]);
    expect(count("person")).toBe(150);
    expect(count("org-unit")).toBe(sample.company.units.length);
    expect(count("goal")).toBe(sample.company.goals.length);
    const asanaProjects = sample.company.projects.filter(({ tool }) => tool === "asana").length;
    expect(count("work-item")).toBe(sample.company.items.length + asanaProjects);
    expect(count("account")).toBeGreaterThanOrEqual(sample.company.accounts.length);
  });

  test("few anchors serve no goal, and the famous epic is one of them", () => {
    const titles = read.open.get("unlinked-work") ?? [];
    expect(titles.join("\n")).toContain(famousEpicTitle);
    expect(titles.length).toBeGreaterThanOrEqual(8);
    expect(titles.length).toBeLessThanOrEqual(15);
    expect(titles.join("\n")).not.toContain(supportProjectName);
  });

  test("each rule about goals finds something that can be understood", () => {
    const of = (rule: string) => read.open.get(rule) ?? [];
    expect(of("floating-goal")).toEqual([
      "Serves no other goal: Warehouse tablets for dock supervisors",
    ]);
    expect(of("goal-without-work").toSorted()).toEqual([
      "No work for A community of a thousand dispatchers who help each other",
      "No work for Co-author an emissions accounting standard with three carriers",
      "No work for Every analyst who covers freight visibility names us",
    ]);
    expect(of("closed-goal-open-work")).toEqual([
      "Done, with 1 open item: Books closed by working day five",
    ]);
    expect(of("too-many-objectives")).toEqual(["Demand Generation owns 4 objectives at once"]);
  });

  test("some work is due after what waits for it in its own team, and nothing else is amiss", () => {
    const late = read.open.get("horizon-mismatch") ?? [];
    expect(late.length).toBeGreaterThanOrEqual(5);
    expect(late.length).toBeLessThanOrEqual(15);
    for (const rule of ["owner-left", "connection-degraded", "coverage-lost"]) {
      expect([rule, read.open.get(rule)]).toEqual([rule, []]);
    }
  });

  test("a link rule can go by the product area of epics, and by the sections of tasks", () => {
    const items = read.facts.filter((fact) => fact.type === "work-item");
    const epic = items.find(({ title }) => title === famousEpicTitle);
    expect(epic?.fields).toEqual({ "Product area": "Visibility" });
    const named = new Set(items.flatMap(({ section }) => section ?? []));
    expect([...named].toSorted()).toEqual(sections.toSorted());
  });

  test("ten dependencies wait across teams, at three levels of boundary", () => {
    expect(read.open.get("blocked-across-boundary")).toHaveLength(10);
    expect(new Set(read.boundaries)).toEqual(new Set(["department", "division", "company"]));
  });

  test("most work has a line of sight, through three levels of goals", () => {
    const now = instantOf(wallClock.nowMs());
    const sights = [...read.graph.items()].map((item) =>
      lineOfSight(read.graph, item, { now, allowances: [] }),
    );
    const linked = sights.filter(({ verdict }) => verdict === "linked");
    expect(linked.length / sights.length).toBeGreaterThan(0.85);
    const goalsAbove = linked.map(({ path }) => path.filter(({ type }) => type === "goal").length);
    expect(Math.max(...goalsAbove)).toBe(3);
  });
});
