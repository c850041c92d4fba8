import type { Notifier } from "#shared/kit/notifier.ts";
import type { Dispatch, DispatchId } from "#shared/model/notification.ts";
import { attemptMsMax, dispatchAttemptsMax, isAbandonedAt } from "#shared/model/notification.ts";
import type { Instant } from "#shared/model/time.ts";
import { epochMsOf, hourMs, instantOf } from "#shared/model/time.ts";
import { dispatchKey } from "#shared/store/alerting-keys.ts";
import { getDocument, replaceDocument } from "#shared/store/documents.ts";
import { dispatchSpec } from "#shared/store/specs.ts";

import type { Addressee } from "./addressee.ts";
import { addresseeOf, freeAt } from "./addressee.ts";
import { announce } from "./mailbox.ts";
import { openChannel } from "./open-channel.ts";
import { reflectChange } from "./reflect-change.ts";
import { rerouteUntaken } from "./reroute.ts";
import type { Round } from "./round.ts";
import { nextTryAt, settle } from "./settle.ts";
import { showFirst } from "./show.ts";

const closedMs = hourMs;

/** Does what is due of a dispatch: another attempt, the word on one that nobody answers for, an update. */
export async function workDispatch(round: Round, id: DispatchId): Promise<void> {
  const dispatch = await getDocument(round.deps.table, dispatchSpec, dispatchKey(id));
  if (!dispatch || dispatch.dueAt === undefined || dispatch.dueAt > round.now) return;
  switch (dispatch.outcome) {
    case "attempting":
      return abandoned(round, dispatch);
    case "deferred":
      return tryAgain(round, dispatch);
    case "sent":
    case "uncertain":
      return reflectChange(round, dispatch);
    case "refused":
      return put(round, dispatch, {});
  }
}

/** What somebody had begun and will not answer for: it may have been shown. */
async function abandoned(round: Round, dispatch: Dispatch): Promise<void> {
  const beganAt = dispatch.attempts.at(-1)?.at ?? dispatch.updatedAt;
  if (!isAbandonedAt(beganAt, round.deps.clock.nowMs())) {
    return put(round, dispatch, { dueAt: instantOf(epochMsOf(beganAt) + attemptMsMax) });
  }
  const addressee = await addresseeOf(round, dispatch.recipient);
  const opened = await openChannel(round, channelOf(addressee, dispatch));
  const notifier: Pick<Notifier, "dropsRepeats"> = opened.kind === "opened" ? opened.notifier : {};
  const reason = "Whoever sent it did not live to hear the answer";
  const dropsRepeats = notifier.dropsRepeats === true;
  const stored = await settle(round, dispatch, {
    outcome: { outcome: "uncertain", reason },
    dropsRepeats,
  });
  if (stored?.outcome === "deferred") return tryAgain(round, stored);
  await goOn(round, dispatch);
}

/** A dispatch keeps to the channel that it was made for. */
function channelOf({ channel }: Addressee, { connectionId }: Dispatch) {
  return channel?.id === connectionId ? channel : undefined;
}

/** The channel has certainly not taken it: it is sent again, of what still stands, when that disturbs nobody. */
async function tryAgain(round: Round, dispatch: Dispatch): Promise<void> {
  const addressee = await addresseeOf(round, dispatch.recipient);
  const isGone = addressee.isGone || addressee.target === undefined;
  const channel = channelOf(addressee, dispatch) ?? addressee.channel;
  if (isGone) {
    await rerouteUntaken(round, dispatch);
    return give(round, dispatch, "Nobody is there any more who could be told");
  }
  const at = await disturbableAt(round, dispatch, addressee);
  if (at > round.now) return put(round, dispatch, { dueAt: at });
  const opened = await openChannel(round, channel);
  if (opened.kind === "closed") {
    const dueAt = nextTryAt(round, dispatch, closedMs);
    return put(round, dispatch, { dueAt });
  }
  const claim = await claimed(round, dispatch, opened.connectionId);
  if (!claim) return;
  const ended = await showFirst(round, { dispatch: claim, opened, addressee });
  if (ended && ended.outcome !== "deferred") await goOn(round, dispatch);
}

/** Reports come at their own time; messages wait until the recipient may be disturbed. */
async function disturbableAt(
  round: Round,
  { kind, alerts }: Dispatch,
  addressee: Addressee,
): Promise<Instant> {
  if (kind !== "alert" && kind !== "group" && kind !== "notice") return round.now;
  const found = await round.alerts(alerts.map(({ alertId }) => alertId));
  const isCritical = [...found.values()].some(({ severity }) => severity === "critical");
  const severity = isCritical ? "critical" : "warning";
  return freeAt(round, addressee, { severity, at: round.now });
}

async function claimed(
  round: Round,
  dispatch: Dispatch,
  connectionId: Dispatch["connectionId"],
): Promise<Dispatch | undefined> {
  const now = round.now;
  const attempt = { at: now, verb: "show", outcome: "attempting" } as const;
  return replaceDocument(round.deps.table, dispatchSpec, dispatch, {
    ...dispatch,
    connectionId,
    outcome: "attempting",
    attemptCount: dispatch.attemptCount + 1,
    attempts: [...dispatch.attempts, attempt].slice(-dispatchAttemptsMax),
    dueAt: instantOf(round.deps.clock.nowMs() + attemptMsMax),
    updatedAt: now,
  });
}

async function give(round: Round, dispatch: Dispatch, because: string): Promise<void> {
  const attempt = { at: round.now, verb: "show", outcome: "refused", detail: because } as const;
  await put(round, dispatch, {
    outcome: "refused",
    attempts: [...dispatch.attempts, attempt].slice(-dispatchAttemptsMax),
  });
  await goOn(round, dispatch);
}

/** What waited for the channel to take this one is looked at now. */
async function goOn(round: Round, { recipient }: Dispatch): Promise<void> {
  await announce(round.deps, recipient, { dueAt: round.now });
}

/** Writes what is next; without `dueAt` nothing is. */
async function put(round: Round, dispatch: Dispatch, changes: Partial<Dispatch>): Promise<void> {
  const { dueAt: _due, isChanged: _changed, ...rest } = dispatch;
  const isMarked = dispatch.isChanged === true && changes.dueAt !== undefined;
  await replaceDocument(round.deps.table, dispatchSpec, dispatch, {
    ...rest,
    ...(isMarked && { isChanged: true }),
    ...changes,
    updatedAt: round.now,
  });
}
