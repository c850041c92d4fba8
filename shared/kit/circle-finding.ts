import type { Org } from "#shared/graph/org.ts";
import type { SourceStates } from "#shared/graph/sources.ts";
import { teamOf, teamOfGoal } from "#shared/graph/team.ts";
import type { GraphView } from "#shared/graph/view.ts";
import type { Goal, WorkItem } from "#shared/model/facts.ts";
import { shortText } from "#shared/model/facts.ts";
import type { ConnectionId, OrgUnitId, PersonId } from "#shared/model/ids.ts";
import { readFactId } from "#shared/model/ids.ts";
import type { Evidence, EvidenceNode } from "#shared/model/signal.ts";

/*
 * What rules say of things that lead back to themselves: whose they are, who can decide, and the way
 * round in words and links.
 */

type Node = WorkItem | Goal;

/** As many as a signal holds. */
const teamsMax = 4;
/** Of a longer circle the sentence names the first ones; the path names as many as evidence may hold. */
const namedMax = 4;
const pathMax = 40;
/** Five names of this length leave room in a sentence for what it has to say of them. */
const nameLengthMax = 120;

/** Teams of these, each once, in the order of the way round. */
export function teamsOn(view: GraphView, nodes: readonly Node[]): readonly OrgUnitId[] {
  const teams = nodes.map((node) =>
    node.type === "goal" ? teamOfGoal(view.org, node) : teamOf(view.org, node),
  );
  return [...new Set(teams.flatMap(({ teamId }) => teamId ?? []))].slice(0, teamsMax);
}

/** The lead of the only team, else the lowest common manager of all: whoever can decide among them. */
export function leaderOfTeams(org: Org, teamIds: readonly OrgUnitId[]): PersonId | undefined {
  const [first, ...others] = teamIds;
  if (first === undefined) return undefined;
  if (others.length === 0) return org.leadOf(first);
  const managers = others.map((id) => org.boundary(first, id).lowestCommonManagerId);
  return managers.reduce((lower, other) => {
    if (lower === undefined || other === undefined) return undefined;
    // Both are on the first team's line: the higher one manages all.
    return org.managersUp(lower).includes(other) ? other : lower;
  });
}

/** Tools of all these: an edge between them is told by the record that it starts from. */
export function connectionsOf(nodes: readonly Node[]): readonly ConnectionId[] {
  return [...new Set(nodes.flatMap(({ id }) => readFactId(id)?.connectionId ?? []))];
}

/** A tool that stands still may have broken the circle long ago: what was found stands. */
export function standingStill(
  sources: SourceStates,
  connectionIds: readonly ConnectionId[],
): "source-not-read-yet" | "source-stale" | undefined {
  const found = connectionIds.map((id) => sources.get(id));
  if (found.some((source) => !source?.isReady)) return "source-not-read-yet";
  return found.some((source) => source?.isStale) ? "source-stale" : undefined;
}

/** `“A” is under “B”, which is under “A”`, with `is under` as the verb. */
export function roundInWords(nodes: readonly Node[], verb: string): string {
  const [first, ...others] = nodes;
  if (!first) return "";
  if (others.length === 0) return `${quoted(first)} ${verb} itself`;
  const named = others.slice(0, namedMax).map(quoted);
  const more = others.length - named.length;
  if (more > 0) named.push(more === 1 ? "one more" : `${more} more`);
  const way = [...named, `${quoted(first)} again`].join(`, which ${verb} `);
  return `${quoted(first)} ${verb} ${way}`;
}

export function quoted(node: Node): string {
  return `“${shortText(nameOf(node), nameLengthMax) ?? ""}”`;
}

/** The way round, each with its link, and at its end the first one again; what does not fit is counted there. */
export function pathOf(
  nodes: readonly Node[],
  roleOf: (index: number) => EvidenceNode["role"],
): Evidence["path"] {
  const [first] = nodes;
  if (!first) return [];
  const shown = nodes.slice(0, pathMax - 1);
  const more = nodes.length - shown.length;
  const closing = more === 0 ? nameOf(first) : `${more} more, and then ${nameOf(first)}`;
  return [...shown, first].map((node, index) => ({
    id: node.id,
    role: roleOf(index),
    label: index < shown.length ? nameOf(node) : closing,
    ...(node.url !== undefined && { url: node.url }),
  }));
}

export function nameOf(node: Node): string {
  if (node.type === "goal" || node.key === undefined) return node.title;
  return `${node.key} ${node.title}`;
}
