import { HubError } from "#shared/errors.ts";
import { readFileState, readParts } from "#shared/kit/uploaded-files.ts";
import type { Generation, KeptRow } from "#shared/kit/uploaded-files.ts";
import type { KeptRecords } from "#shared/ports/kept-records.ts";

/** So many parts are in memory at once. */
const partsPerRead = 8;
/** Uploads that follow each other faster than they can be read; somebody is at it by machine. */
const attemptsMax = 5;

/** How far a reading is: at which part of which shelf of which file. */
export interface Place {
  readonly generation: string;
  readonly shelf: string;
  readonly part: number;
}

/** Some rows of a shelf. */
export interface RowsPage {
  readonly shelf: string;
  readonly rows: readonly KeptRow[];
  /** Where the next page begins. */
  readonly next: Place;
}

/** The newest file of a kind, as rows. */
export class KeptFile {
  readonly #kept: KeptRecords;
  readonly #kind: string;

  constructor(kept: KeptRecords, kind: string) {
    this.#kept = kept;
    this.#kind = kind;
  }

  async current(): Promise<Generation | undefined> {
    return (await readFileState(this.#kept, this.#kind))?.current;
  }

  /**
   * The rows of some shelves in turn, from a place on. Where another file is applied meanwhile, reading
   * begins anew with that one: all of it is given then, and what was given before is the older file's.
   */
  async *pages(shelves: readonly string[], from: Place | undefined): AsyncIterable<RowsPage> {
    let start = from;
    for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
      const generation = await this.current();
      if (!generation) return;
      if (yield* this.#through(generation, stepsOf(generation, shelves, start))) return;
      start = undefined;
    }
    throw new HubError("connector.unavailable", "Files follow each other too fast to be read");
  }

  /** False where the generation went away on the way. */
  async *#through(
    generation: Generation,
    steps: readonly Step[],
  ): AsyncGenerator<RowsPage, boolean> {
    for (const { shelf, parts, end } of steps) {
      const read = await readParts(this.#kept, generation, { shelf, parts });
      if (!read) {
        await this.#assertReplaced(generation);
        return false;
      }
      yield { shelf, rows: read.flat(), next: { generation: generation.id, shelf, part: end } };
    }
    return true;
  }

  /** A part that is missing of the file that still holds is a loss, and not another file. */
  async #assertReplaced(generation: Generation): Promise<void> {
    if ((await this.current())?.id !== generation.id) return;
    throw new HubError(
      "connector.drifted",
      "A part of the uploaded file is missing: upload the file again",
    );
  }
}

interface Step {
  readonly shelf: string;
  readonly parts: readonly number[];
  readonly end: number;
}

/** All that is to be read from a place of this generation on; a place of another one begins at the top. */
function stepsOf(
  generation: Generation,
  shelves: readonly string[],
  from: Place | undefined,
): readonly Step[] {
  const at = from?.generation === generation.id ? shelves.indexOf(from.shelf) : -1;
  return shelves.slice(Math.max(0, at)).flatMap((shelf, index): readonly Step[] => {
    const count = generation.shelves[shelf]?.parts ?? 0;
    const first = at >= 0 && index === 0 ? (from?.part ?? 0) : 0;
    const starts = Array.from(
      { length: Math.max(0, Math.ceil((count - first) / partsPerRead)) },
      (_, step) => first + step * partsPerRead,
    );
    return starts.map((start) => {
      const end = Math.min(count, start + partsPerRead);
      const parts = Array.from({ length: end - start }, (_, part) => start + part);
      return { shelf, parts, end };
    });
  });
}
