import type { LinkRules } from "#shared/graph/link-rules.ts";
import type { Org } from "#shared/graph/org.ts";
import type { SourceStates } from "#shared/graph/sources.ts";
import type { MemoryGraph } from "#shared/graph/view.ts";
import type { Evaluation, Rule } from "#shared/kit/rule.ts";
import type { SignalId, SubjectId } from "#shared/model/ids.ts";
import type { Signal } from "#shared/model/signal.ts";
import type { Instant } from "#shared/model/time.ts";
import type { Clock } from "#shared/ports/clock.ts";
import type { Logger } from "#shared/ports/logger.ts";
import type { Table } from "#shared/ports/table.ts";
import { allEnded } from "#shared/store/all-ended.ts";
import { atMost } from "#shared/store/at-most.ts";
import { GraphLoader } from "#shared/store/graph-loader.ts";
import { withPartitionsAhead } from "#shared/store/partitions-ahead.ts";
import { reportSetAside, SetAside } from "#shared/store/set-aside.ts";

import { evaluate } from "./doubt.ts";
import type { ReadGraph } from "./doubt.ts";
import { idOf, readSignals, writeSignal } from "./held-signals.ts";
import type { Held } from "./held-signals.ts";
import { loadAround, nodesAround } from "./load-around.ts";
import { nextSignal } from "./next-signal.ts";

/** A rule switched on, with its options parsed. */
export interface ActiveRule {
  readonly rule: Rule;
  readonly options: unknown;
}

export interface Subject {
  readonly active: ActiveRule;
  readonly id: SubjectId;
  /** Where nothing but a writing of its signal leads there: which look in a row it is, from 1. */
  readonly looks?: number | undefined;
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
  /** As they are now, as far as these rules read them. */
  readonly readSurroundings: (rules: readonly ActiveRule[]) => Promise<Surroundings>;
}

/** What the caller knows of the subjects already. */
interface Known {
  readonly held: Held;
  /** As it was read before: it only tells what to ask for. */
  readonly graph?: MemoryGraph | undefined;
}

/** Each holds a request to the table. */
const writesAtOnceMax = 32;

/**
 * Evaluates subjects on strongly consistent reads and writes the signals that differ. A fact that changed
 * between our read and our write was seen by another evaluation, which found our signal not yet written: so
 * the stream's record of each signal has its subject evaluated once more, until nothing is written. That goes
 * for a write that is lost to somebody else's as well: the record of theirs is looked at.
 */
export async function evaluateSubjects(
  deps: EvaluateDeps,
  subjects: readonly Subject[],
  known: Known = { held: new Map() },
): Promise<Evaluated> {
  const totals = { opened: 0, cleared: 0, updated: 0 };
  const mended = new Set<SignalId>();
  for (const [subject, outcome] of await evaluateOnce(deps, unique(subjects), known)) {
    if (outcome === "same" || outcome === "lost") continue;
    totals[outcome] += 1;
    mended.add(idOf(subject));
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

type Outcome = "same" | "lost" | "opened" | "cleared" | "updated";

function unique(subjects: readonly Subject[]): readonly Subject[] {
  return [...new Map(subjects.map((one) => [idOf(one), one])).values()];
}

async function evaluateOnce(
  deps: EvaluateDeps,
  subjects: readonly Subject[],
  { held, graph: before }: Known,
): Promise<readonly (readonly [Subject, Outcome])[]> {
  // Signals before the graph: whoever changes one after this read makes our conditional write fail.
  const signals = new SetAside();
  const unknown = subjects.filter((one) => !held.has(idOf(one)));
  // Where they are known, what is surely needed of the graph need not wait for what is around it.
  const isAhead = before !== undefined && unknown.length === 0;
  const table = isAhead
    ? withPartitionsAhead(deps.table, nodesAround(before, subjects))
    : deps.table;
  const [read, surroundings] = await Promise.all([
    readSignals(deps.table, unknown, signals),
    deps.readSurroundings(subjects.map(({ active }) => active)),
  ]);
  const now = deps.clock.now();
  const around = await loadFor(table, surroundings, { subjects, now });
  reportSetAside(deps.logger, [signals, around.setAside]);
  const inTurn = atMost(writesAtOnceMax);
  // Nothing of a batch that failed is still being written while it is repeated.
  return allEnded(
    subjects.map(async (subject) => {
      const { rule, options } = subject.active;
      const id = idOf(subject);
      // What cannot be read cannot be replaced either: nobody knows how often it had opened.
      if (signals.partitions.has(id)) return [subject, "same"] as const;
      const [stored, { sources }] = [held.get(id) ?? read.get(id), around.graph];
      const evaluation = evaluate(rule, { subjectId: subject.id, options, now, stored }, around);
      const write = () => store(deps, evaluation, { subject, stored, sources });
      return [subject, await inTurn(write)] as const;
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
    looks: subject.looks,
  });
  if (!next) return "same";
  if (!(await writeSignal(deps.table, stored, next))) return "lost";
  if (stored?.state === next.state) return "updated";
  const what = next.state === "open" ? "opened" : "cleared";
  deps.logger.info(`signal.${what}`, {
    rule: rule.name,
    subjectId: subject.id,
    generation: next.generation,
    ...(next.clearedBecause !== undefined && { because: next.clearedBecause }),
  });
  return what;
}
