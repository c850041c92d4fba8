import type { Person } from "#shared/model/facts.ts";
import type { Rejection } from "#shared/model/identity.ts";
import type { PersonId } from "#shared/model/ids.ts";

import { addressParts, spellings } from "./matching-names.ts";
import { bySubstance } from "./people.ts";
import type { People } from "./people.ts";

/** What two records of people have in common, or what speaks against their being one human. */
export type RecordSign =
  | "same-employee-number"
  | "number-is-external-id"
  | "same-external-id"
  | "shared-address"
  | "former-address"
  | "same-name-and-start"
  | "same-name"
  | "same-local-part"
  | "names-differ"
  | "starts-differ";

/** Two humans, as far as is known, who may be one. `intoId` is the record that says more. */
export interface LikelyPair {
  readonly personId: PersonId;
  readonly intoId: PersonId;
  readonly points: number;
  readonly signs: readonly RecordSign[];
}

const worth: Readonly<Record<RecordSign, number>> = {
  "same-employee-number": 40,
  "number-is-external-id": 40,
  "same-external-id": 50,
  "shared-address": 45,
  "former-address": 50,
  "same-name-and-start": 50,
  "same-name": 25,
  "same-local-part": 15,
  "names-differ": -25,
  "starts-differ": -15,
};
const pointsMin = 20;
/** A value that more humans bear says nothing about any two of them. */
const bearersMax = 6;

type Bucket = readonly [sign: RecordSign, value: string];

/**
 * Humans who may be one, across systems; within one system only those who share an address or a number,
 * which is a mistake or somebody who came back. Nothing but an exact work e-mail joins by itself, which
 * `People` has done already. Likeliest first, in an order that hangs on nothing else.
 */
export function likelyPairs(
  people: People,
  rejections: Iterable<Rejection> = [],
): readonly LikelyPair[] {
  const rejected = new Set(
    [...rejections].map(({ subjectId, personId }) =>
      pairKey(people.canonical(asPerson(subjectId)), people.canonical(personId)),
    ),
  );
  const buckets = bucketsOf(people);
  const pairs = new Map<string, Set<RecordSign>>();
  for (const [key, records] of buckets) {
    if (records.length < 2 || records.length > bearersMax) continue;
    for (const [a, b] of twos(records)) {
      const sign = signOf(key, a, b, people);
      if (sign === undefined) continue;
      const id = pairKey(people.canonical(a.id), people.canonical(b.id));
      if (rejected.has(id)) continue;
      pairs.set(id, (pairs.get(id) ?? new Set()).add(sign));
    }
  }
  return [...pairs]
    .flatMap(([key, signs]) => weighed(people, key, signs) ?? [])
    .filter(({ points }) => points >= pointsMin)
    .toSorted((a, b) => b.points - a.points || (orderOf(a) < orderOf(b) ? -1 : 1));
}

/** Records by what they bear; only values that two of them bear can matter, but that is known last. */
function bucketsOf(people: People): ReadonlyMap<string, readonly Person[]> {
  const buckets = new Map<string, Person[]>();
  const systems = new Set([...people.records()].map(({ connectionId }) => connectionId));
  for (const record of people.records()) {
    // Names are compared across systems only.
    const named = systems.size > 1 ? namesOf(record) : [];
    for (const [sign, value] of [...borneBy(record), ...named]) {
      const key = `${sign} ${value}`;
      const bucket = buckets.get(key);
      if (!bucket) buckets.set(key, [record]);
      else if (bucket.length <= bearersMax) bucket.push(record);
    }
  }
  return buckets;
}

/** Addresses of now and before share a bucket, and so do numbers and ids: one system's are another's. */
function borneBy(record: Person): readonly Bucket[] {
  const { workEmail, formerWorkEmails = [], employeeNumber, externalId } = record;
  const emails = [...formerWorkEmails, ...(workEmail === undefined ? [] : [workEmail])];
  const ids = new Set([employeeNumber, externalId].filter((id) => id !== undefined));
  return [
    ...emails.map((email): Bucket => ["shared-address", email]),
    ...[...ids].map((id): Bucket => ["same-employee-number", id]),
  ];
}

function namesOf({ name, startOn }: Person): readonly Bucket[] {
  const full = spellings(name)[0]?.full;
  if (full === undefined) return [];
  const same: Bucket = ["same-name", full];
  return startOn === undefined ? [same] : [same, ["same-name-and-start", `${full} ${startOn}`]];
}

/** What the bucket means for these two; undefined where it means nothing. */
function signOf(key: string, a: Person, b: Person, people: People): RecordSign | undefined {
  if (people.canonical(a.id) === people.canonical(b.id)) return undefined;
  if (people.isAlone(a.id) || people.isAlone(b.id)) return undefined;
  const isOneSystem = a.connectionId === b.connectionId;
  if (key.startsWith("shared-address ")) {
    const isNow = a.workEmail !== undefined && a.workEmail === b.workEmail;
    if (isNow) return "shared-address";
    // An address that went from one to another within one system was passed on.
    return isOneSystem ? undefined : "former-address";
  }
  if (key.startsWith("same-employee-number ")) return numberSign(a, b);
  // Two people of one name in one system are two people.
  if (isOneSystem) return undefined;
  return key.startsWith("same-name-and-start ") ? "same-name-and-start" : "same-name";
}

function numberSign(a: Person, b: Person): RecordSign | undefined {
  if (a.employeeNumber !== undefined && a.employeeNumber === b.employeeNumber) {
    return "same-employee-number";
  }
  if (a.externalId !== undefined && a.externalId === b.externalId) return "same-external-id";
  return a.connectionId === b.connectionId ? undefined : "number-is-external-id";
}

function weighed(people: People, key: string, found: Set<RecordSign>): LikelyPair | undefined {
  const [a, b] = key.split(" ").map((id) => people.person(asPersonId(id)));
  if (!a || !b) return undefined;
  if (found.has("same-name-and-start")) found.delete("same-name");
  const signs = [...found, ...further(a, b, found)].toSorted(
    (x, y) => worth[y] - worth[x] || (x < y ? -1 : 1),
  );
  const [into, other] = [a, b].toSorted(bySubstance);
  if (!into || !other) return undefined;
  const points = signs.reduce((sum, sign) => sum + worth[sign], 0);
  return { personId: other.id, intoId: into.id, points, signs };
}

function further(a: Person, b: Person, found: ReadonlySet<RecordSign>): readonly RecordSign[] {
  const [own, other] = [spellings(a.name)[0]?.full, spellings(b.name)[0]?.full];
  const locals = [a, b].map(({ workEmail }) => workEmail && addressParts(workEmail).local);
  const startsDiffer =
    a.startOn !== undefined && b.startOn !== undefined && a.startOn !== b.startOn;
  const isOneAddress = found.has("shared-address") || found.has("former-address");
  return [
    ...(own !== other ? (["names-differ"] as const) : []),
    ...(startsDiffer ? (["starts-differ"] as const) : []),
    ...(!isOneAddress && locals[0] !== undefined && locals[0] === locals[1]
      ? (["same-local-part"] as const)
      : []),
  ];
}

function* twos(records: readonly Person[]): IterableIterator<readonly [Person, Person]> {
  for (const [at, a] of records.entries()) {
    for (const b of records.slice(at + 1)) yield [a, b];
  }
}

function orderOf({ personId, intoId }: LikelyPair): string {
  return `${personId} ${intoId}`;
}

/** The same for both orders. */
function pairKey(a: PersonId, b: PersonId): string {
  return a < b ? `${a} ${b}` : `${b} ${a}`;
}

/** Keys of pairs are made of ids of people alone, which hold no spaces. */
function asPersonId(id: string): PersonId {
  return id as PersonId;
}

/** Of an account's rejection no pair of people comes: its id is that of no record. */
function asPerson(id: Rejection["subjectId"]): PersonId {
  return id as PersonId;
}
