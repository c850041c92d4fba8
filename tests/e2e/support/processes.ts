import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/** Pids of the processes that a process has started and that still run. */
export function childrenOf(pid: number): readonly number[] {
  const all = process.platform === "linux" ? fromProc() : fromPs();
  return all.filter(({ parent }) => parent === pid).map((one) => one.pid);
}

interface Running {
  readonly pid: number;
  readonly parent: number;
}

/** Small machines have no `ps`. */
function fromProc(): readonly Running[] {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/u.test(name));
  return pids.map((pid) => ({ pid: Number(pid), parent: parentOf(pid) }));
}

function parentOf(pid: string): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    return Number(/^PPid:\s+(\d+)$/mu.exec(status)?.[1] ?? 0);
  } catch (error) {
    // It ended between the listing and now.
    if (error instanceof Error) return 0;
    throw error;
  }
}

function fromPs(): readonly Running[] {
  const lines = execFileSync("ps", ["-axo", "pid=,ppid="], { encoding: "utf8" }).split("\n");
  return lines.map((line) => {
    const [pid = 0, parent = 0] = line.trim().split(/\s+/u).map(Number);
    return { pid, parent };
  });
}
