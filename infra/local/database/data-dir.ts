import { mkdirSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { HubError } from "#shared/errors.ts";

/** Bytes written to see that the disk has room; less would hide in a block that is there already. */
const probeBytes = 64 * 1024;

/**
 * Creates the directory where it is missing and returns its real path. Throws `store.unavailable`
 * when it cannot be written, as on a full or read-only disk.
 */
export function openDataDir(path: string): string {
  const probe = join(path, ".write-probe");
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    writeFileSync(probe, Buffer.alloc(probeBytes), { flush: true });
    rmSync(probe);
    return realpathSync(path);
  } catch (error) {
    throw new HubError(
      "store.unavailable",
      `The data directory ${path} cannot be written (${codeOf(error)}): free space, allow writing or choose another directory.`,
      { cause: error },
    );
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "unknown reason";
}
