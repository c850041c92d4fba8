import { isDeepStrictEqual } from "node:util";

import type { Org } from "#shared/graph/org.ts";
import type { Delta } from "#shared/kit/rule.ts";
import { epochMsOf } from "#shared/model/time.ts";
import type { Key, Table } from "#shared/ports/table.ts";
import { readErasures } from "#shared/store/erasures.ts";
import { announceOrgChange } from "#shared/store/org-changes.ts";
import { isOrgPart, keyOf } from "#shared/store/org-parts.ts";

import type { DetectDeps } from "./deps.ts";

/** Clocks of two machines never differ by as much. */
const aheadMsMax = 10_000;

/**
 * Whoever changed the organisation may have died before saying so; the stream has not. What our own
 * reading of it does not show yet is announced here, so that every reader comes to see it; and what it
 * shows, but may have been written before that reading began: others began theirs earlier. Of a source
 * that is being read for the first time nothing is looked at: to announce it is cheaper.
 */
export async function announceUnseen(
  { table, clock, orgReader }: Pick<DetectDeps, "table" | "clock" | "orgReader">,
  deltas: readonly Delta[],
  isOfReadySource: (delta: Delta) => boolean,
): Promise<void> {
  const ofOrg = deltas.filter(({ before, after }) => isOrgPart(after ?? before));
  const toCompare = ofOrg.filter(isOfReadySource);
  const seen = toCompare.length > 0 ? await orgReader.readWithAge() : undefined;
  const isTold = (delta: Delta) =>
    seen !== undefined && isSince(seen.wholeAtMs, delta) && shows(seen.org, delta);
  const unseen = ofOrg.filter((delta) => !isOfReadySource(delta) || !isTold(delta));
  const keys = keysOf(unseen);
  const gone = keysOf(unseen.filter(({ after }) => after === undefined));
  // An announcement is kept for a day, and must not name whoever was erased.
  const isUnnameable = gone.length > 0 && (await areErased(table, gone));
  await announceOrgChange(table, clock, isUnnameable ? undefined : keys);
}

function keysOf(deltas: readonly Delta[]): readonly Key[] {
  return deltas.flatMap(({ before, after }) => {
    const part = after ?? before;
    return isOrgPart(part) ? keyOf(part) : [];
  });
}

async function areErased(table: Table, keys: readonly Key[]): Promise<boolean> {
  const erased = await readErasures(table);
  return keys.some(({ pk }) => erased.has(pk));
}

/** Whether it was surely written after a moment. Of what is gone nobody knows when it went. */
function isSince(atMs: number, { after }: Delta): boolean {
  if (!isOrgPart(after)) return false;
  const heardAt = "readAt" in after ? after.readAt : after.createdAt;
  return epochMsOf(heardAt) > atMs + aheadMsMax;
}

function shows(org: Org, { before, after }: Delta): boolean {
  const part = after ?? before;
  switch (part?.type) {
    case "person":
      return isDeepStrictEqual(org.humans.record(part.id), after);
    case "account":
      return isDeepStrictEqual(org.account(part.id), after);
    case "org-unit":
      return isDeepStrictEqual(org.unit(part.id), after);
    case "match":
      return isDeepStrictEqual(org.humans.match(part.accountId), after);
    default:
      // Memberships and joins are few, and not asked for by key.
      return false;
  }
}
