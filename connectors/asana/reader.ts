import type { Gap, PulledPage, Reading, SourceContext } from "#shared/kit/connector.ts";
import type { Rejected, Change } from "#shared/model/change.ts";

import type { AsanaClient } from "./client.ts";
import { isAbsent, isGone, isWithheld } from "./errors.ts";
import type { NormalizeContext, Normalized } from "./normalize.ts";
import type { AsanaSettings } from "./settings.ts";

/** What the readers of all collections share. */
export interface ReaderDeps {
  readonly client: AsanaClient;
  readonly source: SourceContext<AsanaSettings>;
}

/** One collection of Asana, by gids; `AsanaSource` speaks fact ids for all of them. */
export interface CollectionReader {
  pull(position: string | undefined): AsyncIterable<PulledPage>;
  enumerate(): AsyncIterable<readonly string[]>;
  /** The same with when each was changed, in epoch milliseconds, and the task above it. */
  enumerateOutlines?(): AsyncIterable<ReadonlyMap<string, GidOutline>>;
  /** The records of these gids as far as they are there and visible. */
  read(gids: readonly string[]): Promise<Reading>;
  /** Asks for one gid; throws what `isAbsent` knows when it is not there or hidden. */
  find(gid: string): Promise<unknown>;
}

export interface GidOutline {
  readonly version: number;
  /** Tasks and projects it is in, in their order. */
  readonly homes: readonly string[];
  readonly dependencies: readonly string[];
}

const noTeams: ReadonlyMap<string, string> = new Map();
const noPortfolios: ReadonlyMap<string, readonly string[]> = new Map();

/** The moment is taken before the question: what changed while Asana answered may be missing in it. */
export function contextOf(
  { source }: ReaderDeps,
  known: Partial<Pick<NormalizeContext, "teamOfProject" | "portfoliosOf" | "resolveUrl">> = {},
): NormalizeContext {
  return {
    connectionId: source.connectionId,
    settings: source.settings,
    readAt: source.clock.now(),
    resolveUrl: known.resolveUrl ?? (() => undefined),
    teamOfProject: known.teamOfProject ?? noTeams,
    portfoliosOf: known.portfoliosOf ?? noPortfolios,
  };
}

/** Sorts what was understood from what was not. */
export function readingOf(normalized: readonly Normalized[], gaps: readonly Gap[] = []): Reading {
  const changes: Change[] = [];
  const rejected: Rejected[] = [];
  for (const { change, rejected: reason } of normalized) {
    if (change) changes.push(change);
    else rejected.push(reason);
  }
  return { changes, rejected, ...(gaps.length > 0 && { gaps }) };
}

/** What a call gives, or undefined where the object is gone or hidden. Other failures pass on. */
export async function unlessAbsent<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

/** What a call gives, or undefined where the object is gone. Other failures pass on. */
export async function unlessGone<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

/** What a call gives, or the gap that explains why this workspace does not give it. */
export async function orGap<T>(
  what: string,
  call: Promise<T>,
): Promise<
  { readonly value: T; readonly gap?: never } | { readonly gap: Gap; readonly value?: never }
> {
  try {
    return { value: await call };
  } catch (error) {
    if (isWithheld(error)) return { gap: { what, why: error.message } };
    throw error;
  }
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** Batches, so that an enumeration never holds more than it must. */
export async function* inBatches<T>(items: AsyncIterable<T>): AsyncGenerator<readonly T[]> {
  const batchSize = 500;
  let batch: T[] = [];
  for await (const item of items) {
    batch.push(item);
    if (batch.length < batchSize) continue;
    yield batch;
    batch = [];
  }
  yield batch;
}
