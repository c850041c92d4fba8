import type { Outline } from "#shared/kit/outline.ts";
import type { Fact } from "#shared/model/facts.ts";
import type { HeldFact } from "#shared/model/held-fact.ts";
import type { FactId } from "#shared/model/ids.ts";
import type { Instant } from "#shared/model/time.ts";
import { epochMsOf, hourMs, minuteMs } from "#shared/model/time.ts";
import { readFacts } from "#shared/store/held.ts";
import { SetAside } from "#shared/store/set-aside.ts";

import type { PullDeps } from "./deps.ts";

const idsPerRead = 100;

/** What a list tells that tells nothing but ids. */
export const nothingTold: Outline = { version: 0 };

/**
 * Records that were edited at the source after what we hold of them, or may have been. What was edited before
 * the last look at everything was met by it; a version that it found to mean nothing is not stored.
 */
export async function editedSince(
  deps: Pick<PullDeps, "table">,
  {
    facts,
    seen,
    since,
  }: {
    readonly facts: readonly HeldFact[];
    readonly seen: ReadonlyMap<FactId, Outline>;
    readonly since: Instant | undefined;
  },
): Promise<readonly FactId[]> {
  const sinceMs = since === undefined ? 0 : epochMsOf(since) - hourMs;
  const told = (id: FactId) => seen.get(id) ?? nothingTold;
  const moved = facts.filter((fact) => isMoved(fact, told(fact.id).parentIds));
  const edited = new Set(moved.map(({ id }) => id));
  // Only what was edited since must be read for its version: the index does not hold that.
  const recent = facts.filter(({ id }) => {
    const { version } = told(id);
    return version > 0 && version >= sinceMs && !edited.has(id);
  });
  for (let start = 0; start < recent.length; start += idsPerRead) {
    const ids = recent.slice(start, start + idsPerRead).map(({ id }) => id);
    const unread = new SetAside();
    for (const fact of (await readFacts(deps.table, ids, unread)).values()) {
      const isNewer = told(fact.id).version > fact.sourceVersion;
      if (isNewer || wasReadInItsMoment(fact)) edited.add(fact.id);
    }
    // Nobody can say how old it is, and its source may put it right.
    for (const id of ids) if (unread.partitions.has(id)) edited.add(id);
  }
  return [...edited];
}

/**
 * A version that is a whole minute or second may be of a clock that tells no more than these: what was read
 * in that moment may have been edited once more in it, and its version would be the same.
 */
function wasReadInItsMoment({ sourceVersion, readAt }: Pick<Fact, "sourceVersion" | "readAt">) {
  const momentMs = [minuteMs, 1000].find((ms) => sourceVersion % ms === 0);
  return momentMs !== undefined && Math.abs(epochMsOf(readAt) - sourceVersion) < momentMs;
}

function isMoved(fact: HeldFact, parentIds: readonly FactId[] | undefined): boolean {
  if (fact.type !== "work-item" || parentIds === undefined) return false;
  const { parentId, otherParentIds = [] } = fact;
  const held = [...(parentId === undefined ? [] : [parentId]), ...otherParentIds];
  // Of very many homes only the first are kept.
  return (
    held.length > parentIds.length ||
    held.some((id, at) => id !== parentIds[at]) ||
    (held.length < parentIds.length && held.length <= homesComparedMax)
  );
}

/** An item with more homes than this may have had some left out. */
const homesComparedMax = 10;
