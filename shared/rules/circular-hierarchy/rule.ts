import * as z from "zod";

import type { Circle, Shape } from "#shared/graph/circles.ts";
import { circleAt, circlesAmong, goalShape, spineShape, wayRound } from "#shared/graph/circles.ts";
import { edgeSources, teamSources } from "#shared/graph/rests-on.ts";
import type { GraphView, MemoryGraph } from "#shared/graph/view.ts";
import {
  connectionsOf,
  leaderOfTeams,
  nameOf,
  pathOf,
  roundInWords,
  standingStill,
  teamsOn,
} from "#shared/kit/circle-finding.ts";
import type { Evaluation } from "#shared/kit/rule.ts";
import { defineRule } from "#shared/kit/rule.ts";
import { isOpen } from "#shared/model/facts.ts";
import type { Goal, WorkItem } from "#shared/model/facts.ts";
import type { ConnectionId, SubjectId, WorkItemId } from "#shared/model/ids.ts";
import { GoalId, readFactId, WorkItemId as WorkItemIdSchema } from "#shared/model/ids.ts";
import type { Instant } from "#shared/model/time.ts";

import { touchedOfHierarchy } from "./touched.ts";

const Options = z.strictObject({});
type Options = z.infer<typeof Options>;

/** Things that are above themselves: nothing in the circle, or below it, has a top. */
export const circularHierarchy = defineRule<Options>({
  name: "circular-hierarchy",
  title: "Parents in a circle",
  why: "What is above itself has no top: neither it nor anything below it can reach a goal, and every roll-up of it counts in circles.",
  nextStep:
    "Open the parents one after the other, most recently changed first, and take away the one that was set by mistake. Any one of them breaks the circle.",
  options: Options,
  defaults: { graceMinutes: 60 },
  reads: "above",
  touched: touchedOfHierarchy,
  leaderOf: leaderOfTeams,

  *subjects(graph) {
    yield* firstOf(circlesAmong(inTheMiddle(graph), spineShape(graph)));
    // Links that have expired count here as well, and may make one circle of several: any member may be the
    // first of what is left of it, which `evaluate` says.
    const always = "" as Instant;
    const goalIds = [...graph.goals()].map(({ id }) => id);
    for (const members of circlesAmong(goalIds, goalShape(graph, always))) yield* members;
  },

  evaluate({ view, subjectId, now }): Evaluation {
    const goalId = GoalId.safeParse(subjectId);
    if (goalId.success) {
      const shape = goalShape(view, now);
      return found(
        view,
        view.goal(goalId.data),
        round(goalId.data, shape, (id) => view.goal(id)),
      );
    }
    const itemId = WorkItemIdSchema.parse(subjectId);
    return found(
      view,
      view.item(itemId),
      round(itemId, spineShape(view), (id) => view.item(id)),
    );
  },
});

function* firstOf(circles: readonly (readonly SubjectId[])[]): Iterable<SubjectId> {
  for (const [first] of circles) if (first !== undefined) yield first;
}

/** Only who has somebody above and below can be in a circle: a small part of all work. */
function inTheMiddle(graph: MemoryGraph): readonly WorkItemId[] {
  const ids: WorkItemId[] = [];
  for (const { id, parentId, otherParentIds } of graph.items()) {
    const isUnder = parentId !== undefined || otherParentIds !== undefined;
    if (isUnder && graph.childrenOf(id).length > 0) ids.push(id);
  }
  return ids;
}

interface Round {
  readonly state: Circle<never>["state"] | "not-first";
  /** Once round, the subject first. */
  readonly way: readonly (WorkItem | Goal)[];
  /** All of the circle. */
  readonly members: readonly (WorkItemId | GoalId)[];
}

function round<Id extends WorkItemId | GoalId>(
  id: Id,
  shape: Shape<Id>,
  nodeOf: (id: Id) => WorkItem | Goal | undefined,
): Round {
  const circle = circleAt(id, shape);
  if (circle.state !== "found") return { state: circle.state, way: [], members: [] };
  const { members } = circle;
  if (members[0] !== id) return { state: "not-first", way: [], members: [] };
  const way = wayRound(members, shape).flatMap((one) => nodeOf(one) ?? []);
  return { state: "found", way, members };
}

function found(
  view: GraphView,
  subject: WorkItem | Goal | undefined,
  { state, way, members }: Round,
): Evaluation {
  if (!subject) return { state: "cleared", because: "removed" };
  if (state === "none") return { state: "cleared", because: "no-circle" };
  if (state === "not-first") return { state: "cleared", because: "joined-another-circle" };
  if (state === "too-large") return { state: "cleared", because: "too-many-above" };
  const connectionIds = connectionsOf(way);
  const still = standingStill(view.sources, connectionIds);
  if (still !== undefined) return { state: "unknown", because: still };
  const teamIds = teamsOn(view, way);
  const isGoals = subject.type === "goal";
  return {
    state: "open",
    // Nobody works on what is closed, but what hangs below it still has no top.
    severity: way.some((node) => node.type === "goal" || isOpen(node)) ? "warning" : "info",
    title: `Parents in a circle: ${nameOf(subject)}`,
    evidence: {
      sentence: `${roundInWords(way, isGoals ? "supports" : "is part of")}: the circle has no top, so nothing in it or below it reaches ${isGoals ? "the strategy" : "a goal"} through its parents.`,
      path: pathOf(way, (index) => (isGoals ? "goal" : index === 0 ? "subject" : "ancestor")),
      facts: { kind: isGoals ? "goals" : "work", members: members.length },
    },
    teamIds,
    connectionIds,
    restsOn: restsOn(view, way, members),
    leaderId: leaderOfTeams(view.org, teamIds),
  };
}

/** The tools of all members, whoever links one goal of them to another, and who knows whose they are. */
function restsOn(
  view: GraphView,
  way: Round["way"],
  members: Round["members"],
): readonly ConnectionId[] {
  const inside = new Set<string>(members);
  const links = members.flatMap((id) => view.linksFrom(id)).filter(({ toId }) => inside.has(toId));
  return [
    ...members.flatMap((id) => readFactId(id)?.connectionId ?? []),
    ...links.flatMap(edgeSources),
    ...way.flatMap((node) => teamSources(view.org, ownerIn(node))),
  ];
}

function ownerIn(node: WorkItem | Goal): Pick<WorkItem, "teamName" | "assigneeId"> {
  const assigneeId = node.type === "goal" ? node.ownerId : node.assigneeId;
  const { teamName } = node;
  return {
    ...(teamName !== undefined && { teamName }),
    ...(assigneeId !== undefined && { assigneeId }),
  };
}
