import * as z from "zod";

import { HubError } from "#shared/errors.ts";
import { acknowledge, snooze, unsnooze } from "#shared/kit/alert-lifecycle.ts";
import type { Actor } from "#shared/kit/alert-lifecycle.ts";
import type { AlertId } from "#shared/model/ids.ts";
import type { Alert } from "#shared/model/signal.ts";
import { Instant } from "#shared/model/time.ts";
import { getDocument, updateDocument } from "#shared/store/documents.ts";
import { factKey } from "#shared/store/keys.ts";
import { alertSpec } from "#shared/store/specs.ts";

import type { AppContext } from "../app-deps.ts";

const by = z
  .string()
  .trim()
  .max(80)
  .optional()
  .meta({ description: "Who says so, as the history shall name them" });
const note = z.string().trim().max(300).optional();

export const Acknowledgement = z.strictObject({ by, note });
export const Snooze = z.strictObject({
  until: Instant.meta({ description: "UTC with milliseconds, at most 90 days from now" }),
  by,
  note,
});
type Said = z.infer<typeof Acknowledgement>;

/** Everybody here holds the same token, so a name is what somebody chose to give. */
const nobodyInParticular = "an operator";

export function acknowledgeAlert(context: AppContext, id: AlertId, said: Said): Promise<Alert> {
  return change(context, id, (alert) => acknowledge(alert, actorOf(context, said)));
}

export function snoozeAlert(
  context: AppContext,
  id: AlertId,
  said: z.infer<typeof Snooze>,
): Promise<Alert> {
  return change(context, id, (alert) => snooze(alert, said.until, actorOf(context, said)));
}

export function unsnoozeAlert(context: AppContext, id: AlertId, said: Said): Promise<Alert> {
  return change(context, id, (alert) => unsnooze(alert, actorOf(context, said)));
}

function actorOf(context: AppContext, { by, note }: Said): Actor {
  return { by: by || nobodyInParticular, note: note || undefined, now: context.clock.now() };
}

async function change(
  context: AppContext,
  id: AlertId,
  verb: (alert: Alert) => Alert | undefined,
): Promise<Alert> {
  const key = factKey(id);
  const existing = await getDocument(context.table, alertSpec, key);
  if (!existing) throw new HubError("entity.not-found", "There is no such alert");
  const alert = await updateDocument(context.table, alertSpec, key, verb);
  context.logger.info(`alert.${alert.status}`, { rule: alert.rule, alertId: id });
  return alert;
}
