import type { Goal, WorkItem } from "#shared/model/facts.ts";
import type { History } from "#shared/model/history.ts";
import { GoalId, WorkItemId } from "#shared/model/ids.ts";
import type { WorkItemId as ItemId } from "#shared/model/ids.ts";
import type { Instant } from "#shared/model/time.ts";

import { type ItemState, stateAt } from "./past.ts";
import { recordAt } from "./record-as-of.ts";
import type { RememberedRecord } from "./record-as-of.ts";

/** What a source's own history tells of a moment before ours begins. */
export interface Told {
  readonly fact: WorkItem | Goal;
  readonly blockedBy: ReadonlySet<ItemId>;
}

/**
 * Status, parent and waiting at a moment, by the history that its source told; undefined where that does
 * not reach so far, or does not agree with what we saw. Links, teams and labels it never tells, and some
 * tools no parents.
 */
export function toldBySource(
  record: RememberedRecord,
  { history, waitsAt }: { readonly history: History; readonly waitsAt: (at: Instant) => Waits },
  at: Instant,
): Told | undefined {
  const { past, sourceVersion, fact: now } = record;
  // A state that the history has seen: that of its reading, or today's, where it is the newer of the two.
  const seesToday = now !== undefined && history.sourceVersion >= sourceVersion;
  if (past.since > history.readAt && !seesToday) return undefined;
  const basis = seesToday ? now : recordAt(record, history.readAt).fact;
  if (!basis) return undefined;
  const state: ItemState = {
    status: basis.status,
    parentId: basis.parentId,
    blockedBy: waitsAt(seesToday ? latest : history.readAt),
  };
  if (!agrees(state, history)) return undefined;
  const then = stateAt(state, history, at);
  if (!then.isKnown || then.status === undefined) return undefined;
  // A told record proves no absence, so one whose parent nobody tells may stand without.
  const parentId = history.isSilentOnParents === true ? undefined : then.parentId;
  const fact = withParent({ ...basis, status: then.status }, parentId);
  return fact && { fact, blockedBy: then.blockedBy };
}

export type Waits = ReadonlySet<ItemId>;

/** After every moment. */
const latest = "9999-12-31T23:59:59.999Z" as Instant;

/** The last word of the history on each is where we find the record. */
function agrees({ status, parentId }: ItemState, { transitions }: History): boolean {
  const lastOf = (what: string) => transitions.findLast((each) => each.what === what);
  const [lastStatus, lastParent] = [lastOf("status"), lastOf("parent")];
  return (
    (!lastStatus || lastStatus.to === undefined || lastStatus.to === status) &&
    (!lastParent || lastParent.to === parentId)
  );
}

/** Undefined where its parent was of a kind that is none here. */
function withParent(fact: WorkItem | Goal, parentId: ItemState["parentId"]) {
  const { parentId: _parent, ...rest } = fact;
  if (rest.type === "goal") {
    const goalId = GoalId.safeParse(parentId).data;
    if (parentId !== undefined && !goalId) return undefined;
    return { ...rest, ...(goalId && { parentId: goalId }) };
  }
  const { otherParentIds: _others, ...item } = rest;
  const itemId = WorkItemId.safeParse(parentId).data;
  if (parentId !== undefined && !itemId) return undefined;
  return { ...item, ...(itemId && { parentId: itemId }) };
}
