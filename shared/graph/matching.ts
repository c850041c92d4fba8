import type { Exclusion } from "#shared/model/edges.ts";
import type { Account, Person } from "#shared/model/facts.ts";
import type { Rejection } from "#shared/model/identity.ts";
import type { AccountId, ConnectionId, PersonId } from "#shared/model/ids.ts";
import type { Instant } from "#shared/model/time.ts";

import { LikenessIndex, keysOfAccount, keysOfPerson } from "./matching-index.ts";
import type { Likeness, LikenessKey } from "./matching-index.ts";
import { addressParts, spellings } from "./matching-names.ts";
import type { Binding, People } from "./people.ts";

/** What speaks for a candidate, or against. */
export type Sign = Likeness | "same-local-part-of-company" | "one-of-several" | Doubt;
type Doubt = "names-differ" | "has-account-there" | "has-left";

/** A person whose account it may be. Points only order: more is likelier. */
export interface Candidate {
  readonly personId: PersonId;
  readonly points: number;
  readonly signs: readonly Sign[];
}

/** How an account stands to the people that the HR systems know. */
export type Standing =
  | {
      readonly state: "bound";
      readonly how: "operator" | "external-id" | "work-email";
      readonly person: Person;
      readonly since: Instant | undefined;
    }
  | {
      readonly state: "excluded";
      readonly by: "operator" | "tool";
      readonly as: Exclusion | "guest";
      readonly since: Instant | undefined;
    }
  /** A proof names more than one human. */
  | {
      readonly state: "ambiguous";
      readonly by: Extract<Binding, { how: "disputed" }>["by"];
      readonly candidates: readonly Candidate[];
    }
  | {
      readonly state: "unmatched";
      /** An operator named somebody whose record is gone. */
      readonly isPersonGone: boolean;
      readonly candidates: readonly Candidate[];
    };

const candidatesMax = 5;
/** A domain that so many people have is the company's. */
const companyDomainMin = 3;

/** What a sign is worth. Within a group of signs that say the same, the best counts. */
const worth: Readonly<Record<Sign, number>> = {
  "same-external-id": 60,
  "former-address": 60,
  "same-address": 50,
  "same-local-part-of-company": 45,
  "same-local-part": 28,
  "name-in-login": 25,
  "short-name-in-login": 12,
  "same-name": 40,
  "same-words": 25,
  "same-ends": 20,
  "one-of-several": -15,
  "names-differ": -20,
  "has-account-there": -20,
  "has-left": -10,
};
/** A sign says nothing new beside one of those after it. */
const repeats: Readonly<Partial<Record<Sign, readonly Sign[]>>> = {
  "same-local-part-of-company": ["former-address", "same-address"],
  "same-local-part": ["former-address", "same-address"],
  "name-in-login": [
    "former-address",
    "same-address",
    "same-local-part-of-company",
    "same-local-part",
  ],
  "short-name-in-login": [
    "former-address",
    "same-address",
    "same-local-part-of-company",
    "same-local-part",
    "name-in-login",
  ],
  "same-words": ["same-name"],
  "same-ends": ["same-name", "same-words"],
};

/**
 * All accounts, each with what binds it or who may be behind it. Bindings are those of `People`; the
 * candidates are for people to decide on, and nothing else ever comes of them. Depends on nothing but
 * its input, in whatever order that was read.
 */
export class Matching {
  readonly #people: People;
  readonly #standings = new Map<AccountId, Standing>();
  readonly #companyDomains: ReadonlySet<string>;
  readonly #rejected: ReadonlySet<string>;
  /** Who has an account in which tool. */
  readonly #bound = new Set<string>();

  constructor(people: People, rejections: Iterable<Rejection> = []) {
    this.#people = people;
    this.#companyDomains = companyDomains(people);
    this.#rejected = new Set(
      [...rejections].map((one) => pair(one.subjectId, people.canonical(one.personId))),
    );
    const open: [Account, Binding][] = [];
    for (const account of people.accounts()) {
      const binding = people.bindingOf(account.id);
      const standing = this.#settled(account, binding);
      if (standing) this.#standings.set(account.id, standing);
      else open.push([account, binding]);
    }
    this.#suggest(open);
  }

  standing(id: AccountId): Standing | undefined {
    return this.#standings.get(id);
  }

  standings(): ReadonlyMap<AccountId, Standing> {
    return this.#standings;
  }

  /** Undefined where somebody has to look. */
  #settled({ id, kind, connectionId }: Account, binding: Binding): Standing | undefined {
    const match = this.#people.match(id);
    const since = match?.createdAt;
    if ("person" in binding) {
      this.#bound.add(pair(connectionId, binding.person.id));
      return { state: "bound", how: binding.how, person: binding.person, since };
    }
    if (binding.how === "nobody") {
      return { state: "excluded", by: "operator", as: match?.exclusion ?? "nobody", since };
    }
    // A bot or a guest by the tool's word is no gap, unless somebody said otherwise.
    if (kind === "human" || binding.how !== "unbound") return undefined;
    return {
      state: "excluded",
      by: "tool",
      as: kind === "app" ? "bot" : "guest",
      since: undefined,
    };
  }

  #suggest(open: readonly (readonly [Account, Binding])[]): void {
    const index = new LikenessIndex();
    for (const [account] of open) for (const key of keysOfAccount(account)) index.want(key);
    for (const record of this.#people.records()) {
      index.add(this.#people.canonical(record.id), keysOfPerson(record));
    }
    for (const [account, binding] of open) {
      const candidates = this.#candidates(account, index);
      this.#standings.set(
        account.id,
        binding.how === "disputed"
          ? { state: "ambiguous", by: binding.by, candidates }
          : { state: "unmatched", isPersonGone: binding.how === "person-gone", candidates },
      );
    }
  }

  #candidates(account: Account, index: LikenessIndex): readonly Candidate[] {
    const found = new Map<PersonId, Set<Sign>>();
    const add = (id: PersonId, sign: Sign) => {
      const signs = found.get(id);
      if (signs) signs.add(sign);
      else found.set(id, new Set([sign]));
    };
    for (const key of keysOfAccount(account)) {
      const bearers = index.bearers(key);
      const sign = this.#signOf(key, account);
      for (const id of bearers) {
        add(id, sign);
        if (sign === "same-name" && bearers.length > 1) add(id, "one-of-several");
      }
    }
    return [...found]
      .filter(([id]) => !this.#rejected.has(pair(account.id, id)))
      .map(([id, signs]) => this.#weigh(account, id, signs))
      .filter(({ points }) => points > 0)
      .toSorted((a, b) => b.points - a.points || (a.personId < b.personId ? -1 : 1))
      .slice(0, candidatesMax);
  }

  #signOf(key: LikenessKey, { workEmail }: Account): Sign {
    const { likeness } = key;
    if (likeness !== "same-local-part" || workEmail === undefined) return likeness;
    const { domain } = addressParts(workEmail);
    return this.#companyDomains.has(domain) ? "same-local-part-of-company" : likeness;
  }

  #weigh(account: Account, personId: PersonId, found: ReadonlySet<Sign>): Candidate {
    const person = this.#people.person(personId);
    const signs = [...strongest(found), ...this.#doubts(account, person, found)];
    const points = signs.reduce((sum, sign) => sum + worth[sign], 0);
    return { personId, points, signs: signs.toSorted((a, b) => worth[b] - worth[a]) };
  }

  #doubts(
    account: Account,
    person: Person | undefined,
    found: ReadonlySet<Sign>,
  ): readonly Doubt[] {
    const looksAlike = nameSigns.some((sign) => found.has(sign));
    const differs = person && !looksAlike && namesDiffer(account.displayName, person.name);
    const isBound = person && this.#bound.has(pair(account.connectionId, person.id));
    return [
      ...(differs ? (["names-differ"] as const) : []),
      ...(isBound ? (["has-account-there"] as const) : []),
      ...(account.isActive && person?.employmentStatus === "inactive"
        ? (["has-left"] as const)
        : []),
    ];
  }
}

const nameSigns: readonly Sign[] = ["same-name", "same-words", "same-ends"];

/** Whether both are names of several words, and nothing in them is alike. A login is not a name. */
function namesDiffer(displayName: string, name: string): boolean {
  const [shown, known] = [spellings(displayName)[0]?.words ?? [], spellings(name)[0]?.words ?? []];
  if (shown.length < 2 || known.length < 2) return false;
  // A married name changes half of a name; that is no doubt yet.
  return !shown.some((word) => known.includes(word));
}

function strongest(found: ReadonlySet<Sign>): readonly Sign[] {
  return [...found].filter((sign) => !repeats[sign]?.some((better) => found.has(better)));
}

function companyDomains(people: People): ReadonlySet<string> {
  const counts = new Map<string, number>();
  for (const { workEmail } of people.records()) {
    if (workEmail === undefined) continue;
    const { domain } = addressParts(workEmail);
    counts.set(domain, (counts.get(domain) ?? 0) + 1);
  }
  return new Set([...counts].flatMap(([domain, n]) => (n >= companyDomainMin ? [domain] : [])));
}

/** Ids hold no spaces. */
function pair(a: AccountId | PersonId | ConnectionId, b: PersonId): string {
  return `${a} ${b}`;
}
