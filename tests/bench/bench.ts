/** A measured figure beside the limit or peer of the same run. Only ratios are judged, never times. */
export interface Check {
  readonly what: string;
  readonly measured: number;
  /** What the peer did, or what the limit is, in the same run and unit. */
  readonly limit: number;
  /** What the limit is: "JSON.parse alone". */
  readonly limitName: string;
  readonly unit: string;
  /** Default: measured ÷ limit. Given where rounds were paired, so that noise cancels out. */
  readonly ratio?: number;
  readonly target: { readonly atMost: number } | { readonly atLeast: number };
}

export interface BenchResult {
  readonly checks: readonly Check[];
  /** Lines worth reading beside the checks: absolute times, counts, what a unit was for. */
  readonly notes: readonly string[];
  /** Why nothing could be measured here; then there are no checks, and nothing is missed. */
  readonly skipped?: string;
}

export interface BenchOptions {
  /** `--full`: also the workloads that take many minutes. */
  readonly isFull: boolean;
}

export interface Bench {
  readonly id: string;
  readonly title: string;
  run(options: BenchOptions): Promise<BenchResult>;
}

export function ratioOf(check: Check): number {
  return check.ratio ?? check.measured / check.limit;
}

/** A ratio that is no number proves nothing, so it passes nothing. */
export function passes(check: Check): boolean {
  const ratio = ratioOf(check);
  const { target } = check;
  return "atMost" in target ? ratio <= target.atMost : ratio >= target.atLeast;
}
