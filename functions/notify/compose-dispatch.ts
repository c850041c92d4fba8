import { createHash } from "node:crypto";

import type { Message } from "#shared/kit/notifier.ts";
import type { Surroundings, Told } from "#shared/kit/reports/compose-alert.ts";
import { composeAlerts } from "#shared/kit/reports/compose-alert.ts";
import { composeDigest } from "#shared/kit/reports/compose-digest.ts";
import { reportedOf } from "#shared/kit/reports/reported-of.ts";
import { isOver, reasonToDrop } from "#shared/kit/routing/still-true.ts";
import type { Dispatch } from "#shared/model/notification.ts";
import type { Alert } from "#shared/model/signal.ts";

import type { Round } from "./round.ts";

/** A dispatch as it is to be shown, and which of its alerts that tells of. */
export interface Composed {
  readonly message: Message;
  readonly alerts: Dispatch["alerts"];
  readonly alertCount: number;
}

/**
 * The message of a dispatch, of what still stands just now: nobody is told of what is over. Undefined when
 * nothing is left.
 */
export async function composeFirst(
  round: Round,
  dispatch: Dispatch,
): Promise<Composed | undefined> {
  const [found, around] = await Promise.all([
    round.alerts(dispatch.alerts.map(({ alertId }) => alertId)),
    round.surroundings(),
  ]);
  const isEnd = dispatch.kind === "notice" && dispatch.report === undefined;
  const alerts = isEnd
    ? dispatch.alerts
    : dispatch.alerts.filter((one) => reasonToDrop(one, found.get(one.alertId)) === undefined);
  const alertCount = dispatch.alertCount - (dispatch.alerts.length - alerts.length);
  if (alerts.length === 0 && dispatch.report === undefined) return undefined;
  const shown = { ...dispatch, alerts, alertCount };
  const message = isReport(dispatch)
    ? reportOf(around, shown, found)
    : composeAlerts(around, { ...shown, told: toldOf(alerts, found), isUpdate: false });
  return message && { message, alerts, alertCount };
}

function isReport({ kind, report }: Dispatch): boolean {
  return report !== undefined || kind === "digest" || kind === "brief" || kind === "baseline";
}

/** How what was shown stands now; and whether all of it is over. */
export async function composeUpdate(
  round: Round,
  dispatch: Dispatch,
): Promise<{ readonly message: Message | undefined; readonly isAllOver: boolean }> {
  const [found, around] = await Promise.all([
    round.alerts(dispatch.alerts.map(({ alertId }) => alertId)),
    round.surroundings(),
  ]);
  const told = toldOf(dispatch.alerts, found);
  const composed = composeAlerts(around, { ...dispatch, told, isUpdate: true });
  // Of what is but counted, nobody can say whether it still stands.
  const isAllNamed = dispatch.alertCount <= told.length;
  const isAllOver = isAllNamed && told.every((one) => isOver(one, one.alert));
  // By this a channel knows that there is nothing left to do, or to press.
  const message = composed && isAllOver ? { ...composed, reason: "resolved" as const } : composed;
  return { message, isAllOver };
}

function toldOf(
  alerts: Dispatch["alerts"],
  found: ReadonlyMap<Alert["id"], Alert>,
): readonly Told[] {
  return alerts.map(({ alertId, generation, reason }) => ({
    generation,
    reason,
    alert: found.get(alertId),
  }));
}

function reportOf(
  around: Surroundings,
  dispatch: Dispatch,
  found: ReadonlyMap<Alert["id"], Alert>,
): Message {
  const { report, alerts, alertCount, title } = dispatch;
  const reported = alerts.flatMap(({ alertId }) => {
    const alert = found.get(alertId);
    return alert ? [reportedOf(around, alert)] : [];
  });
  const { publicUrl, now } = around;
  const digest =
    reported.length > 0
      ? composeDigest(reported, { publicUrl, now, count: alertCount })
      : undefined;
  const said = report ? { title, ...report } : (digest ?? { title, sentence: "", sections: [] });
  const further = report && digest ? digest.sections : [];
  return {
    idempotencyKey: dispatch.id,
    kind: dispatch.kind,
    reason: "opened",
    severity: "info",
    title: said.title,
    sentence: said.sentence,
    path: [],
    why: "",
    nextStep: "",
    url: `${publicUrl}/alerts`,
    at: dispatch.createdAt,
    sections: [...said.sections, ...further],
    because: dispatch.because,
    // Buttons act on what the message tells of.
    ...(alerts.length > 0 && { dispatchId: dispatch.id }),
  };
}

/** What people see of a message, as a digest: equal means that showing it again would change nothing. */
export function shownDigest({ title, sentence, standing, severity, sections }: Message): string {
  const seen = JSON.stringify([title, sentence, standing, severity, sections]);
  return createHash("sha256").update(seen).digest("base64url").slice(0, 22);
}
