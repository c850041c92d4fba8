import type { Alert } from "#shared/model/signal.ts";
import type { Instant } from "#shared/model/time.ts";

import { endingInWords } from "../endings.ts";
import type { ComposedReport } from "./compose-digest.ts";
import type { Reported } from "./compose-sections.ts";
import { citing, counted, daysOpen, ranked, sectionOf } from "./compose-sections.ts";

/** An alert in a leader's scope, standing or resolved since the last brief. */
export interface BriefAlert extends Reported {
  readonly alert: Alert;
}

const linesMax = 10;

/**
 * A week of a leader's scope: what waits for a decision, what is new, what changed, what resolved, each line
 * citing its alert. Undefined where there is nothing to say.
 */
export function composeBrief(
  all: readonly BriefAlert[],
  given: {
    readonly publicUrl: string;
    readonly scope: string;
    readonly since: Instant;
    readonly now: Instant;
  },
): ComposedReport | undefined {
  const { publicUrl, scope, since, now } = given;
  const standing = all.filter(({ alert }) => alert.status !== "resolved");
  const waiting = standing.filter(({ alert }) => waitsForDecision(alert, since));
  const fresh = standing.filter(
    (one) =>
      one.alert.status !== "pending" && one.alert.openedAt >= since && !waiting.includes(one),
  );
  const changed = standing.filter(
    (one) => !waiting.includes(one) && !fresh.includes(one) && changeOf(one.alert, since) !== "",
  );
  const resolved = all.filter(
    ({ alert }) => alert.status === "resolved" && (alert.resolvedAt ?? "") >= since,
  );
  if (waiting.length + fresh.length + changed.length + resolved.length === 0) return undefined;
  const part = (title: string, found: readonly BriefAlert[], words: (alert: Alert) => string) =>
    sectionOf(
      title,
      ranked(found).map((one) => citing(one, publicUrl, `${one.alert.title}: ${words(one.alert)}`)),
      { max: linesMax },
    );
  return {
    title: `The week of ${scope}`,
    sentence: [
      waits(waiting.length),
      counted(fresh.length, "new finding"),
      `${changed.length} changed`,
      `${resolved.length} resolved`,
    ].join(", "),
    sections: [
      ...part("Waits for a decision", waiting, (alert) => `open ${daysOpen(alert.openedAt, now)}`),
      ...sectionOf(
        "New",
        ranked(fresh).map((one) => citing(one, publicUrl, one.alert.evidence.sentence)),
        { max: linesMax },
      ),
      ...part("Changed", changed, (alert) => changeOf(alert, since)),
      ...part("Resolved", resolved, (alert) =>
        endingInWords(alert.resolvedBecause ?? "its cause is gone"),
      ),
    ],
  };
}

function waits(count: number): string {
  return count === 1 ? "1 waits for a decision" : `${count} wait for a decision`;
}

/** Open for longer than the week, and nobody has said anything; or contested, and nobody has answered. */
function waitsForDecision(alert: Alert, since: Instant): boolean {
  if (alert.contest && !alert.contest.answer) return true;
  return alert.status === "open" && alert.openedAt < since;
}

/** The latest word of the week about it; empty where there is none. */
function changeOf(alert: Alert, since: Instant): string {
  const latest = alert.history.findLast(({ at }) => at >= since);
  if (!latest || latest.to === "pending") return "";
  return latest.to === "open" ? "open again" : latest.to;
}
