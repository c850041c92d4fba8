import type { Message } from "#shared/kit/notifier.ts";
import { isOfItems } from "#shared/kit/routing/channels-of.ts";
import type { Dispatch } from "#shared/model/notification.ts";
import { attemptMsMax } from "#shared/model/notification.ts";
import type { Instant } from "#shared/model/time.ts";
import { dayMs, epochMsOf, hourMs, instantOf } from "#shared/model/time.ts";
import { createDocument, replaceDocument } from "#shared/store/documents.ts";
import { dispatchSpec } from "#shared/store/specs.ts";
import { endOf } from "#shared/store/told.ts";

import type { Addressee } from "./addressee.ts";
import { addresseeOf, freeAt } from "./addressee.ts";
import { composeUpdate, shownDigest } from "./compose-dispatch.ts";
import type { Opened } from "./open-channel.ts";
import { openChannel } from "./open-channel.ts";
import type { Round } from "./round.ts";
import { keptTryingMs, nextTryAt } from "./settle.ts";
import { showFirst } from "./show.ts";
import { failingUpdates, withUpdate } from "./update-attempts.ts";

/** What is shown follows what it tells of, in the channel's own way. */
export async function reflectChange(round: Round, dispatch: Dispatch): Promise<void> {
  const addressee = await addresseeOf(round, dispatch.recipient);
  const channel = channelOf(dispatch, addressee);
  if (!channel) {
    if (await isPaused(round, dispatch)) return later(round, dispatch, nextLook(round));
    return rest(round, dispatch);
  }
  const { message, isAllOver } = await composeUpdate(round, dispatch);
  const opened = await openChannel(round, channel);
  if (opened.kind === "closed") return later(round, dispatch, nextTryAt(round, dispatch));
  const canChange = channel.traits.end === "update" && dispatch.receipt !== undefined;
  if (canChange && opened.notifier.update) {
    return changeInPlace(round, dispatch, { opened, addressee, message });
  }
  if (!isAllOver) return rest(round, dispatch);
  const at = await freeAt(round, addressee, { severity: "warning", at: round.now });
  if (at > round.now) return later(round, dispatch, at);
  await tellEnd(round, dispatch, { opened, addressee });
  await rest(round, dispatch);
}

/** Nobody scrolls back further to see how something ended. */
const keptLookingMs = 30 * dayMs;

function nextLook({ deps }: Round): Instant {
  return instantOf(deps.clock.nowMs() + hourMs);
}

/** Its channel does not work now, and may again: then what it showed must say what is true. */
async function isPaused(
  round: Round,
  { kind, connectionId, createdAt }: Dispatch,
): Promise<boolean> {
  if (kind !== "alert" && kind !== "group") return false;
  const { connections } = await round.policy();
  const status = connections.find(({ id }) => id === connectionId)?.status;
  const isRecent = round.deps.clock.nowMs() - epochMsOf(createdAt) < keptLookingMs;
  return isRecent && (status === "paused" || status === "degraded");
}

/** The channel that showed it, where that says anything of the end of what it showed. */
function channelOf({ kind, connectionId, receipt }: Dispatch, { channel }: Addressee) {
  // A comment that may not be there is not answered by another one.
  if (channel && isOfItems(channel) && receipt === undefined) return undefined;
  const isOfAlerts = kind === "alert" || kind === "group";
  const isItsOwn = channel?.id === connectionId && channel.traits.end !== "nothing";
  return isOfAlerts && isItsOwn ? channel : undefined;
}

interface Changing {
  readonly opened: Extract<Opened, { kind: "opened" }>;
  readonly addressee: Addressee;
  readonly message: Message | undefined;
}

/** Shows it anew in the place of what was shown, if that says anything else. */
async function changeInPlace(
  round: Round,
  dispatch: Dispatch,
  { opened, addressee, message }: Changing,
): Promise<void> {
  const { receipt } = dispatch;
  const shown = message && shownDigest(message);
  if (!message || shown === undefined || receipt === undefined || shown === dispatch.shown) {
    return rest(round, dispatch);
  }
  const keyed = { ...message, idempotencyKey: `${dispatch.id}~${shown}` };
  const outcome = await opened.notifier.update?.(receipt, keyed, addressee.target);
  if (outcome) await afterUpdate(round, dispatch, { outcome, shown });
}

type Updated = Awaited<
  ReturnType<NonNullable<Extract<Opened, { kind: "opened" }>["notifier"]["update"]>>
>;

/** Updating again does no harm: only what is refused, or fails for too long, is left. */
async function afterUpdate(
  round: Round,
  dispatch: Dispatch,
  { outcome, shown }: { readonly outcome: Updated; readonly shown: string },
): Promise<void> {
  const isDone = outcome.outcome === "sent" || outcome.outcome === "refused";
  const failing = failingUpdates(dispatch.attempts);
  const word = isDone ? outcome.outcome : "deferred";
  const attempt = {
    at: round.now,
    verb: "update",
    outcome: word,
    ...("reason" in outcome && { detail: outcome.reason.slice(0, 300) }),
  } as const;
  const { isChanged: _changed, dueAt: _due, ...others } = dispatch;
  const failingMs = epochMsOf(round.now) - epochMsOf(failing.since ?? round.now);
  const isLeft = isDone || failingMs > keptTryingMs;
  const afterMs = outcome.outcome === "retry" ? outcome.afterMs : 0;
  const receipt = outcome.outcome === "sent" ? outcome.receipt : undefined;
  await replaceDocument(round.deps.table, dispatchSpec, dispatch, {
    ...others,
    ...(isLeft
      ? {}
      : {
          isChanged: true,
          dueAt: nextTryAt(round, { id: dispatch.id, attemptCount: failing.count + 1 }, afterMs),
        }),
    ...(outcome.outcome === "sent" && { shown }),
    ...(receipt !== undefined && { receipt: receipt.slice(0, 1000) }),
    attempts: withUpdate(dispatch.attempts, attempt),
    updatedAt: round.now,
  });
}

/** Nothing is left to do. Marked anew meanwhile: it stays marked. */
async function rest(round: Round, dispatch: Dispatch): Promise<void> {
  const { isChanged: _changed, dueAt: _due, ...others } = dispatch;
  await replaceDocument(round.deps.table, dispatchSpec, dispatch, {
    ...others,
    updatedAt: round.now,
  });
}

async function later(round: Round, dispatch: Dispatch, dueAt: Instant): Promise<void> {
  await replaceDocument(round.deps.table, dispatchSpec, dispatch, {
    ...dispatch,
    dueAt,
    updatedAt: round.now,
  });
}

/** One message says that all of it is over, exactly one, whoever comes first; it takes nothing of the budget. */
async function tellEnd(
  round: Round,
  dispatch: Dispatch,
  given: {
    readonly opened: Extract<Opened, { kind: "opened" }>;
    readonly addressee: Addressee;
  },
): Promise<void> {
  const now = round.now;
  const { recipient, connectionId, because, title, alerts, alertCount, groupKey } = dispatch;
  const notice: Dispatch = {
    type: "dispatch",
    id: endOf(dispatch.id),
    kind: "notice",
    recipient,
    connectionId,
    because,
    ...(groupKey !== undefined && { groupKey }),
    title,
    alerts: alerts.map((one) => ({ ...one, reason: "resolved" as const })),
    alertCount,
    outcome: "attempting",
    dueAt: instantOf(round.deps.clock.nowMs() + attemptMsMax),
    attemptCount: 1,
    attempts: [{ at: now, verb: "show", outcome: "attempting" }],
    createdAt: now,
    updatedAt: now,
    revision: 0,
  };
  if (!(await createDocument(round.deps.table, dispatchSpec, notice))) return;
  await showFirst(round, { ...given, dispatch: notice });
}
