import { parentIds } from "#shared/graph/line-of-sight.ts";
import type { TeamFinding } from "#shared/graph/team.ts";
import { teamOf, teamOfGoal } from "#shared/graph/team.ts";
import type { MemoryGraph } from "#shared/graph/view.ts";
import { isIdOf, signalId } from "#shared/model/ids.ts";
import type { AccountId, GoalId } from "#shared/model/ids.ts";
import type { EvidenceNode, Signal } from "#shared/model/signal.ts";
import { linkRulesPartition, orgVersionKey, ruleSettingsKey } from "#shared/store/keys.ts";
import type { WholeGraph } from "#shared/store/whole-graph.ts";

import { workItemsOf } from "./doubt.ts";
import type { Subject } from "./evaluate-subjects.ts";

/** Looked at above one item; as far as a path is followed. */
const hopsMax = 60;
/** Looked at below one item and along what it waits for. */
const reachedMax = 1000;

interface Differs extends Subject {
  readonly stored: Signal | undefined;
  /** What the graph says now. */
  readonly path: readonly EvidenceNode[];
}

/** That anything of the organisation changed. */
const anyOfOrg = orgVersionKey.pk;

/**
 * Whether something that the finding rests on changed so lately that its record may still be in the stream:
 * what it is about, whatever stands above and below that with the links on the way, whose that is, what it
 * names or named, or the rule itself.
 */
export function isOnItsWay(
  { graph, changedLately }: Pick<WholeGraph, "graph" | "changedLately">,
  { active, id, stored, path }: Differs,
): boolean {
  const bearing: readonly string[] = [
    id,
    // It was written, and the look that follows may still be to come.
    signalId(active.rule.name, id),
    ruleSettingsKey(active.rule.name).pk,
    linkRulesPartition,
    ...aboveAll(graph, id),
    ...reachedFrom(graph, id),
    ...[...path, ...(stored?.evidence.path ?? [])].map((node) => node.id),
    // Whom a finding that stands names and is for follows from the lines of reports of whole teams.
    ...(stored && path.length > 0 ? [anyOfOrg] : []),
    ...(stored?.teamIds ?? []).flatMap((teamId) => graph.org.pathUp(teamId)),
  ];
  return bearing.some((one) => changedLately.has(one));
}

/** What hangs under the items of a subject, and what these wait for in turn: circles run there. */
function reachedFrom(graph: MemoryGraph, subjectId: Subject["id"]): Iterable<string> {
  const ids = new Set(workItemsOf(subjectId));
  for (const id of ids) {
    if (ids.size >= reachedMax) break;
    for (const child of graph.childrenOf(id)) ids.add(child.id);
    for (const { blockingId } of graph.dependenciesOf(id)) ids.add(blockingId);
  }
  return ids;
}

/** Right above and below a goal, what links to it, and who owns it. */
function aroundGoal(graph: MemoryGraph, id: GoalId): readonly string[] {
  const goal = graph.goal(id);
  return [
    ...graph.linksFrom(id).map(({ toId }) => toId),
    ...graph.goalsUnder(id),
    ...graph.linkersOf(id),
    ...(goal?.parentId === undefined ? [] : [goal.parentId]),
    ...(goal ? ofTeam(graph, teamOfGoal(graph.org, goal), goal.ownerId) : []),
  ];
}

/** Whose it is: the account, its person and the units above; anybody where a name or nothing says so. */
function ofTeam(
  { org }: MemoryGraph,
  team: TeamFinding,
  accountId: AccountId | undefined,
): readonly string[] {
  const person = accountId && org.personOf(accountId);
  const isSure = team.teamId !== undefined && team.how === "assignee";
  return [
    ...(isSure ? [] : [anyOfOrg]),
    ...(team.teamId === undefined ? [] : org.pathUp(team.teamId)),
    ...[accountId, person?.id].filter((one) => one !== undefined),
  ];
}

/** The items of a subject, all that is named above them, and the goals that these are linked to. */
function aboveAll(graph: MemoryGraph, subjectId: Subject["id"]): readonly string[] {
  if (isIdOf("goal", subjectId)) return aroundGoal(graph, subjectId);
  const ids = new Set(workItemsOf(subjectId));
  const beside: string[] = [];
  for (const id of ids) {
    const item = graph.item(id);
    if (!item) continue;
    beside.push(...graph.linksOf(item).map(({ toId }) => toId));
    beside.push(...ofTeam(graph, teamOf(graph.org, item), item.assigneeId));
    for (const parentId of parentIds(item)) if (ids.size < hopsMax) ids.add(parentId);
  }
  return [...ids, ...beside];
}
