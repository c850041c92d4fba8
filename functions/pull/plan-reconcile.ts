import * as z from "zod";

import type { Collection, Source } from "#shared/kit/connector.ts";
import type { Connection } from "#shared/model/connection.ts";
import type { HeldFact } from "#shared/model/held-fact.ts";
import type { FactId } from "#shared/model/ids.ts";
import { epochMsOf, hourMs, Instant } from "#shared/model/time.ts";
import { eachHeldFact } from "#shared/store/held.ts";

import type { PullDeps } from "./deps.ts";

export interface Reconciling {
  readonly connection: Connection;
  readonly collection: Collection;
  readonly source: Source;
}

interface Plan {
  /** The parts to enumerate; undefined: the whole collection. */
  readonly parts: readonly string[] | undefined;
  /** When the collection was last enumerated whole, this time included. */
  readonly wholeAt: Instant;
  /** When it was before this time; absent: never. */
  readonly wholeBefore: Instant | undefined;
  /** How many records were out of sight at the last reconcile; undefined: there was none that tells. */
  readonly hiddenBefore: number | undefined;
}

/**
 * Counts are compared, ids are not: one record too many hides one too few, and the source counts
 * roughly. So the whole collection is enumerated this often all the same.
 */
const wholeEveryMs = 24 * hourMs;

/** What one reconcile tells the next. */
const Position = z.strictObject({
  wholeAt: Instant,
  hidden: z.int().nonnegative().default(0),
});

export function reconcilePosition(position: z.infer<typeof Position>): string {
  return JSON.stringify(position);
}

/** Decides by counting which parts of a collection must be enumerated; `position` is of the last time. */
export async function planReconcile(
  deps: PullDeps,
  run: Reconciling,
  position: string | undefined,
): Promise<Plan> {
  const now = deps.clock.now();
  const last = position === undefined ? undefined : Position.safeParse(JSON.parse(position)).data;
  const { wholeAt, hidden: hiddenBefore } = last ?? {};
  const isWholeDue = wholeAt === undefined || epochMsOf(now) - epochMsOf(wholeAt) >= wholeEveryMs;
  const counts = isWholeDue ? undefined : await run.source.countParts?.(run.collection.name);
  if (!counts || wholeAt === undefined) {
    return { parts: undefined, wholeAt: now, wholeBefore: wholeAt, hiddenBefore };
  }
  const held = new Map<string, number>();
  await eachHeld(deps, run, (fact) => {
    const part = run.source.partOf?.(run.collection.name, fact);
    if (part !== undefined) held.set(part, (held.get(part) ?? 0) + 1);
  });
  const parts = [...new Set([...counts.keys(), ...held.keys()])].filter(
    (part) => (counts.get(part) ?? 0) !== (held.get(part) ?? 0),
  );
  deps.logger.info("reconcile.counted", {
    connectionId: run.connection.id,
    collection: run.collection.name,
    parts: counts.size,
    differing: parts.length,
  });
  return { parts, wholeAt, wholeBefore: wholeAt, hiddenBefore };
}

/** This connection's facts of the collection, tombstones left out. */
export async function heldFacts(
  deps: Pick<PullDeps, "table">,
  run: Reconciling,
): Promise<readonly HeldFact[]> {
  const held: HeldFact[] = [];
  await eachHeld(deps, run, (fact) => void held.push(fact));
  return held;
}

/** The same one by one: counting a million of them must not hold a million of them. */
async function eachHeld(
  deps: Pick<PullDeps, "table">,
  run: Reconciling,
  visit: (fact: HeldFact) => void,
): Promise<void> {
  const held = { connectionId: run.connection.id, types: run.collection.facts };
  await eachHeldFact(deps.table, held, (fact) => {
    if (isHeldOf(run, fact)) visit(fact);
  });
}

/** Whether a fact of the connection is one of the collection's. */
export function isHeldOf({ collection, source }: Reconciling, fact: HeldFact): boolean {
  return collection.facts.includes(fact.type) && source.isOf(collection.name, fact);
}

/** The ids among them that an enumeration of these parts must have shown. */
export function idsIn(
  { collection, source }: Reconciling,
  facts: readonly HeldFact[],
  parts: readonly string[] | undefined,
): ReadonlySet<FactId> {
  const wanted = parts && new Set(parts);
  const isWanted = (fact: HeldFact) => {
    if (!wanted) return true;
    const part = source.partOf?.(collection.name, fact);
    return part !== undefined && wanted.has(part);
  };
  return new Set(facts.filter(isWanted).map(({ id }) => id));
}
