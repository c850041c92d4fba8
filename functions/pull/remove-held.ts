import type { Change } from "#shared/model/change.ts";
import type { ConnectionId, FactId } from "#shared/model/ids.ts";
import type { Key } from "#shared/ports/table.ts";
import { applyChanges } from "#shared/store/apply-changes.ts";
import { eachEntry, heldFactIn, isBuried, standingAmong } from "#shared/store/held.ts";
import { withoutPast } from "#shared/store/past.ts";

import type { PullDeps } from "./deps.ts";

const removalsPerBatch = 200;
const deletesAtOnce = 32;

/**
 * Takes away all that is held of a connection: facts as tombstones, so that signals about them clear;
 * links that people made from them, matches of accounts, and what is remembered of any of it, for good.
 * Returns how many things it found: whoever needs to know that nothing is left looks again until it
 * finds none.
 */
export async function removeHeld(
  deps: Pick<PullDeps, "table" | "clock">,
  connectionId: ConnectionId,
): Promise<number> {
  const ids: FactId[] = [];
  const parts: Key[] = [];
  const buried: Key[] = [];
  await eachEntry(deps.table, { connectionId }, (entry) => {
    const fact = heldFactIn(entry);
    if (fact) ids.push(fact.id);
    else if (isBuried(entry)) buried.push({ pk: entry.pk, sk: entry.sk });
    else parts.push({ pk: entry.pk, sk: entry.sk });
  });
  // There are as many as items have a past.
  for (let start = 0; start < parts.length; start += deletesAtOnce) {
    const some = parts.slice(start, start + deletesAtOnce);
    await Promise.all(some.map((key) => deps.table.write({ kind: "delete", key, condition: [] })));
  }
  let removed = 0;
  for (let start = 0; start < ids.length; start += removalsPerBatch) {
    const batch = ids.slice(start, start + removalsPerBatch);
    // The index may still show what is buried already. What cannot be read goes like the rest.
    const standing = [...(await standingAmong(deps.table, batch))];
    const readAt = deps.clock.now();
    const sourceVersion = deps.clock.nowMs();
    const removals = standing.map((id): Change => ({ kind: "removed", id, sourceVersion, readAt }));
    await applyChanges({ ...deps, forgetsPast: true }, removals);
    removed += removals.length;
  }
  return parts.length + removed + (await forgetPasts(deps, buried));
}

/** Tombstones go on standing, and say of what they buried that it is gone. */
async function forgetPasts(
  deps: Pick<PullDeps, "table" | "clock">,
  keys: readonly Key[],
): Promise<number> {
  let forgotten = 0;
  for (let start = 0; start < keys.length; start += removalsPerBatch) {
    const items = await deps.table.batchGet(keys.slice(start, start + removalsPerBatch));
    // The index may still show one that has forgotten already, or a record that came back.
    const remembering = items.filter((item) => item["isRemoved"] === true && isBuried(item));
    for (const item of remembering) {
      await deps.table.write({
        kind: "put",
        item: withoutPast(item, deps.clock.now()),
        condition: [[["isRemoved", "=", true]]],
      });
    }
    forgotten += remembering.length;
  }
  return forgotten;
}
