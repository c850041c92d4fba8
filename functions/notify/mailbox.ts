import { HubError } from "#shared/errors.ts";
import type { Dispatch, Mailbox, RecipientId } from "#shared/model/notification.ts";
import { attemptMsMax } from "#shared/model/notification.ts";
import type { Instant } from "#shared/model/time.ts";
import { epochMsOf, instantOf } from "#shared/model/time.ts";
import { mailboxKey } from "#shared/store/alerting-keys.ts";
import type { Unversioned } from "#shared/store/documents.ts";
import { createDocument, getDocument, replaceDocument } from "#shared/store/documents.ts";
import { mailboxSpec } from "#shared/store/specs.ts";

import type { NotifyDeps } from "./deps.ts";

const roundsMax = 10;
/** The index that tells what waits may lag behind what was announced by so much. */
const indexLagMsMax = 10_000;

type Base = Pick<NotifyDeps, "table" | "clock">;

/**
 * Says that something is in the mailbox that is due then. Whoever holds it sees so before it lets go; and
 * what nobody looks into now is found by the clock.
 */
export async function announce(
  deps: Base,
  recipient: RecipientId,
  given: { readonly dueAt: Instant; readonly briefAt?: Instant | undefined },
): Promise<void> {
  await change(deps, recipient, (mailbox) => ({
    ...mailbox,
    dueAt: earlier(mailbox.dueAt, given.dueAt),
    announcedAt: deps.clock.now(),
    ...(given.briefAt !== undefined && { briefAt: given.briefAt }),
  }));
}

export function earlier(a: Instant | undefined, b: Instant): Instant {
  return a !== undefined && a < b ? a : b;
}

async function change(
  deps: Base,
  recipient: RecipientId,
  to: (mailbox: Mailbox) => Unversioned<Mailbox>,
): Promise<void> {
  const { table, clock } = deps;
  for (let round = 0; round < roundsMax; round += 1) {
    const current = await getDocument(table, mailboxSpec, mailboxKey(recipient));
    const base = current ?? emptyMailbox(recipient, clock.now());
    const next = { ...to(base), updatedAt: clock.now() };
    const isDone = current
      ? (await replaceDocument(table, mailboxSpec, current, next)) !== undefined
      : await createDocument(table, mailboxSpec, { ...next, revision: 0 });
    if (isDone) return;
  }
  throw new HubError("entity.conflict", "A mailbox is being changed by others");
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

  private constructor(deps: Base, mailbox: Mailbox, lockedUntil: Instant) {
    this.#deps = deps;
    this.mailbox = mailbox;
    this.#lockedUntil = lockedUntil;
  }

  /** Takes it; undefined while another run has it, or there is none. */
  static async take(deps: Base, recipient: RecipientId): Promise<HeldMailbox | undefined> {
    const { table, clock } = deps;
    for (let round = 0; round < roundsMax; round += 1) {
      const found = await getDocument(table, mailboxSpec, mailboxKey(recipient));
      if (!found || (found.lockedUntil ?? "") > clock.now()) return undefined;
      const lockedUntil = instantOf(clock.nowMs() + attemptMsMax);
      const wanted = { ...found, lockedUntil, updatedAt: clock.now() };
      const taken = await replaceDocument(table, mailboxSpec, found, wanted);
      if (taken) return new HeldMailbox(deps, taken, lockedUntil);
    }
    return undefined;
  }

  /** Reads it anew; false when it is not ours any more. */
  async renew(): Promise<boolean> {
    const { recipient } = this.mailbox;
    const found = await getDocument(this.#deps.table, mailboxSpec, mailboxKey(recipient));
    if (found?.lockedUntil !== this.#lockedUntil) return false;
    if (found.revision !== this.mailbox.revision) this.isNews = true;
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

  /** What was announced a moment ago may not show yet: it is looked for once more. */
  #heedLag(dueAt: Instant | undefined): Instant | undefined {
    const { announcedAt } = this.mailbox;
    if (announcedAt === undefined) return dueAt;
    const seenMs = epochMsOf(announcedAt) + indexLagMsMax;
    return this.#deps.clock.nowMs() < seenMs ? earlier(dueAt, instantOf(seenMs)) : dueAt;
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
