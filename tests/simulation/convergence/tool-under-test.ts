import type { Clock } from "#shared/ports/clock.ts";
import type { Faults } from "#shared/testing/simulator/faults.ts";

/** Numbers in [0, 1) that depend on the seed alone. */
export type Random = () => number;

/** One simulated source as the convergence runs see it: it changes, it makes trouble, it gets well. */
export interface ToolUnderTest {
  readonly connector: string;
  /** What a connection is made with; secrets included. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly faults: Faults;
  /** Paths of the vendor's API begin so: where request faults are armed. */
  readonly apiPrefix: string;
  /** One thing that people do; a refusal by the tool counts as nothing done. */
  change(random: Random): void;
  /** Something that an admin of the tool does to us; returns what takes it back. */
  annoy(random: Random): () => void;
  /** Cursors that the tool gave out expire, now or in the middle of a read to come. */
  expireCursors(random: Random): void;
  /** How often readers met an expired cursor so far, by kind. */
  cursorsMet(): Readonly<Record<string, number>>;
  /** Resolves when every webhook that was sent has been answered. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

export interface ToolKind {
  readonly connector: string;
  /** The kinds of expired cursors that `cursorsMet` counts. */
  readonly expiries: readonly string[];
  /** How long its pages are is up to chance. */
  start(clock: Clock, random: Random): Promise<ToolUnderTest>;
}

/** Short ones, so that a small tool's lists have pages to go on from. */
export function pageRows(random: Random): number {
  return 1 + Math.floor(random() * 4);
}

export function pick<T>(random: Random, from: readonly T[]): T | undefined {
  return from[Math.floor(random() * from.length)];
}
