import type { MessageTarget } from "#shared/kit/notifier.ts";
import type { KnownChannel } from "#shared/kit/routing/channels-of.ts";
import { isOfItems } from "#shared/kit/routing/channels-of.ts";
import { hasLeft } from "#shared/kit/routing/ladder.ts";
import { channelForPeople } from "#shared/kit/routing/route-alert.ts";
import type { Calendar } from "#shared/kit/routing/working-time.ts";
import { calendarOf, dayOf, nextDisturbable } from "#shared/kit/routing/working-time.ts";
import type { Person } from "#shared/model/facts.ts";
import type { ConnectionId } from "#shared/model/ids.ts";
import { ConnectionId as ConnectionIdSchema } from "#shared/model/ids.ts";
import type { RecipientId } from "#shared/model/notification.ts";
import { personOfRecipient } from "#shared/model/notification.ts";
import type { Severity } from "#shared/model/signal.ts";
import type { Instant } from "#shared/model/time.ts";

import type { Round } from "./round.ts";

/** A recipient as they can be reached now. */
export interface Addressee {
  readonly recipient: RecipientId;
  readonly person: Person | undefined;
  /** Absent: not connected, or at rest. */
  readonly channel: KnownChannel | undefined;
  readonly connectionId: ConnectionId | undefined;
  readonly target: MessageTarget | undefined;
  readonly calendar: Calendar;
  readonly isSystem: boolean;
  /** A program listens, or an item shows it: each alert by itself. */
  readonly isEach: boolean;
  /** Whether the connection is gone for good; of a person, whether they have left or have no address. */
  readonly isGone: boolean;
}

export async function addresseeOf(round: Round, recipient: RecipientId): Promise<Addressee> {
  const { routing, times, channels, connections } = await round.policy();
  const personId = personOfRecipient(recipient);
  if (personId === undefined) {
    const connectionId = ConnectionIdSchema.parse(recipient.slice("channel:".length));
    const channel = channels.find(({ id }) => id === connectionId);
    return {
      recipient,
      person: undefined,
      channel,
      connectionId,
      target: { kind: "channel" },
      calendar: calendarOf(times),
      isSystem: channel?.traits.isSystem === true,
      isEach: channel !== undefined && (channel.traits.isSystem === true || isOfItems(channel)),
      isGone: connections.every(
        ({ id, status }) =>
          id !== connectionId ||
          status === "removing" ||
          // It works, and tells nobody any more: that was switched off.
          (status === "active" && !channel),
      ),
    };
  }
  const person = (await round.org()).person(personId);
  const through = channelForPeople(routing, channels);
  const channel = channels.find(({ id }) => id === through?.id);
  const calendar = calendarOf(times, person);
  return {
    recipient,
    person,
    channel,
    connectionId: channel?.id,
    target:
      person?.workEmail === undefined
        ? undefined
        : { kind: "person", name: person.name, workEmail: person.workEmail },
    calendar,
    isSystem: false,
    isEach: false,
    // Their address may go on taking mail.
    isGone: person?.workEmail === undefined || hasLeft(person, dayOf(calendar, round.now)),
  };
}

/** Whether something can be sent to them now. */
export function isReached({ channel, target, isGone }: Addressee): boolean {
  return channel !== undefined && target !== undefined && !isGone;
}

/**
 * The first moment from `at` on at which the recipient may be told: programs, and whoever has no routing yet,
 * at once; a channel in quiet hours of what is critical; a person never.
 */
export async function freeAt(
  round: Round,
  { person, calendar, isSystem, recipient }: Addressee,
  given: { readonly severity: Severity; readonly at: Instant },
): Promise<Instant> {
  const { routing } = await round.policy();
  const isPerson = person !== undefined || personOfRecipient(recipient) !== undefined;
  if (!routing || isSystem || (!isPerson && given.severity === "critical")) return given.at;
  return nextDisturbable(calendar, given.at);
}
