import * as z from "zod";

import { circleAt, circlesAmong, waitingShape, wayRound } from "#shared/graph/circles.ts";
import { edgeSources, teamSources } from "#shared/graph/rests-on.ts";
import type { GraphView } from "#shared/graph/view.ts";
import {
  connectionsOf,
  leaderOfTeams,
  nameOf,
  pathOf,
  quoted,
  roundInWords,
  standingStill,
  teamsOn,
} from "#shared/kit/circle-finding.ts";
import { workItemEnds } from "#shared/kit/delta-ends.ts";
import { differ } from "#shared/kit/differ.ts";
import type { Delta, Evaluation, Touch } from "#shared/kit/rule.ts";
import { defineRule } from "#shared/kit/rule.ts";
import { peopleMatter } from "#shared/kit/team-touches.ts";
import { isOpen } from "#shared/model/facts.ts";
import type { WorkItem } from "#shared/model/facts.ts";
import type { WorkItemId } from "#shared/model/ids.ts";
import { WorkItemId as WorkItemIdSchema } from "#shared/model/ids.ts";
import { dateOf } from "#shared/model/time.ts";

const Options = z.strictObject({});
type Options = z.infer<typeof Options>;

/** Open work that waits for itself. The subject is the first of the circle by id: an item, no person. */
export const circularDependency = defineRule<Options>({
  name: "circular-dependency",
  title: "Work that waits in a circle",
  why: "Each of these items waits for the next, and the last for the first: as long as all these dependencies stand, none of them can start.",
  nextStep:
    "Agree which item goes first, and remove what it waits for: the newest dependency, where it is known, is the likeliest mistake. Any one of them breaks the circle.",
  options: Options,
  defaults: { graceMinutes: 15 },
  reads: "waited-for",
  leaderOf: leaderOfTeams,

  touched(delta: Delta): readonly Touch[] {
    const touches = touchedByChange(delta);
    // Which way is gone nobody knows where what was could not be read.
    return delta.wasUnread === true ? [...touches, { kind: "open" }] : touches;
  },

  *subjects(graph) {
    const waiting = new Set<WorkItemId>();
    for (const { blockedId } of graph.dependencies()) waiting.add(blockedId);
    for (const [first] of circlesAmong(waiting, waitingShape(graph))) {
      if (first !== undefined) yield first;
    }
  },

  evaluate({ view, subjectId }): Evaluation {
    const id = WorkItemIdSchema.parse(subjectId);
    const subject = view.item(id);
    if (!subject) return { state: "cleared", because: "removed" };
    if (!isOpen(subject)) return { state: "cleared", because: "closed" };
    const shape = waitingShape(view);
    const circle = circleAt(id, shape);
    if (circle.state === "none") return { state: "cleared", because: "no-circle" };
    if (circle.state === "too-large") return { state: "cleared", because: "waits-for-too-much" };
    const { members } = circle;
    if (members[0] !== id) return { state: "cleared", because: "joined-another-circle" };
    const way = wayRound(members, shape).flatMap((one) => view.item(one) ?? []);
    const still = standingStill(view.sources, connectionsOf(way));
    if (still !== undefined) return { state: "unknown", because: still };
    return opened(view, way, members);
  },
});

type DeltaType = NonNullable<Delta["after"]>["type"];

const everything = (): readonly Touch[] => [{ kind: "all" }];
const whatIsOpen = (): readonly Touch[] => [{ kind: "open" }];

const touchedBy: Readonly<Partial<Record<DeltaType, (delta: Delta) => readonly Touch[]>>> = {
  "work-item": touchedByItem,
  // From its far end: all that was on a circle with it can still be reached from there.
  dependency: ({ before, after }) => {
    const edge = after ?? before;
    const isNews = !before || !after;
    return edge?.type === "dependency" && isNews ? [from(edge.blockingId)] : [];
  },
  connection: everything,
  "rule-settings": everything,
  person: (delta) => (peopleMatter(delta) ? whatIsOpen() : []),
  account: whatIsOpen,
  match: whatIsOpen,
  membership: whatIsOpen,
  "same-person": whatIsOpen,
  "org-unit": whatIsOpen,
};

function touchedByChange(delta: Delta): readonly Touch[] {
  if (delta.history) {
    const id = WorkItemIdSchema.safeParse(delta.history.itemId);
    return id.success ? [from(id.data, true)] : [];
  }
  // Of what was never held nobody waited in a circle.
  if (delta.buriedId !== undefined) return [];
  const type = (delta.after ?? delta.before)?.type;
  return type === undefined ? [] : (touchedBy[type]?.(delta) ?? []);
}

function touchedByItem(delta: Delta): readonly Touch[] {
  const { was, is, any } = workItemEnds(delta);
  if (!any) return [];
  const { id } = any;
  const wasOpen = was !== undefined && isOpen(was);
  const isNowOpen = is !== undefined && isOpen(is);
  if (wasOpen !== isNowOpen) return [from(id)];
  return isNowOpen && differ(was, is, fieldsTold) ? [from(id, true)] : [];
}

const fieldsTold = [
  "title",
  "key",
  "url",
  "assigneeId",
  "teamName",
  "dueOn",
] as const satisfies (keyof WorkItem)[];

function from(itemId: WorkItemId, onlyOpen = false): Touch {
  return { kind: "circles-of-waiting", itemId, onlyOpen };
}

function opened(
  view: GraphView,
  way: readonly WorkItem[],
  members: readonly WorkItemId[],
): Evaluation {
  const [subject] = way;
  const teamIds = teamsOn(view, way);
  const newest = newestOn(view, way);
  const since = newest
    ? ` The newest of these dependencies, since ${dateOf(newest.since)}, is that ${quoted(newest.blocked)} waits for ${quoted(newest.blocking)}.`
    : "";
  const dueOn = way.flatMap((item) => item.dueOn ?? []).toSorted()[0];
  return {
    state: "open",
    // A date that is promised within the circle cannot be kept.
    severity: dueOn === undefined ? "warning" : "critical",
    title: `Work that waits in a circle: ${subject ? nameOf(subject) : ""}`,
    evidence: {
      sentence: `${roundInWords(way, "waits for")}: none of them can start.${since}`,
      path: pathOf(way, (index) => (index === 0 ? "subject" : "blocking")),
      facts: { members: members.length, ...(dueOn !== undefined && { dueOn }) },
    },
    teamIds,
    connectionIds: connectionsOf(way),
    restsOn: [
      ...waitsAmong(view, members).flatMap(edgeSources),
      ...way.flatMap((item) => teamSources(view.org, item)),
    ],
    leaderId: leaderOfTeams(view.org, teamIds),
  };
}

/** Whatever makes them one circle: who says so need not be one of their own tools. */
function waitsAmong(view: GraphView, members: readonly WorkItemId[]) {
  const inside = new Set(members);
  return members.flatMap((id) =>
    view.dependenciesOf(id).filter(({ blockingId }) => inside.has(blockingId)),
  );
}

/** The dependency on the way round that came last, where the tools tell of all of them since when. */
function newestOn(view: GraphView, way: readonly WorkItem[]) {
  const steps = way.flatMap((blocked, index) => {
    const blocking = way[(index + 1) % way.length];
    const since = blocking && view.waitingSince(blocked.id, blocking.id);
    return blocking && since !== undefined ? [{ blocked, blocking, since }] : [];
  });
  if (steps.length < way.length) return undefined;
  return steps.reduce((a, b) => (b.since > a.since ? b : a));
}
