import type { Match } from "#shared/model/edges.ts";
import type { Account, Person } from "#shared/model/facts.ts";
import type { AccountId, PersonId } from "#shared/model/ids.ts";
import type { SamePerson } from "#shared/model/org.ts";

import { Bearing } from "./bearing.ts";

/**
 * How an account stands to the humans, and by what. Only an operator's word and exact, undisputed ids
 * and addresses bind; whatever is disputed waits for a human.
 */
export type Binding =
  | { readonly how: "operator" | "external-id" | "work-email"; readonly person: Person }
  /** By an operator's word: a bot, a shared login. */
  | { readonly how: "nobody" }
  /** An operator named somebody whose record is gone. */
  | { readonly how: "person-gone" }
  | { readonly how: "disputed"; readonly by: "external-id" | "work-email" | "contradiction" }
  | { readonly how: "unbound" };

/** What a record bears, or bore, that accounts are bound by. */
export interface Borne {
  readonly workEmails: readonly string[];
  readonly externalIds?: readonly string[];
}

interface PeopleParts {
  readonly people: Iterable<Person>;
  readonly accounts: Iterable<Account>;
  readonly matches: Iterable<Match>;
  readonly samePeople?: Iterable<SamePerson> | undefined;
}

/**
 * Humans, their records and their accounts. Several systems may hold a record of one human: records of
 * different connections that bear one exact work e-mail are one, and those an operator joined. One record
 * speaks for the human, the others lead to it. A name never joins anything, and neither does an address
 * that was passed on from one human to another.
 */
export class People {
  readonly #records = new Map<PersonId, Person>();
  /** Of records that lead to another one. */
  readonly #into = new Map<PersonId, PersonId>();
  /** Records that an operator said to be humans of their own. */
  readonly #alone = new Set<PersonId>();
  /** Records that an operator led to another one. */
  readonly #led = new Set<PersonId>();
  /** Who bore an address before. */
  readonly #formerBearers = new Map<string, PersonId[]>();
  readonly #accounts = new Map<AccountId, Account>();
  readonly #matches = new Map<AccountId, Match>();
  /** Made when first asked for: few changes ask whose accounts are touched. */
  #bearing: Bearing | undefined;
  readonly #byEmail = new Map<string, PersonId | "ambiguous">();
  readonly #byExternalId = new Map<string, PersonId | "ambiguous">();

  constructor(parts: PeopleParts) {
    for (const person of parts.people) this.#records.set(person.id, person);
    for (const account of parts.accounts) this.#accounts.set(account.id, account);
    for (const match of parts.matches) this.#matches.set(match.accountId, match);
    this.#take(parts.samePeople ?? []);
    this.#noteFormerBearers();
    this.#join();
    this.#claimAll();
  }

  #take(words: Iterable<SamePerson>): void {
    for (const { personId, intoId } of words) {
      if (intoId === undefined) {
        this.#alone.add(personId);
      } else {
        this.#into.set(personId, intoId);
        this.#led.add(personId);
      }
    }
  }

  #noteFormerBearers(): void {
    for (const { id, formerWorkEmails = [] } of this.#records.values()) {
      for (const email of formerWorkEmails) {
        const others = this.#formerBearers.get(email);
        if (others) others.push(id);
        else this.#formerBearers.set(email, [id]);
      }
    }
  }

  /** Whose each address and id is; an address that was passed on is nobody's proof. */
  #claimAll(): void {
    for (const person of this.#records.values()) {
      const id = this.canonical(person.id);
      if (person.workEmail !== undefined) claim(this.#byEmail, person.workEmail, id);
      if (person.externalId !== undefined) claim(this.#byExternalId, person.externalId, id);
    }
    for (const email of this.#formerBearers.keys()) {
      const holder = this.#byEmail.get(email);
      if (holder === undefined || holder === "ambiguous") continue;
      if (this.#wasAnothers(email, [holder])) this.#byEmail.set(email, "ambiguous");
    }
  }

  /** Whether somebody else than these records' humans bore the address before. */
  #wasAnothers(email: string, ids: readonly PersonId[]): boolean {
    const former = this.#formerBearers.get(email);
    if (!former) return false;
    const humans = new Set(ids.map((id) => this.canonical(id)));
    return former.some((id) => !humans.has(this.canonical(id)));
  }

  /** Joins the records of different connections that bear one work e-mail. */
  #join(): void {
    const bearers = new Map<string, Person[]>();
    for (const person of this.#records.values()) {
      if (person.workEmail === undefined || this.#alone.has(person.id)) continue;
      const others = bearers.get(person.workEmail);
      if (others) others.push(person);
      else bearers.set(person.workEmail, [person]);
    }
    // In the order of the addresses, so that nothing hangs on the order in which records are read.
    const shared = [...bearers].filter(([, records]) => records.length > 1);
    for (const [email, records] of shared.toSorted(([a], [b]) => (a < b ? -1 : 1))) {
      const connections = new Set(records.map(({ connectionId }) => connectionId));
      // Two records of one system with one address are two people, or a mistake: a human must look.
      if (connections.size < records.length) continue;
      const ids = records.toSorted(bySubstance).map(({ id }) => id);
      if (this.#wasAnothers(email, ids)) continue;
      this.#joinAll(ids);
    }
  }

  /** The first record speaks, or the one to which an operator led one of them. */
  #joinAll(ids: readonly PersonId[]): void {
    const led = ids.find((id) => this.#into.has(id)) ?? ids[0];
    if (led === undefined) return;
    const into = this.canonical(led);
    for (const id of ids) {
      const own = this.canonical(id);
      if (own !== into && !this.#into.has(id)) this.#into.set(id, into);
    }
  }

  /**
   * The record that speaks for the human of this one: the last on the way that is still there. A circle
   * of joins ends at its smallest id.
   */
  canonical(id: PersonId): PersonId {
    // Most records lead nowhere.
    if (!this.#into.has(id)) return id;
    const seen = new Set<PersonId>();
    let at = id;
    let last = id;
    for (let next = this.#into.get(at); next !== undefined; next = this.#into.get(at)) {
      if (seen.has(at)) {
        return [...seen].filter((one) => this.#records.has(one)).toSorted()[0] ?? id;
      }
      seen.add(at);
      at = next;
      if (this.#records.has(at)) last = at;
    }
    return last;
  }

  /** The record that speaks for the human. */
  person(id: PersonId): Person | undefined {
    return this.#records.get(this.canonical(id));
  }

  /** One record for each human. */
  *humans(): IterableIterator<Person> {
    for (const person of this.#records.values()) {
      if (this.canonical(person.id) === person.id) yield person;
    }
  }

  /** One record as its source gives it, whoever speaks for the human. */
  record(id: PersonId): Person | undefined {
    return this.#records.get(id);
  }

  records(): IterableIterator<Person> {
    return this.#records.values();
  }

  account(id: AccountId): Account | undefined {
    return this.#accounts.get(id);
  }

  accounts(): IterableIterator<Account> {
    return this.#accounts.values();
  }

  match(id: AccountId): Match | undefined {
    return this.#matches.get(id);
  }

  /** Whether an operator said that this record is another's human. */
  isLed(id: PersonId): boolean {
    return this.#led.has(id);
  }

  /** Whether an operator said that this record is a human of its own. */
  isAlone(id: PersonId): boolean {
    return this.#alone.has(id);
  }

  /**
   * The person behind an account: an operator's word first, else the identity provider's id, else an
   * exact work e-mail; never a name.
   */
  personOf(accountId: AccountId): Person | undefined {
    const binding = this.bindingOf(accountId);
    return "person" in binding ? binding.person : undefined;
  }

  /** What `personOf` rests on: the one place that decides whose an account is. */
  bindingOf(accountId: AccountId): Binding {
    const match = this.#matches.get(accountId);
    if (match) return this.#stated(match);
    const account = this.#accounts.get(accountId);
    return account ? this.#proved(account) : unbound;
  }

  #proved({ externalId, workEmail }: Account): Binding {
    const byId = externalId === undefined ? undefined : this.#byExternalId.get(externalId);
    const byEmail = workEmail === undefined ? undefined : this.#byEmail.get(workEmail);
    const id = byId ?? byEmail;
    if (id === undefined) return unbound;
    const how = byId === undefined ? "work-email" : "external-id";
    if (id === "ambiguous") return { how: "disputed", by: how };
    // Two proofs that name two people prove nothing.
    const isDenied = byEmail !== undefined && byEmail !== "ambiguous" && byEmail !== id;
    if (isDenied) return { how: "disputed", by: "contradiction" };
    const person = this.#records.get(id);
    return person ? { how, person } : unbound;
  }

  #stated({ personId }: Match): Binding {
    if (personId === undefined) return { how: "nobody" };
    const person = this.person(personId);
    return person ? { how: "operator", person } : { how: "person-gone" };
  }

  /** Accounts that are or were the person's: matched by an operator, or bearing one of these. */
  accountsBearing(
    personId: PersonId,
    { workEmails, externalIds = [] }: Borne,
  ): readonly AccountId[] {
    this.#bearing ??= new Bearing({
      records: this.#records,
      accounts: this.#accounts,
      matches: this.#matches,
      canonical: (id) => this.canonical(id),
    });
    // Whoever has one of the addresses now was perhaps one human with this one until now.
    const own = this.#records.get(personId)?.workEmail;
    const emails = new Set(own === undefined ? workEmails : [...workEmails, own]);
    const holders = [...emails].flatMap((email) => this.#holdersOf(email));
    const ids = [...this.#ledTo(personId), ...holders].map((id) => this.canonical(id));
    return this.#bearing.of([...new Set(ids)], { workEmails, externalIds });
  }

  /** Itself, and whom operators led to it: where it is gone, they speak for themselves. */
  #ledTo(id: PersonId): Iterable<PersonId> {
    const found = new Set([id]);
    for (const into of found) {
      for (const led of this.#led) if (this.#into.get(led) === into) found.add(led);
    }
    return found;
  }

  #holdersOf(email: string): readonly PersonId[] {
    const holder = this.#byEmail.get(email);
    if (holder === undefined) return [];
    if (holder !== "ambiguous") return [holder];
    const records = [...this.#records.values()].filter(({ workEmail }) => workEmail === email);
    return records.map(({ id }) => id);
  }
}

const unbound: Binding = { how: "unbound" };

/**
 * The record that says most about where the human stands speaks for them, one that they left behind only
 * where there is no other; ties by id.
 */
export function bySubstance(a: Person, b: Person): number {
  const isLeft = ({ employmentStatus }: Person) => Number(employmentStatus === "inactive");
  if (isLeft(a) !== isLeft(b)) return isLeft(a) - isLeft(b);
  return substance(b) - substance(a) || (a.id < b.id ? -1 : 1);
}

function substance({ unitId, managerId }: Person): number {
  return (unitId === undefined ? 0 : 2) + (managerId === undefined ? 0 : 1);
}

function claim(by: Map<string, PersonId | "ambiguous">, key: string, id: PersonId): void {
  const other = by.get(key);
  by.set(key, other === undefined || other === id ? id : "ambiguous");
}
