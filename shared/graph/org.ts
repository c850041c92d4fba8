import type { Match } from "#shared/model/edges.ts";
import type { Account, OrgUnit, Person } from "#shared/model/facts.ts";
import type { AccountId, OrgUnitId, PersonId } from "#shared/model/ids.ts";
import type { Membership, SamePerson } from "#shared/model/org.ts";
import type { CalendarDate } from "#shared/model/time.ts";

import { People } from "./people.ts";
import { holdsOn } from "./timeline.ts";

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

export interface OrgParts {
  readonly people: Iterable<Person>;
  readonly units: Iterable<OrgUnit>;
  readonly accounts: Iterable<Account>;
  readonly matches: Iterable<Match>;
  readonly memberships?: Iterable<Membership>;
  readonly samePeople?: Iterable<SamePerson>;
  /** The day that memberships are looked at; absent: those without an end count. */
  readonly day?: CalendarDate;
}

/** A team that somebody is in. */
export interface TeamOfPerson {
  readonly unitId: OrgUnitId;
  /** The team that their work counts for. */
  readonly isPrimary: boolean;
}

/** The organisation in memory: people, units, accounts and how they belong together. */
export class Org {
  readonly #humans: People;
  readonly #units = new Map<OrgUnitId, OrgUnit>();
  readonly #unitsByName = new Map<string, OrgUnit | "ambiguous">();
  readonly #teams = new Map<PersonId, Membership[]>();
  readonly #membersByUnit = new Map<OrgUnitId, Person[]>();
  readonly #leads = new Map<OrgUnitId, PersonId | undefined>();

  constructor(parts: OrgParts) {
    this.#humans = new People(parts);
    for (const unit of parts.units) this.#addUnit(unit);
    for (const membership of parts.memberships ?? []) this.#addMembership(membership, parts.day);
    for (const person of this.#humans.humans()) this.#addPerson(person);
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

  #addMembership(membership: Membership, day: CalendarDate | undefined): void {
    const holds = day === undefined ? membership.validTo === undefined : isOn(membership, day);
    if (!holds || !this.#units.has(membership.unitId)) return;
    const id = this.#humans.canonical(membership.personId);
    const others = this.#teams.get(id);
    if (others) others.push(membership);
    else this.#teams.set(id, [membership]);
  }

  #addPerson(person: Person): void {
    if (person.employmentStatus === "inactive") return;
    for (const { unitId } of this.teamsOf(person.id)) {
      const members = this.#membersByUnit.get(unitId);
      if (members) members.push(person);
      else this.#membersByUnit.set(unitId, [person]);
    }
  }

  person(id: PersonId): Person | undefined {
    return this.#humans.person(id);
  }

  /** Humans, their records and their accounts. */
  get humans(): People {
    return this.#humans;
  }

  /** One record for each human. */
  people(): IterableIterator<Person> {
    return this.#humans.humans();
  }

  unit(id: OrgUnitId): OrgUnit | undefined {
    return this.#units.get(id);
  }

  account(id: AccountId): Account | undefined {
    return this.#humans.account(id);
  }

  units(): IterableIterator<OrgUnit> {
    return this.#units.values();
  }

  accounts(): IterableIterator<Account> {
    return this.#humans.accounts();
  }

  /** The unit of the person's placement and the teams beside it, the one that counts first. */
  teamsOf(personId: PersonId): readonly TeamOfPerson[] {
    const person = this.#humans.person(personId);
    if (!person) return [];
    const memberships = (this.#teams.get(person.id) ?? []).toSorted(byPrimacy);
    const ids = memberships.map(({ unitId }) => unitId);
    const isElsewhere = memberships[0]?.isPrimary === true;
    const placed = person.unitId === undefined ? [] : [person.unitId];
    const all = [...new Set(isElsewhere ? [...ids, ...placed] : [...placed, ...ids])];
    return all.map((unitId, at) => ({ unitId, isPrimary: at === 0 }));
  }

  /** The team that the person's work counts for. */
  primaryTeamOf(personId: PersonId): OrgUnitId | undefined {
    return this.teamsOf(personId)[0]?.unitId;
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

  /** The person behind an account, as far as it is proved or an operator said; never by a name. */
  personOf(accountId: AccountId): Person | undefined {
    return this.#humans.personOf(accountId);
  }

  /** Accounts that are or were the person's: matched by an operator, or bearing one of the addresses. */
  accountsBearing(personId: PersonId, workEmails: readonly string[]): readonly AccountId[] {
    return this.#humans.accountsBearing(personId, workEmails);
  }

  /** The unit and all above it, bottom up; a cycle ends the path. */
  pathUp(unitId: OrgUnitId): readonly OrgUnitId[] {
    const path: OrgUnitId[] = [];
    let at: OrgUnitId | undefined = unitId;
    while (at !== undefined && path.length < depthMax && !path.includes(at)) {
      path.push(at);
      const unit = this.#units.get(at);
      // A team that is bound to a unit lies where that unit lies.
      at = unit?.boundToId ?? unit?.parentId;
    }
    return path;
  }

  /** Member who reports out of the unit, with the most reports within it; ties by id. */
  leadOf(unitId: OrgUnitId): PersonId | undefined {
    if (this.#leads.has(unitId)) return this.#leads.get(unitId);
    const members = this.membersOf(unitId);
    const inUnit = new Set<string>(members.map((member) => member.id));
    const manager = ({ managerId }: Person) =>
      managerId === undefined ? undefined : this.#humans.canonical(managerId);
    const reports = new Map<PersonId, number>();
    for (const member of members) {
      const id = manager(member);
      if (id !== undefined) reports.set(id, (reports.get(id) ?? 0) + 1);
    }
    const lead = members
      .filter((member) => !inUnit.has(manager(member) ?? nobody))
      .toSorted(
        (a, b) => (reports.get(b.id) ?? 0) - (reports.get(a.id) ?? 0) || (a.id < b.id ? -1 : 1),
      )[0]?.id;
    this.#leads.set(unitId, lead);
    return lead;
  }

  /** The person and everybody above, bottom up; cycles and gaps in the reporting line end it. */
  managersUp(personId: PersonId): readonly PersonId[] {
    const line: PersonId[] = [];
    let at = this.#humans.person(personId);
    while (at && line.length < depthMax && !line.includes(at.id)) {
      line.push(at.id);
      at = at.managerId === undefined ? undefined : this.#humans.person(at.managerId);
    }
    return line;
  }

  /** Symmetric. The lowest common manager is on both teams' lines: a lead who leads both counts. */
  boundary(a: OrgUnitId, b: OrgUnitId): Boundary {
    const unitId = nearestCommon(this.pathUp(a), this.pathUp(b));
    const isSame = a === b || this.#isBound(a, b) || this.#isBound(b, a);
    const level = isSame ? "same-team" : (this.#units.get(unitId ?? a)?.originalKind ?? "none");
    return {
      unitId,
      level: unitId === undefined ? "none" : level,
      lowestCommonManagerId: this.#lowestCommonManager(a, b),
    };
  }

  #isBound(team: OrgUnitId, unitId: OrgUnitId): boolean {
    return this.#units.get(team)?.boundToId === unitId;
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

const nobody = "";

function isOn({ validFrom, validTo }: Membership, day: CalendarDate): boolean {
  return holdsOn({ validFrom, validTo }, day);
}

function byPrimacy(a: Membership, b: Membership): number {
  const primacy = Number(b.isPrimary === true) - Number(a.isPrimary === true);
  return primacy || (a.unitId < b.unitId ? -1 : 1);
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
