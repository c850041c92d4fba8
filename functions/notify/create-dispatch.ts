import { fittingReport } from "#shared/kit/reports/fitting-report.ts";
import type { Due, PlannedDispatch } from "#shared/kit/routing/pack-due.ts";
import { dayOf } from "#shared/kit/routing/working-time.ts";
import type {
  Dispatch,
  DispatchId,
  Mailbox,
  Notification,
  RecipientId,
  SentGroup,
} from "#shared/model/notification.ts";
import { attemptMsMax, dispatchAlertsMax } from "#shared/model/notification.ts";
import { instantOf } from "#shared/model/time.ts";
import type { TransactOutcome, Write } from "#shared/ports/table.ts";
import { dispatchKey } from "#shared/store/alerting-keys.ts";
import { creationOf, getDocument, replacementOf } from "#shared/store/documents.ts";
import { dispatchSpec, mailboxSpec, notificationSpec, sentGroupSpec } from "#shared/store/specs.ts";

import type { Addressee } from "./addressee.ts";
import type { BriefPart } from "./brief.ts";
import type { HeldMailbox } from "./mailbox.ts";
import { changeDueAt } from "./mark-changed.ts";
import type { Opened } from "./open-channel.ts";
import { openChannel } from "./open-channel.ts";
import type { Round } from "./round.ts";
import { withSent } from "./sent-lately.ts";
import { isFirstTelling } from "./tell.ts";

/** A transaction holds a hundred writes; some are of the dispatch itself. */
const notificationsAtOnce = 96;
const triesMax = 6;

export type Made =
  | {
      readonly kind: "made";
      readonly dispatch: Dispatch;
      readonly opened: Opened;
      readonly addressee: Addressee;
    }
  | { readonly kind: "added"; readonly id: DispatchId }
  /** Nothing was left to tell. */
  | { readonly kind: "none" }
  /** The mailbox is another run's by now. */
  | { readonly kind: "lost" };

export function dispatchIdOf(recipient: RecipientId, sequence: number): DispatchId {
  return `dispatch:${recipient}#${sequence}` as DispatchId;
}

interface Making {
  readonly addressee: Addressee;
  readonly planned: PlannedDispatch & { readonly brief: BriefPart | undefined };
}

/**
 * Makes a dispatch of what was planned, in one transaction with the mailbox's count and all that it tells of:
 * a process that dies leaves either nothing or a dispatch that is on record as being attempted.
 */
export async function createDispatch(
  round: Round,
  held: HeldMailbox,
  { addressee, planned }: Making,
): Promise<Made> {
  const { addTo } = planned;
  // Settings are read before the claim, so that their failures leave no doubt behind.
  const opened = await openChannel(round, addressee.channel);
  let due = planned.due;
  for (let turn = 0; turn < triesMax; turn += 1) {
    if (due.length === 0 && !planned.brief) return { kind: "none" };
    const now = { ...planned, due };
    const step = addTo
      ? await addingTo(round, addTo, now)
      : making(round, held, { addressee, planned: now, opened });
    if (!step) return { kind: "none" };
    const first = due.slice(0, notificationsAtOnce);
    const packed = first.map(({ notification }) => packedAs(round, notification, step.dispatch.id));
    const outcome = await round.deps.table.transact([...step.writes, ...packed]);
    if (outcome.applied) {
      if (step.mailbox) held.mailbox = step.mailbox;
      await packRest(round, due.slice(notificationsAtOnce), step.dispatch.id);
      if (addTo) return { kind: "added", id: addTo };
      return { kind: "made", dispatch: step.dispatch, opened, addressee };
    }
    // Somebody announced something, or what was to be told was dropped meanwhile.
    const seen = step.mailbox && outcome.failed.find(({ index }) => index === 0)?.current;
    if (!(await held.renew(seen))) return { kind: "lost" };
    due = withoutFailed(due, outcome, step.writes.length);
  }
  return { kind: "none" };
}

function withoutFailed(
  due: readonly Due[],
  outcome: Extract<TransactOutcome, { applied: false }>,
  before: number,
): readonly Due[] {
  const failed = new Set(outcome.failed.map(({ index }) => index - before));
  return due.filter((_one, at) => !failed.has(at));
}

interface Step {
  readonly dispatch: Dispatch;
  readonly mailbox?: Mailbox;
  readonly writes: readonly Write[];
}

function making(
  round: Round,
  held: HeldMailbox,
  { addressee, planned, opened }: Making & { readonly opened: Opened },
): Step {
  const { recipient, sequence } = held.mailbox;
  const id = dispatchIdOf(recipient, sequence + 1);
  const mailbox = replacementOf(
    mailboxSpec,
    held.mailbox,
    counted(round, held.mailbox, { addressee, planned }),
  );
  const dispatch = dispatchOf(round, id, { addressee, planned, opened });
  return {
    dispatch,
    mailbox: mailbox.next,
    writes: [
      mailbox.write,
      creationOf(dispatchSpec, dispatch),
      ...groupWrite(round, dispatch, planned),
    ],
  };
}

/** What comes of this group within a day is added to it, where the channel can do that. */
function groupWrite(
  round: Round,
  { id, recipient, groupKey }: Dispatch,
  { due, kind }: PlannedDispatch,
): readonly Write[] {
  const isFirst = due.every(({ notification }) => isFirstTelling(notification.reason));
  if (groupKey === undefined || kind === "digest" || !isFirst) return [];
  const group: SentGroup = {
    type: "sent-group",
    recipient,
    groupKey,
    dispatchId: id,
    sentAt: round.now,
    revision: 0,
  };
  // In place of what was sent of it before.
  return [{ ...creationOf(sentGroupSpec, group), condition: [] }];
}

function counted(round: Round, mailbox: Mailbox, { addressee, planned }: Making): Mailbox {
  const now = round.now;
  const { briefAt: _brief, ...rest } = mailbox;
  const { brief } = planned;
  const base: Mailbox = {
    ...(brief ? rest : mailbox),
    ...(brief && {
      lastBriefAt: now,
      ...(brief.nextAt !== undefined && { briefAt: brief.nextAt }),
    }),
    ...(planned.kind === "digest" && { lastDigestAt: now }),
    sequence: mailbox.sequence + 1,
    updatedAt: now,
  };
  if (!planned.takesBudget) return base;
  const { calendar } = addressee;
  return { ...base, days: withSent(mailbox, { calendar, now, isBaseline: planned.isBaseline }) };
}

function dispatchOf(
  round: Round,
  id: DispatchId,
  { addressee, planned, opened }: Making & { readonly opened: Opened },
): Dispatch {
  const now = round.now;
  const { due, groupKey, takesBudget } = planned;
  const isOpen = opened.kind === "opened";
  const outcome = isOpen ? "attempting" : "deferred";
  const detail = isOpen ? {} : { detail: opened.why.slice(0, 300) };
  return {
    type: "dispatch",
    id,
    recipient: addressee.recipient,
    connectionId: addressee.connectionId ?? opened.connectionId,
    ...wordsOf(planned),
    ...(groupKey !== undefined && { groupKey }),
    alerts: due.slice(0, dispatchAlertsMax).map(({ notification }) => toldOf(notification)),
    alertCount: due.length,
    outcome,
    // Whoever began so long ago will not answer for it any more; what could not begin is tried again.
    dueAt: instantOf(round.deps.clock.nowMs() + attemptMsMax),
    ...(takesBudget && { countedIn: dayOf(addressee.calendar, now) }),
    attemptCount: 1,
    attempts: [{ at: now, verb: "show", outcome, ...detail }],
    createdAt: now,
    updatedAt: now,
    revision: 0,
  };
}

/** What it is called, and why it is for its recipient. */
function wordsOf({
  kind,
  due,
  brief,
}: Making["planned"]): Pick<Dispatch, "kind" | "because" | "title" | "report"> {
  if (brief) {
    const report = fittingReport(brief.report);
    const title = brief.report.title.slice(0, 400);
    return { kind: "brief", because: brief.because, title, report };
  }
  const [first] = due;
  const title = first?.alert?.title ?? "Digest";
  return { kind, because: first?.notification.because ?? "", title: title.slice(0, 400) };
}

function toldOf({ alertId, generation, reason }: Notification): Dispatch["alerts"][number] {
  return { alertId, generation, reason };
}

async function addingTo(
  round: Round,
  id: DispatchId,
  { due }: PlannedDispatch,
): Promise<Step | undefined> {
  const shown = await getDocument(round.deps.table, dispatchSpec, dispatchKey(id));
  if (!shown) return undefined;
  const known = new Set(shown.alerts.map(({ alertId }) => alertId));
  const added = due.map(({ notification }) => toldOf(notification));
  const others = shown.alerts.filter((one) =>
    added.every(({ alertId }) => alertId !== one.alertId),
  );
  const { write, next } = replacementOf(dispatchSpec, shown, {
    ...shown,
    kind: "group",
    alerts: [...others, ...added].slice(0, dispatchAlertsMax),
    alertCount: shown.alertCount + added.filter(({ alertId }) => !known.has(alertId)).length,
    isChanged: true,
    dueAt: changeDueAt(shown, round.now),
    updatedAt: round.now,
  });
  return { dispatch: next, writes: [write] };
}

function packedAs(round: Round, one: Notification, dispatchId: DispatchId): Write {
  return replacementOf(notificationSpec, one, {
    ...one,
    state: "packed",
    dispatchId,
    updatedAt: round.now,
  }).write;
}

/** The rest of a report that tells of very many. */
async function packRest(round: Round, due: readonly Due[], id: DispatchId): Promise<void> {
  for (let at = 0; at < due.length; at += notificationsAtOnce) {
    const some = due.slice(at, at + notificationsAtOnce);
    await Promise.all(
      some.map(({ notification }) => round.deps.table.write(packedAs(round, notification, id))),
    );
  }
}
