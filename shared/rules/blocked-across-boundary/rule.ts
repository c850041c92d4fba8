import * as z from "zod";

import { dependencyState } from "#shared/graph/dependency-state.ts";
import type { DependencyState } from "#shared/graph/dependency-state.ts";
import { isBelowFloor } from "#shared/graph/match-rate.ts";
import type { Org } from "#shared/graph/org.ts";
import { edgeSources, teamSources } from "#shared/graph/rests-on.ts";
import { isTeamUnreadable } from "#shared/graph/team.ts";
import type { GraphView } from "#shared/graph/view.ts";
import { workItemEnds } from "#shared/kit/delta-ends.ts";
import { differ } from "#shared/kit/differ.ts";
import type { Delta, Evaluation, Touch } from "#shared/kit/rule.ts";
import { defineRule } from "#shared/kit/rule.ts";
import { touchedByTeams, unitMatters } from "#shared/kit/team-touches.ts";
import { isOpen } from "#shared/model/facts.ts";
import type { OrgUnit, WorkItem } from "#shared/model/facts.ts";
import type { History } from "#shared/model/history.ts";
import type {
  ConnectionId,
  DependencyId,
  FactId,
  OrgUnitId,
  PersonId,
  SubjectId,
  WorkItemId,
} from "#shared/model/ids.ts";
import { dependencyId, isIdOf, readDependencyId, readFactId } from "#shared/model/ids.ts";
import { dateOf } from "#shared/model/time.ts";

const Options = z.strictObject({
  ignoreLevels: z.array(z.string()).default([]).meta({
    title: "Boundaries to ignore",
    description:
      "Kinds of unit where teams may meet without an alert: `department` ignores dependencies between teams of one department.",
  }),
  onlyStarted: z.boolean().default(false).meta({
    title: "Only work in progress",
    description: "Alert only when the blocked item has been started.",
  }),
  matchFloor: z.number().min(0).max(1).default(0.5).meta({
    title: "Least share of matched accounts",
    description:
      "Below this share of the accounts with open work that are matched with people, teams found by who is assigned are not believed. Between 0 and 1; with fewer than five such accounts it does not count.",
  }),
});
type Options = z.infer<typeof Options>;
type Waiting = Extract<DependencyState, { state: "waiting" }>;

/** One team's work waits on another team's. The subject is the dependency: an edge, never a person. */
export const blockedAcrossBoundary = defineRule<Options>({
  name: "blocked-across-boundary",
  title: "Blocked by another team",
  why: "The waiting team cannot finish this alone, and the team it waits on often does not know that somebody is waiting.",
  nextStep:
    "Agree between the two teams when the blocking item will be done, or remove the dependency. If they cannot agree, their lowest common manager decides.",
  options: Options,
  defaults: { graceMinutes: 15 },
  reads: "subject",
  alertOn: { evidence: { facts: { boundary: [{ "anything-but": ["same-team"] }] } } },

  leaderOf: leaderOfBoth,

  touched(delta: Delta): readonly Touch[] {
    if (delta.history) return touchedByHistory(delta.history);
    if (delta.buriedId !== undefined) return touchedByBurial(delta.buriedId);
    const thing = delta.after ?? delta.before;
    return thing === undefined ? [] : (touchedBy[thing.type]?.(delta) ?? []);
  },

  *subjects(graph) {
    for (const edge of graph.dependencies()) yield dependencyId(edge.blockedId, edge.blockingId);
  },

  evaluate({ view, subjectId, options }): Evaluation {
    const { blockedId, blockingId } = readDependencyId(asDependencyId(subjectId));
    const state = dependencyState(view, view.dependency(blockedId, blockingId));
    if (state.state === "gone" || state.state === "finished") {
      return { state: "cleared", because: state.state };
    }
    if (state.state === "unread") return { state: "cleared", because: "end-unread" };
    const { boundary } = state;
    if ([state.blocked, state.blocking].some((item) => isTeamUnreadable(view.org, item))) {
      return { state: "unknown", because: "record-unreadable" };
    }
    // A team that we do not know must never be said to be another one.
    if (!boundary) return { state: "cleared", because: "team-unknown" };
    const unwanted = unwantedBecause(options, state.blocked, boundary.level);
    if (unwanted !== undefined) return { state: "cleared", because: unwanted };
    if (state.restsOnMatching && isBelowFloor(view.org.matchRate, options.matchFloor)) {
      return { state: "unknown", because: "match-rate-below-floor" };
    }
    const stale = staleSource(view, state, boundary.teamIds);
    if (stale !== undefined) return { state: "unknown", because: stale };
    return opened(view, state, boundary);
  },
});

/** What the rule's options leave out. */
function unwantedBecause(options: Options, blocked: WorkItem, level: string): string | undefined {
  if (level === "same-team") return "same-team";
  if (options.ignoreLevels.includes(level)) return "level-ignored";
  return options.onlyStarted && blocked.status !== "in-progress" ? "not-started" : undefined;
}

type DeltaType = NonNullable<Delta["after"]>["type"];

const everything = (): readonly Touch[] => [{ kind: "all" }];

const touchedBy: Readonly<Partial<Record<DeltaType, (delta: Delta) => readonly Touch[]>>> = {
  "work-item": touchedByItem,
  dependency: ({ before, after }) =>
    [after ?? before].flatMap((edge) =>
      edge?.type === "dependency"
        ? [{ kind: "dependency", id: dependencyId(edge.blockedId, edge.blockingId) }]
        : [],
    ),
  account: (delta) => touchedByTeams(delta, "dependencies"),
  match: (delta) => touchedByTeams(delta, "dependencies"),
  person: touchedByPerson,
  membership: touchedByTeamOf,
  "same-person": touchedByTeamOf,
  "org-unit": (delta) => (unitMatters(delta) ? everything() : []),
  connection: everything,
  "rule-settings": everything,
};

/** Both tools and the HR system must speak of now, or we cannot say whose work waits on whom. */
function staleSource(
  view: GraphView,
  { blocked, blocking }: Waiting,
  teamIds: readonly OrgUnitId[],
): string | undefined {
  const units = teamIds.flatMap((id) => view.org.unit(id) ?? []);
  for (const { connectionId } of [blocked, blocking, ...units]) {
    const source = view.sources.get(connectionId);
    if (!source?.isReady) return "source-not-read-yet";
    if (source.isStale) return "source-stale";
  }
  return undefined;
}

function opened(
  view: GraphView,
  state: Waiting,
  boundary: NonNullable<Waiting["boundary"]>,
): Evaluation {
  const { blocked, blocking, isLate } = state;
  const [blockedTeam, blockingTeam] = boundary.teamIds.map((id) => view.org.unit(id));
  const meeting = boundary.unitId === undefined ? undefined : view.org.unit(boundary.unitId);
  const where = meeting
    ? `meet in the ${meeting.originalKind} ${meeting.name}`
    : "have no unit in common";
  const since = view.waitingSince(blocked.id, blocking.id);
  const waiting = since === undefined ? "" : ` It has waited since ${dateOf(since)}.`;
  const late = isLate
    ? ` The work it waits for is due on ${blocking.dueOn}, after its own date, ${blocked.dueOn}.`
    : "";
  return {
    state: "open",
    severity: isLate ? "critical" : "warning",
    title: `${teamName(blockedTeam)} waits on ${teamName(blockingTeam)}: ${nameOf(blocked)}`,
    evidence: {
      sentence:
        `“${nameOf(blocked)}” of ${teamName(blockedTeam)} is blocked by “${nameOf(blocking)}” of ` +
        `${teamName(blockingTeam)}; the two teams ${where}.${waiting}${late}`,
      path: [
        { id: blocked.id, role: "blocked", label: nameOf(blocked), url: blocked.url },
        { id: blocking.id, role: "blocking", label: nameOf(blocking), url: blocking.url },
        ...(meeting ? [{ id: meeting.id, role: "unit" as const, label: meeting.name }] : []),
      ],
      facts: {
        boundary: boundary.level,
        isLate,
        blockedTeam: teamName(blockedTeam),
        blockingTeam: teamName(blockingTeam),
        ...(since !== undefined && { waitingSince: since }),
        ...(meeting && { meetingUnit: meeting.name }),
      },
    },
    teamIds: boundary.teamIds,
    connectionIds: [...new Set([blocked.connectionId, blocking.connectionId])],
    restsOn: restsOn(view, state),
    leaderId: leaderOfBoth(view.org, boundary.teamIds),
  };
}

/** Both tools, whoever says that the one waits for the other, and who knows the two teams. */
function restsOn(view: GraphView, { blocked, blocking }: Waiting): readonly ConnectionId[] {
  const edge = view.dependency(blocked.id, blocking.id);
  return [
    ...(edge ? edgeSources(edge) : []),
    ...[blocked, blocking].flatMap((item) => teamSources(view.org, item)),
  ];
}

/** The lowest common manager: whoever decides where the two teams cannot agree. */
function leaderOfBoth(org: Org, [a, b]: readonly OrgUnitId[]): PersonId | undefined {
  if (a === undefined || b === undefined) return undefined;
  return org.boundary(a, b).lowestCommonManagerId;
}

function teamName(unit: OrgUnit | undefined): string {
  return unit?.name ?? "a team";
}

function nameOf(item: WorkItem): string {
  return item.key === undefined ? item.title : `${item.key} ${item.title}`;
}

function touchedByItem(delta: Delta): readonly Touch[] {
  const { was, is, any } = workItemEnds(delta);
  if (!any) return [];
  const itemId = any.id;
  if (was && is && !matters(was, is)) {
    // Evidence repeats these, and they decide nothing.
    const isTold = differ(was, is, ["dueOn", "title", "key", "url"]);
    return isTold ? [{ kind: "dependencies", itemId, onlyOpen: true }] : [];
  }
  return [{ kind: "dependencies", itemId }];
}

function touchedByBurial(id: FactId): readonly Touch[] {
  const isItem = readFactId(id)?.type === "work-item";
  // The type of an id is what the id itself says.
  return isItem ? [{ kind: "dependencies", itemId: id as WorkItemId }] : [];
}

/** It may tell since when the item has waited; a goal waits for nothing. */
function touchedByHistory({ itemId }: History): readonly Touch[] {
  return isIdOf("work-item", itemId) ? [{ kind: "dependencies", itemId }] : [];
}

function matters(was: WorkItem, is: WorkItem): boolean {
  return (
    isOpen(was) !== isOpen(is) ||
    (was.status === "in-progress") !== (is.status === "in-progress") ||
    differ(was, is, ["assigneeId", "teamName"])
  );
}

function touchedByPerson(delta: Delta): readonly Touch[] {
  const touches = touchedByTeamOf(delta);
  if (touches.length > 1) return touches;
  const { before, after } = delta;
  const was = before?.type === "person" ? before : undefined;
  const is = after?.type === "person" ? after : undefined;
  // A reporting line decides who leads a team, and so who manages two of them.
  return differ(was, is, ["managerId"]) ? touches : [];
}

/** Whoever's team is another now: what they do, and what stands where they were a lead. */
function touchedByTeamOf(delta: Delta): readonly Touch[] {
  return [{ kind: "led" }, ...touchedByTeams(delta, "dependencies")];
}

/** Subjects of this rule are dependencies: `subjects` and `touched` give nothing else. */
function asDependencyId(id: SubjectId): DependencyId {
  return id as DependencyId;
}
