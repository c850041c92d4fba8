import type { RuleName } from "#shared/model/ids.ts";
import { signalId } from "#shared/model/ids.ts";
import type { SelfCheckExample } from "#shared/model/self-check.ts";
import type { Instant } from "#shared/model/time.ts";
import { dateOf, instantOf, minuteMs } from "#shared/model/time.ts";
import { readSourceStates } from "#shared/store/connections.ts";
import { readLinkRules } from "#shared/store/link-rules.ts";
import { matchRateIn, saveMatchRate } from "#shared/store/match-rate.ts";
import type { Unreadable } from "#shared/store/set-aside.ts";
import { SetAside, reportSetAside } from "#shared/store/set-aside.ts";
import type { WholeGraph } from "#shared/store/whole-graph.ts";
import { loadWholeGraph } from "#shared/store/whole-graph.ts";

import { readRuleSettings, rulesAsSet } from "./active-rules.ts";
import type { AllSettings } from "./active-rules.ts";
import { countShares } from "./count-shares.ts";
import { evaluateDeps } from "./deps.ts";
import type { DetectDeps } from "./deps.ts";
import { evaluate } from "./doubt.ts";
import type { ActiveRule, EvaluateDeps, Subject } from "./evaluate-subjects.ts";
import { evaluateSubjects } from "./evaluate-subjects.ts";
import { nextSignal } from "./next-signal.ts";
import { isOnItsWay } from "./on-its-way.ts";

export interface Recomputed extends Mended {
  readonly subjects: number;
  /** Subjects that differed on the scan, which may have been a moment behind. */
  readonly differing: number;
  /** Stored items that nobody can read, and the first of them. */
  readonly unreadable: number;
  readonly unreadableNamed: readonly Unreadable[];
}

/** What had to be written for the signals to be those of the graph. */
interface Mended {
  readonly opened: number;
  readonly cleared: number;
  readonly updated: number;
  /** Signals that were wrong though nothing explains it, by rule: what must never happen. */
  readonly drift: Readonly<Record<RuleName, number>>;
  /** Signals that only the clock or a count made outdated, or before a change had come through the stream. */
  readonly expected: number;
  /** Some of the drift. */
  readonly examples: readonly SelfCheckExample[];
  /** Subjects that differed on the scan and were not looked at again, for want of time. */
  readonly remaining: number;
}

type RecomputeDeps = Omit<DetectDeps, "readRecord">;

interface Pass {
  /** When the pass before looked: what did not differ by the clock and the counts of then is no drift. */
  readonly since?: Instant | undefined;
  /** Whether a change is known to wait for this very pass: then nothing that differs is drift. */
  readonly isAwaited?: boolean;
  /** Of the clock: no mending is begun after it but the first, so that every pass gets further. */
  readonly untilMs?: number;
}

const examplesMax = 5;
/** A change as young as this may not have come through the stream yet. */
const onItsWayMs = minuteMs;
/** By then whoever is in another team as of today has been told of. */
const turnsMs = 5 * minuteMs;

/**
 * Evaluates every subject of every rule on one scan of the table, then hands those that differ from
 * the stored signals to the evaluation on consistent reads, which alone writes. A scan that was a
 * moment behind therefore costs a look, never a wrong signal. Cut off at any time, it has left nothing
 * behind but what it mended: whoever passes again goes on with what still differs.
 */
export async function recompute(deps: RecomputeDeps, pass: Pass = {}): Promise<Recomputed> {
  const startedMs = deps.clock.nowMs();
  const { settings, whole } = await readWhole(deps);
  reportSetAside(deps.logger, [whole.setAside]);
  // Before anything rests on it: the evaluations below read it with the organisation.
  const { matchRate } = whole.graph.org;
  if (matchRate) await saveMatchRate(deps.table, matchRate, whole.matchRateItem);
  await countShares(deps, whole, { all: settings.settings, asOf: deps.clock.now() });
  const rules = rulesAsSet(settings, deps.rules, deps.logger);
  const { subjects, differing } = differingIn(whole, rules, {
    now: deps.clock.now(),
    since: pass.since,
  });
  const mended = await mend(evaluateDeps(deps), differing, pass);
  const { count: unreadable, named: unreadableNamed } = whole.setAside;
  const { opened, cleared, updated, expected, remaining } = mended;
  const counts = { subjects, differing: differing.length, unreadable };
  deps.logger.info("detect.recomputed", {
    ...counts,
    opened,
    cleared,
    updated,
    expected,
    remaining,
    durationMs: deps.clock.nowMs() - startedMs,
  });
  return { ...counts, ...mended, unreadableNamed };
}

interface Read {
  readonly whole: WholeGraph;
  readonly settings: AllSettings;
}

async function readWhole(deps: RecomputeDeps): Promise<Read> {
  const unread = new SetAside();
  const [sources, linkRules] = await Promise.all([
    readSourceStates(deps.table, deps.clock, deps, deps.known),
    readLinkRules(deps.table, deps.clock.now(), unread),
  ]);
  const day = dateOf(deps.clock.now());
  const latelyIsAfter = instantOf(deps.clock.nowMs() - onItsWayMs);
  const dayLately = dateOf(instantOf(deps.clock.nowMs() - turnsMs));
  const asSet = { day, linkRules, latelyIsAfter, dayLately };
  const whole = await loadWholeGraph(deps.table, sources, asSet);
  whole.setAside.include(unread);
  // After the scan, and never older than what it saw: the evaluation below looks at them no more.
  return { whole, settings: await readRuleSettings(deps.table) };
}

interface Times {
  readonly now: Instant;
  readonly since: Instant | undefined;
}

interface Differing extends Subject {
  readonly isExpected: boolean;
  readonly example: SelfCheckExample;
}

function differingIn(
  whole: WholeGraph,
  rules: readonly ActiveRule[],
  times: Times,
): { readonly subjects: number; readonly differing: readonly Differing[] } {
  const differing: Differing[] = [];
  const open = new Map(whole.openSignals.map((signal) => [signal.id, signal]));
  let subjects = 0;
  for (const active of rules) {
    const { rule } = active;
    const ids = new Set(rule.subjects(whole.graph));
    for (const signal of open.values()) if (signal.rule === rule.name) ids.add(signal.subjectId);
    for (const id of ids) {
      subjects += 1;
      const key = signalId(rule.name, id);
      // A signal that cannot be read cannot be compared.
      if (whole.setAside.partitions.has(key)) continue;
      const found = compare(whole, { active, id, stored: open.get(key) }, times);
      if (found) differing.push(found);
    }
  }
  return { subjects, differing };
}

type Compared = Subject & { readonly stored: WholeGraph["openSignals"][number] | undefined };

function compare(
  whole: WholeGraph,
  { active, id, stored }: Compared,
  { now, since }: Times,
): Differing | undefined {
  const { rule, options } = active;
  const at = (moment: Instant) => {
    const evaluation = evaluate(rule, { subjectId: id, options, now: moment, stored }, whole);
    const { sources } = whole.graph;
    const input = { rule: rule.name, subjectId: id, evaluation, stored, sources, now: moment };
    return { evaluation, isOther: nextSignal(input) !== undefined };
  };
  const { evaluation, isOther } = at(now);
  if (!isOther) return undefined;
  const isExpected = !asRatedBefore(whole, () => at(since ?? now)).isOther;
  const example: SelfCheckExample = {
    rule: rule.name,
    subjectId: id,
    stored: stored ? "open" : "not-open",
    found: evaluation.state === "open" ? "open" : "not-open",
    ...(evaluation.state !== "open" && { because: evaluation.because }),
  };
  const path = evaluation.state === "open" ? evaluation.evidence.path : [];
  const differs = { active, id, stored, path };
  return { active, id, example, isExpected: isExpected || isOnItsWay(whole, differs) };
}

/** How many are matched is counted by these passes alone: until now everybody went by the count before. */
function asRatedBefore<T>({ graph: { org }, matchRateItem }: WholeGraph, evaluated: () => T): T {
  const { matchRate } = org;
  org.matchRate = matchRateIn(matchRateItem);
  try {
    return evaluated();
  } finally {
    org.matchRate = matchRate;
  }
}

/** A thousand at a time, so that a first evaluation of a large company holds no huge graph twice. */
const batchSize = 1000;

async function mend(
  deps: EvaluateDeps,
  differing: readonly Differing[],
  { isAwaited = false, untilMs = Infinity }: Pass,
): Promise<Mended> {
  const totals = { opened: 0, cleared: 0, updated: 0, expected: 0 };
  const drift: Record<RuleName, number> = {};
  const examples: SelfCheckExample[] = [];
  let looked = 0;
  while (looked < differing.length && (looked === 0 || deps.clock.nowMs() < untilMs)) {
    const batch = differing.slice(looked, looked + batchSize);
    looked += batch.length;
    const done = await evaluateSubjects(deps, batch);
    totals.opened += done.opened;
    totals.cleared += done.cleared;
    totals.updated += done.updated;
    for (const { active, id, example, isExpected } of batch) {
      const { name } = active.rule;
      if (!done.mended.has(signalId(name, id))) continue;
      if (isExpected || isAwaited) totals.expected += 1;
      else {
        drift[name] = (drift[name] ?? 0) + 1;
        if (examples.length < examplesMax) examples.push(example);
      }
    }
  }
  return { ...totals, drift, examples, remaining: differing.length - looked };
}
