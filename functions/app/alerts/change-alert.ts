import * as z from "zod";

import type { AlertVerb } from "#shared/kit/alert-verbs.ts";
import type { AlertId } from "#shared/model/ids.ts";
import { Contest } from "#shared/model/signal.ts";
import type { Alert } from "#shared/model/signal.ts";
import { Instant } from "#shared/model/time.ts";
import { applyAlertAction } from "#shared/store/alert-actions.ts";

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
export const Contesting = z.strictObject({
  reason: Contest.shape.reason,
  note: note.meta({ description: "Kept without a name, and shown to the rule's owner" }),
});
export const ContestAnswering = z.strictObject({
  decision: z.enum(["upheld", "dismissed"]).meta({
    description: "`upheld`: the alert is quiet until what it says changes",
  }),
  note,
});

interface Said {
  readonly by?: string | undefined;
  readonly note?: string | undefined;
}

/** Everybody here holds the same token, so a name is what somebody chose to give. */
const nobodyInParticular = "an operator";

export function sayingOf({ by, note }: Said): Said & { readonly by: string } {
  return { by: by || nobodyInParticular, note: note || undefined };
}

/** Carries out what somebody wants of an alert; throws why it cannot be. */
export async function changeAlert(
  context: AppContext,
  alertId: AlertId,
  verb: AlertVerb,
  { by, note }: Said = {},
): Promise<Alert> {
  const outcome = await applyAlertAction(context, { alertId }, verb, sayingOf({ by, note }));
  if (outcome.kind === "refused") throw outcome.error;
  return outcome.alert;
}
