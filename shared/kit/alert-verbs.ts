import { HubError } from "#shared/errors.ts";
import type { Alert, Contest } from "#shared/model/signal.ts";
import type { Instant } from "#shared/model/time.ts";
import { dayMs, epochMsOf, instantOf } from "#shared/model/time.ts";

import { alertFingerprint } from "./alert-fingerprint.ts";
import { assertStatus, moved, noted } from "./alert-transition.ts";
import type { Actor } from "./alert-transition.ts";
import type { AlertAction } from "./interaction.ts";

/*
 * What people do with an alert. Every verb is pure and gives the next alert, or undefined when nothing
 * changes; the revision is left to whoever stores it. A verb that does not fit the alert's status throws
 * `entity.conflict`.
 */

/** A snooze is a promise to look again; beyond a quarter it is a way to forget. */
export const snoozeDaysMax = 90;

/** Whoever contests is not named: what is wrong counts, not who says so. */
const contester = "somebody of the owning teams";
const ruleOwner = "the rule's owner";

/** What a button in a message can ask for, and what only pages and the API can. */
export type AlertVerb =
  | AlertAction
  | { readonly verb: "snooze-until"; readonly until: Instant }
  | { readonly verb: "unsnooze" }
  | { readonly verb: "answer-contest"; readonly decision: "upheld" | "dismissed" };

/** Carries out any verb; the actor's note is the contest's or the answer's own. */
export function carryOut(alert: Alert, asked: AlertVerb, actor: Actor): Alert | undefined {
  switch (asked.verb) {
    case "acknowledge":
      return acknowledge(alert, actor);
    case "snooze":
      return snooze(alert, instantOf(epochMsOf(actor.now) + asked.days * dayMs), actor);
    case "snooze-until":
      return snooze(alert, asked.until, actor);
    case "snooze-until-change":
      return snoozeUntilChange(alert, actor);
    case "unsnooze":
      return unsnooze(alert, actor);
    case "contest":
      return contest(alert, asked.reason, actor);
    case "answer-contest":
      return answerContest(alert, asked.decision, actor);
  }
}

/** Somebody has seen it and takes care. Survives every re-evaluation until the signal clears. */
export function acknowledge(alert: Alert, actor: Actor): Alert | undefined {
  if (alert.status === "acknowledged") return undefined;
  assertStatus(alert, ["open", "snoozed"], "acknowledged");
  return moved(alert, "acknowledged", actor);
}

/** Quiet until a moment in the future, at most `snoozeDaysMax` away; else throws `input.invalid`. */
export function snooze(alert: Alert, until: Instant, actor: Actor): Alert | undefined {
  if (alert.status === "snoozed" && alert.snoozedUntil === until) return undefined;
  assertStatus(alert, ["open", "acknowledged", "snoozed"], "snoozed");
  const aheadMs = epochMsOf(until) - epochMsOf(actor.now);
  if (aheadMs <= 0 || aheadMs > snoozeDaysMax * dayMs) {
    const message = `Name a moment in the future, at most ${snoozeDaysMax} days from now`;
    throw new HubError("input.invalid", "An alert cannot be snoozed until then", {
      issues: [{ path: "until", message }],
    });
  }
  return { ...moved(alert, "snoozed", actor), snoozedUntil: until };
}

/** Quiet until it says something else than now, but no longer than `snoozeDaysMax`. */
export function snoozeUntilChange(alert: Alert, actor: Actor): Alert | undefined {
  const snoozedUntilChangeOf = alertFingerprint(alert);
  if (alert.snoozedUntilChangeOf === snoozedUntilChangeOf) return undefined;
  assertStatus(alert, ["open", "acknowledged", "snoozed"], "snoozed");
  return { ...moved(alert, "snoozed", actor), snoozedUntilChangeOf };
}

/** A person ends the snooze early. */
export function unsnooze(alert: Alert, actor: Actor): Alert | undefined {
  if (alert.status === "open") return undefined;
  assertStatus(alert, ["snoozed"], "woken");
  return { ...moved(alert, "open", actor), wokenAt: actor.now };
}

/**
 * Somebody says that it is wrong or of no use. The status stays; while nobody has answered, nobody further
 * up is told. After an answer it may be contested once more, and then not again before it opens anew.
 */
export function contest(
  alert: Alert,
  reason: Contest["reason"],
  { note, now }: Actor,
): Alert | undefined {
  const before = alert.contest;
  if (before && !before.answer && before.reason === reason) return undefined;
  assertStatus(alert, ["open", "acknowledged", "snoozed"], "contested");
  if (before && !before.answer) {
    throw conflict("This alert is contested already; the rule's owner has not answered yet");
  }
  if (before?.isSecond === true) {
    throw conflict("This alert was contested twice, and both times answered");
  }
  const said: Contest = {
    reason,
    ...(note !== undefined && { note }),
    at: now,
    ...(before && { isSecond: true }),
  };
  return noted({ ...alert, contest: said }, { by: contester, note: `contested: ${reason}`, now });
}

/** Upheld: quiet until what it says changes. Dismissed: it goes on as if nobody had contested it. */
export function answerContest(
  alert: Alert,
  decision: "upheld" | "dismissed",
  { note, now }: Actor,
): Alert | undefined {
  const { contest: said } = alert;
  if (!said) throw conflict("Nobody has contested this alert");
  if (said.answer?.decision === decision) return undefined;
  if (said.answer) throw conflict(`This contest was ${said.answer.decision} already`);
  assertStatus(alert, ["open", "acknowledged", "snoozed"], "answered");
  const answer = { decision, ...(note !== undefined && { note }), at: now };
  const answered: Alert = { ...alert, contest: { ...said, answer } };
  const actor: Actor = { by: ruleOwner, note: `the contest was ${decision}`, now };
  if (decision === "dismissed") return noted(answered, actor);
  const snoozedUntilChangeOf = alertFingerprint(alert);
  return { ...moved(answered, "snoozed", actor), snoozedUntilChangeOf };
}

function conflict(message: string): HubError {
  return new HubError("entity.conflict", message);
}
