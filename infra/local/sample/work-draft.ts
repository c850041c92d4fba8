import { dayMs, epochMsOf } from "#shared/model/time.ts";
import type { Instant } from "#shared/model/time.ts";

import type { SampleItem, SampleStatus } from "./company.ts";
import { dayFrom, daysFrom } from "./dice.ts";
import type { Dice } from "./dice.ts";

/** How far along work of a kind is, as weights. */
export type StatusMix = readonly (readonly [SampleStatus, number])[];

export const usualMix: StatusMix = [
  ["done", 42],
  ["in-progress", 13],
  ["in-review", 5],
  ["todo", 37],
  ["dropped", 3],
];

export const openMix: StatusMix = [
  ["in-progress", 30],
  ["in-review", 8],
  ["todo", 62],
];

/**
 * Dates that agree with a status: created before changed, done before now, due dates around today for
 * open work (some overdue) and around completion for finished work.
 */
export function datesFor(
  dice: Dice,
  status: SampleStatus,
  asOf: Instant,
): Pick<SampleItem, "createdAt" | "updatedAt" | "completedAt" | "startOn" | "dueOn"> {
  const createdAt = daysFrom(asOf, -dice.between(20_000, 300_000) / 1000);
  const ageDays = (epochMsOf(asOf) - epochMsOf(createdAt)) / dayMs;
  const updatedAt = daysFrom(createdAt, (ageDays * dice.between(5, 990)) / 1000);
  return { createdAt, updatedAt, ...plannedDates(dice, { status, updatedAt, asOf }) };
}

function plannedDates(
  dice: Dice,
  work: { readonly status: SampleStatus; readonly updatedAt: Instant; readonly asOf: Instant },
): Pick<SampleItem, "completedAt" | "startOn" | "dueOn"> {
  const { status, updatedAt, asOf } = work;
  if (!isOpenStatus(status)) {
    return {
      completedAt: updatedAt,
      ...(dice.chance(0.6) && { dueOn: dayFrom(updatedAt, dice.between(-6, 9)) }),
    };
  }
  if (status === "todo") {
    return dice.chance(0.35) ? { dueOn: dayFrom(asOf, dice.between(4, 90)) } : {};
  }
  return {
    startOn: dayFrom(updatedAt, 0),
    ...(dice.chance(0.7) && { dueOn: dayFrom(asOf, dice.between(-5, 30)) }),
  };
}

export function isOpenStatus(status: SampleStatus): boolean {
  return status !== "done" && status !== "dropped";
}
