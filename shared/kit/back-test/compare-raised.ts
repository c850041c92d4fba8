import type { Raised } from "./raised-alerts.ts";

/** Alerts of two settings of one rule over the same time. */
export interface RaisedCompared {
  readonly both: number;
  readonly onlyNow: number;
  readonly onlyWanted: number;
}

/** Two are one alert where they are about the same subject and their findings stood at the same time. */
export function compareRaised(now: readonly Raised[], wanted: readonly Raised[]): RaisedCompared {
  const bySubject = Map.groupBy(now, ({ episode }) => episode.subjectId);
  const met = new Set<Raised>();
  let both = 0;
  for (const one of wanted) {
    const other = bySubject
      .get(one.episode.subjectId)
      ?.find((candidate) => !met.has(candidate) && overlap(candidate, one));
    if (!other) continue;
    met.add(other);
    both += 1;
  }
  return { both, onlyNow: now.length - both, onlyWanted: wanted.length - both };
}

function overlap({ episode: a }: Raised, { episode: b }: Raised): boolean {
  const endsBefore = (one: Raised["episode"], other: Raised["episode"]) =>
    one.clearedAt !== undefined && one.clearedAt < other.openedAt;
  return !endsBefore(a, b) && !endsBefore(b, a);
}
