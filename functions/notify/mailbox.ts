import { HubError } from "#shared/errors.ts";
import type { Dispatch, Mailbox, RecipientId } from "#shared/model/notification.ts";
import { attemptMsMax } from "#shared/model/notification.ts";
import type { Instant } from "#shared/model/time.ts";
import { epochMsOf, instantOf } from "#shared/model/time.ts";
import type { Table } from "#shared/ports/table.ts";
import { mailboxKey } from "#shared/store/alerting-keys.ts";
import type { Unversioned } from "#shared/store/documents.ts";
import { createDocument, getDocument, replaceDocument } from "#shared/store/documents.ts";
import { mailboxSpec } from "#shared/store/specs.ts";

import type { NotifyDeps } from "./deps.ts";

/** As many as may announce at once: whoever loses one round has been overtaken by another, who is done. */
const roundsMax = 100;
/** The index that tells what waits may lag behind what was announced by so much. */
const indexLagMsMax = 10_000;

type Base = Pick<NotifyDeps, "table" | "clock">;

/** What a run has announced to a recipient. */
export interface Announced {
  /** Of the mailbox, as that left it. */
  readonly revision: number;
  readonly count: number;
  /** All of it is due, and whatever else waits was announced or put off so long ago that it shows. */
  readonly isAllNew: boolean;
}

/**
 * Says that something is in the mailbox that is due then. Whoever holds it sees so before it lets go; and
 * what nobody looks into now is found by the clock. `before` is what the run announced to it already.
 */
export async function announce(
  deps: Base,
  recipient: RecipientId,
  given: { readonly dueAt: Instant; readonly briefAt?: Instant | undefined },
  before?: Announced,
): Promise<Announced> {
  const now = deps.clock.now();
  const { base, stored } = await change(deps, recipient, (mailbox) => ({
    ...mailbox,
    dueAt: earlier(mailbox.dueAt, given.dueAt),
    announcedAt: now,
    ...(given.briefAt !== undefined && { briefAt: given.briefAt }),
  }));
  const goesOn = before !== undefined && before.revision === base.revision;
  const wasAllNew = goesOn ? before.isAllNew : !mayBeMoving(base, deps.clock.nowMs());
  return {
    revision: stored.revision,
    count: (before?.count ?? 0) + 1,
    isAllNew: wasAllNew && given.dueAt <= now,
  };
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

async function change(
  deps: Base,
  recipient: RecipientId,
  to: (mailbox: Mailbox) => Unversioned<Mailbox>,
): Promise<{ readonly base: Mailbox; readonly stored: Mailbox }> {
  const { table, clock } = deps;
  for (let round = 0; round < roundsMax; round += 1) {
    const current = await getDocument(table, mailboxSpec, mailboxKey(recipient));
    const base = current ?? emptyMailbox(recipient, clock.now());
    const next = { ...to(base), updatedAt: clock.now() };
    const stored = current
      ? await replaceDocument(table, mailboxSpec, current, next)
      : await created(table, { ...next, revision: 0 });
    if (stored) return { base, stored };
  }
  throw new HubError("entity.conflict", "A mailbox is being changed by others");
}

async function created(table: Table, mailbox: Mailbox): Promise<Mailbox | undefined> {
  return (await createDocument(table, mailboxSpec, mailbox)) ? mailbox : undefined;
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
    for (let round = 0; round < roundsMax; round += 1) {
      const found = await getDocument(table, mailboxSpec, mailboxKey(recipient));
      if (!found || (found.lockedUntil ?? "") > clock.now()) return undefined;
      const lockedUntil = instantOf(clock.nowMs() + attemptMsMax);
      const wanted = { ...found, lockedUntil, updatedAt: clock.now() };
      const taken = await replaceDocument(table, mailboxSpec, found, wanted);
      const isAllKnown = announced?.isAllNew === true && announced.revision === found.revision;
      if (taken) return new HeldMailbox(deps, { mailbox: taken, lockedUntil, isAllKnown });
    }
    return undefined;
  }

  /** Reads it anew; false when it is not ours any more. */
  async renew(): Promise<boolean> {
    const { recipient } = this.mailbox;
    const found = await getDocument(this.#deps.table, mailboxSpec, mailboxKey(recipient));
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
    const { table } = this.#deps;
    return (await replaceDocument(table, mailboxSpec, this.mailbox, wanted)) !== undefined;
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
