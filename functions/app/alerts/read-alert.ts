import { HubError } from "#shared/errors.ts";
import type { AlertId } from "#shared/model/ids.ts";
import type { Dispatch } from "#shared/model/notification.ts";
import { personOfRecipient } from "#shared/model/notification.ts";
import { getDocument } from "#shared/store/documents.ts";
import { factKey } from "#shared/store/keys.ts";
import { alertSpec } from "#shared/store/specs.ts";
import type { ToldOf } from "#shared/store/told.ts";
import { outcomeNow, readTold } from "#shared/store/told.ts";

import type { AppContext } from "../app-deps.ts";
import { describeAlert } from "./alert-answers.ts";
import type { AlertDetail, Names } from "./alert-answers.ts";
import { readNames } from "./read-names.ts";

/** One alert with its history and whom it was told. */
export async function readAlert(context: AppContext, id: AlertId): Promise<AlertDetail> {
  const [names, alert, told] = await Promise.all([
    readNames(context),
    getDocument(context.table, alertSpec, factKey(id)),
    readTold(context.table, id),
  ]);
  if (!alert) throw new HubError("entity.not-found", "There is no such alert");
  return {
    ...describeAlert(names, alert),
    history: alert.history.map(({ to, at, by, note }) => ({ to, at, by, note })),
    notifications: told
      .flatMap((one) => describeTold(names, one, context.clock.nowMs()))
      .toSorted((a, b) => (a.at < b.at ? -1 : 1)),
  };
}

type Described = AlertDetail["notifications"][number];

/** What was told of it, and that it is over, where that was said. */
function describeTold(
  names: Names,
  { notification, dispatch, end }: ToldOf,
  nowMs: number,
): readonly Described[] {
  const { connectionId, reason, because, state, mode, dueAt, updatedAt } = notification;
  const channel = names.connections.get(connectionId) ?? "a removed channel";
  const personId = personOfRecipient(notification.recipient);
  const person = personId && (names.org.person(personId)?.name ?? "somebody who has left");
  const base = { connectionId, channel, recipient: person ?? channel, because, mode };
  const said = end ? [{ ...base, reason: "resolved", ...attemptsOf(end, nowMs) }] : [];
  if (dispatch) return [{ ...base, reason, ...attemptsOf(dispatch, nowMs) }, ...said];
  const outcome = state === "dropped" ? ("dropped" as const) : ("waiting" as const);
  const detail = notification.droppedBecause;
  const due = outcome === "waiting" ? { dueAt } : {};
  return [{ ...base, ...due, reason, outcome, attempts: 0, detail, at: updatedAt }];
}

function attemptsOf(dispatch: Dispatch, nowMs: number) {
  const last = dispatch.attempts.findLast(({ verb }) => verb === "show");
  return {
    outcome: outcomeNow(dispatch, nowMs),
    attempts: dispatch.attemptCount,
    detail: last?.detail,
    at: last?.at ?? dispatch.updatedAt,
  };
}
