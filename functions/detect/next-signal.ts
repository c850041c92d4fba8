import type { Evaluation } from "#shared/kit/rule.ts";
import { shortText } from "#shared/model/facts.ts";
import type { RuleName, SubjectId } from "#shared/model/ids.ts";
import { signalId } from "#shared/model/ids.ts";
import type { Signal } from "#shared/model/signal.ts";
import type { Instant } from "#shared/model/time.ts";

interface Input {
  readonly rule: RuleName;
  readonly subjectId: SubjectId;
  readonly evaluation: Evaluation;
  readonly stored: Signal | undefined;
  readonly now: Instant;
}

/**
 * What the signal becomes; undefined when it stays as it is. Unknown changes nothing: it neither
 * opens, for absence is not proven, nor clears, for nothing was mended.
 */
export function nextSignal(input: Input): Signal | undefined {
  const { evaluation, stored, now } = input;
  switch (evaluation.state) {
    case "unknown":
      return undefined;
    case "cleared":
      if (stored?.state !== "open") return undefined;
      return { ...stored, state: "cleared", clearedAt: now, clearedBecause: evaluation.because };
    case "open":
      return opened(input, findingOf(evaluation));
  }
}

/** Cut to what a signal may hold: names of a source may each be short and together too long. */
function findingOf({ leaderId, ...evaluation }: Extract<Evaluation, { state: "open" }>) {
  const { sentence, path, facts } = evaluation.evidence;
  return {
    severity: evaluation.severity,
    title: cut(evaluation.title, 400),
    evidence: {
      sentence: cut(sentence, 1000),
      path: path.slice(0, 40).map((node) => ({ ...node, label: cut(node.label, 400) })),
      facts,
    },
    teamIds: evaluation.teamIds.slice(0, 4),
    connectionIds: evaluation.connectionIds.slice(0, 4),
    ...(leaderId !== undefined && { leaderId }),
  };
}

function cut(text: string, max: number): string {
  return text.length <= max ? text : (shortText(text, max) ?? "");
}

function opened(
  { rule, subjectId, stored, now }: Input,
  finding: ReturnType<typeof findingOf>,
): Signal | undefined {
  if (stored?.state === "open") {
    return isSame(stored, finding) ? undefined : { ...withoutLeader(stored), ...finding };
  }
  return {
    type: "signal",
    id: signalId(rule, subjectId),
    rule,
    subjectId,
    state: "open",
    generation: (stored?.generation ?? 0) + 1,
    ...finding,
    openedAt: now,
    revision: stored?.revision ?? 1,
  };
}

function withoutLeader({ leaderId: _leaderId, ...rest }: Signal): Omit<Signal, "leaderId"> {
  return rest;
}

function isSame(stored: Signal, finding: Partial<Signal>): boolean {
  const pick = (value: Partial<Signal>) =>
    JSON.stringify([
      value.severity,
      value.title,
      value.evidence?.sentence,
      value.evidence?.path,
      sortedEntries(value.evidence?.facts),
      value.teamIds,
      value.connectionIds,
      value.leaderId,
    ]);
  return pick(stored) === pick(finding);
}

/** Attribute order inside a stored map is not kept by every table. */
function sortedEntries(facts: Readonly<Record<string, unknown>> | undefined): unknown {
  return Object.entries(facts ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1));
}
