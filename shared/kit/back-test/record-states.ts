import {
  byAsserter,
  endsOf,
  historyIdOf,
  lacksTitle,
  type PastParts,
  standingAt,
  type Standing,
} from "#shared/graph/graph-as-of.ts";
import type { LiveGraph } from "#shared/graph/live-graph.ts";
import type { RememberedRecord } from "#shared/graph/record-as-of.ts";
import type { Dependency, Link } from "#shared/model/edges.ts";
import type { Goal, WorkItem } from "#shared/model/facts.ts";
import type { FactId, GoalId } from "#shared/model/ids.ts";
import type { Instant } from "#shared/model/time.ts";

import type { Delta } from "../rule.ts";

type Edge = Link | Dependency;

/** What a record became. */
export interface Step {
  readonly id: FactId;
  readonly deltas: readonly Delta[];
  /** From here on all of it is known, and before it was not. */
  readonly isKnownNow: boolean;
}

/** The records of the graph as the hub held them, each moved on from moment to moment. */
export class RecordStates {
  readonly #records: readonly RememberedRecord[];
  readonly #asserted: ReadonlyMap<FactId, readonly Edge[]>;
  readonly #histories: PastParts["histories"];
  readonly #linkRules: PastParts["linkRules"];
  readonly #standing: Standing[];
  /** Those of which not all is known. */
  readonly #hazy = new Set<number>();

  /** As of a moment. */
  constructor({ records, edges, histories, linkRules }: PastParts, at: Instant) {
    this.#records = records;
    this.#asserted = byAsserter(edges);
    this.#histories = histories;
    this.#linkRules = linkRules;
    this.#standing = records.map((record) => this.#standingOf(record, at));
    for (const [index, standing] of this.#standing.entries()) {
      if (this.#isHazy(index, standing, at)) this.#hazy.add(index);
    }
  }

  /** Fills a graph with what stands, and tells which records are not wholly known. */
  fill(live: LiveGraph): readonly RememberedRecord[] {
    return this.#records.filter((record, at) => {
      const standing = this.#standing[at];
      if (standing?.how === "removed") live.graph.addRemoved(record.past.id);
      const fact = standing && factOf(standing);
      if (fact?.type === "goal") live.putGoal(fact);
      else if (fact) live.putItem(fact);
      for (const edge of standing ? edgesOf(standing) : []) putEdge(live, edge);
      return this.#hazy.has(at);
    });
  }

  /** The goals that a record names now, or is known to have named. */
  *goalsNamedBy({ past }: RememberedRecord): Iterable<GoalId> {
    for (const edge of this.#asserted.get(past.id) ?? []) if (edge.type === "link") yield edge.toId;
    for (const { came, went } of past.rows) {
      for (const edge of [...came, ...went]) if (edge.type === "link") yield edge.toId;
    }
  }

  /** When records became something else after a moment and no later than another: which, and when. */
  *moments(after: Instant, until: Instant): Iterable<readonly [Instant, number]> {
    for (const [index, record] of this.#records.entries()) {
      for (const at of this.#momentsOf(record)) if (after < at && at <= until) yield [at, index];
    }
  }

  /** Moves one record on; moments never go back. */
  step(index: number, at: Instant): Step | undefined {
    const [record, was] = [this.#records[index], this.#standing[index]];
    if (!record || !was) return undefined;
    const is = this.#standingOf(record, at);
    this.#standing[index] = is;
    const { id } = record.past;
    const isKnownNow = !this.#isHazy(index, is, at) && this.#hazy.delete(index);
    return { id, deltas: deltasBetween(was, is, id), isKnownNow };
  }

  #isHazy(index: number, { how }: Standing, at: Instant): boolean {
    if (how === "told" || how === "unknown") return true;
    const record = this.#records[index];
    if (!record || !lacksTitle(record, this.#linkRules)) return false;
    // Until it was removed for good.
    const removedAt = record.past.rows.at(-1)?.at;
    return removedAt !== undefined && at < removedAt;
  }

  *#momentsOf({ past }: RememberedRecord): Iterable<Instant> {
    const moments = new Set(past.rows.map(({ at }) => at));
    moments.add(past.since);
    const history = past.isCut ? this.#histories.get(historyIdOf(past.id)) : undefined;
    for (const { at } of history?.transitions ?? []) if (at < past.since) moments.add(at);
    yield* moments;
  }

  /** What was first stored at a moment the hub had not heard of before, whatever its tool says of then. */
  #standingOf(record: RememberedRecord, at: Instant): Standing {
    const { id, since, isCut } = record.past;
    if (at < since && !isCut) return { how: "absent" };
    const history = this.#histories.get(historyIdOf(id));
    return standingAt(record, { own: this.#asserted.get(id) ?? [], history, at });
  }
}

function factOf(standing: Standing): WorkItem | Goal | undefined {
  if (standing.how === "whole") return standing.fact;
  return standing.how === "told" ? standing.told.fact : undefined;
}

function edgesOf(standing: Standing): readonly Edge[] {
  if (standing.how === "whole") return standing.edges;
  if (standing.how !== "told" || standing.told.fact.type === "goal") return [];
  const { fact, blockedBy } = standing.told;
  return [...blockedBy].map((blockingId) => ({
    type: "dependency",
    blockedId: fact.id,
    blockingId,
    source: "native",
    assertedBy: fact.id,
    createdAt: never,
  }));
}

/** When an edge was stated is not remembered of those that went. */
const never = "1970-01-01T00:00:00.000Z" as Instant;

function putEdge(live: LiveGraph, edge: Edge): void {
  if (edge.type === "link") live.putLink(edge);
  else live.putDependency(edge);
}

function deltasBetween(was: Standing, is: Standing, id: FactId): readonly Delta[] {
  const [before, after] = [factOf(was), factOf(is)];
  const deltas: Delta[] = [];
  if (before && after) deltas.push({ before, after });
  else if (after) deltas.push({ after });
  else if (before) deltas.push({ before });
  else if (is.how === "removed" && was.how !== "removed") deltas.push({ buriedId: id });
  const [held, holds] = [byEnds(edgesOf(was)), byEnds(edgesOf(is))];
  for (const [ends, edge] of held) if (!holds.has(ends)) deltas.push({ before: edge });
  for (const [ends, edge] of holds) {
    const one = held.get(ends);
    if (!one) deltas.push({ after: edge });
    else if (saysElse(one, edge)) deltas.push({ before: one, after: edge });
  }
  return deltas;
}

function byEnds(edges: readonly Edge[]): ReadonlyMap<string, Edge> {
  return new Map(edges.map((edge) => [endsOf(edge), edge]));
}

/** Of links it is remembered how much they count and until when. */
function saysElse(a: Edge, b: Edge): boolean {
  return (
    a.type === "link" &&
    b.type === "link" &&
    (a.confidence !== b.confidence || a.weight !== b.weight || a.expiresAt !== b.expiresAt)
  );
}
