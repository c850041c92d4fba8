import * as z from "zod";

import { HubError } from "#shared/errors.ts";
import { groupKeyOf } from "#shared/kit/alert-group.ts";
import { AlertAction } from "#shared/kit/interaction.ts";
import { AlertId } from "#shared/model/ids.ts";
import { AlertStatus } from "#shared/model/signal.ts";
import { applyAlertAction } from "#shared/store/alert-actions.ts";

import type { AppContext } from "../app-deps.ts";
import { defineRoute } from "../http/route.ts";
import type { Route } from "../http/route.ts";
import { Acknowledgement, sayingOf } from "./change-alert.ts";
import type { AlertsQuery } from "./filter-alerts.ts";
import { fittingAlerts } from "./list-alerts.ts";

/** More at once take longer than whoever asks waits. */
const bulkMax = 200;

export const BulkAction = z.discriminatedUnion("verb", [
  ...AlertAction.options,
  z.strictObject({ verb: z.literal("unsnooze") }),
]);
export type BulkAction = z.infer<typeof BulkAction>;

const Bulk = z.strictObject({
  ids: z.array(AlertId).min(1).max(bulkMax),
  action: BulkAction,
  ...Acknowledgement.shape,
});

const Result = z.strictObject({
  id: z.string(),
  outcome: z.enum(["changed", "unchanged", "refused"]),
  status: AlertStatus.optional(),
  reason: z.string().optional().meta({ description: "Why it was refused" }),
});
type Result = z.infer<typeof Result>;

/** Carries out one action on many alerts, each by itself: one that does not fit stops none of the others. */
export async function changeAlerts(
  context: AppContext,
  { ids, action, ...said }: z.infer<typeof Bulk>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (const id of new Set(ids)) {
    try {
      const outcome = await applyAlertAction(context, { alertId: id }, action, sayingOf(said));
      const { kind, alert } = outcome;
      results.push({
        id,
        outcome: kind,
        ...(alert && { status: alert.status }),
        ...(kind === "refused" && { reason: outcome.reason }),
      });
    } catch (error) {
      const reason = "It could not be changed just now: try again";
      context.logger.warn("alert.bulk-failed", {
        alertId: id,
        code: error instanceof HubError ? error.code : "unexpected",
      });
      results.push({ id, outcome: "refused", reason });
    }
  }
  return results;
}

/** Ids ticked one by one, and those of whole groups, as they fit what the page shows. */
export async function tickedAlerts(
  context: AppContext,
  { ids, groups }: { readonly ids: readonly string[]; readonly groups: readonly string[] },
  query: AlertsQuery,
): Promise<readonly AlertId[]> {
  const single = ids.flatMap((id) => AlertId.safeParse(id).data ?? []);
  if (groups.length === 0) return [...new Set(single)].slice(0, bulkMax);
  const { wanted } = await fittingAlerts(context, query);
  const whole = wanted.filter((alert) => groups.includes(groupKeyOf(alert)));
  return [...new Set([...single, ...whole.map(({ id }) => id)])].slice(0, bulkMax);
}

export function bulkRoute(context: AppContext): Route {
  return defineRoute({
    method: "post",
    path: "/api/alerts/bulk",
    topic: "Alerts",
    summary: `Do one thing with up to ${bulkMax} alerts, each by itself`,
    body: Bulk,
    answer: z.strictObject({ results: z.array(Result) }),
    run: async ({ body }) => ({ results: await changeAlerts(context, body) }),
  });
}
