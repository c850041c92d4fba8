import { dependencyState } from "#shared/graph/dependency-state.ts";
import { teamOf } from "#shared/graph/team.ts";
import type { GraphView } from "#shared/graph/view.ts";
import type { Dependency, Link } from "#shared/model/edges.ts";
import type { WorkItem } from "#shared/model/facts.ts";
import type { Instant } from "#shared/model/time.ts";

import { describeTeam } from "./describe.ts";
import type { DependencyAnswer, LinkAnswer } from "./work-answers.ts";

export function describeLink(view: GraphView, link: Link, now: Instant): LinkAnswer {
  const goal = view.goal(link.toId);
  const { fromId, toId, source, confidence, note, ruleId, createdAt, expiresAt } = link;
  return {
    fromId,
    toId,
    source,
    confidence,
    note,
    ruleId,
    createdAt,
    expiresAt,
    isExpired: expiresAt !== undefined && expiresAt <= now,
    ...(goal && {
      goal: { title: goal.title, kind: goal.kind, status: goal.status, url: goal.url },
    }),
  };
}

/** Both ends with their teams, and where those meet when both are known. */
export function describeDependency(view: GraphView, edge: Dependency): DependencyAnswer {
  const state = dependencyState(view, edge);
  const boundary = state.state === "waiting" ? state.boundary : undefined;
  return {
    blocked: describeEnd(view, edge.blockedId),
    blocking: describeEnd(view, edge.blockingId),
    state: state.state,
    since: sinceOf(view, edge),
    isLate: state.state === "waiting" && state.isLate,
    ...(boundary && {
      boundary: {
        level: boundary.level,
        unit: boundary.unitId && view.org.unit(boundary.unitId)?.name,
        lowestCommonManager:
          boundary.lowestCommonManagerId && view.org.person(boundary.lowestCommonManagerId)?.name,
      },
    }),
  };
}

function sinceOf(view: GraphView, edge: Dependency): DependencyAnswer["since"] {
  const told = view.waitingSince(edge.blockedId, edge.blockingId);
  return told === undefined
    ? { at: edge.createdAt, restsOn: "first-seen" }
    : { at: told, restsOn: "source" };
}

function describeEnd(view: GraphView, id: WorkItem["id"]): DependencyAnswer["blocked"] {
  const item = view.item(id);
  if (!item) return { id };
  const { key, title, url, status, dueOn } = item;
  return {
    id,
    key,
    title,
    url,
    status,
    dueOn,
    team: describeTeam(view.org, teamOf(view.org, item)),
  };
}
