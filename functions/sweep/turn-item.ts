import { isDeepStrictEqual } from "node:util";

import { effectiveFact } from "#shared/graph/effective.ts";
import type { Membership } from "#shared/model/org.ts";
import type { CalendarDate, Instant } from "#shared/model/time.ts";
import { dateOf } from "#shared/model/time.ts";
import type { Clock } from "#shared/ports/clock.ts";
import type { Condition, Item, Key, Table, Write } from "#shared/ports/table.ts";
import {
  readEdgeItem,
  readFactItem,
  settlingMark,
  turnedItem,
  turnedMark,
} from "#shared/store/facts.ts";
import { storedState } from "#shared/store/precedence.ts";

/** Rounds against writers of the same item; a pass that follows finds what is left. */
const attemptsMax = 4;

/**
 * Makes one listed item what it is as of now. Gives its key if that took a write. An item that changed
 * since the list was read is read again: it may have been written by somebody for whom it was yesterday.
 */
export async function turnItem(
  { table, clock }: { readonly table: Table; readonly clock: Clock },
  listed: Item,
): Promise<Key | undefined> {
  const key: Key = { pk: listed.pk, sk: listed.sk };
  let current: Item | undefined = listed;
  for (let attempt = 0; current && attempt < attemptsMax; attempt += 1) {
    const write = turnOf(current, clock.now());
    if (!write) return undefined;
    const outcome = await table.write(write);
    if (outcome.applied) return key;
    current = outcome.current;
  }
  return undefined;
}

function turnOf(item: Item, now: Instant): Write | undefined {
  const edge = readEdgeItem(item);
  if (edge) return edge.type === "membership" ? turnOfMembership(item, edge, now) : undefined;
  const stored = readFactItem(item);
  // Whoever left a record settling, its next writer makes it whole, as of then.
  if (!stored || stored.isRemoved || item[settlingMark] === true) return undefined;
  const fact = effectiveFact(stored.fact, stored.fact, now);
  if (isDeepStrictEqual(fact, stored.fact)) return undefined;
  return { kind: "put", item: turnedItem(item, fact), condition: factUnchanged(item) };
}

/** Every fact is stored with all three. */
function factUnchanged(item: Item): Condition {
  const { sourceVersion, readAt } = storedState(item);
  return [
    [
      ["sourceVersion", "=", sourceVersion],
      ["readAt", "=", readAt],
      ["hash", "=", item["hash"] as string],
      [settlingMark, "absent"],
    ],
  ];
}

/** A membership says itself on which days it holds; that its day came, a mark on it tells the stream. */
function turnOfMembership(item: Item, membership: Membership, now: Instant): Write | undefined {
  const today = dateOf(now);
  const mark = item[turnedMark];
  const since = typeof mark === "string" ? mark : dateOf(membership.createdAt);
  const isDue = [membership.validFrom, membership.validTo].some(
    (day: CalendarDate | undefined) => day !== undefined && since < day && day <= today,
  );
  if (!isDue) return undefined;
  const condition: Condition = [
    [
      ["createdAt", "=", membership.createdAt],
      typeof mark === "string" ? [turnedMark, "=", mark] : [turnedMark, "absent"],
    ],
  ];
  return { kind: "put", item: { ...item, [turnedMark]: today }, condition };
}
