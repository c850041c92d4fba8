import * as z from "zod";

import { orgAsOf } from "#shared/graph/as-of.ts";
import { Org } from "#shared/graph/org.ts";
import type { UploadedOrg } from "#shared/graph/reorg-parts.ts";
import { daysOfChange, partsWithUpload } from "#shared/graph/reorg-parts.ts";
import type { ReorgReport } from "#shared/graph/reorg.ts";
import { previewReorg } from "#shared/graph/reorg.ts";
import type { MemoryGraph } from "#shared/graph/view.ts";
import type { CalendarDate } from "#shared/model/time.ts";

import type { AppContext } from "../app-deps.ts";
import { connectionNames } from "../people/connection-names.ts";
import { describePreview } from "./describe-preview.ts";
import { dayField } from "./org-answers.ts";
import type { PreviewAnswer } from "./preview-answers.ts";
import { comingDays, readOrgOn } from "./read-org.ts";
import type { OrgOnDay } from "./read-org.ts";
import { readReorgRules } from "./reorg-rules.ts";

export const PreviewQuery = z.strictObject({
  day: dayField.meta({
    description: "Past or future; without it, the next day on which something changes",
  }),
  limit: z.coerce.number().int().min(1).max(1000).default(200).meta({
    description: "Changes told of each kind",
  }),
});
export type PreviewQuery = z.infer<typeof PreviewQuery>;

/** What the organisation of another day will do, or would, to the work and goals of now. */
export async function readPreview(
  context: AppContext,
  query: PreviewQuery,
): Promise<PreviewAnswer> {
  const now = await readOrgOn(context, undefined);
  const day = query.day ?? comingDays(now)[0] ?? now.today;
  const onDay = await readOrgOn(context, day);
  const report = await reportOf(context, onDay);
  return answer(context, report, { onDay, day, days: comingDays(now), limit: query.limit });
}

/** The same for an organisation that somebody uploads, as of a day; without one, of today. */
export async function previewOther(
  context: AppContext,
  uploaded: UploadedOrg,
  query: PreviewQuery,
): Promise<PreviewAnswer> {
  const now = await readOrgOn(context, undefined);
  const { today, current } = now;
  const parts = { ...partsWithUpload(now.parts, uploaded), matchRate: current.matchRate };
  const day = query.day ?? today;
  const org = day === today ? new Org({ ...parts, day }) : orgAsOf(parts, day);
  const report = await reportOf(context, { ...now, org });
  const days = daysOfChange(parts, today);
  return answer(context, report, { onDay: { ...now, org }, day, days, limit: query.limit });
}

interface Asked {
  readonly onDay: OrgOnDay;
  readonly day: CalendarDate;
  readonly days: readonly CalendarDate[];
  readonly limit: number;
}

async function answer(
  context: AppContext,
  report: ReorgReport,
  { onDay, day, days, limit }: Asked,
): Promise<PreviewAnswer> {
  const [{ graph }, connections] = await Promise.all([
    context.snapshots.read(),
    connectionNames(context),
  ]);
  const { current, org, today } = onDay;
  const names = { graph, today: current, other: org, connections, rules: context.rules };
  return {
    day,
    today,
    comingDays: days.slice(0, daysShown),
    ...describePreview(report, names, limit),
  };
}

const daysShown = 24;

/** Of one graph, the organisation looked at last. */
const known = new WeakMap<MemoryGraph, { readonly org: Org; readonly report: ReorgReport }>();

async function reportOf(context: AppContext, { current, org }: OrgOnDay): Promise<ReorgReport> {
  const { graph, openSignals } = await context.snapshots.read();
  const before = known.get(graph);
  if (before?.org === org) return before.report;
  const rules = await readReorgRules(context, context.clock.now());
  const report = previewReorg({ graph, today: current, other: org, openSignals, rules });
  known.set(graph, { org, report });
  return report;
}
