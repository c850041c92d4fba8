import { isContested, isOver, reasonToDrop } from "#shared/kit/routing/still-true.ts";
import type { DispatchId, Notification, Rung } from "#shared/model/notification.ts";
import { ladderOver } from "#shared/model/notification.ts";
import type { Alert } from "#shared/model/signal.ts";
import { rungKey } from "#shared/store/alerting-keys.ts";
import { getDocument, replaceDocument } from "#shared/store/documents.ts";
import { notificationSpec, rungSpec } from "#shared/store/specs.ts";

import { markChanged } from "./mark-changed.ts";
import type { Round } from "./round.ts";
import { workDispatch } from "./work-dispatch.ts";

/** One opening of an alert, with its ladder, if one was ever begun. */
interface Opening {
  readonly generation: number;
  readonly rung: Rung | undefined;
}

/** How it rests while nobody is told of such a thing; it begins anew when its alert weighs more. */
export const untilWorthy = "not worth a message";

/** How the ladder of an alert rests or has come to its end, where nobody is to be told of it now. */
export function wordsOf(alert: Alert | undefined, rung: Pick<Rung, "generation">): string {
  if (!alert || isOver(rung, alert)) return ladderOver;
  if (isContested(alert)) return "contested";
  if (alert.status === "snoozed") return `snoozed until ${alert.snoozedUntil ?? "it changes"}`;
  return alert.status === "open" ? untilWorthy : alert.status;
}

export function ended(round: Round, rung: Rung, because: string): Rung {
  return { ...rung, endedBecause: because, updatedAt: round.now };
}

/**
 * Of an opening that is over, or that nobody is to be told of for now: what waits is dropped, what was shown
 * is noted as changed, and then its ladder rests. In this order, so that a ladder whose word is the alert's
 * has had all of it. Gives what is to be shown anew now; the clock does so too.
 */
export async function restLadder(
  round: Round,
  alert: Alert | undefined,
  told: readonly Notification[],
  { generation, rung }: Opening,
): Promise<readonly DispatchId[]> {
  const ours = told.filter((one) => one.generation === generation);
  await dropWaiting(round, alert, ours);
  const changed = await markTold(round, ours);
  const because = wordsOf(alert, { generation });
  if (rung && rung.endedBecause !== because) {
    await replaceDocument(round.deps.table, rungSpec, rung, ended(round, rung, because));
  }
  return changed;
}

/** The same for the opening before this one that people were told of last, if nobody has done so yet. */
export async function restEarlier(
  round: Round,
  alert: Alert,
  told: readonly Notification[],
): Promise<readonly DispatchId[]> {
  const before = told.map(({ generation }) => generation).filter((one) => one < alert.generation);
  const generation = Math.max(0, ...before);
  if (generation === 0) return [];
  const key = rungKey({ alertId: alert.id, generation });
  const rung = await getDocument(round.deps.table, rungSpec, key);
  if (rung?.endedBecause === ladderOver) return [];
  return restLadder(round, alert, told, { generation, rung });
}

/** What was shown of it is to say what it says now. Gives what may do so at once. */
export async function markTold(
  round: Round,
  told: readonly Notification[],
): Promise<readonly DispatchId[]> {
  const changed: DispatchId[] = [];
  for (const id of new Set(told.flatMap(({ dispatchId }) => dispatchId ?? []))) {
    if (await markChanged(round, id)) changed.push(id);
  }
  return changed;
}

export async function showChanged(round: Round, changed: readonly DispatchId[]): Promise<void> {
  for (const id of changed) await workDispatch(round, id);
}

async function dropWaiting(
  round: Round,
  alert: Alert | undefined,
  told: readonly Notification[],
): Promise<void> {
  for (const one of told) {
    const because = one.state === "waiting" ? reasonToDrop(one, alert) : undefined;
    if (because === undefined) continue;
    await replaceDocument(round.deps.table, notificationSpec, one, {
      ...one,
      state: "dropped",
      droppedBecause: because.slice(0, 200),
      updatedAt: round.now,
    });
  }
}
