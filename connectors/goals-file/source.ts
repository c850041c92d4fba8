import { HubError } from "#shared/errors.ts";
import type {
  Presence,
  Probe,
  PulledPage,
  Reading,
  Source,
  SourceContext,
} from "#shared/kit/connector.ts";
import type { HeldFact } from "#shared/model/held-fact.ts";
import type { FactId } from "#shared/model/ids.ts";

import { addressesIn, goalFileId, normalizeGoals } from "./normalize.ts";
import type { NormalizedGoals } from "./normalize.ts";
import { parseGoalsFile } from "./parse-goals-file.ts";
import type { ParsedFile } from "./parse-goals-file.ts";
import { readFile } from "./read-file.ts";
import type { GoalsFileSettings } from "./settings.ts";

/** Mistakes shown at once in a probe; the rest shows after saving. */
const mistakesShownMax = 10;

/** The goals of one file. Every pull reads it whole. */
export function createGoalsFileSource(context: SourceContext<GoalsFileSettings>): Source {
  return new GoalsFileSource(context);
}

class GoalsFileSource implements Source {
  readonly #context: SourceContext<GoalsFileSettings>;

  constructor(context: SourceContext<GoalsFileSettings>) {
    this.#context = context;
  }

  async probe(): Promise<Probe> {
    const file = await this.#parsed();
    const [first] = file.rejected;
    if (file.rows.length === 0) {
      throw new HubError(
        "connector.misconfigured",
        first === undefined
          ? "The file holds no goals"
          : `No goal of the file can be read. The first mistake: ${first.reason}`,
      );
    }
    const { rejected } = await this.#normalized(file);
    return {
      identity: file.rows.length === 1 ? "1 goal" : `${file.rows.length} goals`,
      gaps: [...file.rejected, ...rejected]
        .slice(0, mistakesShownMax)
        .map(({ record, reason }) => ({ what: `Goals file, ${record}`, why: reason })),
    };
  }

  async *pull(): AsyncIterable<PulledPage> {
    const file = await this.#parsed();
    const count = file.rows.length + file.rejected.length;
    yield {
      ...(await this.#reading(file)),
      // Every run begins at the top.
      position: "top",
      isLast: true,
      recordsRead: count,
      recordsTotal: count,
    };
  }

  async *enumerate(): AsyncIterable<readonly FactId[]> {
    const { rows } = await this.#parsed();
    yield rows.map(({ row }) => goalFileId(this.#context.connectionId, row.id));
  }

  isOf(_collection: string, fact: HeldFact): boolean {
    return fact.type === "goal";
  }

  async readByIds(_collection: string, ids: readonly FactId[]): Promise<Reading> {
    const wanted = new Set(ids);
    const { changes, rejected } = await this.#reading(await this.#parsed());
    return {
      changes: changes.filter(
        (change) => change.kind === "upserted" && wanted.has(change.record.id),
      ),
      rejected,
    };
  }

  /** A goal whose row is wrong at the moment is not gone. */
  async confirm(
    _collection: string,
    ids: readonly FactId[],
  ): Promise<ReadonlyMap<FactId, Presence>> {
    const { connectionId } = this.#context;
    const file = await this.#parsed();
    const present = new Set<FactId>(file.rows.map(({ row }) => goalFileId(connectionId, row.id)));
    const wrong = new Set<FactId>(
      [...file.rejectedIds].filter((id) => id !== "").map((id) => goalFileId(connectionId, id)),
    );
    // A row without a readable id could be any goal.
    const mayBeAny = file.rejectedIds.has("");
    return new Map(
      ids.map((id) => [
        id,
        present.has(id) ? "present" : wrong.has(id) || mayBeAny ? "hidden" : "gone",
      ]),
    );
  }

  /** A file sends no webhooks. */
  async interpret(): Promise<Reading> {
    return { changes: [], rejected: [] };
  }

  async #parsed(): Promise<ParsedFile> {
    const { settings } = this.#context;
    return parseGoalsFile(await readFile(settings), settings);
  }

  async #reading(file: ParsedFile): Promise<Reading> {
    const { changes, rejected } = await this.#normalized(file);
    return { changes, rejected: [...file.rejected, ...rejected] };
  }

  async #normalized({ rows }: ParsedFile): Promise<NormalizedGoals> {
    const { connectionId, clock, resolveUrls } = this.#context;
    const readAt = clock.now();
    const resolveUrl = await resolveUrls(addressesIn(rows));
    return normalizeGoals(rows, { connectionId, resolveUrl, readAt });
  }
}
