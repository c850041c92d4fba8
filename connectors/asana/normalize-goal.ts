import type { AssertedEdge } from "#shared/model/change.ts";
import type { GoalKind, WorkStatus } from "#shared/model/facts.ts";
import { titleOf } from "#shared/model/facts.ts";

import { pathsOf } from "./errors.ts";
import {
  accountId,
  dates,
  goalId,
  type NormalizeContext,
  type Normalized,
  readingOrigin,
  teamName,
  understand,
  urlOf,
  workItemId,
} from "./normalize.ts";
import { GoalRelationshipWire, GoalWire } from "./wire.ts";

/** A goal as it takes three calls to read. */
export interface GoalRecord {
  readonly goal: unknown;
  /** What supports it, compact. */
  readonly relationships: readonly unknown[];
  /** Gids of the goals that it supports. */
  readonly parents: readonly string[];
}

/**
 * A goal with what supports it. Each goal names its parents itself, the first as its parent and others
 * by links; how much a sub-goal contributes, only the goal above knows.
 */
export function normalizeGoal(context: NormalizeContext, record: GoalRecord): Normalized {
  return understand({ kind: "goal", context }, GoalWire, record.goal, (goal) => {
    const id = goalId(context, goal.gid);
    const [parent, ...others] = [...new Set(record.parents)].map((gid) => goalId(context, gid));
    const progress = progressOf(goal);
    const supporting = supporters(context, goal.gid, record.relationships);
    if (typeof supporting === "string") return supporting;
    return {
      record: {
        type: "goal",
        id,
        ...readingOrigin(context),
        kind: kindOf(goal, parent !== undefined),
        originalKind: "goal",
        title: titleOf(goal.name, `Goal ${goal.gid}`),
        // Asana's answers carry no address of a goal.
        url: urlOf(context, undefined, `/0/goal/${goal.gid}`),
        status: statuses.get(goal.status ?? "") ?? "todo",
        originalStatus: goal.status ?? "no status",
        ...(parent !== undefined && { parentId: parent }),
        ...(goal.owner && { ownerId: accountId(context, goal.owner.gid) }),
        ...teamName(goal.team?.name),
        ...datesOf(goal),
        ...(progress !== undefined && { progress }),
      },
      edges: [
        ...others.map((toId): AssertedEdge => ({
          type: "link",
          fromId: id,
          toId,
          source: "native",
          confidence: 1,
        })),
        ...supporting,
      ],
    };
  });
}

/** A goal without dates of its own has those of its time period. */
function datesOf({ start_on, due_on, time_period: period }: GoalWire) {
  return dates({ start_on: start_on ?? period?.start_on, due_on: due_on ?? period?.end_on });
}

/** https://developers.asana.com/reference/goals (read 2026-11-21); an unknown status is an open one. */
const statuses: ReadonlyMap<string, WorkStatus> = new Map([
  ["green", "in-progress"],
  ["yellow", "in-progress"],
  ["red", "in-progress"],
  ["achieved", "done"],
  ["partial", "done"],
  ["missed", "done"],
  ["dropped", "dropped"],
]);

/** Progress that somebody states, rather than one that Asana sums up from what is below. */
const ownMeasures: ReadonlySet<string | null | undefined> = new Set(["manual", "external"]);

/** Asana has one kind of goal; its place and measure tell what it is in our tree. */
function kindOf(goal: GoalWire, hasParent: boolean): GoalKind {
  if (!hasParent) return goal.is_workspace_level === true ? "theme" : "objective";
  return ownMeasures.has(goal.metric?.progress_source) ? "key-result" : "objective";
}

function progressOf({ metric }: GoalWire): number | undefined {
  const initial = metric?.initial_number_value;
  const current = metric?.current_number_value;
  const target = metric?.target_number_value;
  if (typeof initial !== "number" || typeof current !== "number" || typeof target !== "number") {
    return undefined;
  }
  if (initial === target) return undefined;
  const share = Math.min(1, Math.max(0, (current - initial) / (target - initial)));
  // Binary fractions would make equal progress look like a change.
  return Math.round(share * 10_000) / 10_000;
}

/** What one change may carry; a goal with more is set aside whole, visibly, rather than cut short. */
const supportersMax = 900;

function supporters(
  context: NormalizeContext,
  goal: string,
  relationships: readonly unknown[],
): readonly AssertedEdge[] | string {
  const edges = new Map<string, AssertedEdge>();
  for (const relationship of relationships) {
    const parsed = GoalRelationshipWire.safeParse(relationship);
    // Passing over it would retract a link that may well exist.
    if (!parsed.success) return `relationships: ${pathsOf(parsed.error)}`;
    const { supporting_resource: supporter, contribution_weight: given } = parsed.data;
    if (!supporter) continue;
    const weight = typeof given === "number" && given > 0 ? Math.min(1, given) : undefined;
    const isGoal = supporter.resource_type === "goal";
    // The sub-goal names its parent itself; without a weight there is nothing to add.
    if (isGoal && weight === undefined) continue;
    edges.set(supporter.gid, {
      type: "link",
      fromId: isGoal ? goalId(context, supporter.gid) : workItemId(context, supporter.gid),
      toId: goalId(context, goal),
      source: "native",
      confidence: 1,
      ...(weight !== undefined && { weight }),
    });
  }
  if (edges.size > supportersMax) return `relationships: more than ${supportersMax}`;
  return [...edges.values()];
}
