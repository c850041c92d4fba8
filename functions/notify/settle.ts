import { createHash } from "node:crypto";

import { HubError } from "#shared/errors.ts";
import type { SendOutcome } from "#shared/kit/notifier.ts";
import type { Dispatch } from "#shared/model/notification.ts";
import { attemptMsMax, dispatchAttemptsMax } from "#shared/model/notification.ts";
import type { Instant } from "#shared/model/time.ts";
import { dayMs, epochMsOf, hourMs, instantOf } from "#shared/model/time.ts";
import { dispatchKey } from "#shared/store/alerting-keys.ts";
import { getDocument, replaceDocument } from "#shared/store/documents.ts";
import { dispatchSpec } from "#shared/store/specs.ts";

import type { Round } from "./round.ts";

const lostAnswer =
  "The answer was lost: it may have been shown, and is not sent again, since this channel would show it twice";
/** After so long nobody needs it any more, and what it tells of stands on its page. */
export const keptTryingMs = 3 * dayMs;
const firstWaitMs = 30_000;
const longestWaitMs = hourMs;
const roundsMax = 10;

/** How an attempt ended, and what is known of the message that was shown. */
export interface Ended {
  readonly outcome: SendOutcome;
  readonly dropsRepeats: boolean;
  readonly changes?: Partial<Pick<Dispatch, "alerts" | "alertCount" | "shown">> | undefined;
}

/** Records how the attempt ended that this run had claimed. Undefined: it is another's by now. */
export async function settle(
  round: Round,
  claimed: Dispatch,
  ended: Ended,
): Promise<Dispatch | undefined> {
  const { table, logger } = round.deps;
  for (let turn = 0; turn < roundsMax; turn += 1) {
    const current =
      turn === 0 ? claimed : await getDocument(table, dispatchSpec, dispatchKey(claimed.id));
    // An alert in it may have changed since, which leaves a mark; the attempt is ours all the same.
    const isOurs =
      current?.outcome === "attempting" && current.attemptCount === claimed.attemptCount;
    if (!isOurs) return undefined;
    const next = settled(round, current, ended);
    const stored = await replaceDocument(table, dispatchSpec, current, next);
    if (!stored) continue;
    const { id, connectionId, outcome, attemptCount } = stored;
    const line = { dispatchId: loggedId(id), connectionId, outcome, attempts: attemptCount };
    if (outcome === "uncertain") logger.warn("notify.uncertain", line);
    else logger.info("notify.attempted", line);
    return stored;
  }
  throw new HubError("entity.conflict", "A dispatch is being changed by others");
}

/** Ids of people may hold their addresses: a digest stands for whom it is about. */
export function loggedId(id: string): string {
  return id.startsWith("dispatch:person:")
    ? `dispatch:person:(${createHash("sha256").update(id).digest("hex").slice(0, 12)})`
    : id;
}

function settled(round: Round, current: Dispatch, { changes, ...ended }: Ended): Dispatch {
  const { dueAt: _due, ...rest } = current;
  const base: Dispatch = { ...rest, ...changes, updatedAt: round.now };
  const { outcome, detail, dueAt } = wordsOf(round, current, ended);
  const receipt = ended.outcome.outcome === "sent" ? ended.outcome.receipt : undefined;
  // What changed while it was being shown is looked at right away.
  const due =
    dueAt ?? (current.isChanged === true && outcome !== "refused" ? round.now : undefined);
  return {
    ...base,
    outcome,
    ...(receipt !== undefined && { receipt: receipt.slice(0, 1000) }),
    ...(due !== undefined && { dueAt: due }),
    attempts: withOutcome(current.attempts, { outcome, detail }),
  };
}

function withOutcome(
  attempts: Dispatch["attempts"],
  {
    outcome,
    detail,
  }: { readonly outcome: Dispatch["outcome"]; readonly detail: string | undefined },
): Dispatch["attempts"] {
  const last = attempts.at(-1);
  if (!last) return attempts;
  const ended = { ...last, outcome, ...(detail !== undefined && { detail: detail.slice(0, 300) }) };
  return [...attempts.slice(0, -1), ended].slice(-dispatchAttemptsMax);
}

interface Words {
  readonly outcome: Dispatch["outcome"];
  readonly detail?: string | undefined;
  readonly dueAt?: Instant;
}

function wordsOf(
  round: Round,
  current: Dispatch,
  { outcome, dropsRepeats }: Pick<Ended, "outcome" | "dropsRepeats">,
): Words {
  switch (outcome.outcome) {
    case "sent":
      return { outcome: "sent" };
    case "refused":
      return { outcome: "refused", detail: outcome.reason };
    case "uncertain":
      if (!dropsRepeats)
        return { outcome: "uncertain", detail: `${outcome.reason}. ${lostAnswer}` };
      return again(round, current, { afterMs: attemptMsMax, reason: outcome.reason });
    case "retry":
      return again(round, current, outcome);
  }
}

function again(
  round: Round,
  current: Dispatch,
  { afterMs, reason }: { readonly afterMs: number; readonly reason: string },
): Words {
  const dueAt = nextTryAt(round, current, afterMs);
  if (epochMsOf(dueAt) - epochMsOf(current.createdAt) > keptTryingMs) {
    return { outcome: "refused", detail: `Not taken for three days: ${reason}` };
  }
  return { outcome: "deferred", detail: reason, dueAt };
}

/** Twice as long each time, up to an hour, never sooner than the channel asks; spread, so that not all come at once. */
export function nextTryAt(
  round: Round,
  { id, attemptCount }: Pick<Dispatch, "id" | "attemptCount">,
  afterMs = 0,
): Instant {
  const doubledMs = Math.min(firstWaitMs * 2 ** Math.min(attemptCount - 1, 10), longestWaitMs);
  const bytes = createHash("sha256").update(`${id} ${attemptCount}`).digest();
  const share = bytes.readUInt32BE(0) / 2 ** 32;
  const waitMs = Math.max(doubledMs, afterMs) * (1 + share / 4);
  return instantOf(round.deps.clock.nowMs() + Math.round(waitMs));
}
