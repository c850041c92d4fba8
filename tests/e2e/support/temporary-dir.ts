import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A fresh directory, and how to remove it with all that is in it. */
export async function temporaryDir(): Promise<{ readonly path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), "throughline-story-"));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}
