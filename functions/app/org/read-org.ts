import { orgAsOf } from "#shared/graph/as-of.ts";
import type { Org } from "#shared/graph/org.ts";
import { daysOfChange } from "#shared/graph/reorg-parts.ts";
import type { CalendarDate } from "#shared/model/time.ts";
import { dateOf } from "#shared/model/time.ts";
import type { PartLists } from "#shared/store/org-parts.ts";

import type { AppContext } from "../app-deps.ts";

/** The organisation of a day, beside today's. */
export interface OrgOnDay {
  readonly day: CalendarDate;
  readonly today: CalendarDate;
  readonly org: Org;
  readonly current: Org;
  readonly parts: PartLists;
}

/** Of one state of the organisation: the other day looked at last, as pages of one day follow each other. */
const others = new WeakMap<Org, { readonly day: CalendarDate; readonly org: Org }>();
const days = new WeakMap<Org, readonly CalendarDate[]>();

export async function readOrgOn(
  context: AppContext,
  wanted: CalendarDate | undefined,
): Promise<OrgOnDay> {
  const { org: current, parts } = await context.orgReader.readWithParts();
  const today = dateOf(context.clock.now());
  const day = wanted ?? today;
  return { day, today, current, parts, org: day === today ? current : orgOf(current, parts, day) };
}

function orgOf(current: Org, parts: PartLists, day: CalendarDate): Org {
  const before = others.get(current);
  if (before?.day === day) return before.org;
  const org = orgAsOf({ ...parts, matchRate: current.matchRate }, day);
  others.set(current, { day, org });
  return org;
}

/** The days to come on which something changes, soonest first. The organisation is another each day. */
export function comingDays({ current, parts, today }: OrgOnDay): readonly CalendarDate[] {
  const before = days.get(current);
  if (before) return before;
  const coming = daysOfChange(parts, today);
  days.set(current, coming);
  return coming;
}
