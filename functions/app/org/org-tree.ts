import type { OrgProblems } from "#shared/graph/org-problems.ts";
import type { Org } from "#shared/graph/org.ts";
import type { OrgUnit } from "#shared/model/facts.ts";
import type { OrgUnitId } from "#shared/model/ids.ts";
import type { CalendarDate } from "#shared/model/time.ts";

/** Units as a tree with how many people work in each, and the delivery teams beside them. */
export class OrgTree {
  readonly org: Org;
  readonly problems: OrgProblems;
  /** People who work there that day and are in no unit that is known. */
  readonly placeless: number;
  readonly #people: ReadonlyMap<OrgUnitId, number>;
  readonly #below = new Map<OrgUnitId | undefined, OrgUnit[]>();
  readonly #beside = new Map<OrgUnitId | undefined, OrgUnit[]>();

  constructor(org: Org, day: CalendarDate) {
    this.org = org;
    this.problems = org.problems();
    [this.#people, this.placeless] = countPeople(org);
    // A unit that lies within itself hangs on nothing, and would be seen nowhere.
    const heads = new Set(this.problems.unitCycles.map(([first]) => first));
    for (const unit of org.units()) {
      if (unit.endOn !== undefined && unit.endOn < day && this.peopleIn(unit) === 0) continue;
      const aboveId = unit.boundToId ?? unit.parentId;
      const isTop = aboveId === undefined || !org.unit(aboveId) || heads.has(unit.id);
      push(
        unit.isDeliveryTeam === true ? this.#beside : this.#below,
        isTop ? undefined : aboveId,
        unit,
      );
    }
    for (const units of [...this.#below.values(), ...this.#beside.values()]) units.sort(byName);
  }

  /** Units right under one, by name; without one, the tops. */
  unitsUnder(id: OrgUnitId | undefined): readonly OrgUnit[] {
    return this.#below.get(id) ?? [];
  }

  /** Delivery teams bound to a unit or part of it, by name; without one, those that stand alone. */
  teamsBeside(id: OrgUnitId | undefined): readonly OrgUnit[] {
    return this.#beside.get(id) ?? [];
  }

  /** Of a unit with all below it; of a delivery team, its own. */
  peopleIn({ id, isDeliveryTeam }: OrgUnit): number {
    if (isDeliveryTeam !== true) return this.#people.get(id) ?? 0;
    const members = this.org.membersOf(id);
    return members.filter(({ employmentStatus }) => employmentStatus === "active").length;
  }
}

function countPeople(org: Org): readonly [ReadonlyMap<OrgUnitId, number>, number] {
  const own = new Map<OrgUnitId, number>();
  let placeless = 0;
  for (const { unitId, employmentStatus } of org.people()) {
    if (employmentStatus !== "active") continue;
    if (unitId === undefined || !org.unit(unitId)) placeless += 1;
    else own.set(unitId, (own.get(unitId) ?? 0) + 1);
  }
  const all = new Map<OrgUnitId, number>();
  for (const [unitId, people] of own) {
    for (const above of org.pathUp(unitId)) all.set(above, (all.get(above) ?? 0) + people);
  }
  return [all, placeless];
}

function push(
  map: Map<OrgUnitId | undefined, OrgUnit[]>,
  key: OrgUnitId | undefined,
  unit: OrgUnit,
): void {
  const list = map.get(key);
  if (list) list.push(unit);
  else map.set(key, [unit]);
}

/** Unique for each unit, and what pages of a list go by. */
export function unitSortKey({ name, id }: OrgUnit): string {
  return `${name.toLowerCase()}\n${id}`;
}

function byName(a: OrgUnit, b: OrgUnit): number {
  return unitSortKey(a) < unitSortKey(b) ? -1 : 1;
}

const known = new WeakMap<Org, { readonly day: CalendarDate; readonly tree: OrgTree }>();

/** Of one organisation made once. */
export function treeOf(org: Org, day: CalendarDate): OrgTree {
  const before = known.get(org);
  if (before?.day === day) return before.tree;
  const tree = new OrgTree(org, day);
  known.set(org, { day, tree });
  return tree;
}
