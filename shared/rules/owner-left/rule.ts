import * as z from "zod";

import { isTeamUnreadable, teamOf } from "#shared/graph/team.ts";
import { isTop } from "#shared/graph/tops.ts";
import type { GraphView, MemoryGraph } from "#shared/graph/view.ts";
import { standingStill } from "#shared/kit/circle-finding.ts";
import { labelOf, nodeOf, ownedAt, ownershipOf, routeOf } from "#shared/kit/owned-finding.ts";
import type { Owned } from "#shared/kit/owned-finding.ts";
import type { Evaluation } from "#shared/kit/rule.ts";
import { defineRule } from "#shared/kit/rule.ts";
import { isOpen } from "#shared/model/facts.ts";
import type { OrgUnit } from "#shared/model/facts.ts";
import type { AccountId, ConnectionId } from "#shared/model/ids.ts";
import type { CalendarDate, Instant } from "#shared/model/time.ts";
import { dateOf, dayAfter, startOfDay } from "#shared/model/time.ts";

import { touchedOfOwners } from "./touched.ts";

const Options = z.strictObject({});
type Options = z.infer<typeof Options>;

/**
 * Goals and anchors that nobody owns any more though somebody is named. The subject is the thing and its
 * title: neither it nor the sentence ever names who has left.
 */
export const ownerLeft = defineRule<Options>({
  name: "owner-left",
  title: "Owner has left",
  why: "Whoever was to see to this is not there any more. Until somebody else is named, questions about it reach nobody, and it stands still unnoticed.",
  nextStep:
    "Name a new owner or team in its own tool. If nobody wants it, close it: then it is decided rather than forgotten.",
  options: Options,
  defaults: { graceMinutes: 1440 },
  reads: "next-above",
  turnsWithTime: true,
  touched: touchedOfOwners,

  *subjects(graph) {
    for (const thing of everything(graph)) {
      if (isOwned(thing) && unwantedBecause(graph, thing) === undefined) yield thing.id;
    }
  },

  evaluate({ view, subjectId, now }): Evaluation {
    const thing = ownedAt(view, subjectId);
    if (!thing) return { state: "cleared", because: "removed" };
    const unwanted = unwantedBecause(view, thing);
    if (unwanted !== undefined) return { state: "cleared", because: unwanted };
    const ownership = ownershipOf(thing);
    if (isTeamUnreadable(view.org, ownership)) {
      return { state: "unknown", because: "record-unreadable" };
    }
    const { absence, turnsAt } = absenceOf(view, thing, now);
    const still = standingStill(view.sources, [thing.connectionId, ...restsOnOf(view, thing)]);
    if (still !== undefined) return { state: "unknown", because: still, turnsAt };
    if (!absence) return { state: "cleared", because: "owner-there-or-unknown", turnsAt };
    return { ...opened(view, thing, absence), turnsAt };
  },
});

function* everything(graph: MemoryGraph): Iterable<Owned> {
  yield* graph.goals();
  yield* graph.items();
}

function isOwned(thing: Owned): boolean {
  const { assigneeId, teamName } = ownershipOf(thing);
  return assigneeId !== undefined || teamName !== undefined;
}

function unwantedBecause(view: GraphView, thing: Owned): string | undefined {
  if (!isOpen(thing)) return "closed";
  if (thing.type === "goal") return undefined;
  if (thing.kind === "portfolio") return "not-work";
  return isTop(view, thing) ? undefined : "has-a-parent";
}

type Absence =
  | { readonly reason: "owner-left" | "account-deactivated" }
  | { readonly reason: "team-dissolved"; readonly unit: OrgUnit; readonly endOn: CalendarDate };

interface Found {
  readonly absence: Absence | undefined;
  /** A team may come to its end without anybody changing anything. */
  readonly turnsAt: Instant | undefined;
}

/** An account that nobody has matched with a person says nothing of anybody's leaving. */
function absenceOf(view: GraphView, thing: Owned, now: Instant): Found {
  const { org } = view;
  const ownership = ownershipOf(thing);
  const { teamId } = teamOf(org, ownership);
  const unit = teamId === undefined ? undefined : org.unit(teamId);
  const endOn = unit?.endOn;
  const left = leftBy(view, ownership.assigneeId);
  if (unit === undefined || endOn === undefined) return { absence: left, turnsAt: undefined };
  const isOver = endOn < dateOf(now);
  const dissolved = isOver ? ({ reason: "team-dissolved", unit, endOn } as const) : undefined;
  return { absence: left ?? dissolved, turnsAt: isOver ? undefined : startOfDay(dayAfter(endOn)) };
}

/** Whether somebody is there today the turn of the day has written down. */
function leftBy({ org }: GraphView, accountId: AccountId | undefined): Absence | undefined {
  if (accountId === undefined) return undefined;
  if (org.personOf(accountId)?.employmentStatus === "inactive") return { reason: "owner-left" };
  const isOff = org.account(accountId)?.isActive === false;
  return isOff ? { reason: "account-deactivated" } : undefined;
}

/** The tool, and every system that knows of the person or of the team. */
function restsOnOf({ org }: GraphView, thing: Owned): readonly ConnectionId[] {
  const ownership = ownershipOf(thing);
  const { teamId } = teamOf(org, ownership);
  const person = ownership.assigneeId && org.personOf(ownership.assigneeId);
  const unit = teamId && org.unit(teamId);
  return [person, unit].flatMap((one) => (one ? one.connectionId : []));
}

function opened(view: GraphView, thing: Owned, absence: Absence) {
  const { teamIds, connectionIds, leaderId, sources } = routeOf(view, thing);
  const { reason } = absence;
  const isTeam = reason === "team-dissolved";
  const label = labelOf(thing);
  return {
    state: "open" as const,
    severity: isWeighty(thing) ? ("warning" as const) : ("info" as const),
    title: `${isTeam ? "Its team was dissolved" : "Its owner has left"}: ${label}`,
    evidence: {
      sentence: sentence(thing, absence),
      path: [
        nodeOf(thing, "subject"),
        ...(isTeam
          ? [{ id: absence.unit.id, role: "team" as const, label: absence.unit.name }]
          : []),
      ],
      facts: {
        reason,
        kind: thing.kind,
        ...(isTeam && { team: absence.unit.name, endOn: absence.endOn }),
      },
    },
    teamIds,
    connectionIds,
    restsOn: sources,
    leaderId: leaderId ?? leadAbove(view, teamIds[0]),
  };
}

function isWeighty({ type, kind }: Owned): boolean {
  return type === "goal" || kind === "epic" || kind === "project" || kind === "initiative";
}

function sentence(thing: Owned, absence: Absence): string {
  const subject = `The ${thing.type === "goal" ? "goal" : thing.kind} “${thing.title}”`;
  switch (absence.reason) {
    case "owner-left":
      return `${subject} is still open, and its owner has left the company.`;
    case "account-deactivated":
      return `${subject} is still open, and the account that it is assigned to was deactivated.`;
    case "team-dissolved":
      return `${subject} is still open, and its team, ${absence.unit.name}, was dissolved on ${absence.endOn}.`;
  }
}

/** Of a team without anybody left the nearest unit above that has a lead. */
function leadAbove({ org }: GraphView, teamId: OrgUnit["id"] | undefined) {
  if (teamId === undefined) return undefined;
  for (const id of org.pathUp(teamId)) {
    const lead = org.leadOf(id);
    if (lead !== undefined) return lead;
  }
  return undefined;
}
