import * as z from "zod";

import { HubError } from "#shared/errors.ts";
import { LinkSource } from "#shared/model/edges.ts";
import { WorkStatus } from "#shared/model/facts.ts";
import { AccountId, GoalId, WorkItemId } from "#shared/model/ids.ts";
import type { PastEdge, PastField, PastRow } from "#shared/model/past.ts";
import type { Instant } from "#shared/model/time.ts";
import { epochMsOf, instantOf, readInstant } from "#shared/model/time.ts";

import { longId, shortId } from "./short-ids.ts";

/*
 * One write as one line of a few bytes, tokens between tabs: `mh3k2x9a s=i p! +l . goal~7 native` says that
 * before it the status was in progress, there was no parent, and a link stood that it took. Ids of accounts
 * stay whole, so that an erasure finds them.
 */

const codes: Readonly<Record<PastField, string>> = {
  status: "s",
  parentId: "p",
  otherParentIds: "o",
  container: "c",
  teamName: "t",
  assigneeId: "a",
  canHoldGoal: "g",
  dueOn: "d",
  kind: "k",
  originalKind: "n",
  labels: "l",
  section: "b",
  fields: "f",
};
const fieldsByCode = new Map(Object.entries(codes).map(([field, code]) => [code, field]));
const absentToken = "x";
/** An own id inside an edge. */
const ownMark = ".";

const shortStatus = { todo: "t", "in-progress": "i", done: "d", dropped: "x" } as const;

/** A field's value as the text of its token; equal texts are equal values. */
export function fieldText(field: PastField, value: unknown, ownId: string): string | undefined {
  if (value === undefined) return undefined;
  switch (field) {
    case "status":
      return shortStatus[WorkStatus.parse(value)];
    case "parentId":
      return shortId(plain(value), ownId);
    case "otherParentIds":
      return idsIn(value)
        .map((id) => shortId(id, ownId))
        .join(" ");
    case "canHoldGoal":
      return value === true ? "1" : "0";
    case "labels":
      return JSON.stringify(value);
    case "fields":
      return JSON.stringify(sortedEntries(value));
    default:
      return plain(value);
  }
}

/** All other fields that are remembered are texts. */
function plain(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** A map has no order of its own in every table. */
function sortedEntries(value: unknown): readonly (readonly [string, unknown])[] {
  return Object.entries(value ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1));
}

function idsIn(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function fieldValue(field: PastField, text: string, ownId: string): unknown {
  switch (field) {
    case "status":
      return WorkStatus.options.find((status) => shortStatus[status] === text);
    case "parentId":
      return longId(text, ownId);
    case "otherParentIds":
      return text.split(" ").map((id) => longId(id, ownId));
    case "canHoldGoal":
      return text === "1";
    case "labels":
      return jsonIn(text);
    case "fields":
      return Object.fromEntries(z.array(z.tuple([z.string(), z.unknown()])).parse(jsonIn(text)));
    case "assigneeId":
      // Somebody who was erased meanwhile left a mark in the place of the id.
      return AccountId.safeParse(text).data;
    default:
      return text;
  }
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw unreadable({ cause });
  }
}

function unreadable(options: { readonly cause?: unknown } = {}): HubError {
  return new HubError("invariant.broken", "What is remembered of a record cannot be read", options);
}

/** An edge as the text of its token. */
export function edgeText(edge: PastEdge, ownId: string): string {
  const short = (id: string) => (id === ownId ? ownMark : shortId(id, ownId));
  if (edge.type === "dependency") {
    return `d ${short(edge.blockedId)} ${short(edge.blockingId)} ${edge.source}`;
  }
  const parts = ["l", short(edge.fromId), short(edge.toId), edge.source, linkExtra(edge)];
  return parts.filter((part) => part !== "").join(" ");
}

type Extra = Pick<Extract<PastEdge, { type: "link" }>, "confidence" | "weight" | "expiresAt">;

/** What few links have; empty for those that are sure, whole and for ever. */
export function linkExtra({
  confidence,
  weight,
  expiresAt,
}: {
  readonly confidence?: number | undefined;
  readonly weight?: number | undefined;
  readonly expiresAt?: Instant | undefined;
}): string {
  return [
    ...(confidence !== undefined && confidence !== 1 ? [`c${confidence}`] : []),
    ...(weight === undefined ? [] : [`w${weight}`]),
    ...(expiresAt === undefined ? [] : [`e${epochMsOf(expiresAt).toString(36)}`]),
  ].join(";");
}

export function readLinkExtra(text: string): Extra {
  const told = new Map(text.split(";").map((part) => [part.slice(0, 1), part.slice(1)]));
  const [confidence, weight, expires] = ["c", "w", "e"].map((code) => told.get(code));
  return {
    confidence: confidence === undefined ? 1 : Number(confidence),
    ...(weight !== undefined && { weight: Number(weight) }),
    ...(expires !== undefined && { expiresAt: instantOf(Number.parseInt(expires, 36)) }),
  };
}

function readEdge(text: string, ownId: string): PastEdge | undefined {
  const [type, one = "", other = "", source, extra = ""] = text.split(" ");
  const [from, to] = [one, other].map((id) => (id === ownMark ? ownId : longId(id, ownId)));
  if (type === "d") {
    const [blockedId, blockingId] = [
      WorkItemId.safeParse(from).data,
      WorkItemId.safeParse(to).data,
    ];
    if (!blockedId || !blockingId || !isDependencySource(source)) return undefined;
    return { type: "dependency", blockedId, blockingId, source };
  }
  const fromId = WorkItemId.safeParse(from).data ?? GoalId.safeParse(from).data;
  const [toId, linkSource] = [GoalId.safeParse(to).data, LinkSource.safeParse(source).data];
  if (!fromId || !toId || !linkSource) return undefined;
  return { type: "link", fromId, toId, source: linkSource, ...readLinkExtra(extra) };
}

function isDependencySource(text: string | undefined): text is "native" | "field" | "person" {
  return text === "native" || text === "field" || text === "person";
}

/** What one write undid, as texts. */
export interface RowTexts {
  readonly wasAbsent: boolean;
  readonly was: ReadonlyMap<PastField, string | undefined>;
  readonly came: readonly string[];
  readonly went: readonly string[];
}

export function rowLine(at: Instant, row: RowTexts): string {
  const fields = [...row.was].map(([field, text]) =>
    text === undefined ? `${codes[field]}!` : `${codes[field]}=${escaped(text)}`,
  );
  const tokens = [
    ...(row.wasAbsent ? [absentToken] : []),
    ...fields,
    ...row.came.map((text) => `-${text}`),
    ...row.went.map((text) => `+${text}`),
  ];
  return [stampText(at), ...tokens].join("\t");
}

export function readRow(line: string, ownId: string): PastRow {
  const [stamp = "", ...tokens] = line.split("\t");
  const was = new Map<PastField, unknown>();
  const edges = (sign: string) =>
    tokens.flatMap((token) =>
      token.startsWith(sign) ? (readEdge(token.slice(1), ownId) ?? []) : [],
    );
  for (const token of tokens) {
    const field = fieldsByCode.get(token.slice(0, 1)) as PastField | undefined;
    const mark = token.slice(1, 2);
    if (field === undefined || (mark !== "=" && mark !== "!")) continue;
    was.set(field, mark === "!" ? undefined : fieldValue(field, unescaped(token.slice(2)), ownId));
  }
  return {
    at: readStamp(stamp),
    ...(tokens.includes(absentToken) && { wasAbsent: true }),
    was,
    came: edges("-"),
    went: edges("+"),
  };
}

export function stampText(at: Instant): string {
  return epochMsOf(at).toString(36);
}

/** Throws `invariant.broken` for what no stamp is. */
export function readStamp(text: string): Instant {
  const at = readInstant(Number.parseInt(text, 36));
  if (at === undefined) throw unreadable();
  return at;
}

function escaped(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\t", "\\t").replaceAll("\n", "\\n");
}

function unescaped(text: string): string {
  return text.replaceAll(/\\(.)/gu, (_all, char: string) =>
    char === "t" ? "\t" : char === "n" ? "\n" : char,
  );
}
