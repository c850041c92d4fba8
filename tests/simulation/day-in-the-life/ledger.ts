import type { AssertedEdge, Change } from "#shared/model/change.ts";
import type { Fact } from "#shared/model/facts.ts";
import type { ConnectionId, FactId } from "#shared/model/ids.ts";
import { connectionId } from "#shared/model/ids.ts";
import { instantOf } from "#shared/model/time.ts";

/** The four products of the company; the first two hold its work. */
export const sources = {
  tracker: connectionId("tracker001"),
  planner: connectionId("planner001"),
  aims: connectionId("aims000001"),
  staff: connectionId("staff00001"),
} as const satisfies Record<string, ConnectionId>;
export type SourceName = keyof typeof sources;

/** A change as a source told it. */
export interface Recorded {
  readonly atMs: number;
  readonly change: Change;
}

/** What a record says, without its origin, which the ledger stamps. */
type Said<T extends Fact> = Omit<T, "connectionId" | "sourceVersion" | "readAt">;

interface Entry<T extends Fact> {
  record: Said<T>;
  edges: readonly AssertedEdge[];
  isRemoved: boolean;
}

/** A tool notes when something changed to the second, and tells of it a little later. */
const versionStepMs = 1000;
const toldAfterMs = 700;

/** What the tools hold of one kind of record, and the log of everything that happened to it. */
export class Ledger<T extends Fact> {
  readonly #entries = new Map<FactId, Entry<T>>();
  readonly #source: SourceName;
  readonly #log: Recorded[];
  readonly #nextMs: () => number;

  constructor(source: SourceName, log: Recorded[], nextMs: () => number) {
    this.#source = source;
    this.#log = log;
    this.#nextMs = nextMs;
  }

  /** Of what stands. */
  ids(): T["id"][] {
    return [...this.#entries].flatMap(([id, entry]) => (entry.isRemoved ? [] : [id]));
  }

  removedIds(): T["id"][] {
    return [...this.#entries].flatMap(([id, entry]) => (entry.isRemoved ? [id] : []));
  }

  read(id: T["id"]): Said<T> | undefined {
    const entry = this.#entries.get(id);
    return entry && !entry.isRemoved ? entry.record : undefined;
  }

  edges(id: T["id"]): readonly AssertedEdge[] {
    return this.#entries.get(id)?.edges ?? [];
  }

  /** Somebody saved the record; the tool tells of it whether anything is another or not. */
  say(record: Said<T>, edges: readonly AssertedEdge[] = this.edges(record.id)): void {
    this.#entries.set(record.id, { record, edges, isRemoved: false });
    const atMs = this.#nextMs();
    const stamped = { ...record, connectionId: sources[this.#source], ...stampOf(atMs) };
    // What was left out of the record is put back here, and nothing else.
    const change: Change = {
      kind: "upserted",
      record: stamped as unknown as Fact,
      edges: [...edges],
    };
    this.#log.push({ atMs, change });
  }

  change(id: T["id"], fields: Partial<Said<T>>, edges?: readonly AssertedEdge[]): void {
    const record = this.read(id);
    if (record) this.say({ ...record, ...fields }, edges ?? this.edges(id));
  }

  remove(id: T["id"]): void {
    const entry = this.#entries.get(id);
    if (!entry || entry.isRemoved) return;
    entry.isRemoved = true;
    const atMs = this.#nextMs();
    this.#log.push({ atMs, change: { kind: "removed", id, ...stampOf(atMs) } });
  }

  /** Back from the bin, as it went. */
  restore(id: T["id"]): void {
    const entry = this.#entries.get(id);
    if (entry?.isRemoved === true) this.say(entry.record, entry.edges);
  }
}

function stampOf(atMs: number) {
  const sourceVersion = atMs - (atMs % versionStepMs);
  return { sourceVersion, readAt: instantOf(atMs + toldAfterMs) };
}
