import type { WorkStatus } from "#shared/model/facts.ts";
import type { HistoryId, Transition } from "#shared/model/history.ts";
import type { WorkItemId } from "#shared/model/ids.ts";
import type { Instant } from "#shared/model/time.ts";

import { parentFields } from "./parent-fields.ts";
import type { WireChangedField } from "./wire-past.ts";

/** One change of an issue at one moment. */
export interface Change {
  readonly at: Instant;
  readonly items: readonly WireChangedField[];
}

/** What the words and numbers of changelogs mean on this site. */
export interface Meanings {
  /** Undefined: a status that the site no longer has. */
  readonly statusOf: (statusId: string, resolution: Resolution) => WorkStatus | undefined;
  /** Whether a link's sentence says that the issue waits for the other one. */
  readonly saysBlocked: (sentence: string) => boolean;
  /** Undefined: nobody knows it any more. */
  readonly idOf: (name: string) => HistoryId | undefined;
}

/** Id and name, where there is one. */
export type Resolution = readonly string[];

/** Whether `foldChangelog` makes anything of it; the rest need not be kept while pages come in. */
export function isTold({ field }: WireChangedField): boolean {
  return (
    field === "status" ||
    field === "resolution" ||
    field === "Link" ||
    parentFields.has(field ?? "")
  );
}

/** The keys and ids of other issues that the changes of an issue name. */
export function* namesIn(
  changes: readonly Change[],
  saysBlocked: Meanings["saysBlocked"],
): Iterable<string> {
  for (const item of changes.flatMap(({ items }) => items)) {
    if (parentFields.has(item.field ?? "")) {
      for (const name of [parentName(item, "from"), parentName(item, "to")]) {
        if (name !== undefined) yield name;
      }
    }
    const link = linkIn(item, saysBlocked);
    if (link) yield link.name;
  }
}

/** A changelog, oldest first, in our words. Pure; what it cannot understand it leaves out. */
export function foldChangelog(changes: readonly Change[], meanings: Meanings): Transition[] {
  const found = [
    ...statusTransitions(changes, meanings),
    ...parentTransitions(changes, meanings),
    ...linkTransitions(changes, meanings),
  ];
  return found.toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
}

/** A status alone does not tell done from dropped where sites say it by the resolution: both are followed. */
function statusTransitions(
  changes: readonly Change[],
  { statusOf }: Meanings,
): readonly Transition[] {
  let state = statusAtFirst(changes);
  if (!state) return [];
  let from = statusOf(state.statusId, state.resolution);
  const transitions: Transition[] = [];
  for (const { at, items } of changes) {
    state = statusAfter(state, items);
    const to = statusOf(state.statusId, state.resolution);
    if (to === from) continue;
    transitions.push({
      what: "status",
      at,
      ...(from !== undefined && { from }),
      ...(to !== undefined && { to }),
    });
    from = to;
  }
  return transitions;
}

interface StatusState {
  readonly statusId: string;
  readonly resolution: Resolution;
}

/** What its first changes say that it was before them; undefined where its status never changed. */
function statusAtFirst(changes: readonly Change[]): StatusState | undefined {
  const items = changes.flatMap((change) => change.items);
  const statusId = items.find(({ field }) => field === "status")?.from ?? undefined;
  if (statusId === undefined) return undefined;
  const resolved = items.find(({ field }) => field === "resolution");
  return { statusId, resolution: resolved ? sidesOf(resolved, "from") : [] };
}

function statusAfter(before: StatusState, items: readonly WireChangedField[]): StatusState {
  let { statusId, resolution } = before;
  for (const item of items) {
    if (item.field === "status") statusId = item.to ?? statusId;
    if (item.field === "resolution") resolution = sidesOf(item, "to");
  }
  return { statusId, resolution };
}

/** What stands on one side, be it an id or a text; empty where nothing did. */
function sidesOf(item: WireChangedField, side: "from" | "to"): readonly string[] {
  const both = side === "from" ? [item.from, item.fromText] : [item.to, item.toText];
  return both.flatMap((each) => (each === null || each === undefined || each === "" ? [] : [each]));
}

/** While Jira replaced epic links by parents, it noted one change under both names. */
function parentTransitions(changes: readonly Change[], { idOf }: Meanings): readonly Transition[] {
  const known = (name: string | undefined) => (name === undefined ? undefined : idOf(name));
  const transitions: Transition[] = [];
  let last: { readonly to: HistoryId | undefined } | undefined;
  for (const { at, items } of changes) {
    for (const item of items.filter(({ field }) => parentFields.has(field ?? ""))) {
      const name = parentName(item, "to");
      const [from, to] = [known(parentName(item, "from")), known(name)];
      const isUnknown = name !== undefined && to === undefined;
      if (isUnknown || from === to || (last && last.to === to)) continue;
      transitions.push({
        what: "parent",
        at,
        ...(from !== undefined && { from }),
        ...(to !== undefined && { to }),
      });
      last = { to };
    }
  }
  return transitions;
}

/** Ids where they are told, else keys. */
function parentName(item: WireChangedField, side: "from" | "to"): string | undefined {
  const sides = sidesOf(item, side);
  return sides.find((each) => /^\d+$/u.test(each)) ?? sides.find((each) => issueKey.test(each));
}

const issueKey = /^[A-Z][A-Z0-9_]*-\d+$/u;

function linkTransitions(
  changes: readonly Change[],
  { idOf, saysBlocked }: Meanings,
): readonly Transition[] {
  const transitions: Transition[] = [];
  const waitsFor = new Set<WorkItemId>();
  for (const { at, items } of changes) {
    for (const link of items.flatMap((item) => linkIn(item, saysBlocked) ?? [])) {
      const other = idOf(link.name);
      // A goal blocks nothing.
      if (other === undefined || !isWorkItem(other)) continue;
      // Two links of one meaning are one waiting.
      if (link.isBegun && waitsFor.has(other)) continue;
      if (link.isBegun) waitsFor.add(other);
      else waitsFor.delete(other);
      transitions.push({
        what: "blocked-by",
        at,
        ...(link.isBegun ? { to: other } : { from: other }),
      });
    }
  }
  return transitions;
}

function isWorkItem(id: HistoryId): id is WorkItemId {
  return /^[^:]+:work-item:/u.test(id);
}

interface BlockingLink {
  readonly name: string;
  readonly isBegun: boolean;
}

/** The sides hold the other issue's key, the texts a sentence: "This work item is blocked by PAY-2". */
function linkIn(
  item: WireChangedField,
  saysBlocked: Meanings["saysBlocked"],
): BlockingLink | undefined {
  if (item.field !== "Link") return undefined;
  const began = sidesOf(item, "to");
  const isBegun = began.length > 0;
  const [name, sentence] = isBegun ? began : sidesOf(item, "from");
  if (name === undefined || sentence === undefined || !saysBlocked(sentence)) return undefined;
  return { name, isBegun };
}
