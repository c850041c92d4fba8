import type { Org } from "#shared/graph/org.ts";
import { isAwayOn } from "#shared/model/absence.ts";
import type { Person } from "#shared/model/facts.ts";
import type { ConnectionId, OrgUnitId, PersonId } from "#shared/model/ids.ts";
import type { RecipientId } from "#shared/model/notification.ts";
import { personRecipient } from "#shared/model/notification.ts";
import type { CalendarDate } from "#shared/model/time.ts";
import { dateOf } from "#shared/model/time.ts";

import type { AwayOf } from "./away.ts";
import type { Recipient, Skipped } from "./recipients.ts";
import { becauseOf } from "./recipients.ts";

/** One way up: from a team's lead by the reporting line to the last who may be told. */
export interface Line {
  /** In words, whose line it is: "Payments". */
  readonly of: string;
  /** Bottom up, the lead first. */
  readonly people: readonly PersonId[];
  /** So many of them are told in their turn; those above only stand in for somebody. */
  readonly length: number;
  /** The rung at which the lead's turn is: 0, or 1 where a channel is told first. */
  readonly from: number;
}

/** Where the lines of several teams meet: who manages all of them has the last turn. */
export interface Ladder {
  readonly lines: readonly Line[];
  readonly top: { readonly personId: PersonId; readonly rung: number } | undefined;
}

/** What decides whether somebody can be told. */
export interface Climber {
  readonly org: Org;
  /** Through which people are reached. */
  readonly connectionId: ConnectionId;
  /** The day that it is where they are. */
  readonly dayOf: (person: Person) => CalendarDate;
  readonly awayOf: AwayOf;
  readonly told: ReadonlySet<RecipientId>;
}

/** The lead of the team, or of the nearest unit above that has one. */
export function leadAtOrAbove(org: Org, unitId: OrgUnitId): PersonId | undefined {
  for (const id of org.pathUp(unitId)) {
    const lead = org.leadOf(id);
    if (lead !== undefined) return lead;
  }
  return undefined;
}

/** The ways up from these leads, up to the first who manages all of them. */
export function ladderOf(
  org: Org,
  leads: readonly { readonly of: string; readonly lead: PersonId; readonly from: number }[],
): Ladder {
  const ways = leads.map(({ lead, ...rest }) => ({ ...rest, people: org.managersUp(lead) }));
  const [first, ...others] = ways;
  const topId =
    others.length === 0
      ? undefined
      : first?.people.find(
          (id) =>
            org.person(id)?.employmentStatus !== "inactive" &&
            others.every(({ people }) => people.includes(id)),
        );
  const lines = ways.map(({ people, ...rest }) => {
    const at = topId === undefined ? -1 : people.indexOf(topId);
    return { ...rest, people, length: at < 0 ? people.length : at };
  });
  if (topId === undefined) return { lines, top: undefined };
  const rung = Math.max(...lines.map(({ from, length }) => from + length));
  return { lines, top: { personId: topId, rung } };
}

/** The last rung that has somebody's turn. */
export function lastRungOf({ lines, top }: Ladder): number {
  return top?.rung ?? Math.max(-1, ...lines.map(({ from, length }) => from + length - 1));
}

interface Found {
  readonly recipients: readonly Recipient[];
  readonly skipped: readonly Skipped[];
}

/**
 * Who of a line is told at a rung: whose turn it is, or the next one above who can be told and was not
 * before. Nobody above the last turn is told but in place of somebody who cannot be.
 */
export function climbLine(climber: Climber, line: Line, rung: number): Found {
  const at = rung - line.from;
  if (at < 0 || at >= line.length) return { recipients: [], skipped: [] };
  return firstOf(climber, line.people.slice(at), {
    turns: line.length - at,
    title: (person, index) => titleOf(line, person, at + index),
  });
}

/** The same for whoever manages all teams. */
export function climbTop(climber: Climber, ladder: Ladder, rung: number): Found {
  const { top } = ladder;
  if (top?.rung !== rung) return { recipients: [], skipped: [] };
  const teams = ladder.lines.map((line) => line.of).join(" and ");
  return firstOf(climber, climber.org.managersUp(top.personId), {
    turns: 1,
    title: () => `Manages both ${teams}`,
  });
}

interface Turn {
  /** So many of the candidates would have their turn sooner or later. */
  readonly turns: number;
  readonly title: (person: Person | undefined, index: number) => string;
}

function firstOf(climber: Climber, candidates: readonly PersonId[], turn: Turn): Found {
  const skipped: Skipped[] = [];
  for (const [index, id] of candidates.entries()) {
    const person = climber.org.person(id);
    const recipient = personRecipient(person?.id ?? id);
    const isTold = climber.told.has(recipient);
    const why = isTold ? "told before" : unreachable(climber, person);
    if (why === undefined) {
      const because = standingIn(turn.title(person, index), skipped);
      return { recipients: [{ recipient, connectionId: climber.connectionId, because }], skipped };
    }
    skipped.push({ id, name: person?.name ?? "somebody unknown", because: why });
    // Above the last turn somebody may stand in; where they were told before, somebody above has been.
    if (isTold && index >= turn.turns - 1) break;
  }
  return { recipients: [], skipped };
}

/** By the record, or by a day that it told ahead: one that had passed by then is of an employment before. */
export function hasLeft({ employmentStatus, endOn, readAt }: Person, day: CalendarDate): boolean {
  if (employmentStatus === "inactive") return true;
  return endOn !== undefined && endOn < day && endOn >= dateOf(readAt);
}

function unreachable(climber: Climber, person: Person | undefined): Skipped["because"] | undefined {
  if (!person) return "not known";
  const day = climber.dayOf(person);
  if (hasLeft(person, day)) return "left";
  if (person.workEmail === undefined) return "no work address";
  return isAwayOn(climber.awayOf(person), day) ? "away today" : undefined;
}

function titleOf({ of }: Line, person: Person | undefined, at: number): string {
  return at === 0 ? `Lead of ${of}` : `${person?.name ?? "Manager"}, ${ordinal(at)} above ${of}`;
}

function ordinal(at: number): string {
  return at === 1 ? "the manager" : `${at} managers`;
}

function standingIn(title: string, skipped: readonly Skipped[]): string {
  const away = skipped.filter(({ because }) => because !== "told before");
  if (away.length === 0) return becauseOf(title);
  const names = away.map(({ name, because }) => `${name} (${because})`).join(", ");
  return becauseOf(`${title}, for ${names}`);
}
