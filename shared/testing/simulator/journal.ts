import { appendFileSync, existsSync, mkdirSync, readFileSync, truncateSync } from "node:fs";
import { dirname } from "node:path";

import * as z from "zod";

import { Instant } from "#shared/model/time.ts";

const Line = z.strictObject({ at: Instant, operation: z.unknown() });

/** One operation that changed a simulator's state, and when. */
export type JournalLine = z.infer<typeof Line>;

/**
 * The operations since the seed, one JSON line each, so that a simulator killed and started again has
 * the state it had. Without a path it keeps nothing. A process that dies between two lines loses
 * nothing (the kernel has the write); a torn last line is cut off when the file is opened.
 */
export class Journal {
  readonly #path: string | undefined;

  constructor(path?: string) {
    this.#path = path;
    if (path === undefined) return;
    mkdirSync(dirname(path), { recursive: true });
    if (existsSync(path)) cutTornLine(path);
  }

  append(line: JournalLine): void {
    if (this.#path !== undefined) appendFileSync(this.#path, `${JSON.stringify(line)}\n`);
  }

  /** All lines, oldest first. Throws on a line that is not one: a file that somebody edited. */
  read(): readonly JournalLine[] {
    if (this.#path === undefined || !existsSync(this.#path)) return [];
    return readFileSync(this.#path, "utf8")
      .split("\n")
      .filter((text) => text !== "")
      .map((text) => Line.parse(JSON.parse(text)));
  }
}

function cutTornLine(path: string): void {
  const bytes = readFileSync(path);
  const end = bytes.lastIndexOf("\n") + 1;
  if (end < bytes.byteLength) truncateSync(path, end);
}
