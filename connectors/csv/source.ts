import * as z from "zod";

import type {
  Presence,
  Probe,
  PulledPage,
  Reading,
  Source,
  SourceContext,
} from "#shared/kit/connector.ts";
import type { KeptRow } from "#shared/kit/uploaded-files.ts";
import type { Change, Rejected, Upsert } from "#shared/model/change.ts";
import type { HeldFact } from "#shared/model/held-fact.ts";
import type { FactId } from "#shared/model/ids.ts";
import { readFactId } from "#shared/model/ids.ts";

import { PersonRow, TeamRow, UnitRow } from "./file-rows.ts";
import { KeptFile } from "./kept-file.ts";
import { companyUnit, normalizePerson, normalizeTeam, normalizeUnit } from "./normalize.ts";
import type { Circumstances } from "./normalize.ts";
import { isTeamNative } from "./row-ids.ts";
import type { CsvSettings } from "./settings.ts";

/** How far a run is: in which shelf of which file, and at which part of it. */
const Position = z.strictObject({
  generation: z.string(),
  shelf: z.string(),
  part: z.int().nonnegative(),
});
type Position = z.infer<typeof Position>;

/** Every run reads all: a kept file has no changes, only a successor. */
const top = "top";

interface Shelf {
  readonly name: string;
  readonly normalize: (row: KeptRow, where: Circumstances) => Upsert | Rejected;
}

const shelves: Readonly<Record<string, readonly Shelf[]>> = {
  people: [
    { name: "units", normalize: normalizing(UnitRow, normalizeUnit) },
    { name: "people", normalize: normalizing(PersonRow, normalizePerson) },
  ],
  teams: [{ name: "teams", normalize: normalizing(TeamRow, normalizeTeam) }],
};

/** What files that were uploaded say. */
export function createCsvSource(context: SourceContext<CsvSettings>): Source {
  return new CsvSource(context);
}

class CsvSource implements Source {
  readonly #context: SourceContext<CsvSettings>;

  constructor(context: SourceContext<CsvSettings>) {
    this.#context = context;
  }

  /** That what is kept can be read; which file is in force may change at any moment. */
  async probe(): Promise<Probe> {
    await Promise.all(Object.keys(shelves).map((kind) => this.#file(kind).current()));
    return { identity: "Uploaded files", gaps: [] };
  }

  async *pull(collection: string, position: string | undefined): AsyncIterable<PulledPage> {
    const file = this.#file(collection);
    const total = (await file.current())?.rows ?? 0;
    const from = readPosition(position);
    let last: PulledPage | undefined;
    for await (const page of this.#pages(collection, from)) {
      if (last) yield last;
      last = { ...page, isLast: false, recordsTotal: total };
    }
    yield {
      changes: [],
      rejected: [],
      recordsRead: 0,
      recordsTotal: total,
      ...last,
      position: top,
      isLast: true,
    };
  }

  /** All shelves of the collection's file, each page with where the next begins. */
  async *#pages(
    collection: string,
    from: Position | undefined,
  ): AsyncIterable<Reading & Pick<PulledPage, "position" | "recordsRead">> {
    const all = shelves[collection] ?? [];
    const names = all.map(({ name }) => name);
    for await (const { shelf: name, rows, next } of this.#file(collection).pages(names, from)) {
      const shelf = all.find((each) => each.name === name);
      if (!shelf) continue;
      const { changes, rejected } = this.#reading(shelf, rows);
      // The company comes with the units that hang below it.
      const above = name === "units" && rows.length > 0 ? [companyUnit(this.#where())] : [];
      yield {
        changes: [...above, ...changes],
        rejected,
        position: JSON.stringify(next),
        recordsRead: name === "units" ? 0 : rows.length,
      };
    }
  }

  #reading(shelf: Shelf, rows: readonly KeptRow[]): Reading {
    const where = this.#where();
    const changes: Upsert[] = [];
    const rejected: Rejected[] = [];
    for (const row of rows) {
      const read = shelf.normalize(row, where);
      if ("kind" in read) changes.push(read);
      else rejected.push(read);
    }
    return { changes, rejected };
  }

  async *enumerate(collection: string): AsyncIterable<readonly FactId[]> {
    for await (const { changes } of this.#pages(collection, undefined)) yield idsOf(changes);
  }

  isOf(collection: string, fact: HeldFact): boolean {
    if (fact.type === "person") return collection === "people";
    if (fact.type !== "org-unit") return false;
    const native = readFactId(fact.id)?.nativeId ?? "";
    return isTeamNative(native) === (collection === "teams");
  }

  async readByIds(collection: string, ids: readonly FactId[]): Promise<Reading> {
    const wanted = new Set<FactId>(ids);
    const changes: Change[] = [];
    const rejected: Rejected[] = [];
    // Rows are kept by the file's own words, which an id does not always hold: the file is looked through.
    for await (const page of this.#pages(collection, undefined)) {
      changes.push(
        ...page.changes.filter(
          (change) => change.kind === "upserted" && wanted.has(change.record.id),
        ),
      );
      rejected.push(...page.rejected.filter(({ id }) => id !== undefined && wanted.has(id)));
      for (const id of idsOf(page.changes)) wanted.delete(id);
      if (wanted.size === 0) break;
    }
    return { changes, rejected };
  }

  /** What the newest file does not have is gone; that is what uploading it said. */
  async confirm(
    collection: string,
    ids: readonly FactId[],
  ): Promise<ReadonlyMap<FactId, Presence>> {
    const present = new Set<FactId>();
    let isAnyHidden = false;
    for await (const { changes, rejected } of this.#pages(collection, undefined)) {
      for (const id of idsOf(changes)) present.add(id);
      isAnyHidden ||= rejected.length > 0;
    }
    return new Map(
      ids.map((id) => [id, present.has(id) ? "present" : isAnyHidden ? "hidden" : "gone"]),
    );
  }

  /** Nobody sends to it but people, and their uploads are pulled. */
  async interpret(): Promise<Reading> {
    return { changes: [], rejected: [] };
  }

  #file(collection: string): KeptFile {
    return new KeptFile(this.#context.kept, collection);
  }

  #where(): Circumstances {
    const { connectionId, settings, clock } = this.#context;
    return { connectionId, companyName: settings.companyName, readAt: clock.now() };
  }
}

function idsOf(changes: readonly Change[]): readonly FactId[] {
  return changes.flatMap((change) => (change.kind === "upserted" ? [change.record.id] : []));
}

/** Anything that is no position of ours begins at the top, where nothing is lost. */
function readPosition(text: string | undefined): Position | undefined {
  if (text === undefined || text === top) return undefined;
  try {
    return Position.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** A row through its schema; one that an erasure or another release left unreadable is set aside. */
function normalizing<T>(
  schema: z.ZodType<T>,
  normalize: (row: T, where: Circumstances) => Upsert,
): Shelf["normalize"] {
  return (row, where) => {
    const parsed = schema.safeParse(row);
    if (parsed.success) return normalize(parsed.data, where);
    const path = parsed.error.issues[0]?.path.join(".") ?? "";
    return {
      record: "a row of the uploaded file",
      reason: `It is broken at ${path}: upload it again`,
    };
  };
}
