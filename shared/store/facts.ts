import { hash as hashOf } from "node:crypto";

import { effectiveFact } from "#shared/graph/effective.ts";
import type { Removal, Upsert } from "#shared/model/change.ts";
import { Dependency, Edge, Home, Link } from "#shared/model/edges.ts";
import { Fact } from "#shared/model/facts.ts";
import type { FactId, FactType, WorkItemId } from "#shared/model/ids.ts";
import { readFactId } from "#shared/model/ids.ts";
import { Membership } from "#shared/model/org.ts";
import type { Instant } from "#shared/model/time.ts";
import { dayMs, epochMsOf } from "#shared/model/time.ts";
import type { Item, Key } from "#shared/ports/table.ts";

import { fromItem, toAttributes } from "./codec.ts";
import { edgeKey, factKey, heldUnder, lists, reverseOf } from "./keys.ts";
import { endedLinkType, stretchesAttribute } from "./link-marks.ts";
import { linkExtra } from "./past-lines.ts";
import { pastAttribute } from "./past.ts";
import { readOnce } from "./read-once.ts";
import { SetAside } from "./set-aside.ts";

/** How long a tombstone guards against late updates of what it buried, and remembers it: from its write on. */
const tombstoneDays = 90;

/** A fact as stored, or the tombstone of one. */
export type StoredFact =
  | { readonly isRemoved: false; readonly fact: Fact }
  | { readonly isRemoved: true; readonly id: FactId; readonly factType: FactType };

/** Set while a record's edges, too many for one transaction, are being written. */
export const settlingMark = "isSettling";

/** On a membership: the day on which its beginning or end was last announced by a write. */
export const turnedMark = "turnedOn";

/** Hash of what the source said, where the stored content is more than that: a timeline was joined to it. */
const saidHash = "saidHash";

const bookkeeping = ["hash", saidHash, "asserts", "isRemoved", settlingMark, pastAttribute];

/** What decides whether a newer state must be written at all: content and edges, not versions. */
export function contentHash(change: Upsert): string {
  const { sourceVersion: _version, readAt: _readAt, ...content } = withoutSeenAt(change.record);
  const edges = change.edges.map((edge) => stable(edge)).toSorted();
  return hashOf("sha256", `${stable(content)}${edges.join("\n")}`, "base64url").slice(0, 16);
}

/** When we first heard of it says nothing of it. */
function withoutSeenAt(record: Fact): Fact {
  if (record.type !== "goal") return record;
  const { seenAt: _seenAt, ...goal } = record;
  return goal;
}

/** JSON with sorted keys, so that equal content has one text. */
function stable(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  if (Array.isArray(value)) return `[${value.map(stable).join(",")}]`;
  let members = "";
  for (const name of inOrder(Object.keys(value))) {
    const field = memberOf(value, name);
    if (field === undefined) continue;
    members += `${members === "" ? "" : ","}${JSON.stringify(name)}:${stable(field)}`;
  }
  return `{${members}}`;
}

/** Own names lead to values of any kind. */
function memberOf(value: object, name: string): unknown {
  return (value as Readonly<Record<string, unknown>>)[name];
}

/** Sorted, but numbers before all else and by size: stored hashes were made of objects, which order them so. */
function inOrder(names: string[]): readonly string[] {
  const sorted = names.toSorted();
  // Whatever begins with a digit; the colon comes after the nine.
  const hasNumbers = sorted.some((name) => name >= "0" && name < ":");
  return hasNumbers ? Object.keys(Object.fromEntries(sorted.map((name) => [name, true]))) : sorted;
}

/**
 * An edge as one line of its owner's `asserts`: key and content, so a diff needs no further read; and what
 * few links have besides their ends, so that the past can tell what went.
 */
export function assertion(edge: Edge): string {
  const key = edgeKey(edge);
  const { createdAt: _createdAt, ...content } = edge;
  const digest = hashOf("sha256", stable(content), "base64url").slice(0, 8);
  const extra = edge.type === "link" ? linkExtra(edge) : "";
  return `${key.pk} ${key.sk} ${digest}${extra === "" ? "" : ` ${extra}`}`;
}

export function assertionKey(line: string): { pk: string; sk: string } {
  const [pk = "", sk = ""] = line.split(" ");
  return { pk, sk };
}

export function assertionsOf(item: Item | undefined): readonly string[] {
  const lines = item?.["asserts"];
  // What names no key leads to no edge.
  return Array.isArray(lines) ? lines.map(String).filter((line) => /^\S+ \S/u.test(line)) : [];
}

/**
 * All edges that an upsert asserts: those its source named, and the further homes of its record. One
 * named twice (two links of one kind between two issues) is one.
 */
export function edgesOf({ record, edges }: Upsert, createdAt: Instant): readonly Edge[] {
  const stamp = { assertedBy: record.id, createdAt };
  const homes = record.type === "work-item" ? (record.otherParentIds ?? []) : [];
  const all = [
    ...edges.map((edge): Edge => ({ ...edge, ...stamp })),
    ...homes.map((parentId): Edge => ({
      type: "home",
      childId: homed(record),
      parentId,
      ...stamp,
    })),
  ];
  const byKey = all.map((edge) => [JSON.stringify(edgeKey(edge)), edge] as const);
  return [...new Map(byKey).values()];
}

/** Only work items have homes. */
function homed(record: Fact): WorkItemId {
  return record.id as WorkItemId;
}

/** What the stored item says was said; an upsert that hashes to it needs no write. */
export function hashOfSaid(item: Item): unknown {
  return item[saidHash] ?? item["hash"];
}

/** The item of an upsert. People and units keep their timelines, which `current` holds, as of `now`. */
export function factItem(
  change: Upsert,
  edges: readonly Edge[],
  { current, now }: { readonly current: Item | undefined; readonly now: Instant },
): Item {
  const said = contentHash(change);
  const record = storedRecord(change.record, current, now);
  const { id, ...fields } = record;
  const hash = hasTimeline(record) ? contentHash({ ...change, record }) : said;
  return {
    ...toAttributes(fields),
    ...indexAttributes(record),
    ...heldUnder(id),
    ...factKey(id),
    hash,
    ...(hash !== said && { [saidHash]: said }),
    ...(edges.length > 0 && { asserts: edges.map(assertion) }),
  };
}

/** What the source says, with what only the hub knows: timelines, and when it first read a goal. */
function storedRecord(said: Fact, current: Item | undefined, now: Instant): Fact {
  if (hasTimeline(said)) return effectiveFact(said, heldFact(current), now);
  if (said.type !== "goal") return said;
  const held = heldFact(current);
  const seenAt = held?.type === "goal" ? held.seenAt : undefined;
  return { ...said, seenAt: seenAt ?? said.readAt };
}

/**
 * The item of a person or unit after its day came: what was said stays said, so that hearing it again
 * changes nothing, and the content is another, so that whoever follows the table sees a change.
 */
export function turnedItem(item: Item, fact: Fact): Item {
  const { id, ...fields } = fact;
  const asserts = assertionsOf(item);
  const content = contentHash({ kind: "upserted", record: fact, edges: [] });
  const hash = hashOf("sha256", `${content}\n${asserts.join("\n")}`, "base64url");
  return {
    ...toAttributes(fields),
    ...indexAttributes(fact),
    ...heldUnder(id),
    ...factKey(id),
    hash: hash.slice(0, 16),
    [saidHash]: hashOfSaid(item) as string,
    ...(asserts.length > 0 && { asserts: [...asserts] }),
  };
}

function hasTimeline(fact: Fact): boolean {
  return fact.type === "person" || fact.type === "org-unit";
}

function heldFact(item: Item | undefined): Fact | undefined {
  // What cannot be read has no timeline to keep, and must not keep out what mends it.
  const stored = item && new SetAside().read(item, readFactItem);
  return stored && !stored.isRemoved ? stored.fact : undefined;
}

function indexAttributes(fact: Fact): Record<string, string> {
  switch (fact.type) {
    case "work-item":
      return {
        ...(fact.parentId !== undefined && reverseOf(fact.type, fact.parentId, fact.id)),
        ...(fact.assigneeId !== undefined && { apk: fact.assigneeId }),
      };
    case "goal":
      return {
        lpk: lists.goals,
        lsk: fact.id,
        ...(fact.parentId !== undefined && reverseOf(fact.type, fact.parentId, fact.id)),
      };
    case "person":
      return { lpk: lists.people, lsk: fact.id };
    case "account":
      return { lpk: lists.accounts, lsk: fact.id };
    case "org-unit":
      return { lpk: lists.orgUnits, lsk: fact.id };
  }
}

/** In the `connection` index, the mark of a tombstone that remembers: it is no fact that is held. */
export const buriedMark = "buried";

export function tombstoneItem(removal: Removal, type: FactType, now: Instant): Item {
  const remembers = type === "work-item" || type === "goal";
  return {
    ...(remembers && { ...heldUnder(removal.id), source: buriedMark }),
    ...factKey(removal.id),
    type,
    isRemoved: true,
    connectionId: readFactId(removal.id)?.connectionId ?? "",
    sourceVersion: removal.sourceVersion,
    readAt: removal.readAt,
    hash: "removed",
    expiresAtEpochSeconds: Math.floor((epochMsOf(now) + tombstoneDays * dayMs) / 1000),
  };
}

/** Reads a fact item or a tombstone; undefined for any other item. */
export function readFactItem(item: Item): StoredFact | undefined {
  // Most of what a reader of everything asks about stands elsewhere, and nothing need be remembered of that.
  return item.sk === "0" ? readOnce(readFactItem, item, storedFact) : undefined;
}

function storedFact(item: Item): StoredFact | undefined {
  const parts = readFactId(item.pk);
  if (!parts) return undefined;
  // The id was just split by the only file that knows its form.
  if (item["isRemoved"] === true)
    return { isRemoved: true, id: item.pk as FactId, factType: parts.type };
  return { isRemoved: false, fact: fromItem(Fact, { ...item, id: item.pk }, bookkeeping) };
}

export function edgeItem(edge: Edge): Item {
  const listed =
    edge.type === "membership" ? { lpk: lists.memberships, lsk: listSortOf(edge) } : {};
  const key = edgeKey(edge);
  return {
    ...toAttributes(edge),
    ...key,
    ...reverseOfEdge(edge),
    ...listed,
    ...heldUnder(ownerOf(key)),
  };
}

function listSortOf(edge: Membership): string {
  return `${edge.personId} ${edgeKey(edge).sk}`;
}

/** An edge stands in the partition of the fact that it starts from. */
function ownerOf({ pk }: Key): FactId {
  return pk as FactId;
}

function reverseOfEdge(edge: Edge): { rpk: string; rsk: string } {
  switch (edge.type) {
    case "link":
      return reverseOf(edge.type, edge.toId, edge.fromId);
    case "dependency":
      return reverseOf(edge.type, edge.blockingId, edge.blockedId);
    case "home":
      return reverseOf("work-item", edge.parentId, edge.childId);
    case "membership":
      return reverseOf(edge.type, edge.unitId, edge.personId);
  }
}

const isEdgeSort = /^(?:link|dependency|home|membership)#/u;

/** Reads an edge item; undefined for any other item. */
export function readEdgeItem(item: Item): Edge | undefined {
  if (item["type"] === "link") return fromItem(Link, item, [stretchesAttribute]);
  if (item["type"] === "dependency") return fromItem(Dependency, item);
  if (item["type"] === "home") return fromItem(Home, item);
  if (item["type"] === "membership") return fromItem(Membership, item, [turnedMark]);
  if (item["type"] === endedLinkType) return undefined;
  // Where an edge stands, there is an edge, whatever became of its type.
  return isEdgeSort.test(item.sk) ? fromItem(Edge, item) : undefined;
}
