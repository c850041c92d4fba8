import type { OrgUnit, Person } from "#shared/model/facts.ts";
import type { Membership } from "#shared/model/org.ts";
import type { CalendarDate } from "#shared/model/time.ts";
import { dayAfter } from "#shared/model/time.ts";

import type { OrgParts } from "./org.ts";

/** What a file holds that is whole: whoever it does not name is not there. */
export interface UploadedOrg {
  readonly people: readonly Person[];
  readonly units: readonly OrgUnit[];
  readonly memberships?: readonly Membership[];
  /** Which held records it stands for; absent: those of the connections that its own are of. */
  readonly replaces?: (held: Person | OrgUnit) => boolean;
}

/**
 * The organisation after an upload: its records stand for those that it replaces, and those that it leaves
 * out are gone, with what they assert. All other records stay as they are.
 */
export function partsWithUpload(parts: OrgParts, uploaded: UploadedOrg): OrgParts {
  const { people, units, memberships = [] } = uploaded;
  const gone = new Set<string>();
  const replaced = <T extends Person | OrgUnit>(held: Iterable<T>, given: readonly T[]) => {
    const connections = new Set(given.map(({ connectionId }) => connectionId));
    const isOwn = ({ connectionId }: Person | OrgUnit) => connections.has(connectionId);
    const isReplaced = uploaded.replaces ?? isOwn;
    const others = [...held].filter((one) => {
      if (isReplaced(one)) gone.add(one.id);
      return !gone.has(one.id);
    });
    return [...others, ...given];
  };
  const next = {
    people: replaced(parts.people, people),
    units: replaced(parts.units, units),
  };
  const standing = [...(parts.memberships ?? [])].filter(
    ({ assertedBy }) =>
      assertedBy === undefined || uploaded.replaces === undefined || !gone.has(assertedBy),
  );
  return { ...parts, ...next, memberships: [...standing, ...memberships] };
}

/** Days after the given one on which somebody or something comes to stand elsewhere, soonest first. */
export function daysOfChange(parts: OrgParts, after: CalendarDate): readonly CalendarDate[] {
  const days = new Set<CalendarDate>();
  const note = (day: CalendarDate | undefined) => {
    if (day !== undefined && day > after) days.add(day);
  };
  for (const person of parts.people) {
    if (person.employmentStatus === "inactive") continue;
    noteRows(person.placements, note);
    note(person.startOn);
    if (person.endOn !== undefined) note(dayAfter(person.endOn));
  }
  for (const unit of parts.units) noteRows(unit.placements, note);
  for (const { validFrom, validTo } of parts.memberships ?? []) {
    note(validFrom);
    note(validTo);
  }
  return [...days].toSorted();
}

function noteRows(
  rows: Person["placements"] | OrgUnit["placements"],
  note: (day: CalendarDate | undefined) => void,
): void {
  for (const { validFrom, validTo } of rows ?? []) {
    note(validFrom);
    note(validTo);
  }
}
