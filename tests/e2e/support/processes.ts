import { execFileSync } from "node:child_process";

/** Pids of the processes that a process has started and that still run. */
export function childrenOf(pid: number): readonly number[] {
  const lines = execFileSync("ps", ["-axo", "pid=,ppid="], { encoding: "utf8" }).split("\n");
  return lines
    .map((line) => line.trim().split(/\s+/u).map(Number))
    .flatMap(([child, parent]) => (parent === pid && child !== undefined ? [child] : []));
}
