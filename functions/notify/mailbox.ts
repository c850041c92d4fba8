import { HubError } from "#shared/errors.ts";
import type { Dispatch, Mailbox, RecipientId } from "#shared/model/notification.ts";
import { attemptMsMax } from "#shared/model/notification.ts";
import type { Instant } from "#shared/model/time.ts";
import { epochMsOf, instantOf } from "#shared/model/time.ts";
import type { Item, Write } from "#shared/ports/table.ts";
import { mailboxKey } from "#shared/store/alerting-keys.ts";
import type { Unversioned } from "#shared/store/documents.ts";
import { creationOf, getDocument, readDocument, replacementOf } from "#shared/store/documents.ts";
import { mailboxSpec } from "#shared/store/specs.ts";

import type { NotifyDeps } from "./deps.ts";

/** As many as may announce at once: whoever loses one round has been overtaken by another, who is done. */
const roundsMax = 100;
/** The index that tells what waits may lag behind what was announced by so much. */
const indexLagMsMax = 10_000;

type Base = Pick<NotifyDeps, "table" | "clock">;

/** What a run has announced to a recipient. */
export interface Announced {
  /** As that left it. */
  readonly mailbox: Mailbox;
  /** It is due, and whatever else waits was announced or put off so long ago that it shows. */
  readonly isAllNew: boolean;
}

interface Announcing {
  readonly dueAt: Instant;
  readonly briefAt?: Instant | undefined;
}

/**
 * Says that something is in the mailbox that is due then. Whoever holds it sees so before it lets go; and
 * what nobody looks into now is found by the clock.
 */
export async function announce(
  deps: Base,
  recipient: RecipientId,
  given: Announcing,
): Promise<Announced> {
  const { base, stored, isOurs } = await change(
    deps,
    recipient,
    (mailbox) => ({
      ...mailbox,
      dueAt: earlier(mailbox.dueAt, given.dueAt),
      announcedAt: deps.clock.now(),
      announcements: (mailbox.announcements ?? 0) + 1,
      ...(given.briefAt !== undefined && { briefAt: given.briefAt }),
    }),
    (seen, now) => isSaidBy(given, seen, now),
  );
  const saidAt = stored.announcedAt ?? stored.updatedAt;
  const isAllNew = isOurs && given.dueAt <= saidAt && !mayBeMoving(base, epochMsOf(saidAt));
  return { mailbox: stored, isAllNew };
}

/**
 * Whether somebody else has said it: announced something after this run had seen the mailbox, and so after
 * what it announces was there to be found, and has it looked into as soon. Not where that one may count on
 * having all in hand: well within the time, since clocks differ, in which nobody may.
 */
function isSaidBy(given: Announcing, seen: Mailbox, now: Mailbox): boolean {
  const { announcedAt, announcements, dueAt } = now;
  if (announcedAt === undefined || announcements === seen.announcements) return false;
  if (given.briefAt !== undefined || dueAt === undefined || dueAt > given.dueAt) return false;
  return mayBeMoving(seen, epochMsOf(announcedAt) + indexLagMsMax / 2);
}

/** The index may not show yet what was announced last. */
function mayBeUnseen({ announcedAt }: Pick<Mailbox, "announcedAt">, nowMs: number): boolean {
  return announcedAt !== undefined && nowMs < epochMsOf(announcedAt) + indexLagMsMax;
}

/** Nor what whoever held it last has put off, which nothing announces: it did so before letting go. */
function mayBeMoving({ announcedAt, updatedAt }: Mailbox, nowMs: number): boolean {
  return announcedAt !== undefined && mayBeUnseen({ announcedAt: updatedAt }, nowMs);
}

export function earlier(a: Instant | undefined, b: Instant): Instant {
  return a !== undefined && a < b ? a : b;
}

interface Changed {
  readonly base: Mailbox;
  readonly stored: Mailbox;
  /** False: another's change did as well. */
  readonly isOurs: boolean;
}

async function change(
  { table, clock }: Base,
  recipient: RecipientId,
  to: (mailbox: Mailbox) => Unversioned<Mailbox>,
  isDoneBy: (seen: Mailbox, now: Mailbox) => boolean = () => false,
): Promise<Changed> {
  let found = await getDocument(table, mailboxSpec, mailboxKey(recipient));
  for (let round = 0; round < roundsMax; round += 1) {
    const base = found ?? emptyMailbox(recipient, clock.now());
    const after = { ...to(base), updatedAt: clock.now() };
    const { next, write } = found
      ? replacementOf(mailboxSpec, found, after)
      : creation({ ...after, revision: 0 });
    const outcome = await table.write(write);
    if (outcome.applied) return { base, stored: next, isOurs: true };
    const current = outcome.current && readDocument(mailboxSpec, outcome.current);
    if (current && isDoneBy(base, current)) return { base, stored: current, isOurs: false };
    found = current;
  }
  throw new HubError("entity.conflict", "A mailbox is being changed by others");
}

function creation(mailbox: Mailbox): { readonly next: Mailbox; readonly write: Write } {
  return { next: mailbox, write: creationOf(mailboxSpec, mailbox) };
}

function emptyMailbox(recipient: RecipientId, now: Instant): Mailbox {
  return {
    type: "mailbox",
    recipient,
    sequence: 0,
    days: [],
    updatedAt: now,
    revision: 0,
  };
}

/** A mailbox that this run may pack for, until the moment that it names. */
export class HeldMailbox {
  readonly #deps: Base;
  readonly #lockedUntil: Instant;
  /** As it was last seen. */
  mailbox: Mailbox;
  /** Something was announced since the holder last looked. */
  isNews = false;
  /** The holder knows all that is in it, whatever the index shows. */
  #isAllKnown: boolean;
  /** As it stood in the way of letting go. */
  #seen: Item | undefined;

  private constructor(
    deps: Base,
    {
      mailbox,
      lockedUntil,
      isAllKnown,
    }: {
      readonly mailbox: Mailbox;
      readonly lockedUntil: Instant;
      readonly isAllKnown: boolean;
    },
  ) {
    this.#deps = deps;
    this.mailbox = mailbox;
    this.#lockedUntil = lockedUntil;
    this.#isAllKnown = isAllKnown;
  }

  /**
   * Takes it; undefined while another run has it, or there is none. `announced` is what this run has just
   * put into it, all of which it has in hand.
   */
  static async take(
    deps: Base,
    recipient: RecipientId,
    announced?: Announced,
  ): Promise<HeldMailbox | undefined> {
    const { table, clock } = deps;
    let found =
      announced?.mailbox ?? (await getDocument(table, mailboxSpec, mailboxKey(recipient)));
    for (let round = 0; round < roundsMax; round += 1) {
      // Whoever had it when this was announced has seen so before letting go, or will.
      if (!found || (found.lockedUntil ?? "") > clock.now()) return undefined;
      const lockedUntil = instantOf(clock.nowMs() + attemptMsMax);
      const wanted = { ...found, lockedUntil, updatedAt: clock.now() };
      const { write, next } = replacementOf(mailboxSpec, found, wanted);
      const isAllKnown =
        announced?.isAllNew === true && announced.mailbox.revision === found.revision;
      const outcome = await table.write(write);
      if (outcome.applied) return new HeldMailbox(deps, { mailbox: next, lockedUntil, isAllKnown });
      found = outcome.current && readDocument(mailboxSpec, outcome.current);
    }
    return undefined;
  }

  /** Reads it anew, unless a write has just `seen` it; false when it is not ours any more. */
  async renew(seen: Item | undefined = this.#seen): Promise<boolean> {
    this.#seen = undefined;
    const item = seen ?? (await this.#deps.table.get(mailboxKey(this.mailbox.recipient)));
    const found = item && readDocument(mailboxSpec, item);
    if (found?.lockedUntil !== this.#lockedUntil) return false;
    if (found.revision !== this.mailbox.revision) {
      this.isNews = true;
      this.#isAllKnown = false;
    }
    this.mailbox = found;
    return true;
  }

  /**
   * Lets go of it, to be looked into again then. False: something was announced meanwhile; it is still ours,
   * unless `renew` says otherwise.
   */
  async release(dueAt: Instant | undefined): Promise<boolean> {
    const { lockedUntil: _locked, dueAt: _due, ...rest } = this.mailbox;
    const due = this.#heedLag(dueAt);
    const wanted = {
      ...rest,
      ...(due !== undefined && { dueAt: due }),
      updatedAt: this.#deps.clock.now(),
    };
    const { write } = replacementOf(mailboxSpec, this.mailbox, wanted);
    const outcome = await this.#deps.table.write(write);
    if (!outcome.applied) this.#seen = outcome.current;
    return outcome.applied;
  }

  /** Lets go of it whatever is announced meanwhile, which is due then: nobody must take its holder for dead. */
  async letGo(dueAt: Instant): Promise<void> {
    while (!(await this.release(dueAt))) {
      if (!(await this.renew())) return;
    }
  }

  /** What was announced a moment ago may not show yet: it is looked for once more. */
  #heedLag(dueAt: Instant | undefined): Instant | undefined {
    const { announcedAt } = this.mailbox;
    if (this.#isAllKnown || announcedAt === undefined) return dueAt;
    if (!mayBeUnseen(this.mailbox, this.#deps.clock.nowMs())) return dueAt;
    return earlier(dueAt, instantOf(epochMsOf(announcedAt) + indexLagMsMax));
  }
}

/** What was never told takes nothing of the budget. */
export async function giveBack(
  deps: Base,
  { recipient, countedIn }: Pick<Dispatch, "recipient" | "countedIn">,
): Promise<void> {
  if (countedIn === undefined) return;
  await change(deps, recipient, (mailbox) => ({
    ...mailbox,
    days: mailbox.days.map((one) =>
      one.day === countedIn ? { ...one, messages: Math.max(0, one.messages - 1) } : one,
    ),
  }));
}
