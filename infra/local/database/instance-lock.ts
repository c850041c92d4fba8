import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

import { HubError } from "#shared/errors.ts";

export interface InstanceLock {
  release(): void;
}

/**
 * Takes a data directory for this process alone. The lock is SQLite's exclusive file lock, which the
 * operating system drops with the process however it dies: unlike a pid file it is never stale and
 * cannot mistake a reused pid for its owner. The pid file beside it only names the owner.
 * Throws `entity.conflict` while another process holds it.
 */
export function lockDataDir(dataDir: string, pid: number): InstanceLock {
  const pidFile = join(dataDir, "hub.pid");
  const lock = new DatabaseSync(join(dataDir, "hub.lock"), { timeout: 0 });
  try {
    lock.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE");
  } catch (error) {
    lock.close();
    if (!isBusy(error)) throw error;
    throw new HubError(
      "entity.conflict",
      `Another hub (process ${ownerOf(pidFile)}) already uses the data directory ${dataDir}: stop it, or start this one with another directory.`,
      { cause: error },
    );
  }
  writeFileSync(pidFile, `${String(pid)}\n`);
  return { release: () => lock.close() };
}

function ownerOf(pidFile: string): string {
  try {
    return readFileSync(pidFile, "utf8").trim();
  } catch (error) {
    // The owner has taken the lock, but not yet written its pid.
    if (error instanceof Error) return "unknown";
    throw error;
  }
}

/** SQLITE_BUSY: somebody else holds the lock. sqlite.org/rescode.html#busy, 2026-11 */
function isBusy(error: unknown): boolean {
  return error instanceof Error && "errcode" in error && error.errcode === 5;
}
