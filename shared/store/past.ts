import { LinkSource } from "#shared/model/edges.ts";
import { GoalId, readFactId, WorkItemId } from "#shared/model/ids.ts";
import type { FactId } from "#shared/model/ids.ts";
import { pastFields } from "#shared/model/past.ts";
import type { PastEdge, PastField, RecordPast } from "#shared/model/past.ts";
import { Instant } from "#shared/model/time.ts";
import { itemBytes, textBytes } from "#shared/ports/item-size.ts";
import type { Item } from "#shared/ports/table.ts";

import { edgeText, fieldText, readLinkExtra, readRow, readStamp } from "./past-lines.ts";
import { rowLine, stampText } from "./past-lines.ts";
import type { RowTexts } from "./past-lines.ts";
import { SetAside } from "./set-aside.ts";

/*
 * The past of a work item or goal travels in its own item: what a write replaces is noted with it, in the
 * room that the item's write units leave anyway. History therefore costs bytes, never a write, and a unit
 * only where a goal needs it (docs/decisions/0022-as-of.md).
 */

/** The attribute that holds it: since when it is whole, then a line for each write, oldest first. */
export const pastAttribute = "past";

const rowsMax = 40;
/** What DynamoDB bills a write by. */
const writeUnitBytes = 1024;
/** A list, and each of its elements, has this much besides its texts. */
const [listBytes, elementBytes] = [3, 1];
/** Of a record that has no room even for a mark nothing is remembered. */
const nothingKnown = Instant.parse("9999-12-31T00:00:00.000Z");

const goalFields: ReadonlySet<PastField> = new Set(["status", "parentId", "kind"]);

interface Circumstances {
  readonly now: Instant;
  /** `current` was being written in steps, and nobody knows how far that came. */
  readonly isSettling: boolean;
  /** Nothing of the time before `now` is to be kept. */
  readonly forgetsPast: boolean;
}

/**
 * The item that replaces `current`, with as much of the past as there is room for.
 * People, accounts and units come back as they are: they have timelines of their own, or no past.
 */
export function withPast(item: Item, current: Item | undefined, given: Circumstances): Item {
  if (item["type"] !== "work-item" && item["type"] !== "goal") return item;
  if (given.forgetsPast) return withoutPast(item, given.now, current);
  const lines = current ? linesSince(item, current, given) : [stampText(given.now)];
  const kept = fitting(lines, item);
  // A tombstone over nothing, as when a record was never heard of, remembers nothing either.
  const bare = item["isRemoved"] === true && kept.length < 2 ? withoutPlace(item) : item;
  return kept.length === 0 ? bare : { ...bare, [pastAttribute]: [...kept] };
}

/**
 * The item with nothing said of the time before `now` but whether `current`, which it replaces, may have
 * named the work of others then: of that work nobody may conclude that it had no link.
 */
export function withoutPast(item: Item, now: Instant, current: Item = item): Item {
  // Of what cannot be read nobody knows whether it did.
  const hidesOthers = new SetAside().read(current, mayHaveNamedOthers) ?? true;
  const bare = withoutPlace(item);
  return { ...bare, [pastAttribute]: [markLine(now, { isCut: true, hidesOthers })] };
}

function mayHaveNamedOthers(record: Item): boolean {
  const { mark, rows } = storedLines(record);
  return (
    stateOf(record).hasOthersEdges ||
    mayAssertForOthers(mark, record) ||
    rows.some((row) => edgesIn(row).some(isOthers))
  );
}

/** Who remembers nothing need not be found by its connection. */
function withoutPlace(item: Item): Item {
  const { cpk: _cpk, source: _source, ...rest } = item;
  return rest;
}

const cutMark = "!";
const othersMark = "*";

/** What cannot be read is forgotten: it must not keep out what mends it. */
function linesSince(item: Item, current: Item, given: Circumstances): readonly string[] {
  const lines = new SetAside().read(current, (read) => linesAfter(item, read, given));
  return lines ?? [markLine(given.now, { isCut: true, hidesOthers: true })];
}

function linesAfter(
  item: Item,
  current: Item,
  { now: clockNow, isSettling }: Circumstances,
): readonly string[] {
  const { mark, rows } = storedLines(current);
  // Clocks of two machines differ a little; lines are in the order of the writes.
  const now = latestOf(clockNow, rows.at(-1) ?? mark);
  const [was, is] = [stateOf(current), stateOf(item)];
  const hidesOthers = mayHaveNamedOthers(current) || is.hasOthersEdges;
  // Between its edges nobody knows what stood.
  if (isSettling) return [markLine(now, { isCut: true, hidesOthers })];
  // Since when the state that is replaced has stood, nobody noted.
  if (mark === undefined) return [markLine(now, { isCut: true, hidesOthers })];
  const differs = difference(was, is);
  return isNothing(differs) ? [mark, ...rows] : [mark, ...rows, rowLine(now, differs)];
}

/** Goals name the work that supports them; of those that kept no mark nobody knows whether they did. */
function mayAssertForOthers(mark: string | undefined, item: Item): boolean {
  return mark === undefined ? item["type"] === "goal" : mark.endsWith(othersMark);
}

function latestOf(now: Instant, line: string | undefined): Instant {
  const last = line === undefined ? now : stampOf(line);
  return last > now ? last : now;
}

function stampOf(line: string): Instant {
  return readStamp((line.split("\t")[0] ?? "").replace(/[!*]+$/u, ""));
}

function markLine(
  since: Instant,
  { isCut, hidesOthers }: { readonly isCut: boolean; readonly hidesOthers: boolean },
): string {
  return `${stampText(since)}${isCut ? cutMark : ""}${isCut && hidesOthers ? othersMark : ""}`;
}

function storedLines(item: Item): { mark: string | undefined; rows: readonly string[] } {
  const past = item[pastAttribute];
  const [mark, ...rows] = Array.isArray(past) ? past.map(String) : [];
  return { mark, rows };
}

/**
 * How many bytes are left in the last unit of the item as it is. A goal's past may take one more: goals are
 * few, and one that forgets whose work it named makes all unlinked work of then unknown.
 */
function roomIn(item: Item): number {
  const bytes = itemBytes(item);
  const units = Math.ceil(bytes / writeUnitBytes) + (item["type"] === "goal" ? 1 : 0);
  return units * writeUnitBytes - bytes - textBytes(pastAttribute) - listBytes;
}

/** The newest lines that fit, behind a mark that says from when on they tell all. */
function fitting([mark = "", ...rows]: readonly string[], item: Item): readonly string[] {
  const room = roomIn(item);
  const sizeOf = (line: string) => textBytes(line) + elementBytes;
  let kept = rows.slice(-rowsMax);
  // A mark that was moved is two bytes longer.
  const markBytes = sizeOf(mark) + 2;
  let bytes = kept.reduce((sum, line) => sum + sizeOf(line), markBytes);
  while (kept.length > 0 && bytes > room) {
    bytes -= sizeOf(kept[0] ?? "");
    kept = kept.slice(1);
  }
  if (bytes > room) return [];
  const dropped = rows.slice(0, rows.length - kept.length);
  const last = dropped.at(-1);
  if (last === undefined) return [mark, ...kept];
  // What was forgotten held what came or went then, and what it left to the first line that is kept.
  const forgotten = [...dropped.flatMap(edgesIn), ...edgesBefore(kept, stateOf(item).edges)];
  const hidesOthers = mark.endsWith(othersMark) || forgotten.some(isOthers);
  const since = stampOf(last);
  return [markLine(since, { isCut: true, hidesOthers }), ...kept];
}

/** Edges that stood before these lines, where `edges` stood after them. */
function edgesBefore(lines: readonly string[], edges: ReadonlySet<string>): ReadonlySet<string> {
  const stood = new Set(edges);
  for (const token of lines.toReversed().flatMap(edgeTokens)) {
    if (token.startsWith("-")) stood.delete(token.slice(1));
    else stood.add(token.slice(1));
  }
  return stood;
}

function edgeTokens(line: string): readonly string[] {
  return line.split("\t").filter((token) => /^[+-][ld] /u.test(token));
}

function edgesIn(line: string): readonly string[] {
  return edgeTokens(line).map((token) => token.slice(1));
}

/** An edge of a record whose own id is not its start. */
function isOthers(edge: string): boolean {
  return edge.split(" ")[1] !== ".";
}

interface State {
  readonly isAbsent: boolean;
  readonly fields: ReadonlyMap<PastField, string>;
  readonly edges: ReadonlySet<string>;
  readonly hasOthersEdges: boolean;
}

function stateOf(item: Item): State {
  const isAbsent = item["isRemoved"] === true;
  const fields = new Map<PastField, string>();
  for (const field of isAbsent ? [] : fieldsOf(item)) {
    const text = fieldText(field, item[field], item.pk);
    if (text !== undefined) fields.set(field, text);
  }
  const edges = isAbsent ? [] : assertedEdges(item);
  return {
    isAbsent,
    fields,
    edges: new Set(edges.map((edge) => edgeText(edge, item.pk))),
    hasOthersEdges: edges.some((edge) => startOf(edge) !== item.pk),
  };
}

function fieldsOf(item: Item): readonly PastField[] {
  return item["type"] === "goal" ? pastFields.filter((field) => goalFields.has(field)) : pastFields;
}

function startOf(edge: PastEdge): string {
  return edge.type === "link" ? edge.fromId : edge.blockedId;
}

function difference(was: State, is: State): RowTexts {
  const names = new Set([...was.fields.keys(), ...is.fields.keys()]);
  const differing = [...names].filter((name) => was.fields.get(name) !== is.fields.get(name));
  return {
    wasAbsent: was.isAbsent && !is.isAbsent,
    // What was not there had no fields, and needs none told.
    was: new Map(was.isAbsent ? [] : differing.map((name) => [name, was.fields.get(name)])),
    came: [...is.edges].filter((edge) => !was.edges.has(edge)),
    went: [...was.edges].filter((edge) => !is.edges.has(edge)),
  };
}

/** A title or an address changed: of these nothing is remembered. */
function isNothing({ wasAbsent, was, came, went }: RowTexts): boolean {
  return !wasAbsent && was.size + came.length + went.length === 0;
}

/** The links and dependencies that a stored record says it asserts. */
function assertedEdges(item: Item): readonly PastEdge[] {
  const lines = item["asserts"];
  if (!Array.isArray(lines)) return [];
  return lines.flatMap((line) => edgeIn(String(line), item.pk) ?? []);
}

/** Out of a line of `assertion`: key, digest, and what few links have. */
function edgeIn(line: string, assertedBy: string): PastEdge | undefined {
  const [pk = "", sk = "", , extra = ""] = line.split(" ");
  const ofLink = /^link#(.+)#([^#]+)$/u.exec(sk.slice(0, -(assertedBy.length + 1)));
  if (ofLink) return linkIn(pk, ofLink, extra);
  const [, blocking, source] = /^dependency#(.+)#(native|field|person)$/u.exec(sk) ?? [];
  const [blockedId, blockingId] = [pk, blocking].map((id) => WorkItemId.safeParse(id).data);
  if (!source || !blockedId || !blockingId) return undefined;
  // The pattern allows these three only.
  return { type: "dependency", blockedId, blockingId, source: source as "native" };
}

function linkIn(pk: string, [, to, how]: readonly string[], extra: string): PastEdge | undefined {
  const fromId = WorkItemId.safeParse(pk).data ?? GoalId.safeParse(pk).data;
  const [toId, source] = [GoalId.safeParse(to).data, LinkSource.safeParse(how).data];
  if (!fromId || !toId || !source) return undefined;
  return { type: "link", fromId, toId, source, ...readLinkExtra(extra) };
}

/** The past that stands in the item of a work item or goal, or in its tombstone; undefined for others. */
export function readPast(item: Item): RecordPast | undefined {
  const parts = item.sk === "0" ? readFactId(item.pk) : undefined;
  if (parts?.type !== "work-item" && parts?.type !== "goal") return undefined;
  // The id was just split by the only file that knows its form.
  const id = item.pk as FactId;
  const { mark, rows } = storedLines(item);
  if (mark === undefined) {
    const hidesOthersEdges = parts.type === "goal" || stateOf(item).hasOthersEdges;
    return { id, since: nothingKnown, isCut: true, hidesOthersEdges, rows: [] };
  }
  const read = rows.map((line) => new SetAside().read(item, () => readRow(line, item.pk)));
  const unread = read.lastIndexOf(undefined);
  // What such a line undid nobody knows; what came after it stands.
  const isCut = mark.includes(cutMark) || unread >= 0;
  return {
    id,
    since: stampOf(rows[unread] ?? mark),
    isCut,
    hidesOthersEdges: unread >= 0 || (isCut && mark.endsWith(othersMark)),
    rows: read.slice(unread + 1).flatMap((row) => row ?? []),
  };
}
