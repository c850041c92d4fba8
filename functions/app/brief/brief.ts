import * as z from "zod";

import { HubError } from "#shared/errors.ts";
import { composeBrief } from "#shared/kit/reports/compose-brief.ts";
import type { ComposedReport } from "#shared/kit/reports/compose-digest.ts";
import { reportedOf } from "#shared/kit/reports/reported-of.ts";
import { OrgUnitId } from "#shared/model/ids.ts";
import type { Alert } from "#shared/model/signal.ts";
import type { Instant } from "#shared/model/time.ts";
import { dayMs, epochMsOf, instantOf } from "#shared/model/time.ts";
import { listDocuments } from "#shared/store/documents.ts";
import { alertList } from "#shared/store/keys.ts";
import { alertSpec } from "#shared/store/specs.ts";

import { readNames } from "../alerts/read-names.ts";
import type { AppContext } from "../app-deps.ts";

export const BriefQuery = z.strictObject({
  unit: OrgUnitId.optional().meta({ description: "An org unit, with all below it; absent: all" }),
  days: z.coerce.number().int().min(1).max(31).default(7),
});
export type BriefQuery = z.infer<typeof BriefQuery>;

const Line = z.strictObject({ text: z.string(), url: z.string().optional() });

export const BriefAnswer = z
  .strictObject({
    scope: z.string(),
    since: z.string(),
    isEmpty: z.boolean().meta({ description: "There is nothing to tell" }),
    sentence: z.string(),
    sections: z.array(
      z.strictObject({ title: z.string(), lines: z.array(Line), more: z.int().optional() }),
    ),
  })
  .meta({ id: "Brief" });
export type BriefAnswer = z.output<typeof BriefAnswer>;

const statuses = ["open", "acknowledged", "snoozed", "resolved"] as const;

/**
 * What a scope's leader is told every week, as of now: what is new, what changed, what resolved, what waits
 * for a decision. The same composition as the mail's. Throws `entity.not-found` for a unit that there is not.
 */
export async function readBrief(
  context: AppContext,
  { unit, days }: BriefQuery,
): Promise<BriefAnswer> {
  const now = context.clock.now();
  const since = instantOf(epochMsOf(now) - days * dayMs);
  const [names, ...lists] = await Promise.all([
    readNames(context),
    ...statuses.map((status) => listDocuments(context.table, alertSpec, alertList(status))),
  ]);
  const { org } = names;
  if (unit !== undefined && !org.unit(unit)) {
    throw new HubError("entity.not-found", "There is no such unit");
  }
  const scope = unit === undefined ? "the company" : (org.unit(unit)?.name ?? "");
  const isWithin = ({ teamIds }: Alert) =>
    unit === undefined || teamIds.some((id) => id === unit || org.pathUp(id).includes(unit));
  const all = latestOf(lists.flat())
    .filter((alert) => isOfThen(alert, since) && isWithin(alert))
    .map((alert) => reportedOf(names, alert));
  const { publicUrl } = context;
  return answerOf(composeBrief(all, { publicUrl, scope, since, now }), { scope, since });
}

/** The lists are read one after the other: an alert that moved between them is told as it is now. */
function latestOf(alerts: readonly Alert[]): readonly Alert[] {
  const byId = new Map<string, Alert>();
  for (const alert of alerts) {
    const other = byId.get(alert.id);
    if (!other || other.revision < alert.revision) byId.set(alert.id, alert);
  }
  return [...byId.values()];
}

function isOfThen({ status, resolvedAt }: Alert, since: Instant): boolean {
  return status !== "resolved" || (resolvedAt ?? "") >= since;
}

function answerOf(
  report: ComposedReport | undefined,
  { scope, since }: { readonly scope: string; readonly since: Instant },
): BriefAnswer {
  return {
    scope,
    since,
    isEmpty: report === undefined,
    sentence: report?.sentence ?? "Nothing opened, changed or resolved, and nothing waits",
    sections: (report?.sections ?? []).map(({ title, lines, more }) => ({
      title,
      lines: lines.map(({ text, url }) => ({ text, ...(url !== undefined && { url }) })),
      ...(more !== undefined && { more }),
    })),
  };
}
