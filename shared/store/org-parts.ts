import type { OrgParts } from "#shared/graph/org.ts";
import { Match } from "#shared/model/edges.ts";
import type { Account, OrgUnit, Person } from "#shared/model/facts.ts";
import type { Membership } from "#shared/model/org.ts";
import { SamePerson } from "#shared/model/org.ts";
import type { Item, Key, Table } from "#shared/ports/table.ts";

import { fromItem } from "./codec.ts";
import { readEdgeItem, readFactItem } from "./facts.ts";
import { edgeKey, factKey, lists, matchKey, samePersonKey } from "./keys.ts";
import { queryEach } from "./list.ts";
import { SetAside, textOfKey } from "./set-aside.ts";
import { SharedTexts } from "./shared-texts.ts";

/** What one item of the organisation is. */
export type OrgPart = Person | OrgUnit | Account | Match | Membership | SamePerson;

/** Everything that the organisation is made of, of all days, as lists that may be read many times. */
export interface PartLists extends OrgParts {
  readonly people: readonly Person[];
  readonly units: readonly OrgUnit[];
  readonly accounts: readonly Account[];
  readonly matches: readonly Match[];
  readonly memberships: readonly Membership[];
  readonly samePeople: readonly SamePerson[];
  /** Keys of what could not be read. */
  readonly unreadable: ReadonlySet<string>;
}

/** Reads all of it from the index, a page at a time: half a read unit per 4 KB. */
export async function readOrgParts(table: Table): Promise<PartLists> {
  const parts: OrgPart[] = [];
  const setAside = new SetAside();
  const texts = new SharedTexts();
  const read = (partition: string) =>
    queryEach(table, { index: "list", partition }, (item) => {
      const part = setAside.read(item, partOf);
      if (part) parts.push(texts.copy(part));
    });
  await Promise.all(
    [
      lists.people,
      lists.orgUnits,
      lists.accounts,
      lists.matches,
      lists.memberships,
      lists.samePeople,
    ].map(read),
  );
  return sorted(parts, setAside.keys);
}

/** The same with these items as they stand now, read strongly consistently: one read unit each. */
export async function withChanged(
  table: Table,
  parts: PartLists,
  keys: readonly Key[],
): Promise<PartLists> {
  if (keys.length === 0) return parts;
  const distinct = new Map(keys.map((key) => [textOfKey(key), key]));
  const items = await table.batchGet([...distinct.values()]);
  const setAside = new SetAside();
  const present = sorted(
    items.flatMap((item) => setAside.read(item, partOf) ?? []),
    setAside.keys,
  );
  const replaced = <T extends OrgPart>(before: readonly T[], now: readonly T[]): readonly T[] => {
    const others = before.filter((part) => !distinct.has(textOfKey(keyOf(part))));
    return now.length === 0 && others.length === before.length ? before : [...others, ...now];
  };
  return {
    people: replaced(parts.people, present.people),
    units: replaced(parts.units, present.units),
    accounts: replaced(parts.accounts, present.accounts),
    matches: replaced(parts.matches, present.matches),
    memberships: replaced(parts.memberships, present.memberships),
    samePeople: replaced(parts.samePeople, present.samePeople),
    unreadable: new Set([
      ...[...parts.unreadable].filter((key) => !distinct.has(key)),
      ...present.unreadable,
    ]),
  };
}

const partTypes: ReadonlySet<unknown> = new Set<OrgPart["type"]>([
  "person",
  "org-unit",
  "account",
  "match",
  "membership",
  "same-person",
]);

export function isOrgPart(thing: { readonly type: string } | undefined): thing is OrgPart {
  return partTypes.has(thing?.type);
}

/** Where a part stands in the table. */
export function keyOf(part: OrgPart): Key {
  switch (part.type) {
    case "match":
      return matchKey(part.accountId);
    case "same-person":
      return samePersonKey(part.personId);
    case "membership":
      return edgeKey(part);
    default:
      return factKey(part.id);
  }
}

function partOf(item: Item): OrgPart | undefined {
  if (item["type"] === "match") return fromItem(Match, item);
  if (item["type"] === "same-person") return fromItem(SamePerson, item);
  const edge = readEdgeItem(item);
  if (edge) return edge.type === "membership" ? edge : undefined;
  const stored = readFactItem(item);
  if (!stored || stored.isRemoved) return undefined;
  const { fact } = stored;
  return fact.type === "work-item" || fact.type === "goal" ? undefined : fact;
}

function sorted(parts: readonly OrgPart[], unreadable: ReadonlySet<string>): PartLists {
  const of = <T extends OrgPart["type"]>(type: T) =>
    parts.filter((part): part is Extract<OrgPart, { type: T }> => part.type === type);
  return {
    people: of("person"),
    units: of("org-unit"),
    accounts: of("account"),
    matches: of("match"),
    memberships: of("membership"),
    samePeople: of("same-person"),
    unreadable,
  };
}
