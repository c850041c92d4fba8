import { eachOf } from "#shared/each-of.ts";
import type { Recipient } from "#shared/kit/routing/recipients.ts";
import { defaultChannel } from "#shared/kit/routing/route-alert.ts";
import { reasonToDrop } from "#shared/kit/routing/still-true.ts";
import type { Dispatch, Notification, RecipientId } from "#shared/model/notification.ts";
import { channelRecipient, personOfRecipient } from "#shared/model/notification.ts";

import { notificationsOf } from "./notifications-of.ts";
import { peopleOf } from "./people-of.ts";
import type { Round } from "./round.ts";
import { tell } from "./tell.ts";

interface Rerouted {
  readonly done: readonly Notification[];
  readonly failure?: { readonly error: unknown } | undefined;
}

/**
 * What waited for somebody who is gone for good is told to the default channel, where nobody else was told of
 * it or is about to be: whoever leaves must not take an alert along. Gives those of which no more is to be
 * done, and what became of the first of the others. Harmless to repeat.
 */
export async function reroute(
  round: Round,
  gone: RecipientId,
  waiting: readonly Notification[],
): Promise<Rerouted> {
  const to = await insteadOf(round, gone);
  if (!to) return { done: waiting };
  const alerts = await round.alerts(waiting.map(({ alertId }) => alertId));
  const isHeard = await Promise.all(waiting.map((one) => isHeardElsewhere(round, one)));
  const done: Notification[] = [];
  let failure: Rerouted["failure"];
  for (const [at, one] of waiting.entries()) {
    const alert = alerts.get(one.alertId);
    const isOver = !alert || isHeard[at] === true || reasonToDrop(one, alert) !== undefined;
    const { reason, rung, occasionAt } = one;
    try {
      if (!isOver) await tell(round, alert, { reason, rung, occasionAt, recipients: [to] });
      done.push(one);
    } catch (error) {
      failure ??= { error };
    }
  }
  return { done, failure };
}

async function insteadOf(round: Round, gone: RecipientId): Promise<Recipient | undefined> {
  const { routing, channels } = await round.policy();
  const channel = routing && defaultChannel(routing, channels);
  if (!channel) return undefined;
  const recipient = channelRecipient(channel.id);
  const isPerson = personOfRecipient(gone) !== undefined;
  const why = isPerson ? "whoever it was for has left" : "its channel is not connected any more";
  const because = `Default channel: ${why}`;
  return recipient === gone ? undefined : { recipient, connectionId: channel.id, because };
}

/** By somebody who reads it: a program and a comment are beside people, and stand in for nobody. */
async function isHeardElsewhere(round: Round, one: Notification): Promise<boolean> {
  const isToOwner = one.reason === "contested";
  const others = (await notificationsOf(round, one.alertId)).filter(
    ({ generation, reason, recipient, state, occasionAt }) =>
      generation === one.generation &&
      recipient !== one.recipient &&
      state !== "dropped" &&
      (reason === "contested") === isToOwner &&
      (!isToOwner || occasionAt === one.occasionAt),
  );
  return (await peopleOf(round, others)).length > 0;
}

/** The same for what was put off of a message that nobody is there to take any more. */
export async function rerouteUntaken(
  round: Round,
  { id, recipient, alerts }: Pick<Dispatch, "id" | "recipient" | "alerts">,
): Promise<void> {
  const ids = new Set(alerts.map((one) => one.alertId));
  const works = [...ids].map((alertId) => async () => {
    const all = await notificationsOf(round, alertId);
    const untaken = all.filter(({ dispatchId }) => dispatchId === id);
    const { failure } = await reroute(round, recipient, untaken);
    if (failure) throw failure.error;
  });
  await eachOf(works);
}
