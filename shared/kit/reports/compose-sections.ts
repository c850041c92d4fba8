import type { Ranked } from "#shared/kit/alert-rank.ts";
import { byWeight } from "#shared/kit/alert-rank.ts";
import type { MessageLine, MessageSection } from "#shared/kit/notifier.ts";
import type { Alert } from "#shared/model/signal.ts";
import type { Instant } from "#shared/model/time.ts";
import { dayMs, epochMsOf } from "#shared/model/time.ts";

import { alertUrl } from "./compose-alert.ts";

/** An alert in a report, as readers know it. */
export interface Reported {
  readonly alert: Pick<Alert, keyof Ranked | "title" | "rule" | "teamIds">;
  readonly ruleTitle: string;
  /** Names of the owning teams: "Payments and Retail". */
  readonly owner: string;
}

export function ranked<T extends Reported>(all: readonly T[]): readonly T[] {
  return all.toSorted((a, b) => byWeight(a.alert, b.alert));
}

/** A line that cites its alert. */
export function citing(one: Reported, publicUrl: string, text = one.alert.title): MessageLine {
  return { text, url: alertUrl(publicUrl, one.alert.id) };
}

/** As many lines as there is room for, and how many more there are. */
export function sectionOf(
  title: string,
  lines: readonly MessageLine[],
  { max, count = lines.length }: { readonly max: number; readonly count?: number },
): readonly MessageSection[] {
  if (lines.length === 0) return [];
  const shown = lines.slice(0, max);
  const more = count - shown.length;
  return [{ title, lines: shown, ...(more > 0 && { more }) }];
}

/** How long something has been open: "3 days". */
export function daysOpen(openedAt: Instant, now: Instant): string {
  const days = Math.max(0, Math.floor((epochMsOf(now) - epochMsOf(openedAt)) / dayMs));
  if (days === 0) return "since today";
  return days === 1 ? "for 1 day" : `for ${days} days`;
}

/** "1 finding", "12 findings" */
export function counted(count: number, one: string): string {
  return `${count.toLocaleString("en")} ${one}${count === 1 ? "" : "s"}`;
}
