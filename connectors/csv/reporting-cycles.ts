/** Who works for whom from a day on; `from` sorts as text, the empty text before all days. */
export interface Report {
  readonly key: string;
  readonly from: string;
  readonly managerKey: string | undefined;
}

/**
 * Reporting lines that lead back to where they began, each once, as the keys on the way. A circle is
 * closed by the last of its steps to begin, so it is enough to walk up from each step on its own day.
 */
export function findCycles(reports: readonly Report[]): readonly (readonly string[])[] {
  const timelines = new Map<string, Report[]>();
  for (const report of reports) {
    const line = timelines.get(report.key);
    if (line) line.push(report);
    else timelines.set(report.key, [report]);
  }
  for (const line of timelines.values()) line.sort((a, b) => (a.from < b.from ? -1 : 1));
  const managerOn = (key: string, day: string) =>
    timelines.get(key)?.findLast(({ from }) => from <= day)?.managerKey;
  const byDay = Map.groupBy(reports, ({ from }) => from);
  const cycles = new Map<string, readonly string[]>();
  for (const [day, begun] of byDay) {
    const settled = new Set<string>();
    for (const { key } of begun) {
      const cycle = cycleFrom(key, settled, (each) => managerOn(each, day));
      if (cycle) cycles.set(cycle.toSorted().join("\n"), cycle);
    }
  }
  return [...cycles.values()];
}

/** Walks up; `settled` are those from whom no circle is reached that was not told already. */
function cycleFrom(
  start: string,
  settled: Set<string>,
  managerOf: (key: string) => string | undefined,
): readonly string[] | undefined {
  const path = new Set<string>();
  let key: string | undefined = start;
  while (key !== undefined && !settled.has(key) && !path.has(key)) {
    path.add(key);
    key = managerOf(key);
  }
  for (const each of path) settled.add(each);
  if (key === undefined || !path.has(key)) return undefined;
  const way = [...path];
  return way.slice(way.indexOf(key));
}
