import { freshnessOf, restsOnMax } from "#shared/graph/rests-on.ts";
import type { SourceStates } from "#shared/graph/sources.ts";
import { keptOf } from "#shared/kit/kept-finding.ts";
import type { Evaluation } from "#shared/kit/rule.ts";
import type { ConnectionId, RuleName, SubjectId } from "#shared/model/ids.ts";
import { signalId } from "#shared/model/ids.ts";
import { earlierOpeningsMax } from "#shared/model/signal.ts";
import type { Signal, SourceFreshness } from "#shared/model/signal.ts";
import type { Instant } from "#shared/model/time.ts";

interface Input {
  readonly rule: RuleName;
  readonly subjectId: SubjectId;
  readonly evaluation: Evaluation;
  readonly stored: Signal | undefined;
  /** How fresh each source is: noted with what is found, and never a reason to write by itself. */
  readonly sources: SourceStates;
  readonly now: Instant;
  /** Looks in a row that have led here; absent where a change did. */
  readonly looks?: number | undefined;
}

/**
 * What the signal becomes; undefined when it stays as it is. Unknown changes nothing: it neither
 * opens, for absence is not proven, nor clears, for nothing was mended.
 */
export function nextSignal(input: Input): Signal | undefined {
  const next = otherSignal(input);
  if (!next) return undefined;
  const { looks: _before, ...signal } = next;
  return { ...signal, ...(input.looks !== undefined && { looks: input.looks }) };
}

function otherSignal(input: Input): Signal | undefined {
  const { evaluation, stored, sources, now } = input;
  switch (evaluation.state) {
    case "unknown":
      return undefined;
    case "cleared":
      if (stored?.state !== "open") return undefined;
      return {
        ...stored,
        state: "cleared",
        clearedAt: now,
        clearedBecause: evaluation.because,
        ...restingOn(sources, stored.restsOn?.map(({ connectionId }) => connectionId) ?? [], now),
      };
    case "open":
      return opened(input, findingOf(evaluation, sources));
  }
}

/** What a signal holds of it, and how fresh what it rests on is now. */
function findingOf(evaluation: Extract<Evaluation, { state: "open" }>, sources: SourceStates) {
  return {
    ...keptOf(evaluation),
    restsOn: [
      ...freshnessOf(sources, [...evaluation.connectionIds, ...(evaluation.restsOn ?? [])]),
    ],
  };
}

function restingOn(
  sources: SourceStates,
  ids: readonly ConnectionId[],
  now: Instant,
): Pick<Signal, "restsOn" | "evaluatedAt"> {
  return { restsOn: [...freshnessOf(sources, ids)], evaluatedAt: now };
}

function opened(
  { rule, subjectId, stored, sources, now }: Input,
  finding: ReturnType<typeof findingOf>,
): Signal | undefined {
  if (stored?.state === "open") {
    const isKnown = isSame(stored, finding) && !hasNewGoals(stored, finding.restsOn, sources);
    return isKnown ? undefined : { ...withoutLeader(stored), ...finding, evaluatedAt: now };
  }
  return {
    type: "signal",
    id: signalId(rule, subjectId),
    rule,
    subjectId,
    state: "open",
    generation: (stored?.generation ?? 0) + 1,
    ...finding,
    evaluatedAt: now,
    openedAt: now,
    ...(stored && earlierOf(stored)),
    revision: stored?.revision ?? 1,
  };
}

/** The opening that ended, behind those before it: asked for a moment of the past, they answer. */
function earlierOf({
  earlier = [],
  openedAt,
  clearedAt,
  clearedBecause,
}: Signal): Pick<Signal, "earlier"> {
  if (clearedAt === undefined) return {};
  const last = { openedAt, clearedAt, ...(clearedBecause !== undefined && { clearedBecause }) };
  return { earlier: [...earlier, last].slice(-earlierOpeningsMax) };
}

function withoutLeader({ leaderId: _leaderId, ...rest }: Signal): Omit<Signal, "leaderId"> {
  return rest;
}

function isSame(stored: Signal, finding: ReturnType<typeof findingOf>): boolean {
  const { severity, title, leaderId, evidence, teamIds, connectionIds } = finding;
  return (
    stored.severity === severity &&
    stored.title === title &&
    stored.leaderId === leaderId &&
    stored.evidence.sentence === evidence.sentence &&
    isAlike(stored.evidence.path, evidence.path) &&
    isAlike(stored.evidence.facts, evidence.facts) &&
    isAlike(stored.teamIds, teamIds) &&
    isAlike(stored.connectionIds, connectionIds)
  );
}

/**
 * Whether it now rests on a source of goals that it did not rest on before: that one was asked too. A
 * source that only became fresher, or is gone, is no difference.
 */
function hasNewGoals(
  { restsOn: before }: Signal,
  restsOn: readonly SourceFreshness[],
  sources: SourceStates,
): boolean {
  // Where not all are kept, which ones are depends on how fresh they are.
  if (!before || before.length >= restsOnMax) return false;
  const known = new Set(before.map(({ connectionId }) => connectionId));
  return restsOn.some(
    ({ connectionId: id }) => !known.has(id) && sources.get(id)?.providesGoals === true,
  );
}

/**
 * Whether two values would be stored alike: absent is undefined, and the order of attributes in a map, which
 * not every table keeps, means nothing.
 */
function isAlike(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (!isObject(a) || !isObject(b) || Array.isArray(a) !== Array.isArray(b)) return false;
  for (const name in a) if (!isAlike(a[name], b[name])) return false;
  for (const name in b) if (a[name] === undefined && b[name] !== undefined) return false;
  return true;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
