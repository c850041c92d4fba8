import type { Link } from "#shared/model/edges.ts";
import type { Goal, WorkItem } from "#shared/model/facts.ts";
import type { AccountId, GoalId, OrgUnitId } from "#shared/model/ids.ts";
import { isIdOf } from "#shared/model/ids.ts";
import type { Instant } from "#shared/model/time.ts";

import type { Org } from "./org.ts";
import { teamOf } from "./team.ts";
import type { GraphView, LinkEnd } from "./view.ts";

/*
 * A goal among its neighbours: what is right above it, right below it, and the work that links to it.
 */

/** Of what links to one goal no more are looked at, the first by id. */
export const linkersMax = 1000;

/** Whether a stored link says something at the moment: it stands, and is no mere suggestion. */
function says({ source, expiresAt }: Link, now: Instant): boolean {
  return source !== "suggestion" && (expiresAt === undefined || expiresAt > now);
}

/** Why nothing above a goal counts. */
export type NothingAbove =
  | "no-parent"
  | "link-expired"
  | "parent-dropped"
  | "parent-removed"
  | "parent-unread";

/** What a goal serves: some goal; or why none, with the goals above it that were dropped. */
export type Above =
  | { readonly serves: true }
  | { readonly serves: false; readonly reason: NothingAbove; readonly dropped: readonly Goal[] };

/** The later of these is told before the others: what is unread may be a goal that is served. */
const reasons = [
  "no-parent",
  "link-expired",
  "parent-dropped",
  "parent-removed",
  "parent-unread",
] as const satisfies NothingAbove[];

/** Looks one step up. A goal that is its own parent is a circle, and is not told of here. */
export function aboveGoal(view: GraphView, goal: Goal, now: Instant): Above {
  const links = view.linksFrom(goal.id).filter(({ source }) => source !== "suggestion");
  const standing = links.filter((link) => says(link, now)).map(({ toId }) => toId);
  const ids = new Set([...(goal.parentId === undefined ? [] : [goal.parentId]), ...standing]);
  const dropped: Goal[] = [];
  let worst = standing.length < links.length ? reasons.indexOf("link-expired") : 0;
  for (const id of [...ids].toSorted()) {
    const above = view.goal(id);
    if (above && above.status !== "dropped") return { serves: true };
    if (above) dropped.push(above);
    const why = above ? "parent-dropped" : lostBecause(view, id);
    worst = Math.max(worst, reasons.indexOf(why));
  }
  return { serves: false, reason: reasons[worst] ?? "no-parent", dropped };
}

function lostBecause(view: GraphView, id: GoalId): NothingAbove {
  return view.wasRemoved(id) ? "parent-removed" : "parent-unread";
}

/** Whether any goal that was not dropped has this one right above it. */
export function hasGoalsBelow(view: GraphView, id: GoalId, now: Instant): boolean {
  const isAlive = (below: GoalId) => (view.goal(below)?.status ?? "dropped") !== "dropped";
  for (const below of view.goalsUnder(id)) if (below !== id && isAlive(below)) return true;
  for (const from of view.linkersOf(id)) {
    const isBelow = isIdOf("goal", from) && from !== id && isAlive(from);
    if (isBelow && linksBetween(view, from, id, now).length > 0) return true;
  }
  return false;
}

/** Links of the one that lead to the other and say something. */
export function linksBetween(
  view: GraphView,
  from: LinkEnd,
  to: GoalId,
  now: Instant,
): readonly Link[] {
  return view.linksFrom(from).filter((link) => link.toId === to && says(link, now));
}

/** Work that links to a goal by a stored link that says something. */
export interface LinkedWork {
  readonly items: readonly WorkItem[];
  /** Something links to it that was never read. */
  readonly hasUnread: boolean;
  /** More links to it than is looked at. */
  readonly isMore: boolean;
}

/** By id. What link rules give the goal is in no index, and is not here. */
export function workLinkedTo(view: GraphView, id: GoalId, now: Instant): LinkedWork {
  const all = [...view.linkersOf(id)];
  const [isMore, items] = [all.length > linkersMax, new Array<WorkItem>()];
  let hasUnread = false;
  const looked = isMore ? all.toSorted().slice(0, linkersMax) : all;
  for (const from of looked) {
    if (linksBetween(view, from, id, now).length === 0) continue;
    const thing = isIdOf("goal", from) ? view.goal(from) : view.item(from);
    if (thing?.type === "work-item") items.push(thing);
    else hasUnread ||= !thing && !view.wasRemoved(from);
  }
  return { items: items.toSorted((a, b) => (a.id < b.id ? -1 : 1)), hasUnread, isMore };
}

/** Since when it is known: as its source says, else since the hub first read it; undefined where nobody noted. */
export function knownSince({ createdAt, seenAt }: Goal): Instant | undefined {
  return createdAt ?? seenAt;
}

/** What tells whose a goal is. */
export interface OwnedGoal {
  readonly teamName?: string | undefined;
  readonly ownerId?: AccountId | undefined;
}

/** The team that owns a goal. A team that is bound to a unit is that unit. */
export function owningTeam(org: Org, goal: OwnedGoal): OrgUnitId | undefined {
  const { teamName, ownerId } = goal;
  const { teamId } = teamOf(org, {
    ...(teamName !== undefined && { teamName }),
    ...(ownerId !== undefined && { assigneeId: ownerId }),
  });
  const boundToId = teamId === undefined ? undefined : org.unit(teamId)?.boundToId;
  return boundToId !== undefined && org.unit(boundToId) ? boundToId : teamId;
}

/** Each once. */
export function teamsOfGoals(org: Org, goals: readonly OwnedGoal[]): ReadonlySet<OrgUnitId> {
  return new Set(goals.flatMap((goal) => owningTeam(org, goal) ?? []));
}
