import type { LinkRules } from "#shared/graph/link-rules.ts";
import type { Org } from "#shared/graph/org.ts";
import type { SourceStates } from "#shared/graph/sources.ts";
import type { MemoryGraph } from "#shared/graph/view.ts";
import type { EvaluateInput, Evaluation, Rule } from "#shared/kit/rule.ts";
import type { SubjectId, WorkItemId } from "#shared/model/ids.ts";
import {
  DependencyId,
  WorkItemId as WorkItemIdSchema,
  readDependencyId,
  signalId,
} from "#shared/model/ids.ts";
import type { Signal } from "#shared/model/signal.ts";
import type { Clock } from "#shared/ports/clock.ts";
import type { Logger } from "#shared/ports/logger.ts";
import type { Table } from "#shared/ports/table.ts";
import { createDocument, readDocument, replaceDocument } from "#shared/store/documents.ts";
import { GraphLoader } from "#shared/store/graph-loader.ts";
import { factKey } from "#shared/store/keys.ts";
import { signalSpec } from "#shared/store/specs.ts";

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
}

export interface EvaluateDeps {
  readonly table: Table;
  readonly clock: Clock;
  readonly logger: Logger;
  /** As they are now: each round looks anew. */
  readonly readSurroundings: () => Promise<Surroundings>;
}

/** Rounds of write-then-look-again; facts that change faster bring their own stream records. */
const roundsMax = 5;

/**
 * Evaluates subjects on strongly consistent reads and writes the signals that differ. After a write
 * the subject is evaluated again on fresh reads: a fact that changed between our read and our write
 * was seen by another evaluation, which found our signal not yet written. The last writer looks last.
 */
export async function evaluateSubjects(
  deps: EvaluateDeps,
  subjects: readonly Subject[],
): Promise<{ readonly opened: number; readonly cleared: number; readonly updated: number }> {
  const totals = { opened: 0, cleared: 0, updated: 0 };
  let open = unique(subjects);
  for (let round = 0; open.length > 0 && round < roundsMax; round += 1) {
    const written: Subject[] = [];
    for (const [subject, outcome] of await evaluateOnce(deps, open)) {
      if (outcome === "lost") written.push(subject);
      else if (outcome !== "same") {
        totals[outcome] += 1;
        written.push(subject);
      }
    }
    open = written;
  }
  return totals;
}

type Outcome = "same" | "lost" | "opened" | "cleared" | "updated";

function unique(subjects: readonly Subject[]): readonly Subject[] {
  return [...new Map(subjects.map((s) => [signalId(s.active.rule.name, s.id), s])).values()];
}

async function evaluateOnce(
  deps: EvaluateDeps,
  subjects: readonly Subject[],
): Promise<readonly (readonly [Subject, Outcome])[]> {
  // Signals first: whoever changes one after this read makes our conditional write fail.
  const stored = await readSignals(deps.table, subjects);
  const graph = await loadFor(deps, subjects);
  const now = deps.clock.now();
  return Promise.all(
    subjects.map(async (subject) => {
      const { rule, options } = subject.active;
      const input: EvaluateInput<unknown> = { view: graph, subjectId: subject.id, options, now };
      const id = signalId(rule.name, subject.id);
      return [
        subject,
        await store(deps, rule.evaluate(input), {
          subject,
          stored: stored.get(id),
          sources: graph.sources,
        }),
      ] as const;
    }),
  );
}

async function readSignals(
  table: Table,
  subjects: readonly Subject[],
): Promise<ReadonlyMap<string, Signal>> {
  const keys = subjects.map((s) => factKey(signalId(s.active.rule.name, s.id)));
  const items = await table.batchGet(keys);
  return new Map(items.map((item) => [item.pk, readDocument(signalSpec, item)]));
}

async function loadFor(deps: EvaluateDeps, subjects: readonly Subject[]): Promise<MemoryGraph> {
  const loader = new GraphLoader(deps.table, await deps.readSurroundings());
  const itemIds = subjects.flatMap(({ id }) => itemsOf(id));
  await loader.loadUp(itemIds);
  const items = itemIds.flatMap((id) => loader.graph.item(id) ?? []);
  await Promise.all(items.map((item) => loader.loadUnderClosed(item)));
  return loader.graph;
}

/** The work items an evaluation of the subject starts from. */
function itemsOf(id: SubjectId): readonly WorkItemId[] {
  const edge = DependencyId.safeParse(id);
  if (edge.success) {
    const { blockedId, blockingId } = readDependencyId(edge.data);
    return [blockedId, blockingId];
  }
  const item = WorkItemIdSchema.safeParse(id);
  return item.success ? [item.data] : [];
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
  const ok = stored
    ? (await replaceDocument(deps.table, signalSpec, stored, next)) !== undefined
    : await createDocument(deps.table, signalSpec, next);
  if (!ok) return "lost";
  if (stored?.state === next.state) return "updated";
  const outcome = next.state === "open" ? "opened" : "cleared";
  deps.logger.info(`signal.${outcome}`, {
    rule: rule.name,
    subjectId: subject.id,
    generation: next.generation,
    ...(next.clearedBecause !== undefined && { because: next.clearedBecause }),
  });
  return outcome;
}
