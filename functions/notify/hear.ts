import { defaultChannel } from "#shared/kit/routing/route-alert.ts";
import { isContested } from "#shared/kit/routing/still-true.ts";
import type { AlertId } from "#shared/model/ids.ts";
import type { DispatchId, Notification, Rung } from "#shared/model/notification.ts";
import { channelRecipient } from "#shared/model/notification.ts";
import type { Alert } from "#shared/model/signal.ts";
import type { Instant } from "#shared/model/time.ts";
import { rungKey } from "#shared/store/alerting-keys.ts";
import { createDocument, getDocument, replaceDocument } from "#shared/store/documents.ts";
import { factKey } from "#shared/store/keys.ts";
import { alertSpec, rungSpec } from "#shared/store/specs.ts";

import {
  climb,
  isTellable,
  responseEnd,
  topOfLadder,
  untilPeopleReachable,
  untilReachable,
  untilRouted,
} from "./climb.ts";
import { withoutComments } from "./item-channel.ts";
import { notificationsOf } from "./notifications-of.ts";
import { packFor } from "./pack.ts";
import { markTold, restEarlier, restLadder, showChanged } from "./rest-ladder.ts";
import type { Round } from "./round.ts";
import { isFirstTelling, tell } from "./tell.ts";

/**
 * Brings everything that is told of an alert in line with how it stands now: its ladder, what waits to be
 * told, and what was shown. What led here is only a hint, so that repeats, delays and wrong order change
 * nothing.
 */
export async function hearOf(round: Round, alertId: AlertId): Promise<void> {
  const waiting = await alignLadder(round, alertId);
  const recipients = new Set(
    waiting.filter(({ dueAt }) => dueAt <= round.now).map(({ recipient }) => recipient),
  );
  for (const recipient of recipients) {
    const fresh = waiting.filter((one) => one.recipient === recipient);
    await packFor(round, recipient, fresh);
  }
}

/** All of it but the sending, which finds what it gives by itself too. */
export async function alignLadder(
  round: Round,
  alertId: AlertId,
): Promise<readonly Notification[]> {
  const alert = await getDocument(round.deps.table, alertSpec, factKey(alertId));
  if (!alert) return [];
  const { generation } = alert;
  const rung = await getDocument(round.deps.table, rungSpec, rungKey({ alertId, generation }));
  if (isTellable(alert)) return open(round, alert, rung);
  const told = await notificationsOf(round, alertId);
  const waiting = isContested(alert) ? await tellOwner(round, alert) : [];
  await showChanged(round, await restEarlier(round, alert, told));
  await showChanged(round, await restLadder(round, alert, told, { generation, rung }));
  return waiting;
}

/** It stands: its ladder begins, or goes on after it rested. */
async function open(
  round: Round,
  alert: Alert,
  rung: Rung | undefined,
): Promise<readonly Notification[]> {
  if (!rung) {
    const begun = firstRung(round, alert);
    // What an opening before this one was told by is over. First: whoever finds the rung looks no more.
    await showChanged(round, await overtaken(round, alert));
    const [isOurs] = await Promise.all([
      createDocument(round.deps.table, rungSpec, begun),
      round.prepare(alert.rule),
    ]);
    return isOurs ? climb(round, begun) : [];
  }
  const resumedAt = resumptionOf(alert);
  if (resumedAt !== undefined && (rung.wokenAt ?? "") < resumedAt) {
    return resume(round, alert, { rung, resumedAt });
  }
  return climb(round, rung);
}

/** Gives what was shown of an earlier opening, where nobody has said yet that it is over. */
export async function overtaken(round: Round, alert: Alert): Promise<readonly DispatchId[]> {
  if (alert.generation === 1) return [];
  return restEarlier(round, alert, await notificationsOf(round, alert.id));
}

export function firstRung(round: Round, { id, generation, ...alert }: Alert): Rung {
  const resumedAt = resumptionOf({ id, generation, ...alert });
  return {
    type: "rung",
    alertId: id,
    generation,
    rung: 0,
    dueAt: round.now,
    ...(resumedAt !== undefined && { wokenAt: resumedAt }),
    updatedAt: round.now,
    revision: 0,
  };
}

/** When it last began to stand again: a snooze ended, or a contest was dismissed. */
export function resumptionOf({ wokenAt, contest }: Alert): Instant | undefined {
  const dismissedAt = contest?.answer?.decision === "dismissed" ? contest.answer.at : undefined;
  if (wokenAt === undefined || dismissedAt === undefined) return wokenAt ?? dismissedAt;
  return wokenAt > dismissedAt ? wokenAt : dismissedAt;
}

interface Resuming {
  readonly rung: Rung;
  readonly resumedAt: Instant;
}

/** Those who heard of it, or were about to, hear that it stands again; then its ladder goes on. */
async function resume(
  round: Round,
  alert: Alert,
  { rung, resumedAt }: Resuming,
): Promise<readonly Notification[]> {
  const all = (await notificationsOf(round, alert.id)).filter(
    ({ generation }) => generation === alert.generation,
  );
  const told = all.filter(({ reason }) => isFirstTelling(reason));
  // There is one comment for each opening, which says how it stands.
  const recipients = await withoutComments(round, [
    ...new Map(told.map((one) => [one.recipient, one])).values(),
  ]);
  // Begun by a run that did not come to its end: the ladder may have been climbed since, not so this.
  const begun = all.find((one) => one.reason === "woken" && one.occasionAt === resumedAt);
  const waiting = await tell(round, alert, {
    reason: "woken",
    rung: begun?.rung ?? rung.rung,
    occasionAt: resumedAt,
    recipients,
  });
  const { endedBecause, ...rest } = rung;
  const isOver = endedBecause === undefined || finalWords.has(endedBecause);
  // Where nobody has heard of it, nobody's time to respond is waited for.
  const dueAt = told.length > 0 ? await responseEnd(round, alert, round.now) : round.now;
  const goesOn = isOver ? rung : { ...rest, dueAt };
  const next: Rung = { ...goesOn, wokenAt: resumedAt, updatedAt: round.now };
  // Before it is on record as resumed: whoever finds that looks no more.
  const changed = await markTold(round, all);
  await replaceDocument(round.deps.table, rungSpec, rung, next);
  await showChanged(round, changed);
  return waiting;
}

/** Ends of a ladder after which it does not go on. */
const finalWords: ReadonlySet<string> = new Set([
  topOfLadder,
  untilRouted,
  untilReachable,
  untilPeopleReachable,
]);

/** A contest goes to the rule's owner, with its reason and without a name. */
async function tellOwner(round: Round, alert: Alert): Promise<readonly Notification[]> {
  const [{ routing, channels }, { settings }] = await Promise.all([
    round.policy(),
    round.rule(alert.rule),
  ]);
  const own = channels.find(({ id }) => id === settings?.ownerChannelId);
  const channel = own ?? defaultChannel(routing, channels);
  if (!channel || !alert.contest) return [];
  const recipient = channelRecipient(channel.id);
  const because = own ? "Channel of the rule's owner" : "Default channel, for the rule's owner";
  return tell(round, alert, {
    reason: "contested",
    rung: 0,
    occasionAt: alert.contest.at,
    recipients: [{ recipient, connectionId: channel.id, because }],
  });
}
