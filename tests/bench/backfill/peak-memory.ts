import { readFileSync } from "node:fs";

/**
 * The most memory that this process has held, in MiB. From Linux's own record of it: what `resourceUsage`
 * calls `maxRSS` is never below that of the process that started this one.
 */
export function peakRssMiB(): number {
  return (peakKiBIn("/proc/self/status") ?? process.resourceUsage().maxRSS) / 1024;
}

function peakKiBIn(path: string): number | undefined {
  try {
    const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/mu.exec(readFileSync(path, "utf8")) ?? [];
    return kibibytes === undefined ? undefined : Number(kibibytes);
  } catch {
    // Not on Linux.
    return undefined;
  }
}
