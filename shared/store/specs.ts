import { Connection, Cursor } from "#shared/model/connection.ts";
import { Grant } from "#shared/model/grant.ts";
import { LinkRule } from "#shared/model/link-rule.ts";
import {
  BaselineLook,
  Dispatch,
  ladderOver,
  Mailbox,
  Notification,
  Rung,
  SentGroup,
} from "#shared/model/notification.ts";
import { Routing } from "#shared/model/routing.ts";
import { Alert, RuleSettings, Signal, standingStatuses } from "#shared/model/signal.ts";
import { epochMsOf } from "#shared/model/time.ts";

import {
  baselineLookKey,
  dispatchKey,
  dispatchLog,
  mailboxKey,
  notificationKey,
  routingKey,
  rungKey,
  sentGroupKey,
  waitingList,
} from "./alerting-keys.ts";
import type { DocumentSpec } from "./documents.ts";
import { withEarlierThatFit } from "./earlier-openings.ts";
import {
  alertList,
  cursorKey,
  factKey,
  linkRuleKey,
  listSort,
  lists,
  ruleSettingsKey,
} from "./keys.ts";
import type { CursorLane } from "./keys.ts";

/** How long resolved alerts are kept for their history. */
const alertDays = 400;
/** A signal outlives its alert: it counts the generations, by which an alert knows a new opening. */
const signalDays = 500;

function expiry(instant: Parameters<typeof epochMsOf>[0], days: number): number {
  return Math.floor(epochMsOf(instant) / 1000) + days * 86_400;
}

export const connectionSpec: DocumentSpec<Connection> = {
  schema: Connection,
  key: (connection) => factKey(connection.id),
  list: (connection) => ({
    lpk: lists.connections,
    lsk: listSort(connection.createdAt, connection.id),
  }),
};

export const grantSpec: DocumentSpec<Grant> = {
  schema: Grant,
  key: (grant) => factKey(grant.id),
  list: (grant) => ({ lpk: lists.grants, lsk: listSort(grant.createdAt, grant.id) }),
};

export const cursorSpec: DocumentSpec<Cursor> = {
  schema: Cursor,
  key: (cursor) => cursorKey(cursor.connectionId, cursor.collection, laneOf(cursor)),
  list: (cursor) => ({
    lpk: lists.cursors,
    lsk: `${cursor.connectionId}#${cursor.collection}#${laneOf(cursor)}`,
  }),
};

function laneOf({ mode }: Cursor): CursorLane {
  return mode === "reconcile" || mode === "history" ? mode : "pull";
}

export const signalSpec: DocumentSpec<Signal> = {
  schema: Signal,
  key: (signal) => factKey(signal.id),
  list: (signal) =>
    signal.state === "open"
      ? { lpk: lists.openSignals, lsk: listSort(signal.openedAt, signal.id) }
      : undefined,
  expiresAtEpochSeconds: (signal) =>
    signal.clearedAt === undefined ? undefined : expiry(signal.clearedAt, signalDays),
  trim: withEarlierThatFit,
};

export const alertSpec: DocumentSpec<Alert> = {
  schema: Alert,
  key: (alert) => factKey(alert.id),
  list: (alert) => ({ lpk: alertList(alert.status), lsk: listSort(alert.openedAt, alert.id) }),
  expiresAtEpochSeconds: (alert) =>
    isStanding(alert) || alert.resolvedAt === undefined
      ? undefined
      : expiry(alert.resolvedAt, alertDays),
};

function isStanding(alert: Alert): boolean {
  return (standingStatuses as readonly string[]).includes(alert.status);
}

export const ruleSettingsSpec: DocumentSpec<RuleSettings> = {
  schema: RuleSettings,
  key: (settings) => ruleSettingsKey(settings.rule),
  list: (settings) => ({ lpk: lists.ruleSettings, lsk: settings.rule }),
};

export const linkRuleSpec: DocumentSpec<LinkRule> = {
  schema: LinkRule,
  key: (rule) => linkRuleKey(rule.id),
};

export const routingSpec: DocumentSpec<Routing> = { schema: Routing, key: () => routingKey };

/** Listed for its recipient by when it is due, while it waits. */
export const notificationSpec: DocumentSpec<Notification> = {
  schema: Notification,
  key: notificationKey,
  list: ({ state, dueAt, alertId, recipient, reason }) =>
    state === "waiting"
      ? { lpk: waitingList(recipient), lsk: listSort(dueAt, `${alertId}#${reason}`) }
      : undefined,
  expiresAtEpochSeconds: ({ state, updatedAt }) =>
    state === "waiting" ? undefined : expiry(updatedAt, alertDays),
};

/** Listed by when something is to be done; when nothing is, in the log of its month. */
export const dispatchSpec: DocumentSpec<Dispatch> = {
  schema: Dispatch,
  key: ({ id }) => dispatchKey(id),
  list: ({ dueAt, createdAt, id }) =>
    dueAt === undefined
      ? { lpk: dispatchLog(createdAt), lsk: listSort(createdAt, id) }
      : { lpk: lists.dueDispatches, lsk: listSort(dueAt, id) },
  expiresAtEpochSeconds: ({ createdAt }) => expiry(createdAt, alertDays),
};

/** Listed by when it is due; and while it rests, so that what came of its alert meanwhile can be found. */
export const rungSpec: DocumentSpec<Rung> = {
  schema: Rung,
  key: rungKey,
  list: ({ endedBecause, dueAt, alertId }) => {
    if (endedBecause === ladderOver) return undefined;
    const lpk = endedBecause === undefined ? lists.dueRungs : lists.restingRungs;
    return { lpk, lsk: listSort(dueAt, alertId) };
  },
  expiresAtEpochSeconds: ({ endedBecause, updatedAt }) =>
    endedBecause === undefined ? undefined : expiry(updatedAt, alertDays),
};

/** Listed by when it is to be looked into. */
export const mailboxSpec: DocumentSpec<Mailbox> = {
  schema: Mailbox,
  key: ({ recipient }) => mailboxKey(recipient),
  list: ({ dueAt, recipient }) =>
    dueAt === undefined ? undefined : { lpk: lists.dueMailboxes, lsk: listSort(dueAt, recipient) },
};

const sentGroupDays = 2;

export const sentGroupSpec: DocumentSpec<SentGroup> = {
  schema: SentGroup,
  key: ({ recipient, groupKey }) => sentGroupKey(recipient, groupKey),
  expiresAtEpochSeconds: ({ sentAt }) => expiry(sentAt, sentGroupDays),
};

const baselineLookDays = 2;

export const baselineLookSpec: DocumentSpec<BaselineLook> = {
  schema: BaselineLook,
  key: ({ dispatchId }) => baselineLookKey(dispatchId),
  expiresAtEpochSeconds: ({ lookedAt }) => expiry(lookedAt, baselineLookDays),
};
