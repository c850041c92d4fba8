import type { History } from "#shared/model/history.ts";
import { HistoryId, Transition } from "#shared/model/history.ts";
import { readFactId } from "#shared/model/ids.ts";
import { epochMsOf, Instant, instantOf } from "#shared/model/time.ts";
import type { Condition, Item, Table } from "#shared/ports/table.ts";

import { atMost } from "./at-most.ts";
import { factKey, heldUnder, historyKey } from "./keys.ts";
import { SetAside } from "./set-aside.ts";
import { longId, shortId } from "./short-ids.ts";

/** What became of them. `unchanged` and `stale` cost no write; of `unknown` items we hold nothing. */
export interface StoredHistories {
  readonly stored: number;
  readonly unchanged: number;
  readonly stale: number;
  readonly unknown: number;
}

/** An item stays below two read units, whatever happened to it. */
const linesBytesMax = 7000;
const concurrencyMax = 32;
const silentMark = "isSilentOnParents";

/**
 * Keeps histories beside their items; only a newer reading replaces one, in any order and any number of
 * repeats. One that says nothing new is not written, and none where no item stands.
 */
export async function storeHistories(
  table: Table,
  histories: readonly History[],
): Promise<StoredHistories> {
  const keys = histories.map(({ itemId }) => historyKey(itemId));
  const held = new Map((await table.batchGet(keys)).map((item) => [item.pk, item]));
  const counts = { stored: 0, unchanged: 0, stale: 0, unknown: 0 };
  const toWrite: Item[] = [];
  for (const history of histories) {
    const item = itemOf(history);
    const decision = decide(item, held.get(item.pk));
    if (decision === "stored") toWrite.push(item);
    else counts[decision] += 1;
  }
  const standing = await standingAmong(table, toWrite);
  counts.unknown += toWrite.length - standing.length;
  const inTurn = atMost(concurrencyMax);
  const written = standing.map((item) =>
    inTurn(() => table.write({ kind: "put", item, condition: olderThan(item) })),
  );
  for (const { applied } of await Promise.all(written)) counts[applied ? "stored" : "stale"] += 1;
  return counts;
}

async function standingAmong(table: Table, items: readonly Item[]): Promise<readonly Item[]> {
  const facts = await table.batchGet(items.map(({ pk }) => factKey(HistoryId.parse(pk))));
  const standing = new Set(facts.filter((fact) => fact["isRemoved"] !== true).map(({ pk }) => pk));
  return items.filter(({ pk }) => standing.has(pk));
}

function decide(item: Item, held: Item | undefined): "stored" | "unchanged" | "stale" {
  if (!held) return "stored";
  const [is, was] = [stampOf(item), stampOf(held)];
  if (is.version < was.version || (is.version === was.version && is.readAt < was.readAt)) {
    return "stale";
  }
  const isSame = linesIn(item).join("\n") === linesIn(held).join("\n");
  const isAlike = item["isCut"] === held["isCut"] && item[silentMark] === held[silentMark];
  return isSame && isAlike ? "unchanged" : "stored";
}

function stampOf(item: Item): { readonly version: number; readonly readAt: Instant } {
  return { version: Number(item["sourceVersion"]), readAt: Instant.parse(item["readAt"]) };
}

function linesIn({ lines }: Item): readonly string[] {
  return Array.isArray(lines) ? lines.map(String) : [];
}

function olderThan(item: Item): Condition {
  const { version, readAt } = stampOf(item);
  return [
    [["pk", "absent"]],
    [["sourceVersion", "<", version]],
    [
      ["sourceVersion", "=", version],
      ["readAt", "<=", readAt],
    ],
  ];
}

/** The history of an item; undefined where none was read. */
export async function getHistory(table: Table, itemId: HistoryId): Promise<History | undefined> {
  const item = await table.get(historyKey(itemId));
  return item && new SetAside().read(item, readHistoryItem);
}

/** Reads a history item; undefined for any other item. */
export function readHistoryItem(item: Item): History | undefined {
  if (item["type"] !== "history") return undefined;
  return {
    itemId: HistoryId.parse(item.pk),
    transitions: linesIn(item).map((line) => transitionOf(line, item.pk)),
    isCut: item["isCut"] === true,
    ...(item[silentMark] === true && { isSilentOnParents: true }),
    sourceVersion: Number(item["sourceVersion"]),
    readAt: Instant.parse(item["readAt"]),
  };
}

/** The same, where it tells of waiting for others: of a million items few have ever waited. */
export function readWaiting(item: Item): History | undefined {
  const tells = item["type"] === "history" && linesIn(item).some((line) => line.includes(waiting));
  return tells ? readHistoryItem(item) : undefined;
}

const waiting = " blocked-by ";

/** Forgets the histories of these items, as their records are gone. Returns how many there were. */
export async function eraseHistories(table: Table, itemIds: readonly HistoryId[]): Promise<number> {
  const items = await table.batchGet(itemIds.map(historyKey));
  const inTurn = atMost(concurrencyMax);
  await Promise.all(
    items.map(({ pk, sk }) =>
      inTurn(() => table.write({ kind: "delete", key: { pk, sk }, condition: [] })),
    ),
  );
  return items.length;
}

function itemOf(history: History): Item {
  const { itemId, transitions, isCut, isSilentOnParents, sourceVersion, readAt } = history;
  const lines = transitions.map((transition) => lineOf(transition, itemId));
  let bytes = lines.reduce((sum, line) => sum + Buffer.byteLength(line), 0);
  let first = 0;
  for (; bytes > linesBytesMax; first += 1) bytes -= Buffer.byteLength(lines[first] ?? "");
  return {
    ...historyKey(itemId),
    ...heldUnder(itemId),
    type: "history",
    connectionId: readFactId(itemId)?.connectionId ?? "",
    lines: lines.slice(first),
    isCut: isCut || first > 0,
    ...(isSilentOnParents === true && { [silentMark]: true }),
    sourceVersion,
    readAt,
  };
}

const nothing = "-";

/** One transition as a few bytes: `mh3k2x9a blocked-by - work-item~10001`. Ids hold no white space. */
function lineOf({ at, what, from, to }: Transition, itemId: string): string {
  const short = (side: string | undefined) =>
    side === undefined ? nothing : shortId(side, itemId);
  return `${epochMsOf(at).toString(36)} ${what} ${short(from)} ${short(to)}`;
}

function transitionOf(line: string, itemId: string): Transition {
  const [at = "", what, from = nothing, to = nothing] = line.split(" ");
  return Transition.parse({
    at: instantOf(Number.parseInt(at, 36)),
    what,
    ...(from !== nothing && { from: longId(from, itemId) }),
    ...(to !== nothing && { to: longId(to, itemId) }),
  });
}
