import { eachOf } from "#shared/each-of.ts";
import { packDue } from "#shared/kit/routing/pack-due.ts";
import type {
  Due,
  Packing as PackingRules,
  PlannedDispatch,
} from "#shared/kit/routing/pack-due.ts";
import { nextDigestAt } from "#shared/kit/routing/working-time.ts";
import type { Notification, RecipientId } from "#shared/model/notification.ts";
import { personOfRecipient } from "#shared/model/notification.ts";
import type { Routing } from "#shared/model/routing.ts";
import type { Instant } from "#shared/model/time.ts";
import { hourMs, instantOf, minuteMs } from "#shared/model/time.ts";
import { replaceDocument } from "#shared/store/documents.ts";
import { notificationSpec } from "#shared/store/specs.ts";

import type { Addressee } from "./addressee.ts";
import { addresseeOf, freeAt, isReached } from "./addressee.ts";
import type { BriefPart } from "./brief.ts";
import { briefFor } from "./brief.ts";
import { createDispatch, dispatchIdOf } from "./create-dispatch.ts";
import { findDispatch } from "./find-dispatch.ts";
import type { Announced } from "./mailbox.ts";
import { earlier, HeldMailbox } from "./mailbox.ts";
import { reroute } from "./reroute.ts";
import type { Round } from "./round.ts";
import { sentLately } from "./sent-lately.ts";
import { showFirst } from "./show.ts";
import { shownGroups } from "./shown-groups.ts";
import { readWaiting } from "./waiting.ts";
import { workDispatch } from "./work-dispatch.ts";

/** So many looks a run takes at one mailbox in any case; more as long as something new comes, and it has time. */
const looksMin = 5;
const looksMax = 100;
/** Of the function's thirty seconds; the clock's call may have used eighteen. */
const lookingMsMax = 10_000;
/** How long what is for a channel at rest is left alone. */
const restMs = hourMs;
const atOnce = 25;

/**
 * Packs what is due for one recipient, and sends it. One run at a time: whoever finds the mailbox taken
 * leaves, and whoever has it looks again before letting go. `fresh` is what was put into it just now.
 */
export async function packFor(
  round: Round,
  recipient: RecipientId,
  fresh: readonly Notification[] = [],
): Promise<void> {
  const held = await HeldMailbox.take(round.deps, recipient, announcedOf(round, recipient, fresh));
  if (!held) return;
  for (let look = 0; look < looksMin || mayGoOn(round, look); look += 1) {
    held.isNews = false;
    const dueAt = await packOnce(round, held, look === 0 ? fresh : []);
    if (!held.isNews && (await held.release(dueAt))) return;
    if (!(await held.renew())) return;
  }
  // Found by whoever comes next, the clock at the latest.
  await held.letGo(round.now);
}

function mayGoOn({ beganMs, deps }: Round, looks: number): boolean {
  return looks < looksMax && deps.clock.nowMs() - beganMs < lookingMsMax;
}

/** Once, since what is in the mailbox is packed then. */
function announcedOf(
  { announced }: Round,
  recipient: RecipientId,
  fresh: readonly Notification[],
): Announced | undefined {
  const found = announced.get(recipient);
  announced.delete(recipient);
  if (!found || fresh.length === 0) return undefined;
  // Of several, an earlier one may not show yet.
  return { ...found, isAllNew: found.isAllNew && fresh.length === 1 };
}

/** Gives when the mailbox is to be looked into next. */
async function packOnce(
  round: Round,
  held: HeldMailbox,
  fresh: readonly Notification[],
): Promise<Instant | undefined> {
  const { recipient } = held.mailbox;
  const addressee = await addresseeOf(round, recipient);
  const blockedUntil = await blockedBy(round, held);
  if (blockedUntil !== undefined) return blockedUntil;
  const waiting = await readWaiting(round, recipient, fresh);
  const restsUntil = await restOf(round, held, { addressee, waiting: waiting.due });
  if (restsUntil !== undefined) return earlier(waiting.nextDueAt, restsUntil);
  const packed = await plan(round, held, { addressee, waiting: waiting.due });
  for (let at = 0; at < packed.dropped.length; at += atOnce) {
    const some = packed.dropped.slice(at, at + atOnce);
    await Promise.all(some.map(({ notification, because }) => drop(round, notification, because)));
  }
  const brief = await briefFor(round, held, addressee);
  const next = await sendAll(round, held, { addressee, planned: packed.dispatches, brief });
  if (next !== undefined) return next;
  await postpone(round, packed.postponed, packed.nextDigestAt);
  return soonest(
    waiting.nextDueAt,
    packed.freeAt,
    packed.postponed.length > 0 ? packed.nextDigestAt : undefined,
    held.mailbox.briefAt,
  );
}

function soonest(...all: readonly (Instant | undefined)[]): Instant | undefined {
  return all.filter((one) => one !== undefined).toSorted()[0];
}

/** While the channel has not taken the last message, no more is packed: what waits may be over by then. */
async function blockedBy(round: Round, held: HeldMailbox): Promise<Instant | undefined> {
  const { recipient, sequence } = held.mailbox;
  if (sequence === 0) return undefined;
  const last = await findDispatch(round, dispatchIdOf(recipient, sequence));
  if (last?.outcome !== "deferred" && last?.outcome !== "attempting") return undefined;
  const soon = instantOf(round.deps.clock.nowMs() + minuteMs);
  return last.dueAt !== undefined && last.dueAt > soon ? last.dueAt : soon;
}

/** Whoever cannot be reached for now keeps what is theirs; whoever is gone for good does not. */
async function restOf(
  round: Round,
  { mailbox: { briefAt } }: HeldMailbox,
  { addressee, waiting: due }: Packing,
): Promise<Instant | undefined> {
  if (isReached(addressee)) return undefined;
  if (!addressee.isGone) {
    const isWaiting = due.length > 0 || (briefAt !== undefined && briefAt <= round.now);
    return isWaiting ? instantOf(round.deps.clock.nowMs() + restMs) : undefined;
  }
  const isPerson = personOfRecipient(addressee.recipient) !== undefined;
  const because = isPerson ? "this person has left" : "the channel is not connected any more";
  const leave = async (some: readonly Notification[]): Promise<void> => {
    const { done, failure } = await reroute(round, addressee.recipient, some);
    await Promise.all(done.map((one) => drop(round, one, because)));
    if (failure) throw failure.error;
  };
  // A few at a time, so that a run that is cut off has come further.
  const starts = Array.from({ length: Math.ceil(due.length / atOnce) }, (_, n) => n * atOnce);
  await eachOf(starts.map((at) => () => leave(due.slice(at, at + atOnce))));
  return undefined;
}

interface Packing {
  readonly addressee: Addressee;
  readonly waiting: readonly Notification[];
}

async function plan(round: Round, held: HeldMailbox, { addressee, waiting }: Packing) {
  const now = round.now;
  const { routing } = await round.policy();
  const digestAt = nextDigestAt(addressee.calendar, now);
  if (!isReached(addressee)) {
    return {
      dropped: [],
      postponed: [],
      dispatches: [],
      nextDigestAt: digestAt,
      freeAt: undefined,
    };
  }
  const { due, nextFreeAt } = await tellable(round, addressee, waiting);
  const alerts = await round.alerts(due.map(({ alertId }) => alertId));
  const all: Due[] = due.map((notification) => ({
    notification,
    alert: alerts.get(notification.alertId),
  }));
  const shown = await shownGroups(round, addressee, all);
  const lately = sentLately(held.mailbox, addressee.calendar, now);
  const packed = packDue(all, {
    now,
    isEach: addressee.isEach,
    ...leftOf(routing, addressee, lately),
    nextDigestAt: digestAt,
    shownOf: (groupKey) => shown.get(groupKey),
  });
  return { ...packed, nextDigestAt: digestAt, freeAt: nextFreeAt };
}

/** What is left of the week's budget; before anybody has set one, there is none. */
function leftOf(
  routing: Routing | undefined,
  { recipient }: Addressee,
  lately: ReturnType<typeof sentLately>,
): Pick<PackingRules, "budgetLeft" | "baselineLeft"> {
  if (!routing) return { budgetLeft: undefined, baselineLeft: Infinity };
  const isPerson = personOfRecipient(recipient) !== undefined;
  const budget = isPerson ? routing.weeklyBudgetOfPerson : routing.weeklyBudgetOfChannel;
  return {
    budgetLeft: budget === undefined ? undefined : budget - lately.messages,
    baselineLeft: routing.baselineAlertsMax - lately.baseline,
  };
}

/** What may be told now; it was due before, and its channel could not be asked then. */
async function tellable(
  round: Round,
  addressee: Addressee,
  waiting: readonly Notification[],
): Promise<{ readonly due: readonly Notification[]; readonly nextFreeAt: Instant | undefined }> {
  const now = round.now;
  const due: Notification[] = [];
  let nextFreeAt: Instant | undefined;
  for (const one of waiting) {
    const { mode, severity } = one;
    const at = mode === "digest" ? now : await freeAt(round, addressee, { severity, at: now });
    if (at > now) nextFreeAt = earlier(nextFreeAt, at);
    else due.push(one);
  }
  return { due, nextFreeAt };
}

interface Sending {
  readonly addressee: Addressee;
  readonly planned: readonly PlannedDispatch[];
  readonly brief: BriefPart | undefined;
}

/** Sends one after the other; a channel that has not taken one is asked for no more. Gives when it will be. */
async function sendAll(
  round: Round,
  held: HeldMailbox,
  { addressee, planned, brief }: Sending,
): Promise<Instant | undefined> {
  const digest = planned.find(({ kind }) => kind === "digest");
  const others = planned.filter(({ kind }) => kind !== "digest");
  const reports = digest || brief ? [{ ...(digest ?? emptyDigest), brief }] : [];
  for (const one of [...others.map((other) => ({ ...other, brief: undefined })), ...reports]) {
    const made = await createDispatch(round, held, { addressee, planned: one });
    if (made.kind === "lost") return round.now;
    if (made.kind === "none") continue;
    if (made.kind === "added") {
      await workDispatch(round, made.id);
      continue;
    }
    const sent = await showFirst(round, made);
    if (sent?.outcome === "deferred") return sent.dueAt ?? nextMinute(round);
  }
  return undefined;
}

function nextMinute(round: Round): Instant {
  return instantOf(round.deps.clock.nowMs() + minuteMs);
}

const emptyDigest: PlannedDispatch = {
  kind: "digest",
  groupKey: undefined,
  due: [],
  addTo: undefined,
  takesBudget: false,
  isBaseline: false,
};

async function drop(round: Round, one: Notification, because: string): Promise<void> {
  await replaceDocument(round.deps.table, notificationSpec, one, {
    ...one,
    state: "dropped",
    droppedBecause: because.slice(0, 200),
    updatedAt: round.now,
  });
}

async function postpone(round: Round, all: readonly Notification[], dueAt: Instant): Promise<void> {
  for (let at = 0; at < all.length; at += atOnce) {
    await Promise.all(
      all.slice(at, at + atOnce).map((one) =>
        replaceDocument(round.deps.table, notificationSpec, one, {
          ...one,
          mode: "digest",
          dueAt,
          updatedAt: round.now,
        }),
      ),
    );
  }
}
