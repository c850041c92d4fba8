import { byWeight } from "#shared/kit/alert-rank.ts";
import type { Dispatch, Notification } from "#shared/model/notification.ts";
import type { Alert, Severity } from "#shared/model/signal.ts";
import type { Instant } from "#shared/model/time.ts";

import { reasonToDrop } from "./still-true.ts";

/** A transition that somebody is to be told of, and the alert as it stands now. */
export interface Due {
  readonly notification: Notification;
  readonly alert: Alert | undefined;
}

/** What decides how what is due for one recipient is packed. */
export interface Packing {
  readonly now: Instant;
  /** A program listens, or the item itself shows it: each alert by itself, no budget. */
  readonly isEach: boolean;
  /** Messages that this recipient may still get this week; absent: as many as there are. */
  readonly budgetLeft: number | undefined;
  /** Groups of a first reading that may still be told of by themselves this week. */
  readonly baselineLeft: number;
  /** When what exceeds the budget is told of. */
  readonly nextDigestAt: Instant;
  /** What was shown of a group within a day and can be changed: what is new is added to it. */
  readonly shownOf: (groupKey: string) => Pick<Dispatch, "id"> | undefined;
}

export interface PlannedDispatch {
  readonly kind: "alert" | "group" | "digest";
  readonly groupKey: string | undefined;
  readonly due: readonly Due[];
  /** It is added to this one, and takes nothing of the budget. */
  readonly addTo: Dispatch["id"] | undefined;
  readonly takesBudget: boolean;
  readonly isBaseline: boolean;
}

export interface Packed {
  readonly dropped: readonly { readonly notification: Notification; readonly because: string }[];
  /** They wait for the next digest instead. */
  readonly postponed: readonly Notification[];
  readonly dispatches: readonly PlannedDispatch[];
}

/**
 * What becomes of what is due for one recipient: what is over is dropped; the rest is one message a group,
 * as far as the budget goes, the gravest and oldest first; what exceeds it waits for the digest.
 */
export function packDue(all: readonly Due[], packing: Packing): Packed {
  const judged = all.map((due) => ({ due, because: reasonToDrop(due.notification, due.alert) }));
  const dropped = judged.flatMap(({ due: { notification }, because }) =>
    because === undefined ? [] : [{ notification, because }],
  );
  const standing = judged.flatMap(({ due, because }) => (because === undefined ? [due] : []));
  if (packing.isEach) {
    const each = standing.map((due) => oneOf([due], { takesBudget: false }));
    return { dropped, postponed: [], dispatches: each };
  }
  const forDigest = standing.filter(({ notification }) => notification.mode === "digest");
  const forMessages = standing.filter(({ notification }) => notification.mode === "message");
  const { dispatches, postponed } = withinBudget(forMessages, packing);
  const digest: PlannedDispatch = {
    kind: "digest",
    groupKey: undefined,
    // What there is no room to name must not be what weighs most.
    due: forDigest.toSorted((one, other) =>
      one.alert && other.alert ? byWeight(one.alert, other.alert) : byUrgency([one], [other]),
    ),
    addTo: undefined,
    takesBudget: false,
    isBaseline: false,
  };
  return {
    dropped,
    postponed,
    dispatches: [...dispatches, ...(forDigest.length > 0 ? [digest] : [])],
  };
}

function withinBudget(all: readonly Due[], packing: Packing) {
  const dispatches: PlannedDispatch[] = [];
  const postponed: Notification[] = [];
  let left = packing.budgetLeft ?? Infinity;
  let { baselineLeft } = packing;
  const groups = [...Map.groupBy(all, ({ notification }) => notification.groupKey).values()];
  for (const group of groups.toSorted(byUrgency)) {
    const shown = packing.shownOf(group[0]?.notification.groupKey ?? "");
    const isBaseline = group.every(({ alert }) => alert?.isBaseline === true);
    const hasRoom = left > 0 && (!isBaseline || baselineLeft > 0);
    if (shown) {
      dispatches.push(oneOf(group, { addTo: shown.id, takesBudget: false }));
    } else if (hasRoom) {
      left -= 1;
      if (isBaseline) baselineLeft -= 1;
      dispatches.push(oneOf(group, { takesBudget: true, isBaseline }));
    } else {
      postponed.push(...group.map(({ notification }) => notification));
    }
  }
  return { dispatches, postponed };
}

function oneOf(
  due: readonly Due[],
  given: Partial<Pick<PlannedDispatch, "addTo" | "takesBudget" | "isBaseline">>,
): PlannedDispatch {
  return {
    kind: due.length > 1 ? "group" : "alert",
    groupKey: due[0]?.notification.groupKey,
    due,
    addTo: undefined,
    takesBudget: true,
    isBaseline: false,
    ...given,
  };
}

const weights: Readonly<Record<Severity, number>> = { critical: 2, warning: 1, info: 0 };

/** Gravest first, then the oldest. */
function byUrgency(a: readonly Due[], b: readonly Due[]): number {
  const grave = gravest(b) - gravest(a);
  if (grave !== 0) return grave;
  const [oldA, oldB] = [oldest(a), oldest(b)];
  return oldA === oldB ? 0 : oldA < oldB ? -1 : 1;
}

function gravest(group: readonly Due[]): number {
  return Math.max(0, ...group.map(({ notification }) => weights[notification.severity]));
}

function oldest(group: readonly Due[]): string {
  return group.map(({ alert }) => alert?.openedAt ?? "").toSorted()[0] ?? "";
}
