import type { ReadAnswer } from "./messages.ts";

export type Measured = Omit<ReadAnswer, "peakRssMiB">;

/** Time on the wall and of the processor, from now until it is called. */
export function startMeter(): () => { readonly ms: number; readonly cpuMs: number } {
  const startMs = performance.now();
  const start = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(start);
    return { ms: performance.now() - startMs, cpuMs: (user + system) / 1000 };
  };
}
