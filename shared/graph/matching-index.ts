import type { Account, Person } from "#shared/model/facts.ts";
import type { PersonId } from "#shared/model/ids.ts";

import { addressParts, loginForm, loginsOf, spellings } from "./matching-names.ts";

/** What an account and a person may have in common, short of a proof. */
export type Likeness =
  | "former-address"
  | "same-address"
  | "same-external-id"
  | "same-local-part"
  | "name-in-login"
  | "short-name-in-login"
  | "same-name"
  | "same-words"
  | "same-ends";

/** A likeness with the value that is alike. */
export interface LikenessKey {
  readonly likeness: Likeness;
  readonly value: string;
}

const keyOf = (likeness: Likeness, value: string): LikenessKey => ({ likeness, value });

/** What an account asks for: all that a likely person would bear. */
export function keysOfAccount(account: Account): readonly LikenessKey[] {
  const { displayName, workEmail, externalId } = account;
  const keys: LikenessKey[] = [];
  const names = displayName.includes("@") ? [] : spellings(displayName);
  for (const { full, anyOrder, ends } of names) {
    keys.push(keyOf("same-name", full));
    if (anyOrder !== undefined) keys.push(keyOf("same-words", anyOrder));
    if (ends !== undefined) keys.push(keyOf("same-ends", ends));
  }
  if (workEmail !== undefined) {
    keys.push(keyOf("former-address", workEmail));
    keys.push(keyOf("same-address", workEmail));
  }
  if (externalId !== undefined) keys.push(keyOf("same-external-id", externalId));
  for (const { local, login } of loginsIn(account)) {
    keys.push(keyOf("same-local-part", local));
    keys.push(keyOf("name-in-login", login));
    keys.push(keyOf("short-name-in-login", login));
  }
  return keys;
}

/** Tools show a login or an address where somebody has set no name. */
function loginsIn({ displayName, workEmail }: Account) {
  const shown = displayName.trim().toLowerCase();
  const logins = workEmail === undefined ? [] : [addressParts(workEmail)];
  if (shown.includes("@")) return [...logins, addressParts(shown)];
  if (!/\s/u.test(shown)) return [...logins, { local: shown, login: loginForm(shown) }];
  return logins;
}

/** What a record of a person bears. */
export function keysOfPerson(person: Person): readonly LikenessKey[] {
  const { name, workEmail, formerWorkEmails = [], externalId } = person;
  const keys: LikenessKey[] = [];
  for (const one of spellings(name)) {
    const { whole, short } = loginsOf(one);
    keys.push(keyOf("same-name", one.full));
    if (one.anyOrder !== undefined) keys.push(keyOf("same-words", one.anyOrder));
    if (one.ends !== undefined) keys.push(keyOf("same-ends", one.ends));
    for (const login of whole) keys.push(keyOf("name-in-login", login));
    for (const login of short) keys.push(keyOf("short-name-in-login", login));
  }
  for (const email of formerWorkEmails) keys.push(keyOf("former-address", email));
  if (workEmail !== undefined) keys.push(keyOf("same-address", workEmail));
  for (const email of [...formerWorkEmails, ...(workEmail === undefined ? [] : [workEmail])]) {
    keys.push(keyOf("same-local-part", addressParts(email).local));
  }
  if (externalId !== undefined) keys.push(keyOf("same-external-id", externalId));
  return keys;
}

/** What more people than this have in common tells nothing about any of them. */
const bearersMax = 10;

/**
 * Who bears which of the wanted keys. Only these are held, so that a hundred thousand people cost no
 * more memory than the accounts that nobody is known for.
 */
export class LikenessIndex {
  readonly #bearers = new Map<Likeness, Map<string, PersonId[]>>();

  /** An account asks for some keys twice; that is one wish. */
  want({ likeness, value }: LikenessKey): void {
    const values = this.#bearers.get(likeness);
    if (!values) this.#bearers.set(likeness, new Map([[value, []]]));
    else if (!values.has(value)) values.set(value, []);
  }

  /** Several records of one human bear a key once. */
  add(id: PersonId, keys: readonly LikenessKey[]): void {
    for (const { likeness, value } of keys) {
      const ids = this.#bearers.get(likeness)?.get(value);
      if (ids && ids.length <= bearersMax && !ids.includes(id)) ids.push(id);
    }
  }

  /** In no order; empty where too many bear it. */
  bearers({ likeness, value }: LikenessKey): readonly PersonId[] {
    const ids = this.#bearers.get(likeness)?.get(value) ?? [];
    return ids.length > bearersMax ? [] : ids;
  }
}
