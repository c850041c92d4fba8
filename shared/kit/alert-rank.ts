import { GoalKind } from "#shared/model/facts.ts";
import { isIdOf } from "#shared/model/ids.ts";
import type { Alert, Severity } from "#shared/model/signal.ts";

/** What of an alert says how much it weighs among others. */
export type Ranked = Pick<Alert, "id" | "subjectId" | "severity" | "openedAt" | "evidence">;

const severities: Readonly<Record<Severity, number>> = { critical: 2, warning: 1, info: 0 };
/** The further up a kind of goal stands, the more hangs on it. */
const kinds: Readonly<Record<GoalKind, number>> = {
  theme: 5,
  objective: 4,
  "key-result": 3,
  initiative: 2,
};

/**
 * What weighs most first: by the severity, by the goal that it is about, and by the age. All of it is in the
 * alert, so that the rank costs no look at the graph.
 */
export function byWeight(a: Ranked, b: Ranked): number {
  return (
    severities[b.severity] - severities[a.severity] ||
    goalWeight(b) - goalWeight(a) ||
    compareText(a.openedAt, b.openedAt) ||
    compareText(a.id, b.id)
  );
}

/** By the kind of the goal that it is about, which rules name as a fact; less where it but touches one. */
function goalWeight({ subjectId, evidence: { facts, path } }: Ranked): number {
  if (isIdOf("goal", subjectId)) {
    const kind = GoalKind.safeParse(facts["kind"]);
    return kind.success ? kinds[kind.data] : 1;
  }
  return path.some(({ role }) => role === "goal") ? 1 : 0;
}

function compareText(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
