import type { Alert } from "#shared/model/signal.ts";
import type { Instant } from "#shared/model/time.ts";
import { dayMs, epochMsOf, minuteMs } from "#shared/model/time.ts";

/** An opening that people were told of by a message, and its alert as it stands now. */
export interface ToldOpening {
  readonly generation: number;
  readonly toldAt: Instant;
  readonly alert: Alert | undefined;
}

/** Over so many days is looked back. */
export const demotionDays = 28;
/** Of what was told more lately nobody can say yet: people answer within some working days. */
const answerDays = 7;
/** Of fewer nothing is concluded. */
const toldMin = 20;
const actedShareMin = 0.1;
/** What is over so soon after it was told was going to be over anyway. */
const byItselfMinutesMin = 60;

export interface Demotion {
  readonly told: number;
  readonly acted: number;
}

/**
 * Whether a rule's alerts are acted on so rarely that they belong into digests: of at least twenty that were
 * told in four weeks, the last one left out, fewer than a tenth. Undefined: they are not, or too few were told to say.
 */
export function decideDemotion(
  openings: readonly ToldOpening[],
  given: { readonly graceMinutes: number; readonly now: Instant },
): Demotion | undefined {
  const sinceMs = epochMsOf(given.now) - demotionDays * dayMs;
  const untilMs = epochMsOf(given.now) - answerDays * dayMs;
  const judged = openings
    .filter(({ toldAt }) => epochMsOf(toldAt) >= sinceMs && epochMsOf(toldAt) <= untilMs)
    .flatMap((opening) => wasActedOn(opening, given.graceMinutes) ?? []);
  const acted = judged.filter((isActed) => isActed).length;
  if (judged.length < toldMin || acted / judged.length >= actedShareMin) return undefined;
  return { told: judged.length, acted };
}

/**
 * Acted on: somebody acknowledged, snoozed or contested it, or its cause was mended after people had the time
 * to: later than the rule's grace, and an hour, after they were told. Undefined where nobody can say any more.
 */
function wasActedOn(opening: ToldOpening, graceMinutes: number): boolean | undefined {
  const { alert, generation, toldAt } = opening;
  if (!alert || alert.generation !== generation) return undefined;
  const { openedAt } = alert;
  if (alert.contest && alert.contest.at >= openedAt) return true;
  const isHandled = alert.history.some(
    ({ to, at }) => at >= openedAt && (to === "acknowledged" || to === "snoozed"),
  );
  if (isHandled) return true;
  if (alert.status !== "resolved" || alert.resolvedAt === undefined) return false;
  const afterMs = epochMsOf(alert.resolvedAt) - epochMsOf(toldAt);
  return afterMs > Math.max(graceMinutes, byItselfMinutesMin) * minuteMs;
}
