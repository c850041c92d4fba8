import { isOpen } from "#shared/model/facts.ts";
import type { Person, WorkItem } from "#shared/model/facts.ts";
import type { ConnectionId, OrgUnitId, PersonId, WorkItemId } from "#shared/model/ids.ts";

import { areFew } from "./headcount.ts";
import type { Org } from "./org.ts";
import type { ReorgCase } from "./reorg-case.ts";
import { teamOf } from "./team.ts";

/** Who could take work over, and why they of all people; a proposal that nobody acts upon but people. */
export type Successor =
  | { readonly personId: PersonId; readonly because: "manager" | "team-lead" }
  | { readonly personId: undefined; readonly because: "nobody-known" };

/** Open work of one team whose assignees leave: listed as work, never as a figure about a leaver. */
export interface WorkOfLeavers {
  /** Absent where nobody knows whose work it is. */
  readonly teamId?: OrgUnitId;
  readonly work: readonly {
    readonly itemId: WorkItemId;
    readonly connectionId: ConnectionId;
    readonly successor: Successor;
  }[];
  /** By tool; absent where it is the work of fewer than five leavers. */
  readonly counts?: ReadonlyMap<ConnectionId, number>;
}

export function workOfLeavers(reorg: ReorgCase): readonly WorkOfLeavers[] {
  const { graph, today } = reorg;
  const byTeam = new Map<OrgUnitId | undefined, WorkOfLeavers["work"][number][]>();
  const leavers = new Map<OrgUnitId, Set<Person>>();
  for (const item of graph.items()) {
    const leaver = leaverOf(item, reorg);
    if (!leaver) continue;
    const { teamId } = teamOf(today, item);
    const work = byTeam.get(teamId) ?? [];
    byTeam.set(teamId, work);
    if (teamId !== undefined) leavers.set(teamId, (leavers.get(teamId) ?? new Set()).add(leaver));
    const successor = successorOf(leaver, teamId, reorg.other);
    work.push({ itemId: item.id, connectionId: item.connectionId, successor });
  }
  return [...byTeam].map(([teamId, work]) => ({
    ...(teamId !== undefined && { teamId }),
    work,
    ...(teamId !== undefined &&
      !areFew([leavers.get(teamId) ?? []]) && { counts: countByTool(work) }),
  }));
}

function leaverOf(item: WorkItem, { today, other }: ReorgCase): Person | undefined {
  if (!isOpen(item) || item.assigneeId === undefined) return undefined;
  const person = today.personOf(item.assigneeId);
  if (!person || person.employmentStatus === "inactive") return undefined;
  return isThere(other, person.id) ? undefined : person;
}

function isThere(org: Org, id: PersonId): boolean {
  const person = org.person(id);
  return person !== undefined && person.employmentStatus !== "inactive";
}

/** The manager, else who leads the work's team then. */
function successorOf(leaver: Person, teamId: OrgUnitId | undefined, other: Org): Successor {
  const managerId = other.person(leaver.id)?.managerId ?? leaver.managerId;
  const manager = managerId === undefined ? undefined : other.person(managerId);
  if (manager && manager.id !== leaver.id && isThere(other, manager.id)) {
    return { personId: manager.id, because: "manager" };
  }
  const lead = teamId === undefined ? undefined : other.leadOf(teamId);
  if (lead !== undefined && lead !== leaver.id) return { personId: lead, because: "team-lead" };
  return { personId: undefined, because: "nobody-known" };
}

function countByTool(work: WorkOfLeavers["work"]): ReadonlyMap<ConnectionId, number> {
  const counts = new Map<ConnectionId, number>();
  for (const { connectionId } of work) {
    counts.set(connectionId, (counts.get(connectionId) ?? 0) + 1);
  }
  return counts;
}
