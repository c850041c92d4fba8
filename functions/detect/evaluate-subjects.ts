import type { LinkRules } from "#shared/graph/link-rules.ts";
import type { Org } from "#shared/graph/org.ts";
import type { SourceStates } from "#shared/graph/sources.ts";
import type { Evaluation, Reads, Rule } from "#shared/kit/rule.ts";
import type { ConnectionId, FactId, SignalId, SubjectId, WorkItemId } from "#shared/model/ids.ts";
import {
  ConnectionId as ConnectionIdSchema,
  DependencyId,
  GoalId,
  WorkItemId as WorkItemIdSchema,
  readDependencyId,
} from "#shared/model/ids.ts";
import type { Signal } from "#shared/model/signal.ts";
import type { Instant } from "#shared/model/time.ts";
import type { Clock } from "#shared/ports/clock.ts";
import type { Logger } from "#shared/ports/logger.ts";
import type { Table } from "#shared/ports/table.ts";
import { GraphLoader } from "#shared/store/graph-loader.ts";
import { reportSetAside, SetAside } from "#shared/store/set-aside.ts";

import { evaluate } from "./doubt.ts";
import type { ReadGraph } from "./doubt.ts";
import { idOf, readSignals, writeSignal } from "./held-signals.ts";
import type { Held } from "./held-signals.ts";
import { nextSignal } from "./next-signal.ts";

/** A rule switched on, with its options parsed. */
export interface ActiveRule {
  readonly rule: Rule;
  readonly options: unknown;
}

export interface Subject {
  readonly active: ActiveRule;
  readonly id: SubjectId;
}

/** What every evaluation needs beside the graph around its subject. */
export interface Surroundings {
  readonly org: Org;
  readonly sources: SourceStates;
  readonly linkRules: LinkRules;
  /** What of these could not be read. */
  readonly setAside?: SetAside;
}

export interface EvaluateDeps {
  readonly table: Table;
  readonly clock: Clock;
  readonly logger: Logger;
  /** As they are now, as far as these rules read them: each round looks anew. */
  readonly readSurroundings: (rules: readonly ActiveRule[]) => Promise<Surroundings>;
}

/** Rounds of write-then-look-again; facts that change faster bring their own stream records. */
const roundsMax = 5;

/**
 * Evaluates subjects on strongly consistent reads and writes the signals that differ. After a write
 * the subject is evaluated again on fresh reads: a fact that changed between our read and our write
 * was seen by another evaluation, which found our signal not yet written. The last writer looks last.
 * Signals that the caller holds, or that were written here, are not read again: one that changed since
 * refuses the write, and is read then.
 */
export async function evaluateSubjects(
  deps: EvaluateDeps,
  subjects: readonly Subject[],
  known: Held = new Map(),
): Promise<Evaluated> {
  const totals = { opened: 0, cleared: 0, updated: 0 };
  const mended = new Set<SignalId>();
  const held = new Map(known);
  let open = unique(subjects);
  for (let round = 0; open.length > 0 && round < roundsMax; round += 1) {
    const written: Subject[] = [];
    for (const [subject, outcome] of await evaluateOnce(deps, open, held)) {
      if (outcome === "same") continue;
      written.push(subject);
      const id = idOf(subject);
      if (outcome === "lost") held.delete(id);
      else {
        totals[outcome.what] += 1;
        mended.add(id);
        held.set(id, outcome.signal);
      }
    }
    open = written;
  }
  return { ...totals, mended };
}

export interface Evaluated {
  readonly opened: number;
  readonly cleared: number;
  readonly updated: number;
  /** The signals that were written. */
  readonly mended: ReadonlySet<SignalId>;
}

type Outcome = "same" | "lost" | Written;

interface Written {
  readonly what: "opened" | "cleared" | "updated";
  readonly signal: Signal;
}

function unique(subjects: readonly Subject[]): readonly Subject[] {
  return [...new Map(subjects.map((one) => [idOf(one), one])).values()];
}

async function evaluateOnce(
  deps: EvaluateDeps,
  subjects: readonly Subject[],
  held: Held,
): Promise<readonly (readonly [Subject, Outcome])[]> {
  // Signals before the graph: whoever changes one after this read makes our conditional write fail.
  const signals = new SetAside();
  const unknown = subjects.filter((one) => !held.has(idOf(one)));
  const [read, surroundings] = await Promise.all([
    readSignals(deps.table, unknown, signals),
    deps.readSurroundings(subjects.map(({ active }) => active)),
  ]);
  const now = deps.clock.now();
  const around = await loadFor(deps.table, surroundings, { subjects, now });
  reportSetAside(deps.logger, [signals, around.setAside]);
  return Promise.all(
    subjects.map(async (subject) => {
      const { rule, options } = subject.active;
      const id = idOf(subject);
      // What cannot be read cannot be replaced either: nobody knows how often it had opened.
      if (signals.partitions.has(id)) return [subject, "same"] as const;
      const [stored, { sources }] = [held.get(id) ?? read.get(id), around.graph];
      const evaluation = evaluate(rule, { subjectId: subject.id, options, now, stored }, around);
      return [subject, await store(deps, evaluation, { subject, stored, sources })] as const;
    }),
  );
}

async function loadFor(
  table: Table,
  surroundings: Surroundings,
  { subjects, now }: { readonly subjects: readonly Subject[]; readonly now: Instant },
): Promise<ReadGraph> {
  const loader = new GraphLoader(table, surroundings);
  if (surroundings.setAside) loader.setAside.include(surroundings.setAside);
  await loadAround(loader, subjects, now);
  return loader;
}

/** Loads what the evaluations of these subjects read, and of what lies below them no more than they need. */
export async function loadAround(
  loader: GraphLoader,
  subjects: readonly Subject[],
  now: Instant,
): Promise<void> {
  const by = Map.groupBy(subjects, ({ active }) => active.rule.reads);
  const idsOf = (reads: Reads) => (by.get(reads) ?? []).flatMap(({ id }) => factsOf(id));
  const waiting = idsOf("waited-for").flatMap((id) => WorkItemIdSchema.safeParse(id).data ?? []);
  await Promise.all([
    loader.loadNodes(idsOf("subject")),
    loader.loadNextAbove([...idsOf("next-above"), ...idsOf("next-above-and-all-below")]),
    loader.loadCoverage((by.get("coverage") ?? []).flatMap(({ id }) => connectionsOf(id))),
    (by.get("goals") ?? []).length > 0 ? loader.loadGoals() : undefined,
    loader.loadUp([...idsOf("above"), ...idsOf("above-and-below")]),
    ...waiting.map((id) => loader.loadWaitedFor(id)),
  ]);
  const below = by.get("above-and-below") ?? [];
  const allBelow = by.get("next-above-and-all-below") ?? [];
  await Promise.all([
    ...below.map((subject) => loadBelow(loader, subject, now)),
    ...allBelow.map((subject) => loadAllBelow(loader, subject, now)),
    ...(by.get("under-goal") ?? []).map((subject) => loadUnderGoal(loader, subject, now)),
  ]);
}

/** Until something is found by which the evaluation is open no more: what is not read could only do the same. */
async function loadAllBelow(
  loader: GraphLoader,
  { active: { rule, options }, id: subjectId }: Subject,
  now: Instant,
): Promise<void> {
  const item = loader.graph.item(subjectId as WorkItemId);
  const isEnough = () =>
    rule.evaluate({ view: loader.graph, subjectId, options, now }).state !== "open";
  if (item) await loader.loadUnder(item, isEnough);
}

/** As long as what was not read yet could change the evaluation: most goals need nothing below them. */
async function loadUnderGoal(
  loader: GraphLoader,
  { active: { rule, options }, id: subjectId }: Subject,
  now: Instant,
): Promise<void> {
  const goal = GoalId.safeParse(subjectId);
  if (!goal.success) return;
  await loader.loadUnderGoal(goal.data, () => {
    const found = rule.evaluate({ view: loader.graph, subjectId, options, now });
    return rule.restsOnBelow?.(found) !== true;
  });
}

function connectionsOf(id: SubjectId): readonly ConnectionId[] {
  const parsed = ConnectionIdSchema.safeParse(id);
  return parsed.success ? [parsed.data] : [];
}

/** Until the first witness is found: of those that were entered, in their order, it is the first of all. */
async function loadBelow(
  loader: GraphLoader,
  { active, id }: Subject,
  now: Instant,
): Promise<void> {
  const { rule, options } = active;
  // Only work items are in the graph as items.
  const item = loader.graph.item(id as WorkItemId);
  if (!item) return;
  await loader.loadUnderClosed(item, (entered) => {
    const found = rule.evaluate({ view: loader.graph, subjectId: id, options, now });
    if (found.state !== "open") return rule.restsOnBelow?.(found) !== true;
    return found.evidence.path.some((node) => node.id !== id && entered.has(node.id));
  });
}

/** The facts that an evaluation of the subject starts from. */
function factsOf(id: SubjectId): readonly FactId[] {
  const edge = DependencyId.safeParse(id);
  if (edge.success) {
    const { blockedId, blockingId } = readDependencyId(edge.data);
    return [blockedId, blockingId];
  }
  const item = WorkItemIdSchema.safeParse(id);
  if (item.success) return [item.data];
  const goal = GoalId.safeParse(id);
  return goal.success ? [goal.data] : [];
}

interface ToStore {
  readonly subject: Subject;
  readonly stored: Signal | undefined;
  /** As the evaluation saw them. */
  readonly sources: SourceStates;
}

async function store(
  deps: EvaluateDeps,
  evaluation: Evaluation,
  { subject, stored, sources }: ToStore,
): Promise<Outcome> {
  const { rule } = subject.active;
  const next = nextSignal({
    rule: rule.name,
    subjectId: subject.id,
    evaluation,
    stored,
    sources,
    now: deps.clock.now(),
  });
  if (!next) return "same";
  const signal = await writeSignal(deps.table, stored, next);
  if (!signal) return "lost";
  if (stored?.state === next.state) return { what: "updated", signal };
  const what = next.state === "open" ? "opened" : "cleared";
  deps.logger.info(`signal.${what}`, {
    rule: rule.name,
    subjectId: subject.id,
    generation: next.generation,
    ...(next.clearedBecause !== undefined && { because: next.clearedBecause }),
  });
  return { what, signal };
}
