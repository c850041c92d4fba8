import { signalId } from "#shared/model/ids.ts";
import { dateOf } from "#shared/model/time.ts";
import { readSourceStates } from "#shared/store/connections.ts";
import { readLinkRules } from "#shared/store/link-rules.ts";
import { saveMatchRate } from "#shared/store/match-rate.ts";
import { loadWholeGraph } from "#shared/store/whole-graph.ts";

import { activeRules } from "./active-rules.ts";
import { evaluateDeps } from "./deps.ts";
import type { DetectDeps } from "./deps.ts";
import type { Subject } from "./evaluate-subjects.ts";
import { evaluateSubjects } from "./evaluate-subjects.ts";
import { nextSignal } from "./next-signal.ts";

export interface Recomputed {
  readonly subjects: number;
  /** Subjects whose open signals differ from what the graph says: the drift, before it was mended. */
  readonly differing: number;
  readonly opened: number;
  readonly cleared: number;
}

type RecomputeDeps = Omit<DetectDeps, "readRecord">;

/**
 * Evaluates every subject of every rule on one scan of the table, then hands those that differ from
 * the stored signals to the evaluation on consistent reads, which alone writes. A scan that was a
 * moment behind therefore costs a look, never a wrong signal.
 */
export async function recompute(deps: RecomputeDeps): Promise<Recomputed> {
  const startedMs = deps.clock.nowMs();
  const sources = await readSourceStates(deps.table, deps.clock, deps);
  const linkRules = await readLinkRules(deps.table, deps.clock.now());
  const day = dateOf(deps.clock.now());
  const { graph, openSignals } = await loadWholeGraph(deps.table, sources, { day, linkRules });
  // Before anything rests on it: the evaluations below read it with the organisation.
  const { matchRate } = graph.org;
  if (matchRate) await saveMatchRate(deps.table, matchRate);
  const open = new Map(openSignals.map((signal) => [signal.id, signal]));
  const differing: Subject[] = [];
  const now = deps.clock.now();
  let subjects = 0;
  const rules = await activeRules(deps.table, deps.rules, deps.logger);
  for (const active of rules) {
    const ids = new Set(active.rule.subjects(graph));
    for (const signal of openSignals)
      if (signal.rule === active.rule.name) ids.add(signal.subjectId);
    for (const id of ids) {
      subjects += 1;
      const input = { view: graph, subjectId: id, options: active.options, now };
      const evaluation = active.rule.evaluate(input);
      const stored = open.get(signalId(active.rule.name, id));
      const { name } = active.rule;
      if (nextSignal({ rule: name, subjectId: id, evaluation, stored, sources, now })) {
        differing.push({ active, id });
      }
    }
  }
  const totals = await evaluateInBatches(evaluateDeps(deps), differing);
  const result = { subjects, differing: differing.length, ...totals };
  deps.logger.info("detect.recomputed", { ...result, durationMs: deps.clock.nowMs() - startedMs });
  return result;
}

/** A thousand at a time, so that a first evaluation of a large company holds no huge graph twice. */
const batchSize = 1000;

async function evaluateInBatches(
  deps: Parameters<typeof evaluateSubjects>[0],
  subjects: readonly Subject[],
): Promise<{ readonly opened: number; readonly cleared: number }> {
  const totals = { opened: 0, cleared: 0 };
  for (let start = 0; start < subjects.length; start += batchSize) {
    const done = await evaluateSubjects(deps, subjects.slice(start, start + batchSize));
    totals.opened += done.opened;
    totals.cleared += done.cleared;
  }
  return totals;
}
