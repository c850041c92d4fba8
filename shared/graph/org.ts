import type { Match } from "#shared/model/edges.ts";
import type { Account, OrgUnit, Person } from "#shared/model/facts.ts";
import type {
  AccountId,
  ConnectionId,
  FactId,
  FactType,
  OrgUnitId,
  PersonId,
} from "#shared/model/ids.ts";
import { readFactId } from "#shared/model/ids.ts";
import type { Membership, SamePerson } from "#shared/model/org.ts";
import type { CalendarDate } from "#shared/model/time.ts";

import { Boundaries } from "./boundaries.ts";
import type { Boundary } from "./boundaries.ts";
import type { MatchRate } from "./match-rate.ts";
import { problemsOf } from "./org-problems.ts";
import type { OrgProblems } from "./org-problems.ts";
import { People } from "./people.ts";
import type { Borne } from "./people.ts";
import { holdsOn } from "./timeline.ts";
import { depthMax } from "./ways-up.ts";

export interface OrgParts {
  readonly people: Iterable<Person>;
  readonly units: Iterable<OrgUnit>;
  readonly accounts: Iterable<Account>;
  readonly matches: Iterable<Match>;
  readonly memberships?: Iterable<Membership>;
  readonly samePeople?: Iterable<SamePerson>;
  /** The day that memberships are looked at; absent: those without an end count. */
  readonly day?: CalendarDate;
  /** Keys of what could not be read: an id, or the id that it stands beside and a space and more. */
  readonly unreadable?: ReadonlySet<string> | undefined;
  /** As it was counted, or how to count it; absent: nobody has yet. */
  readonly matchRate?: MatchRate | ((people: People) => MatchRate) | undefined;
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
  /** The deepest units of a name: the one, or none where there are several. */
  readonly #unitsByName = new Map<string, { level: number; unit: OrgUnit | undefined }>();
  readonly #teams = new Map<PersonId, Membership[]>();
  readonly #memberships: readonly Membership[];
  readonly #boundaries: Boundaries;
  /** Ids of what cannot be read, or has something beside it that cannot. */
  readonly #unreadable: ReadonlySet<string>;
  readonly #unreadableTypes: ReadonlySet<FactType | undefined>;
  #sourceIds: ReadonlySet<ConnectionId> | undefined;
  /** How many of those who do the work are known as people; whoever asks what was said by another count sets it. */
  matchRate: MatchRate | undefined;

  constructor(parts: OrgParts) {
    this.#humans = new People(parts);
    const { matchRate } = parts;
    this.matchRate = typeof matchRate === "function" ? matchRate(this.#humans) : matchRate;
    this.#unreadable = new Set(
      [...(parts.unreadable ?? [])].map((key) => key.split(" ")[0] ?? key),
    );
    this.#unreadableTypes = new Set([...this.#unreadable].map((id) => readFactId(id)?.type));
    this.#memberships = [...(parts.memberships ?? [])];
    for (const unit of parts.units) this.#addUnit(unit);
    for (const membership of this.#memberships) this.#addMembership(membership, parts.day);
    this.#boundaries = new Boundaries({
      units: this.#units,
      humans: this.#humans.humans(),
      canonical: (id) => this.#humans.canonical(id),
      teamsOf: (person) => this.#teamIdsOf(person),
      isNamedLead: ({ id }, unitId) =>
        this.#teams.get(id)?.some((one) => one.unitId === unitId && one.isLead === true) ?? false,
    });
  }

  #addUnit(unit: OrgUnit): void {
    this.#units.set(unit.id, unit);
    const name = unit.name.toLowerCase();
    // Two units of one name at different levels (a department and its only team): the deeper owns work.
    const other = this.#unitsByName.get(name);
    if (other === undefined || unit.level > other.level) {
      this.#unitsByName.set(name, { level: unit.level, unit });
    } else if (unit.level === other.level) {
      other.unit = undefined;
    }
  }

  #addMembership(membership: Membership, day: CalendarDate | undefined): void {
    const holds = day === undefined ? membership.validTo === undefined : isOn(membership, day);
    if (!holds || !this.#units.has(membership.unitId)) return;
    const id = this.#humans.canonical(membership.personId);
    const others = this.#teams.get(id);
    if (others) others.push(membership);
    else this.#teams.set(id, [membership]);
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
    return this.#teamIdsOf(person).map((unitId, at) => ({ unitId, isPrimary: at === 0 }));
  }

  #teamIdsOf(person: Person): readonly OrgUnitId[] {
    const placed = person.unitId === undefined ? [] : [person.unitId];
    const beside = this.#teams.get(person.id);
    if (!beside) return placed;
    const memberships = beside.toSorted(byPrimacy);
    const ids = memberships.map(({ unitId }) => unitId);
    const isElsewhere = memberships[0]?.isPrimary === true;
    return [...new Set(isElsewhere ? [...ids, ...placed] : [...placed, ...ids])];
  }

  /** The team that the person's work counts for. */
  primaryTeamOf(personId: PersonId): OrgUnitId | undefined {
    return this.teamsOf(personId)[0]?.unitId;
  }

  /** People of the unit itself, leavers excluded; not of the units below it. */
  membersOf(unitId: OrgUnitId): readonly Person[] {
    return this.#boundaries.membersOf(unitId);
  }

  /** The unit of that name, if there is exactly one at its deepest level. */
  unitNamed(name: string): OrgUnit | undefined {
    return this.#unitsByName.get(name.toLowerCase())?.unit;
  }

  /** The person behind an account, as far as it is proved or an operator said; never by a name. */
  personOf(accountId: AccountId): Person | undefined {
    return this.#humans.personOf(accountId);
  }

  /** Accounts that are or were the person's: matched by an operator, or bearing one of these. */
  accountsBearing(personId: PersonId, borne: Borne): readonly AccountId[] {
    return this.#humans.accountsBearing(personId, borne);
  }

  /** The unit and all above it, bottom up; a cycle ends the path. */
  pathUp(unitId: OrgUnitId): readonly OrgUnitId[] {
    return this.#boundaries.pathUp(unitId);
  }

  /** Whom a source names, else the member who reports out with the most reports within; ties by id. */
  leadOf(unitId: OrgUnitId): PersonId | undefined {
    return this.#boundaries.leadOf(unitId);
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
    return this.#boundaries.between(a, b);
  }

  /** Whether something is stored under the id, or beside it, that nobody can read. */
  isUnreadable(id: FactId): boolean {
    return this.#unreadable.has(id);
  }

  /** Whether facts of the type are stored that nobody can read. */
  hasUnreadable(type: FactType): boolean {
    return this.#unreadableTypes.has(type);
  }

  /**
   * Every source of people, units and memberships. Each of them may decide a team: by a record that
   * speaks for a human, a name that another unit bears, a unit on the way up.
   */
  sourceIds(): ReadonlySet<ConnectionId> {
    if (this.#sourceIds) return this.#sourceIds;
    const ids = new Set<ConnectionId>();
    for (const { connectionId } of this.#humans.records()) ids.add(connectionId);
    for (const { connectionId } of this.#units.values()) ids.add(connectionId);
    for (const { assertedBy } of this.#memberships) {
      const source = assertedBy && readFactId(assertedBy);
      if (source) ids.add(source.connectionId);
    }
    this.#sourceIds = ids;
    return ids;
  }

  /** What does not add up, as its sources tell it. */
  problems(): OrgProblems {
    return problemsOf({
      records: this.#humans.records(),
      units: this.#units,
      memberships: this.#memberships,
      exists: (id) => this.#humans.person(id) !== undefined,
      reportingCycles: this.#boundaries.reportingCycles(),
      unitCycles: this.#boundaries.unitCycles(),
    });
  }
}

function isOn({ validFrom, validTo }: Membership, day: CalendarDate): boolean {
  return holdsOn({ validFrom, validTo }, day);
}

function byPrimacy(a: Membership, b: Membership): number {
  const primacy = Number(b.isPrimary === true) - Number(a.isPrimary === true);
  return primacy || (a.unitId < b.unitId ? -1 : 1);
}

export function emptyOrg(): Org {
  return new Org({ people: [], units: [], accounts: [], matches: [] });
}
