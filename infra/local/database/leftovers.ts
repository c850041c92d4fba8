import { execFile } from "node:child_process";
import { readFile, readdir } from "node:fs/promises";
import { promisify } from "node:util";

import type { Clock } from "#shared/ports/clock.ts";
import type { Logger } from "#shared/ports/logger.ts";

interface RunningProcess {
  readonly pid: number;
  readonly args: readonly string[];
}

/** A killed process is gone within milliseconds; this is how often and how long to look. */
const looksMax = 400;
const lookEveryMs = 5;

/**
 * Kills database servers on this very file that outlived a hub killed without notice. Only to be
 * called with the instance lock held: then no running hub can own them. A process counts only when
 * its own command line names our program and the file, so a reused pid is never hit.
 */
export async function killLeftovers(file: string, clock: Clock, logger: Logger): Promise<number> {
  const leftovers = (await listProcesses()).filter(({ args }) => serves(args, file));
  for (const { pid } of leftovers) {
    logger.warn("database.leftover-killed", { pid });
    kill(pid);
  }
  for (const { pid } of leftovers) await gone(pid, file, clock);
  return leftovers.length;
}

function serves(args: readonly string[], file: string): boolean {
  const [program = ""] = args;
  const at = args.indexOf("--db-path");
  return /(^|[\\/])dynoxide(\.exe)?$/u.test(program) && at > 0 && args[at + 1] === file;
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    // It ended between the listing and now.
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}

async function gone(pid: number, file: string, clock: Clock): Promise<void> {
  for (let look = 0; look < looksMax; look += 1) {
    const running = (await listProcesses()).find((candidate) => candidate.pid === pid);
    if (running === undefined || !serves(running.args, file)) return;
    await clock.sleep(lookEveryMs);
  }
}

/** Processes with their arguments; none on Windows, where a child's file stays locked instead. */
async function listProcesses(): Promise<readonly RunningProcess[]> {
  if (process.platform === "linux") return await listProc();
  if (process.platform === "win32") return [];
  const { stdout } = await promisify(execFile)("ps", ["-axww", "-o", "pid=,command="]);
  return stdout.split("\n").flatMap((line) => {
    const [, pid, command] = /^\s*(\d+)\s+(.+)$/u.exec(line) ?? [];
    return pid === undefined || command === undefined
      ? []
      : [{ pid: Number(pid), args: splitCommand(command) }];
  });
}

async function listProc(): Promise<readonly RunningProcess[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/u.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => ({ pid: Number(pid), args: await argsOf(pid) })),
  );
  return found.filter(({ args }) => args.length > 0);
}

async function argsOf(pid: string): Promise<readonly string[]> {
  try {
    return (await readFile(`/proc/${pid}/cmdline`, "utf8")).split("\0").slice(0, -1);
  } catch (error) {
    // It ended, or belongs to somebody whose processes are hidden from us.
    if (error instanceof Error) return [];
    throw error;
  }
}

/** `ps` joins arguments with spaces; the file is the last one and may hold spaces itself. */
function splitCommand(command: string): readonly string[] {
  const mark = " --db-path ";
  const at = command.indexOf(mark);
  if (at < 0) return [command];
  const [program = "", ...rest] = command.slice(0, at).split(/ (?=serve )/u);
  return [program, ...rest, "--db-path", command.slice(at + mark.length)];
}
