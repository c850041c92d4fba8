import { orgAsOf } from "#shared/graph/as-of.ts";
import type { Org, OrgParts } from "#shared/graph/org.ts";
import type { Match } from "#shared/model/edges.ts";
import type { OrgUnit, Person } from "#shared/model/facts.ts";
import type { Membership, SamePerson } from "#shared/model/org.ts";
import type { CalendarDate, Instant } from "#shared/model/time.ts";
import {
  dateOf,
  dayAfter,
  dayMs,
  epochMsOf,
  hourMs,
  instantOf,
  minuteMs,
} from "#shared/model/time.ts";

import type { Delta } from "../rule.ts";
import { sameJson } from "../same-json.ts";

/** An organisation is put together anew for each of its moments: so many people in all, and no more. */
const peopleTimesMomentsMax = 600_000;

/** How closely the organisation is followed; each step is taken where the one before would take too long. */
export const orgSteps = [
  { name: "moment", ms: 1 },
  { name: "minute", ms: minuteMs },
  { name: "hour", ms: hourMs },
  { name: "day", ms: dayMs },
] as const;
export type OrgStep = (typeof orgSteps)[number]["name"];

type Part = Person | OrgUnit | Match | Membership | SamePerson;

/** The organisation as the hub knew it, moved on from moment to moment. */
export class OrgInTime {
  readonly #parts: OrgParts;
  readonly #touched: ReadonlyMap<Instant, readonly Part[]>;
  readonly step: OrgStep;
  #org: Org;

  constructor(parts: OrgParts, after: Instant, until: Instant) {
    this.#parts = parts;
    this.#org = orgAsOf(parts, dateOf(after), after);
    const moments = momentsOf(parts).filter(([at]) => after < at && at <= until);
    const people = Math.max([...parts.people].length, 1);
    const most = Math.floor(peopleTimesMomentsMax / people);
    const fitting = orgSteps.find(({ ms }) => stepped(moments, ms).size <= most);
    const { name, ms } = fitting ?? { name: "day", ms: dayMs };
    this.step = name;
    this.#touched = stepped(moments, ms);
  }

  get org(): Org {
    return this.#org;
  }

  moments(): Iterable<Instant> {
    return this.#touched.keys();
  }

  /** Moves on to one of its moments. */
  moveTo(at: Instant): readonly Delta[] {
    const [was, touched] = [this.#org, this.#touched.get(at) ?? []];
    const is = orgAsOf(this.#parts, dateOf(at), at);
    this.#org = is;
    return touched.flatMap((part) => deltaOf(part, was, is));
  }
}

/** Moments that lie in one step, as the last of them. */
function stepped(
  moments: readonly (readonly [Instant, Part])[],
  ms: number,
): ReadonlyMap<Instant, readonly Part[]> {
  const steps = Map.groupBy(moments, ([at]) => Math.floor(epochMsOf(at) / ms));
  return new Map(
    [...steps.values()].map((within) => {
      const last = within.reduce(
        (latest, [at]) => (at > latest ? at : latest),
        within[0]?.[0] ?? noMoment,
      );
      return [last, [...new Set(within.map(([, part]) => part))]] as const;
    }),
  );
}

const noMoment = "" as Instant;

/** When each part came to be known, began or ended. */
function momentsOf(parts: OrgParts): (readonly [Instant, Part])[] {
  const found: (readonly [Instant, Part])[] = [];
  const onDay = (day: CalendarDate | undefined, part: Part) => {
    if (day !== undefined) found.push([startOf(day), part]);
  };
  for (const part of [...parts.people, ...parts.units]) {
    for (const row of part.placements ?? []) {
      if (row.knownSince !== undefined) found.push([row.knownSince, part]);
      onDay(row.validFrom, part);
      onDay(row.validTo, part);
    }
    if (part.type === "person" && part.endOn !== undefined) onDay(dayAfter(part.endOn), part);
    if (part.type === "person") onDay(part.startOn, part);
  }
  for (const part of parts.memberships ?? []) {
    found.push([part.createdAt, part]);
    onDay(part.validFrom, part);
    onDay(part.validTo, part);
  }
  for (const part of [...parts.matches, ...(parts.samePeople ?? [])]) {
    found.push([part.createdAt, part]);
  }
  return found;
}

function startOf(day: CalendarDate): Instant {
  return instantOf(epochMsOf(`${day}T00:00:00.000Z` as Instant));
}

function deltaOf(part: Part, was: Org, is: Org): readonly Delta[] {
  switch (part.type) {
    case "person":
      return between(was.humans.record(part.id), is.humans.record(part.id));
    case "org-unit":
      return between(was.unit(part.id), is.unit(part.id));
    default:
      // It came, began or ended: which of these is for the organisation to say.
      return [{ after: part }];
  }
}

function between(
  before: Person | OrgUnit | undefined,
  after: Person | OrgUnit | undefined,
): readonly Delta[] {
  if (before && after) return sameJson(before, after) ? [] : [{ before, after }];
  if (after) return [{ after }];
  return before ? [{ before }] : [];
}
