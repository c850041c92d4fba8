import { HubError } from "#shared/errors.ts";
import type { Actor } from "#shared/kit/alert-transition.ts";
import { carryOut } from "#shared/kit/alert-verbs.ts";
import type { AlertVerb } from "#shared/kit/alert-verbs.ts";
import type { AlertId } from "#shared/model/ids.ts";
import type { Alert } from "#shared/model/signal.ts";
import type { Clock } from "#shared/ports/clock.ts";
import type { Logger } from "#shared/ports/logger.ts";
import type { Table } from "#shared/ports/table.ts";

import { getDocument, replaceDocument } from "./documents.ts";
import { factKey } from "./keys.ts";
import { alertSpec } from "./specs.ts";

interface ActionDeps {
  readonly table: Table;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Which alert; with a generation, only while it is that one: a button of an old message moves nothing. */
export interface ActedOn {
  readonly alertId: AlertId;
  readonly generation?: number | undefined;
}

/**
 * `unchanged`: it was so already. `refused`: it does not fit what the alert is now, or what was asked for
 * is no valid answer; nothing has changed, and asking again changes nothing.
 */
export type ActionOutcome =
  | { readonly kind: "changed"; readonly alert: Alert }
  | { readonly kind: "unchanged"; readonly alert: Alert }
  | {
      readonly kind: "refused";
      readonly error: HubError;
      readonly reason: string;
      readonly alert?: Alert | undefined;
    };

const roundsMax = 10;

/**
 * The one place that carries out what somebody wants of an alert, wherever they said so. `by` is the word
 * that the history shall show; of a contest and its answer it is not kept. The note is at most 300 characters.
 * Throws `entity.conflict` only while others change the same alert without end.
 */
export async function applyAlertAction(
  deps: ActionDeps,
  { alertId, generation }: ActedOn,
  action: AlertVerb,
  said: Omit<Actor, "now">,
): Promise<ActionOutcome> {
  for (let round = 0; round < roundsMax; round += 1) {
    const current = await getDocument(deps.table, alertSpec, factKey(alertId));
    if (!current) return refused(new HubError("entity.not-found", "There is no such alert"));
    if (generation !== undefined && current.generation !== generation) {
      const message = "This alert has opened anew since then: look at it as it is now";
      return refused(new HubError("entity.conflict", message), current);
    }
    const next = tried(() => carryOut(current, action, { ...said, now: deps.clock.now() }));
    if (next instanceof HubError) return refused(next, current);
    if (!next) return { kind: "unchanged", alert: current };
    const alert = await replaceDocument(deps.table, alertSpec, current, next);
    if (alert) {
      deps.logger.info(`alert.${pastOf[action.verb]}`, { alertId, rule: alert.rule });
      return { kind: "changed", alert };
    }
  }
  throw new HubError("entity.conflict", "This alert is being changed by others: try again");
}

const pastOf = {
  acknowledge: "acknowledged",
  snooze: "snoozed",
  "snooze-until": "snoozed",
  "snooze-until-change": "snoozed",
  unsnooze: "open",
  contest: "contested",
  "answer-contest": "contest-answered",
} as const satisfies Record<AlertVerb["verb"], string>;

/** What a verb gives, or why it does not fit. */
function tried(verb: () => Alert | undefined): Alert | undefined | HubError {
  try {
    return verb();
  } catch (error) {
    const isRefusal =
      error instanceof HubError &&
      (error.code === "entity.conflict" || error.code === "input.invalid");
    if (isRefusal) return error;
    throw error;
  }
}

function refused(error: HubError, alert?: Alert): ActionOutcome {
  const [issue] = error.issues;
  return { kind: "refused", error, reason: issue?.message ?? error.message, alert };
}
