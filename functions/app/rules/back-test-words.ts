import type { RaisedSummary } from "#shared/kit/back-test/summarize.ts";
import type { Instant } from "#shared/model/time.ts";
import { dateOf, dayMs, epochMsOf } from "#shared/model/time.ts";

import { duration, number, plural } from "../page/format.ts";
import type { BackTestAnswer } from "./back-test-answers.ts";

/** `In the last 89 days this would have raised 212 alerts, 140 of them for Payments; 61 % …` */
export function headlineOf({
  from,
  to,
  isCut,
  wanted: { raised, clearedWithin },
  byTeam,
}: {
  readonly from: Instant;
  readonly to: Instant;
  /** There was no time for all that was asked for: it ends before now. */
  readonly isCut: boolean;
  readonly wanted: Pick<RaisedSummary, "raised" | "clearedWithin">;
  readonly byTeam: BackTestAnswer["byTeam"];
}): string {
  const days = Math.max(1, Math.round((epochMsOf(to) - epochMsOf(from)) / dayMs));
  const many = days === 1 ? "day" : `${days} days`;
  const when = isCut ? `In the ${many} from ${dateOf(from)} on,` : `In the last ${many}`;
  if (raised === 0) return `${when} this would have raised no alert.`;
  const first = byTeam.find(({ group }) => group === "team");
  const most = first && raised > 1 ? `, ${number(first.raised)} of them for ${first.name}` : "";
  return `${when} this would have raised ${plural(raised, "alert")}${most}; ${percent(clearedWithin.twoDays, raised)} cleared by themselves within two days.`;
}

export function percent(part: number, all: number): string {
  return `${all === 0 ? 0 : Math.round((100 * part) / all)} %`;
}

export function lifeInWords(minutes: number | undefined): string {
  return minutes === undefined ? "none has cleared" : duration(minutes * 60);
}
