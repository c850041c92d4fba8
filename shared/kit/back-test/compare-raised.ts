import { signalId } from "#shared/model/ids.ts";
import type { SignalId } from "#shared/model/ids.ts";

import type { Raised } from "./raised-alerts.ts";

/** Alerts of two settings of one rule over the same time. */
export interface RaisedCompared {
  readonly both: number;
  readonly onlyNow: number;
  readonly onlyWanted: number;
}

/** Two are one alert where they are about the same finding of the same rule, and stood at the same time. */
export function compareRaised(now: readonly Raised[], wanted: readonly Raised[]): RaisedCompared {
  const byFinding = Map.groupBy(now, findingOf);
  const met = new Set<Raised>();
  let both = 0;
  for (const one of wanted) {
    const other = byFinding
      .get(findingOf(one))
      ?.find((candidate) => !met.has(candidate) && overlap(candidate, one));
    if (!other) continue;
    met.add(other);
    both += 1;
  }
  return { both, onlyNow: now.length - both, onlyWanted: wanted.length - both };
}

function findingOf({ episode: { rule, subjectId } }: Raised): SignalId {
  return signalId(rule, subjectId);
}

function overlap(a: Raised, b: Raised): boolean {
  const endsBefore = (one: Raised, other: Raised) =>
    one.endedAt !== undefined && one.endedAt < other.wantedSince;
  return !endsBefore(a, b) && !endsBefore(b, a);
}
