import type { Bench, BenchOptions } from "./bench.ts";
import { passes } from "./bench.ts";
import { checkLines } from "./report.ts";

/** The benchmarks of these ids in the registry's order, all where none is named; else the unknown ids. */
export function selectBenches(
  benches: readonly Bench[],
  ids: readonly string[],
): { readonly selected: readonly Bench[] } | { readonly unknown: readonly string[] } {
  const wanted = new Set(ids.map((id) => id.toUpperCase()));
  const unknown = [...wanted].filter((id) => !benches.some((bench) => bench.id === id));
  if (unknown.length > 0) return { unknown };
  return { selected: benches.filter(({ id }) => wanted.size === 0 || wanted.has(id)) };
}

/** Runs one after the other and prints each; true when no ratio missed its target and none broke. */
export async function runBenches(
  benches: readonly Bench[],
  print: (line: string) => void,
  options: BenchOptions = { isFull: false },
): Promise<boolean> {
  const missed: string[] = [];
  for (const bench of benches) {
    print(`\n${bench.id}  ${bench.title}`);
    if (!(await runOne(bench, print, options))) missed.push(bench.id);
  }
  print(
    missed.length === 0 ? "\nAll ratios meet their targets." : `\nMissed: ${missed.join(", ")}`,
  );
  return missed.length === 0;
}

async function runOne(
  bench: Bench,
  print: (line: string) => void,
  options: BenchOptions,
): Promise<boolean> {
  try {
    const { checks, notes, skipped } = await bench.run(options);
    if (skipped !== undefined) print(`  skipped: ${skipped}`);
    for (const line of checks.flatMap(checkLines)) print(`  ${line}`);
    for (const note of notes) print(`    ${note}`);
    // A benchmark that judges nothing and does not say why is broken, not good.
    if (checks.length === 0 && skipped === undefined) print("  FAIL  nothing was measured");
    return checks.every(passes) && (checks.length > 0 || skipped !== undefined);
  } catch (error) {
    print(`  FAIL  ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    return false;
  }
}
