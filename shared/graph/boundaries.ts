import type { OrgUnit, Person } from "#shared/model/facts.ts";
import type { OrgUnitId, PersonId } from "#shared/model/ids.ts";

import { WaysUp, nothing } from "./ways-up.ts";

/** Where two teams' paths up the org tree meet, and who manages both. */
export interface Boundary {
  /** The unit where they meet; absent when they share none. */
  readonly unitId: OrgUnitId | undefined;
  /** `same-team`, else the kind of the meeting unit (department, division, company), else `none`. */
  readonly level: string;
  readonly lowestCommonManagerId: PersonId | undefined;
}

interface Structure {
  readonly units: ReadonlyMap<OrgUnitId, OrgUnit>;
  /** One record for each human. */
  readonly humans: Iterable<Person>;
  /** The record that speaks for the human of this one. */
  readonly canonical: (id: PersonId) => PersonId;
  readonly teamsOf: (person: Person) => readonly OrgUnitId[];
  /** Whether a source names the person as the unit's lead. */
  readonly isNamedLead: (person: Person, unitId: OrgUnitId) => boolean;
}

/** Stands where a lead was not yet looked for. */
const unasked = -2;

/**
 * The shape of an organisation: units and people by number, with who is above whom in arrays, so that
 * a company of 100,000 people takes a few megabytes and a boundary about a microsecond.
 */
export class Boundaries {
  readonly #units: ReadonlyMap<OrgUnitId, OrgUnit>;
  readonly #people: readonly Person[];
  readonly #isNamedLead: Structure["isNamedLead"];
  readonly #unitNodes = new Map<OrgUnitId, number>();
  readonly #unitIds: OrgUnitId[] = [];
  readonly #reporting: WaysUp;
  readonly #belonging: WaysUp;
  /** Members of unit `n`, leavers excluded, stand from `#membersFrom[n]` up to `#membersFrom[n + 1]`. */
  readonly #members: Int32Array;
  readonly #membersFrom: Int32Array;
  readonly #leads: Int32Array;
  readonly #leadsAbove: Int32Array;

  constructor({ units, humans, canonical, teamsOf, isNamedLead }: Structure) {
    this.#units = units;
    this.#isNamedLead = isNamedLead;
    this.#people = [...humans];
    const nodes = new Map(this.#people.map(({ id }, node) => [id, node]));
    const managers = Int32Array.from(this.#people, ({ managerId }) =>
      managerId === undefined ? nothing : (nodes.get(canonical(managerId)) ?? nothing),
    );
    this.#reporting = new WaysUp(managers, (node) => this.#people[node]?.id ?? "");
    const above = this.#enterUnits();
    [this.#members, this.#membersFrom] = this.#enterMembers(teamsOf);
    const count = this.#unitIds.length;
    const parents = Int32Array.from({ length: count }, (_, node) => above[node] ?? nothing);
    this.#belonging = new WaysUp(parents, (node) => this.#unitIds[node] ?? "");
    this.#leads = new Int32Array(count).fill(unasked);
    this.#leadsAbove = new Int32Array(count).fill(unasked);
  }

  /** Numbers the units, those that are only named as a parent too; gives what lies above each. */
  #enterUnits(): readonly number[] {
    for (const id of this.#units.keys()) this.#unitNode(id);
    return [...this.#units.values()].map((unit) => {
      // A team that is bound to a unit lies where that unit lies.
      const aboveId = unit.boundToId ?? unit.parentId;
      return aboveId === undefined ? nothing : this.#unitNode(aboveId);
    });
  }

  #unitNode(id: OrgUnitId): number {
    const known = this.#unitNodes.get(id);
    if (known !== undefined) return known;
    const node = this.#unitIds.push(id) - 1;
    this.#unitNodes.set(id, node);
    return node;
  }

  #enterMembers(teamsOf: Structure["teamsOf"]): readonly [Int32Array, Int32Array] {
    const places: number[] = [];
    const people: number[] = [];
    for (const [node, person] of this.#people.entries()) {
      if (person.employmentStatus === "inactive") continue;
      for (const unitId of teamsOf(person)) {
        places.push(this.#unitNode(unitId));
        people.push(node);
      }
    }
    const from = new Int32Array(this.#unitIds.length + 1);
    for (const unit of places) from[unit + 1] = (from[unit + 1] ?? 0) + 1;
    for (let unit = 1; unit < from.length; unit += 1) {
      from[unit] = (from[unit] ?? 0) + (from[unit - 1] ?? 0);
    }
    const filled = from.slice();
    const members = new Int32Array(people.length);
    for (const [at, unit] of places.entries()) {
      const slot = filled[unit] ?? 0;
      members[slot] = people[at] ?? nothing;
      filled[unit] = slot + 1;
    }
    return [members, from];
  }

  /** People of the unit itself, leavers excluded; not of the units below it. */
  membersOf(unitId: OrgUnitId): readonly Person[] {
    const unit = this.#unitNodes.get(unitId);
    if (unit === undefined) return [];
    return Array.from(this.#memberNodes(unit), (node) => this.#people[node]).filter(
      (person) => person !== undefined,
    );
  }

  #memberNodes(unit: number): Int32Array {
    return this.#members.subarray(this.#membersFrom[unit], this.#membersFrom[unit + 1]);
  }

  /** The unit and all above it, bottom up; a cycle ends the path. */
  pathUp(unitId: OrgUnitId): readonly OrgUnitId[] {
    const unit = this.#unitNodes.get(unitId);
    if (unit === undefined) return [unitId];
    return this.#belonging.from(unit).flatMap((node) => this.#unitIds[node] ?? []);
  }

  /** Whom a source names, else the member who reports out with the most reports within; ties by id. */
  leadOf(unitId: OrgUnitId): PersonId | undefined {
    const unit = this.#unitNodes.get(unitId);
    return unit === undefined ? undefined : this.#people[this.#leadAt(unit)]?.id;
  }

  #leadAt(unit: number): number {
    const known = this.#leads[unit] ?? nothing;
    if (known !== unasked) return known;
    const members = this.#memberNodes(unit);
    const named = members.filter((node) => this.#isNamed(node, unit));
    const lead = this.#findLead(named.length > 0 ? named : members);
    this.#leads[unit] = lead;
    return lead;
  }

  #isNamed(node: number, unit: number): boolean {
    const [person, unitId] = [this.#people[node], this.#unitIds[unit]];
    return person !== undefined && unitId !== undefined && this.#isNamedLead(person, unitId);
  }

  #findLead(members: Int32Array): number {
    const reports = new Map<number, number>(Array.from(members, (node) => [node, 0]));
    for (const node of members) {
      const manager = this.#reporting.above(node);
      const count = reports.get(manager);
      if (count !== undefined) reports.set(manager, count + 1);
    }
    let lead = nothing;
    for (const [node, count] of reports) {
      if (reports.has(this.#reporting.above(node))) continue;
      const most = reports.get(lead) ?? -1;
      if (count > most || (count === most && this.#isEarlier(node, lead))) lead = node;
    }
    return lead;
  }

  #isEarlier(a: number, b: number): boolean {
    return (this.#people[a]?.id ?? "") < (this.#people[b]?.id ?? "");
  }

  /** A team without people of its own is led from the nearest unit above that has some. */
  #leadAtOrAbove(unit: number): number {
    const known = this.#leadsAbove[unit] ?? nothing;
    if (known !== unasked) return known;
    const lead =
      this.#belonging
        .from(unit)
        .map((node) => this.#leadAt(node))
        .find((node) => node !== nothing) ?? nothing;
    this.#leadsAbove[unit] = lead;
    return lead;
  }

  /** Symmetric. The lowest common manager is on both teams' lines: a lead who leads both counts. */
  between(a: OrgUnitId, b: OrgUnitId): Boundary {
    const [nodeA, nodeB] = [this.#unitNodes.get(a), this.#unitNodes.get(b)];
    const isSame = a === b || this.#isBound(a, b) || this.#isBound(b, a);
    if (nodeA === undefined || nodeB === undefined) {
      const alone = { unitId: isSame ? a : undefined, lowestCommonManagerId: undefined };
      return { ...alone, level: isSame ? "same-team" : "none" };
    }
    const meeting = this.#belonging.meeting(nodeA, nodeB);
    const unitId = this.#unitIds[meeting];
    const kind = unitId === undefined ? undefined : this.#units.get(unitId)?.originalKind;
    return {
      unitId,
      level: isSame && unitId !== undefined ? "same-team" : (kind ?? "none"),
      lowestCommonManagerId: this.#lowestCommonManager(nodeA, nodeB),
    };
  }

  #isBound(team: OrgUnitId, unitId: OrgUnitId): boolean {
    return this.#units.get(team)?.boundToId === unitId;
  }

  #lowestCommonManager(a: number, b: number): PersonId | undefined {
    const [leadA, leadB] = [this.#leadAtOrAbove(a), this.#leadAtOrAbove(b)];
    if (leadA === nothing || leadB === nothing) return undefined;
    // Whoever left manages nobody, as long as their reports may still name them.
    return this.#reporting
      .from(this.#reporting.meeting(leadA, leadB))
      .map((node) => this.#people[node])
      .find((person) => person !== undefined && person.employmentStatus !== "inactive")?.id;
  }

  /** Reporting lines that lead back to where they began. */
  reportingCycles(): readonly (readonly PersonId[])[] {
    return this.#reporting
      .cycles()
      .map((cycle) => cycle.flatMap((node) => this.#people[node]?.id ?? []));
  }

  /** Units that lie within themselves. */
  unitCycles(): readonly (readonly OrgUnitId[])[] {
    return this.#belonging
      .cycles()
      .map((cycle) => cycle.flatMap((node) => this.#unitIds[node] ?? []));
  }
}
