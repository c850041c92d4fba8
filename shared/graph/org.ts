import type { Match } from "#shared/model/edges.ts";
import type { Account, OrgUnit, Person } from "#shared/model/facts.ts";
import type { AccountId, OrgUnitId, PersonId } from "#shared/model/ids.ts";

/** Where two teams' paths up the org tree meet, and who manages both. */
export interface Boundary {
  /** The unit where they meet; absent when they share none. */
  readonly unitId: OrgUnitId | undefined;
  /** `same-team`, else the kind of the meeting unit (department, division, company), else `none`. */
  readonly level: string;
  readonly lowestCommonManagerId: PersonId | undefined;
}

/** Bounds every walk up: deeper reporting lines than this are cycles or garbage. */
const depthMax = 50;

interface OrgParts {
  readonly people: Iterable<Person>;
  readonly units: Iterable<OrgUnit>;
  readonly accounts: Iterable<Account>;
  readonly matches: Iterable<Match>;
}

/** The organisation in memory: people, units, accounts and how they belong together. */
export class Org {
  readonly #people = new Map<PersonId, Person>();
  readonly #units = new Map<OrgUnitId, OrgUnit>();
  readonly #accounts = new Map<AccountId, Account>();
  readonly #matches = new Map<AccountId, Match>();
  readonly #peopleByEmail = new Map<string, Person | "ambiguous">();
  readonly #unitsByName = new Map<string, OrgUnit | "ambiguous">();
  readonly #membersByUnit = new Map<OrgUnitId, Person[]>();
  readonly #leads = new Map<OrgUnitId, PersonId | undefined>();

  constructor(parts: OrgParts) {
    for (const unit of parts.units) this.#addUnit(unit);
    for (const person of parts.people) this.#addPerson(person);
    for (const account of parts.accounts) this.#accounts.set(account.id, account);
    for (const match of parts.matches) this.#matches.set(match.accountId, match);
  }

  #addUnit(unit: OrgUnit): void {
    this.#units.set(unit.id, unit);
    const name = unit.name.toLowerCase();
    // Two units of one name at different levels (a department and its only team): the deeper owns work.
    const other = this.#unitsByName.get(name);
    if (other === undefined) this.#unitsByName.set(name, unit);
    else if (other === "ambiguous") return;
    else if (other.level !== unit.level)
      this.#unitsByName.set(name, other.level > unit.level ? other : unit);
    else this.#unitsByName.set(name, "ambiguous");
  }

  #addPerson(person: Person): void {
    this.#people.set(person.id, person);
    if (person.workEmail !== undefined) {
      const taken = this.#peopleByEmail.has(person.workEmail);
      this.#peopleByEmail.set(person.workEmail, taken ? "ambiguous" : person);
    }
    if (person.unitId !== undefined && person.employmentStatus !== "inactive") {
      const members = this.#membersByUnit.get(person.unitId);
      if (members) members.push(person);
      else this.#membersByUnit.set(person.unitId, [person]);
    }
  }

  person(id: PersonId): Person | undefined {
    return this.#people.get(id);
  }

  unit(id: OrgUnitId): OrgUnit | undefined {
    return this.#units.get(id);
  }

  account(id: AccountId): Account | undefined {
    return this.#accounts.get(id);
  }

  units(): IterableIterator<OrgUnit> {
    return this.#units.values();
  }

  accounts(): IterableIterator<Account> {
    return this.#accounts.values();
  }

  /** People of the unit itself, leavers excluded; not of the units below it. */
  membersOf(unitId: OrgUnitId): readonly Person[] {
    return this.#membersByUnit.get(unitId) ?? [];
  }

  /** The unit of that name, if there is exactly one at its deepest level. */
  unitNamed(name: string): OrgUnit | undefined {
    const unit = this.#unitsByName.get(name.toLowerCase());
    return unit === "ambiguous" ? undefined : unit;
  }

  /** The person behind an account: an operator's match first, else an exact work e-mail; never a name. */
  personOf(accountId: AccountId): Person | undefined {
    const match = this.#matches.get(accountId);
    if (match) return match.personId === undefined ? undefined : this.#people.get(match.personId);
    const email = this.#accounts.get(accountId)?.workEmail;
    const person = email === undefined ? undefined : this.#peopleByEmail.get(email);
    return person === "ambiguous" ? undefined : person;
  }

  /** Accounts that are or were the person's: matched by an operator, or bearing one of the addresses. */
  accountsBearing(personId: PersonId, workEmails: readonly string[]): readonly AccountId[] {
    const known = new Set([...this.#accounts.keys(), ...this.#matches.keys()]);
    return [...known].filter((id) => {
      const workEmail = this.#accounts.get(id)?.workEmail;
      return (
        this.#matches.get(id)?.personId === personId ||
        (workEmail !== undefined && workEmails.includes(workEmail))
      );
    });
  }

  /** The unit and all above it, bottom up; a cycle ends the path. */
  pathUp(unitId: OrgUnitId): readonly OrgUnitId[] {
    const path: OrgUnitId[] = [];
    let at: OrgUnitId | undefined = unitId;
    while (at !== undefined && path.length < depthMax && !path.includes(at)) {
      path.push(at);
      at = this.#units.get(at)?.parentId;
    }
    return path;
  }

  /** Member who reports out of the unit, with the most reports within it; ties by id. */
  leadOf(unitId: OrgUnitId): PersonId | undefined {
    if (this.#leads.has(unitId)) return this.#leads.get(unitId);
    const members = this.membersOf(unitId);
    const inUnit = new Set(members.map((member) => member.id));
    const reports = new Map<PersonId, number>();
    for (const { managerId } of members) {
      if (managerId !== undefined) reports.set(managerId, (reports.get(managerId) ?? 0) + 1);
    }
    const lead = members
      .filter((member) => member.managerId === undefined || !inUnit.has(member.managerId))
      .toSorted(
        (a, b) => (reports.get(b.id) ?? 0) - (reports.get(a.id) ?? 0) || (a.id < b.id ? -1 : 1),
      )[0]?.id;
    this.#leads.set(unitId, lead);
    return lead;
  }

  /** The person and everybody above, bottom up; cycles and gaps in the reporting line end it. */
  managersUp(personId: PersonId): readonly PersonId[] {
    const line: PersonId[] = [];
    let at: PersonId | undefined = personId;
    while (
      at !== undefined &&
      line.length < depthMax &&
      !line.includes(at) &&
      this.#people.has(at)
    ) {
      line.push(at);
      at = this.#people.get(at)?.managerId;
    }
    return line;
  }

  /** Symmetric. The lowest common manager is on both teams' lines: a lead who leads both counts. */
  boundary(a: OrgUnitId, b: OrgUnitId): Boundary {
    const unitId = nearestCommon(this.pathUp(a), this.pathUp(b));
    const level = a === b ? "same-team" : (this.#units.get(unitId ?? a)?.originalKind ?? "none");
    return {
      unitId,
      level: unitId === undefined ? "none" : level,
      lowestCommonManagerId: this.#lowestCommonManager(a, b),
    };
  }

  #lowestCommonManager(a: OrgUnitId, b: OrgUnitId): PersonId | undefined {
    const leadA = this.#leadAtOrAbove(a);
    const leadB = this.#leadAtOrAbove(b);
    if (leadA === undefined || leadB === undefined) return undefined;
    return nearestCommon(this.managersUp(leadA), this.managersUp(leadB));
  }

  /** A team without people of its own is led from the nearest unit above that has some. */
  #leadAtOrAbove(unitId: OrgUnitId): PersonId | undefined {
    for (const id of this.pathUp(unitId)) {
      const lead = this.leadOf(id);
      if (lead !== undefined) return lead;
    }
    return undefined;
  }
}

/**
 * Where two ways up meet first. In a tree both sides meet at the same place; where a cycle makes the
 * ways differ, the fewest steps count, then the smaller id, so that neither side's view wins.
 */
function nearestCommon<Id extends string>(a: readonly Id[], b: readonly Id[]): Id | undefined {
  const steps = new Map(b.map((id, index) => [id, index]));
  return a
    .flatMap((id, index) => {
      const other = steps.get(id);
      return other === undefined ? [] : [{ id, steps: index + other }];
    })
    .toSorted((x, y) => x.steps - y.steps || (x.id < y.id ? -1 : 1))[0]?.id;
}

export function emptyOrg(): Org {
  return new Org({ people: [], units: [], accounts: [], matches: [] });
}
