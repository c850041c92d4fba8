import * as z from "zod";

import { HubError } from "#shared/errors.ts";
import { headcount } from "#shared/graph/headcount.ts";
import type { Org } from "#shared/graph/org.ts";
import type { OrgUnit } from "#shared/model/facts.ts";
import { OrgUnitId } from "#shared/model/ids.ts";

import type { AppContext } from "../app-deps.ts";
import { pageOf, pageQuery } from "../http/paging.ts";
import { briefOf } from "../people/describe-people.ts";
import { countProblems } from "./list-problems.ts";
import type { Named, OrgAnswer, UnitAnswer } from "./org-answers.ts";
import { dayField } from "./org-answers.ts";
import type { OrgTree } from "./org-tree.ts";
import { treeOf, unitSortKey } from "./org-tree.ts";
import { comingDays, readOrgOn } from "./read-org.ts";

export const OrgQuery = z.strictObject({
  day: dayField,
  unit: OrgUnitId.optional(),
  ...pageQuery,
});
export type OrgQuery = z.infer<typeof OrgQuery>;

/** More days to come than these say no more. */
const daysShown = 24;

/** One level of the organisation of a day: a unit, what lies right under it, and how to get there. */
export async function readOrg(context: AppContext, query: OrgQuery): Promise<OrgAnswer> {
  const onDay = await readOrgOn(context, query.day);
  const { day, today, org } = onDay;
  const tree = treeOf(org, day);
  const unit = unitAsked(org, query.unit);
  const units = tree.unitsUnder(unit?.id);
  const { page, next } = pageOf(units, unitSortKey, query);
  return {
    day,
    today,
    ...(unit && { unit: describeUnit(tree, unit) }),
    path: unit ? pathTo(org, unit) : [],
    total: units.length,
    units: page.map((one) => describeUnit(tree, one)),
    next,
    deliveryTeams: tree.teamsBeside(unit?.id).length,
    ...headcountOf("placeless", tree.placeless),
    problems: countProblems(tree.problems),
    comingDays: comingDays(onDay).slice(0, daysShown),
  };
}

export interface TeamList {
  readonly total: number;
  readonly teams: UnitAnswer[];
  readonly next: string | undefined;
}

/** Delivery teams beside a unit, or those that stand alone. */
export async function listDeliveryTeams(context: AppContext, query: OrgQuery): Promise<TeamList> {
  const { day, org } = await readOrgOn(context, query.day);
  const tree = treeOf(org, day);
  const teams = tree.teamsBeside(unitAsked(org, query.unit)?.id);
  const { page, next } = pageOf(teams, unitSortKey, query);
  return { total: teams.length, teams: page.map((one) => describeUnit(tree, one)), next };
}

function unitAsked(org: Org, id: OrgUnitId | undefined): OrgUnit | undefined {
  if (id === undefined) return undefined;
  const unit = org.unit(id);
  if (!unit) throw new HubError("entity.not-found", "There is no such unit");
  return unit;
}

function pathTo(org: Org, unit: OrgUnit): Named[] {
  const above = org.pathUp(unit.id).slice(1).toReversed();
  return above.flatMap((id) => {
    const name = org.unit(id)?.name;
    return name === undefined ? [] : [{ id, name }];
  });
}

function describeUnit(tree: OrgTree, unit: OrgUnit): UnitAnswer {
  const { id, name, originalKind } = unit;
  const leadId = tree.org.leadOf(id);
  return {
    id,
    name,
    kind: originalKind,
    ...headcountOf("people", tree.peopleIn(unit)),
    ...(leadId !== undefined && { lead: briefOf(tree.org, leadId) }),
    units: tree.unitsUnder(id).length,
    deliveryTeams: tree.teamsBeside(id).length,
  };
}

/** As a field that is absent where it would speak of fewer than five people. */
function headcountOf<K extends string>(field: K, people: number): { [key in K]?: number } {
  const told = headcount(people);
  // The one key that there may be is the field.
  return (told === "fewer-than-five" ? {} : { [field]: told }) as { [key in K]?: number };
}
