import type { HubEvent } from "#shared/model/events.ts";
import type { GoalId } from "#shared/model/ids.ts";
import { GoalId as GoalIdSchema } from "#shared/model/ids.ts";
import type { Alert, AlertStatus } from "#shared/model/signal.ts";
import type { Instant } from "#shared/model/time.ts";
import type { Item, ItemChange } from "#shared/ports/table.ts";
import { readDocument } from "#shared/store/documents.ts";
import { alertSpec, connectionSpec, signalSpec } from "#shared/store/specs.ts";

/**
 * What one change of the table means to the world outside. Pure and deterministic, ids included:
 * the same change, told twice, gives the same events.
 */
export function eventsOf(change: ItemChange, now: Instant): readonly HubEvent[] {
  if (!change.after || isSame(change.before, change.after)) return [];
  switch (change.after["type"]) {
    case "signal":
      return signalEvents(change.before, change.after);
    case "alert":
      return alertEvents(change.before, change.after);
    case "connection":
      return connectionEvents(change.before, change.after, now);
    case "goal":
      return goalEvents(change, now);
    default:
      return [];
  }
}

function isSame(before: Item | undefined, after: Item): boolean {
  if (!before) return false;
  const stamp = after["hash"] ?? after["revision"];
  return stamp !== undefined && stamp === (before["hash"] ?? before["revision"]);
}

function signalEvents(before: Item | undefined, after: Item): readonly HubEvent[] {
  const signal = readDocument(signalSpec, after);
  const { type: _type, revision, earlier: _earlier, looks: _looks, ...detail } = signal;
  const wasOpen = before?.["state"] === "open";
  const isOpen = detail.state === "open";
  const type = isOpen ? (wasOpen ? "signal.updated.v1" : "signal.opened.v1") : "signal.cleared.v1";
  const at = detail.clearedAt ?? detail.openedAt;
  return [{ id: `${detail.id}#${revision}`, type, at, detail }];
}

const alertEventTypes = {
  pending: undefined,
  open: "alert.opened.v1",
  acknowledged: "alert.acknowledged.v1",
  snoozed: "alert.snoozed.v1",
  resolved: "alert.resolved.v1",
} as const satisfies Record<AlertStatus, HubEvent["type"] | undefined>;

function alertEvents(before: Item | undefined, after: Item): readonly HubEvent[] {
  const alert = readDocument(alertSpec, after);
  const was = before && readDocument(alertSpec, before);
  const { type: _type, revision, history: _history, ...detail } = alert;
  const contested = contestEventType(was, alert);
  const moved = statusEventType(was, alert);
  const at = alert.updatedAt;
  const id = `${alert.id}#${revision}`;
  return [
    ...endOfGeneration(was, alert),
    ...(contested === undefined ? [] : [{ id: `${id}#contest`, type: contested, at, detail }]),
    ...(moved === undefined ? [] : [{ id, type: moved, at, detail }]),
  ];
}

/**
 * What was told of has ended though nobody heard of it, and what follows waits: whoever was told must not go
 * on believing that it stands.
 */
function endOfGeneration(was: Alert | undefined, alert: Alert): readonly HubEvent[] {
  const isTold = was !== undefined && was.status !== "pending" && was.status !== "resolved";
  if (!isTold || was.generation === alert.generation || alert.status !== "pending") return [];
  const { type: _type, revision: _revision, history: _history, ...before } = was;
  const at = alert.updatedAt;
  const detail = {
    ...before,
    status: "resolved" as const,
    updatedAt: at,
    resolvedAt: at,
    resolvedBecause: "opened anew",
  };
  return [{ id: `${alert.id}#${alert.revision}#ended`, type: "alert.resolved.v1", at, detail }];
}

function statusEventType(was: Alert | undefined, alert: Alert) {
  if (!isTransition(was, alert)) return undefined;
  // Resolved in its grace: nobody was told that it opened, so nobody is told that it ended.
  if (alert.status === "resolved" && was?.status === "pending") return undefined;
  return alertEventTypes[alert.status];
}

function contestEventType(was: Alert | undefined, { contest, generation }: Alert) {
  const before = was?.generation === generation ? was.contest : undefined;
  if (!contest || contest.at !== before?.at) {
    return contest && !contest.answer ? ("alert.contested.v1" as const) : undefined;
  }
  return contest.answer && !before.answer ? ("alert.contest-answered.v1" as const) : undefined;
}

function isTransition(was: Alert | undefined, is: Alert): boolean {
  return was?.status !== is.status || was.generation !== is.generation;
}

function connectionEvents(
  before: Item | undefined,
  after: Item,
  now: Instant,
): readonly HubEvent[] {
  const is = readDocument(connectionSpec, after);
  const was = before && readDocument(connectionSpec, before);
  const same =
    was?.status === is.status &&
    was.problem?.code === is.problem?.code &&
    (was.readyAt === undefined) === (is.readyAt === undefined);
  if (same) return [];
  const detail = {
    connectionId: is.id,
    status: is.status,
    isReady: is.readyAt !== undefined,
    ...(is.problem && { problem: is.problem.code }),
  };
  return [{ id: `${is.id}#${is.revision}`, type: "connection.changed.v1", at: now, detail }];
}

function goalEvents({ after, sequenceNumber }: ItemChange, now: Instant): readonly HubEvent[] {
  const id = GoalIdSchema.safeParse(after?.pk);
  // Links of a goal live in its partition too; only the goal itself has the type.
  if (!id.success || !after) return [];
  const goalId: GoalId = id.data;
  const change = after["isRemoved"] === true ? "removed" : "upserted";
  const stamp = `${JSON.stringify(after["hash"])}#${sequenceNumber}`;
  return [
    { id: `${goalId}#${stamp}`, type: "goal.changed.v1", at: now, detail: { goalId, change } },
  ];
}
