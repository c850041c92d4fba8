import type { Match } from "#shared/model/edges.ts";
import type { Account, Person } from "#shared/model/facts.ts";
import type { AccountId, PersonId } from "#shared/model/ids.ts";
import type { SamePerson } from "#shared/model/org.ts";

interface PeopleParts {
  readonly people: Iterable<Person>;
  readonly accounts: Iterable<Account>;
  readonly matches: Iterable<Match>;
  readonly samePeople?: Iterable<SamePerson> | undefined;
}

/**
 * Humans, their records and their accounts. Several systems may hold a record of one human: records of
 * different connections that bear one exact work e-mail are one, and those an operator joined. One record
 * speaks for the human, the others lead to it. A name never joins anything.
 */
export class People {
  readonly #records = new Map<PersonId, Person>();
  /** Of records that lead to another one. */
  readonly #into = new Map<PersonId, PersonId>();
  readonly #accounts = new Map<AccountId, Account>();
  readonly #matches = new Map<AccountId, Match>();
  readonly #byEmail = new Map<string, PersonId | "ambiguous">();
  readonly #byExternalId = new Map<string, PersonId | "ambiguous">();

  constructor(parts: PeopleParts) {
    for (const person of parts.people) this.#records.set(person.id, person);
    for (const account of parts.accounts) this.#accounts.set(account.id, account);
    for (const match of parts.matches) this.#matches.set(match.accountId, match);
    for (const { personId, intoId } of parts.samePeople ?? []) this.#into.set(personId, intoId);
    this.#join();
    for (const person of this.#records.values()) {
      const id = this.canonical(person.id);
      if (person.workEmail !== undefined) claim(this.#byEmail, person.workEmail, id);
      if (person.externalId !== undefined) claim(this.#byExternalId, person.externalId, id);
    }
  }

  /** Joins the records of different connections that bear one work e-mail. */
  #join(): void {
    const bearers = new Map<string, Person[]>();
    for (const person of this.#records.values()) {
      if (person.workEmail === undefined) continue;
      const others = bearers.get(person.workEmail);
      if (others) others.push(person);
      else bearers.set(person.workEmail, [person]);
    }
    for (const records of bearers.values()) {
      const connections = new Set(records.map(({ connectionId }) => connectionId));
      // Two records of one system with one address are two people, or a mistake: a human must look.
      if (records.length < 2 || connections.size < records.length) continue;
      const [first, ...others] = records.toSorted(bySubstance);
      for (const other of others) {
        const into = this.canonical(first?.id ?? other.id);
        const isJoined = this.#into.has(other.id) || into === other.id;
        if (!isJoined) this.#into.set(other.id, into);
      }
    }
  }

  /** The record that speaks for the human of this one. A circle of joins ends at its smallest id. */
  canonical(id: PersonId): PersonId {
    const seen = new Set<PersonId>();
    let at = id;
    for (let next = this.#into.get(at); next !== undefined; next = this.#into.get(at)) {
      if (seen.has(at)) return [...seen].toSorted()[0] ?? at;
      seen.add(at);
      at = next;
    }
    return this.#records.has(at) ? at : id;
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

  /**
   * The person behind an account: an operator's word first, else the identity provider's id, else an
   * exact work e-mail; never a name.
   */
  personOf(accountId: AccountId): Person | undefined {
    const match = this.#matches.get(accountId);
    if (match) return match.personId === undefined ? undefined : this.person(match.personId);
    const account = this.#accounts.get(accountId);
    const { externalId, workEmail } = account ?? {};
    const id =
      (externalId === undefined ? undefined : this.#byExternalId.get(externalId)) ??
      (workEmail === undefined ? undefined : this.#byEmail.get(workEmail));
    return id === undefined || id === "ambiguous" ? undefined : this.#records.get(id);
  }

  /** Accounts that are or were the person's: matched by an operator, or bearing one of the addresses. */
  accountsBearing(personId: PersonId, workEmails: readonly string[]): readonly AccountId[] {
    const human = this.canonical(personId);
    const records = [...this.#records.values()].filter(({ id }) => this.canonical(id) === human);
    const emails = new Set([...workEmails, ...records.map(({ workEmail }) => workEmail)]);
    const externalIds = new Set(records.map(({ externalId }) => externalId));
    const known = new Set([...this.#accounts.keys(), ...this.#matches.keys()]);
    return [...known].filter((id) => {
      const { workEmail, externalId } = this.#accounts.get(id) ?? {};
      const matched = this.#matches.get(id)?.personId;
      return (
        (matched !== undefined && this.canonical(matched) === human) ||
        (workEmail !== undefined && emails.has(workEmail)) ||
        (externalId !== undefined && externalIds.has(externalId))
      );
    });
  }
}

/** The record that says most about where the human stands speaks for them; ties by id. */
function bySubstance(a: Person, b: Person): number {
  return substance(b) - substance(a) || (a.id < b.id ? -1 : 1);
}

function substance({ unitId, managerId }: Person): number {
  return (unitId === undefined ? 0 : 2) + (managerId === undefined ? 0 : 1);
}

function claim(by: Map<string, PersonId | "ambiguous">, key: string, id: PersonId): void {
  const other = by.get(key);
  by.set(key, other === undefined || other === id ? id : "ambiguous");
}
